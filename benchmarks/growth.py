"""What a page costs among many: the same pages on two installations, a small one and one a thousand times larger.

Both answer in turns, in processes of their own, so that what else the machine does hits both alike. On SQLite the cost
is the process's CPU time, database included; on PostgreSQL, which is another process, the time until the answer.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from benchmarks.figures import Effort, Figure, median
from benchmarks.installation import SQLITE, Failed, Inside, on

# issue 3, "Speed and size": at most so many times what it costs with 100 orders; the others only inform.
MOST_GROWTH = {
    "order list": 1.3,
    "order page": 1.3,
    "portal page": 1.3,
    "sign POST": 1.3,
    "start page": 1.5,  # every morning's first, and ours: it gathers what waits from everything there is
}
# The live board counts every order that is open, and all of the large installation are: this long for it.
MOST_MS = {"live board": 300}
SMALL = (100, 1_000)  # orders, ledger entries
LARGE = (100_000, 1_000_000)
LARGE_QUICK = (5_000, 50_000)
# Figures of a year are made of every order closed in it, so they grow with them: this long for the large one (S1-21).
MOST_YEAR = 300
YEAR = "/figures/?period=12m"
WARM = 3
Asked = tuple[str, str, dict[str, str] | None]


def measure(name: str, effort: Effort) -> list[Figure]:
    """The same pages on a small and a large installation. `name` is a database."""
    clock = "cpu" if name == SQLITE else "wall"
    with ExitStack() as stack:
        sizes = (SMALL, LARGE_QUICK if effort.quick else LARGE)
        insides = [stack.enter_context(on(name))[1] for _ in sizes]
        for inside, (orders, entries) in zip(insides, sizes, strict=True):
            inside.ask("fill", orders=orders, entries=entries)
        name = f"{sizes[1][0]:,} orders, {name}"
        small, large = (inside.ask("fold")[clock] for inside in insides)
        folded = _figure(f"counting 1,000 entries, {name}", large, small, None)
        rounds = effort.times(25, 4)
        return [*compared(name, clock, insides, rounds), folded, of_a_year(name, clock, insides[1], rounds)]


def compared(name: str, clock: str, insides: list[Inside], rounds: int) -> list[Figure]:
    """Ask for every page of `pages` in turns, in the smaller and the larger installation; one figure each."""
    asked = [pages(inside, WARM + rounds) for inside in insides]
    figures = []
    for page in asked[0]:
        taken: list[list[float]] = [[], []]
        queries = set()
        for turn in range(WARM + rounds):
            for inside, known, column in zip(insides, asked, taken, strict=True):
                told = _answer(inside, *known[page][turn])
                if turn >= WARM:
                    column.append(told[clock])
                    queries.add(told["queries"])
        small, large = (median(column) for column in taken)
        figures.append(_figure(f"{page}, {name}", large, small, MOST_GROWTH.get(page), MOST_MS.get(page)))
        assert len(queries) == 1 or page == "sign POST", f"{page}: {sorted(queries)} queries"
    looks = [[inside.ask("look") for inside in insides] for _ in range(WARM + rounds)]
    small, large = (median(column) for column in zip(*looks[WARM:], strict=True))
    return [*figures, _figure(f"worker's look for work, {name}", large, small, None)]


def of_a_year(name: str, clock: str, inside: Inside, rounds: int) -> Figure:
    """Ask for the office's figures of a year in which every order was closed; beside counting their rows."""
    inside.ask("closings")
    manager = inside.ask("manager")
    told = [(_answer(inside, YEAR, manager, None), inside.ask("count")) for _ in range(WARM + rounds)][WARM:]
    ours, floor = (median([one[clock] for one in column]) for column in zip(*told, strict=True))
    return Figure(f"figures of a year, {name}", ours, "ms", floor, "to count", target=MOST_YEAR)


def _figure(name: str, large: float, small: float, growth: float | None, most: float | None = None) -> Figure:
    floor = f"with {SMALL[0]}"
    if most is not None:
        return Figure(name, large, "ms", small, floor, target=most)
    return Figure(name, large, "ms", small, floor, target=growth, of_ratio=True)


def pages(inside: Inside, turns: int) -> dict[str, list[Asked]]:
    """What to ask for at each turn. An order is signed once, so there is one for each."""
    orders, manager = inside.ask("orders", count=turns, one_customer=False), inside.ask("manager")
    return {
        "order list": [("/orders/", manager, None)] * turns,
        "order page": [(one["order"], manager, None) for one in orders],
        "portal page": [(one["visit"], one["session"], None) for one in orders],
        "sign POST": [(one["sign"], one["session"], one["fields"]) for one in orders],
        "start page": [("/", manager, None)] * turns,
        "live board": [("/live/", manager, None)] * turns,
        "verifications": [("/verifications/", manager, None)] * turns,
        "captures": [("/captures/", manager, None)] * turns,
        "figures": [("/figures/", manager, None)] * turns,
        "customers": [("/customers/", manager, None)] * turns,
    }


def _answer(inside: Inside, path: str, session: str, fields: dict[str, str] | None) -> dict[str, Any]:
    told: dict[str, Any] = inside.ask("answer", path=path, session=session, fields=fields)
    if told["status"] != (302 if fields else 200):
        raise Failed(f"{path} was answered with {told['status']:.0f}")
    return told
