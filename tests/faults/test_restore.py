"""F24: a backup taken while customers sign, restored, with later receipts outside (I1, I5, I12)."""

from __future__ import annotations

import json
import queue
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import connection

from paraph.evidence.models import Entry
from paraph.lib import clock
from paraph.signoff import receipts
from paraph.signoff.models import Signature
from tests.cast import Shop
from tests.faults import house, serving
from tests.faults.house import Posting
from tests.faults.serving import Server

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("letters")]

# Customers who sign before the backup, and those who sign from its beginning on.
BEFORE, DURING = 2, 8
ELSEWHERE = """
import django, json; django.setup()
from paraph.evidence.models import Entry
from paraph.signoff.models import Signature
print(json.dumps({
    "places": {f"{one.content['log']} {one.content['index']}": bytes(one.leaf).decode() for one in Entry.objects.all()},
    "signatures": [str(one) for one in Signature.objects.values_list("pk", flat=True)],
}))
"""


def command(*words: str, data: Path | None = None) -> subprocess.CompletedProcess[str]:
    """`paraph …` on the test's installation, or on the one in `data`, which has a database of its own."""
    changes = {"PARAPH_DATA": str(data), "DATABASE_URL": f"sqlite:///{data}/paraph.sqlite3"} if data else {}
    return subprocess.run(
        [sys.executable, "-m", "paraph.config.cli", *words] if words else [sys.executable, "-c", ELSEWHERE],
        env=house.environment(**changes), cwd=house.REPOSITORY, capture_output=True, text=True, check=False,
    )  # fmt: skip


def sign_all(port: int, waiting: queue.SimpleQueue[Posting], codes: list[str]) -> None:
    """One customer after the other; each writes down the code of the receipt."""
    try:
        while True:
            codes.append(serving.sign(port, waiting.get_nowait()))
    except queue.Empty:
        return


def test_F24_a_backup_taken_while_customers_sign_is_whole_and_says_what_came_after(
    shop: Shop, tmp_path: Path
) -> None:
    postings = [house.about_to_sign(house.come_in(shop)) for _ in range(BEFORE + DURING)]
    early, late = list[str](), list[str]()
    server = Server(tmp_path)
    try:
        for one in postings[:BEFORE]:
            early.append(serving.sign(server.port, one))
        begun = clock.now()
        waiting: queue.SimpleQueue[Posting] = queue.SimpleQueue()
        for one in postings[BEFORE:]:
            waiting.put(one)
        signing = threading.Thread(target=sign_all, args=(server.port, waiting, late))
        signing.start()
        taken = command("backup", str(tmp_path / "one.tar"))
        signing.join()
        assert taken.returncode == 0, taken.stderr
        # Whatever the timing was: somebody signs after the backup.
        last = serving.sign(server.port, house.about_to_sign(house.come_in(shop)))
    finally:
        server.kill()
    acknowledged = [*early, *late, last]
    assert len(set(acknowledged)) == BEFORE + DURING + 1
    assert "" not in acknowledged
    # What customers hold, where no fault reaches it.
    held = tmp_path / "held"
    held.mkdir()
    for signature in Signature.objects.all():
        (held / f"receipt-{receipts.code(signature)}.json").write_bytes(receipts.receipt(signature))
    assert {one.stem.removeprefix("receipt-") for one in held.iterdir()} == set(acknowledged)

    restored = command("restore", str(tmp_path / "one.tar"), data=tmp_path / "restored")
    assert restored.returncode == 0, restored.stderr
    told = json.loads(command(data=tmp_path / "restored").stdout)
    # I1: nothing acknowledged before the backup is missing.
    there = set(told["signatures"])
    before = {str(one.pk) for one in Signature.objects.filter(signed_at__lt=begun)}
    assert len(before) == BEFORE
    assert before <= there
    missing = {
        f"receipt-{receipts.code(one)}.json" for one in Signature.objects.all() if str(one.pk) not in there
    }
    assert missing, "the last customer signed after the backup"

    # I12: it says so, by itself and by name.
    assert "may be missing here" in restored.stdout
    assert "may be missing" in command("check", data=tmp_path / "restored").stdout
    alone = command("verify", data=tmp_path / "restored")
    assert alone.returncode == 0
    assert "what was recorded after its entry" in alone.stdout
    compared = command("verify", str(held), data=tmp_path / "restored")
    assert compared.returncode == 3, compared.stdout
    named = set(
        re.findall(r"^beyond the restored record: (\S+): signature\.given", compared.stdout, re.MULTILINE)
    )
    assert named == missing
    assert "fault:" not in compared.stdout
    furthest = max(
        one.entry.content["index"]
        for one in Signature.objects.select_related("entry")
        if str(one.pk) not in there
    )
    assert int(re.findall(r"receipts show entries up to (\d+)", compared.stdout)[0]) >= furthest

    # I12: no place of any ledger says two things, here and there.
    ours = {
        f"{one.content['log']} {one.content['index']}": bytes(one.leaf).decode()
        for one in Entry.objects.all()
    }
    both = ours.keys() & told["places"].keys()
    assert all(ours[place] == told["places"][place] for place in both)
    assert len(both) < len(ours)
    assert len(told["places"]) - len(both) == 1, "the new tree begins with what happened"
    assert connection.vendor in {"sqlite", "postgresql"}


def test_F24_receipts_brought_along_are_written_into_the_record(shop: Shop, tmp_path: Path) -> None:
    from tests import cast

    cast.signed(shop, shop.open_order(lines=3))
    assert command("backup", str(tmp_path / "one.tar")).returncode == 0
    cast.signed(shop, shop.open_order(lines=3))
    late = Signature.objects.order_by("signed_at").last()
    assert late is not None
    (tmp_path / "held").mkdir()
    (tmp_path / "held" / "late.json").write_bytes(receipts.receipt(late))
    (tmp_path / "held" / "notes.txt").write_text("not a receipt")
    done = command(
        "restore", str(tmp_path / "one.tar"), "--receipts", str(tmp_path / "held"), data=tmp_path / "restored"
    )
    assert done.returncode == 0, done.stderr
    known = int(re.findall(r"receipts show that there were entries up to (\d+)", done.stdout)[0])
    assert known >= late.entry.content["index"]
    assert "notes.txt is neither a receipt nor a checkpoint" in done.stdout
    told = json.loads(command(data=tmp_path / "restored").stdout)
    (first,) = [leaf for leaf in told["places"].values() if '"log.restored"' in leaf]
    assert json.loads(first)["fact"]["known_until"] == known
    # A receipt of the installation that went on is of another continuation than a forged one would be.
    forged = json.loads((tmp_path / "held" / "late.json").read_bytes())
    forged["leaf"] = forged["leaf"].replace("signature.given", "signature.gives")
    (tmp_path / "forged.json").write_text(json.dumps(forged))
    compared = command("verify", str(tmp_path / "forged.json"), data=tmp_path / "restored")
    assert compared.returncode == 1
    assert "fault: forged.json does not verify" in compared.stdout
