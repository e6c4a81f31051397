"""The command line: ``paraph --help``. Expected problems are sentences and exit code 1, never a stack trace.

The environment is read before Django is: every command says what it needs set, then `_django` loads the settings.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from paraph.config import scratch
from paraph.config.scratch import Sorry

DESCRIPTION = """\
Paraph: customers sign off field work, and everybody can check that they did.

commands:
  serve          serve the pages, with one worker (PARAPH_WORKERS web processes)
  worker         run one more worker: mails, consequences, pending seals, time stamps
  migrate        create or update the database, and make the keys at first start
  demo           fill the demo company; with --serve also serve it; --reset starts over
  sample DIR     play a whole signing journey on a scratch database and write what the
                 parties then hold: PDFs, receipt, record, public keys
  check          say whether settings, database and keys are fit for use
  keys           make the installation's keys that do not exist yet
  member EMAIL   let somebody in: the first manager of a new organisation, a colleague,
                 or the same person with a new password (asked for, or read from input)
"""
EPILOG = """\
environment:
  PARAPH_DATA    folder of database, files and keys (var)
  PARAPH_PORT    port to listen on (8000)
  PARAPH_ADDRESS address to listen on (127.0.0.1, or every one when PARAPH_ORIGIN is not local)
  PARAPH_ORIGIN  the address people use (http://localhost:8000); https but for localhost
  PARAPH_WORKERS web processes (2)
  DATABASE_URL   postgres://user:password@host/name, or sqlite:///path (a file in PARAPH_DATA)
  SMTP_HOST, SMTP_PORT, SMTP_USER, SMTP_PASSWORD, SMTP_STARTTLS, SMTP_TLS, PARAPH_FROM
                 how mail is sent, and in whose name

Every secret is a file in PARAPH_DATA/keys, made at first start. Keep a copy of that folder.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code."""
    chosen = _parser().parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "paraph.config.settings")
    if chosen.run is not sample:
        os.umask(0o077)  # the database, the mails and the files are nobody else's business
    try:
        return int(chosen.run(chosen) or 0)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 1
    except Exception as problem:
        if not _is_expected(problem):
            raise
        print(f"paraph: {problem}", file=sys.stderr)
        return 1


def serve(chosen: argparse.Namespace) -> None:
    """Check, make what is missing, serve."""
    _django()
    from paraph.config import startup

    startup.require_database()
    _serve([])


def worker(chosen: argparse.Namespace) -> None:
    """One worker in this process."""
    # Read before the imports, which take seconds in which a parent can end.
    parent = chosen.parent or os.getppid()
    if chosen.parent:
        os.nice(5)  # started by `serve`, it shares the machine with the pages, and somebody waits for those
    _django()
    from paraph.config import startup, worker

    startup.require_database()
    worker.run_forever(parent)


def migrate(chosen: argparse.Namespace) -> None:
    """Bring the database up to date."""
    _django()
    _migrate(verbosity=1)


def keys(chosen: argparse.Namespace) -> None:
    """Make missing keys. Needs the database: keys are made anew only where nothing was signed yet."""
    _django()
    from paraph.config import startup
    from paraph.lib import home

    startup.require_database()
    for one in startup.make_keys() or ["nothing: they are all there"]:
        print(f"made: {one}")
    print(f"keys are in {home.keys()}")


def member(chosen: argparse.Namespace) -> None:
    """Let somebody in; an organisation that does not exist yet is made."""
    _django()
    from paraph.config import newcomer, startup

    startup.require_database()
    startup.make_keys()
    password, made = newcomer.ask_password(chosen.email)
    who = newcomer.let_in(
        chosen.email,
        name=chosen.name,
        role=chosen.role,
        organisation=chosen.organisation,
        password=password,
    )
    print(f"{who.user.name} <{who.user.email}> is {who.get_role_display()} of {who.organisation.name}")
    if made:
        print(f"password: {password}")


def check(chosen: argparse.Namespace) -> int:
    """Report every fault; exit code 1 when there is one."""
    _django()
    from paraph.config import startup

    startup.require_database()
    faults = [*startup.key_faults(), *startup.trigger_faults()]
    for fault in faults:
        print(f"fault: {fault}")
    print("not fit for use" if faults else "settings, database and keys are fit for use")
    return 1 if faults else 0


def demo(chosen: argparse.Namespace) -> None:
    """Fill the demo company once; say where everything is; serve it if asked."""
    os.environ["PARAPH_DEMO"] = "1"
    if chosen.reset:
        folder = Path(os.environ.get("PARAPH_DATA", "var")).resolve()
        scratch.reset(folder, database_elsewhere="DATABASE_URL" in os.environ)
    _django()
    from django.conf import settings

    from paraph.config import demonstration, startup

    if chosen.serve:
        startup.require_free(_address(), settings.PARAPH_PORT)
    _migrate(verbosity=0)
    if demonstration.fill() and chosen.serve:
        # Filling rendered documents, whose threads do not survive the server's forks: begin anew.
        os.execv(sys.executable, [sys.executable, "-m", "paraph.config.cli", "demo", "--serve"])  # noqa: S606
    told = demonstration.addresses()
    _serve(told) if chosen.serve else print("\n".join(told))


def sample(chosen: argparse.Namespace) -> None:
    """Play the journey on a scratch database; the folder must be new or empty."""
    target = Path(chosen.folder).resolve()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Sorry(f"{target} is not an empty folder; name one that does not exist yet")
    with tempfile.TemporaryDirectory(prefix="paraph-sample-") as folder:
        for name in ("DATABASE_URL", "PARAPH_ORIGIN", "PARAPH_PORT", "PARAPH_PROXIES", "PARAPH_TSA_URL"):
            os.environ.pop(name, None)
        # The demo's mailbox keeps the mails that the journey sends.
        os.environ |= {"PARAPH_DATA": folder, "PARAPH_DEMO": "1", "PARAPH_LOG_LEVEL": "WARNING"}
        _django()
        _migrate(verbosity=0)
        target.mkdir(parents=True, exist_ok=True)
        _late("paraph.config.sample").play(target)
    for path in sorted(one for one in target.rglob("*") if one.is_file()):
        print(path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="paraph",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="paraph COMMAND [options]",
    )
    commands = parser.add_subparsers(prog="paraph", metavar="COMMAND", required=True, help=argparse.SUPPRESS)
    verbs: tuple[Callable[[argparse.Namespace], Any], ...] = (
        serve,
        worker,
        migrate,
        demo,
        sample,
        check,
        keys,
        member,
    )
    for verb in verbs:
        one = commands.add_parser(verb.__name__, description=verb.__doc__)
        one.set_defaults(run=verb)
        if verb is worker:
            # By `serve`: its process id, known before this process could ask who its parent is.
            one.add_argument("--parent", type=int, default=0, help=argparse.SUPPRESS)
        if verb is demo:
            one.add_argument(
                "--reset", action="store_true", help="remove the demo in PARAPH_DATA and start over"
            )
            one.add_argument("--serve", action="store_true", help="serve it until Ctrl-C")
        if verb is member:
            one.add_argument("email", metavar="EMAIL", help="the mail address they sign in with")
            one.add_argument("--name", required=True, help="their name")
            one.add_argument("--role", default="manager", help="manager, dispatcher, technician or biller")
            one.add_argument(
                "--organisation", default="", help="its name; not needed where there is only one"
            )
        if verb is sample:
            one.add_argument("folder", metavar="DIR", help="where to write; must be new or empty")
    return parser


def _django() -> None:
    """Load settings and apps. Raises ImproperlyConfigured, KeyFileMissing."""
    import django

    django.setup()


def _serve(addresses: list[str]) -> None:
    from django.conf import settings

    from paraph.config import server, startup

    startup.make_keys()
    for fault in startup.key_faults():
        print(f"fault: {fault}", file=sys.stderr)
    startup.collect_static()
    in_use = scratch.hold(settings.PARAPH_DATA)
    told = addresses or [f"Paraph is at {settings.PARAPH_ORIGIN}"]
    server.serve(_address(), settings.PARAPH_PORT, lambda: print("\n".join(told), flush=True))
    in_use.close()


def _address() -> str:
    from django.conf import settings

    local = settings.PARAPH_ORIGIN.startswith("http://")
    return os.environ.get("PARAPH_ADDRESS", "127.0.0.1" if local else "0.0.0.0")  # noqa: S104 - behind a proxy


def _migrate(*, verbosity: int) -> None:
    from django.core.management import call_command

    from paraph.config import startup

    call_command("migrate", interactive=False, verbosity=verbosity)
    startup.require_database()
    for made in startup.make_keys():
        if verbosity:
            print(f"made: {made}")


def _late(name: str) -> Any:
    """A module that needs Django's apps, so it cannot be imported above."""
    return importlib.import_module(name)


def _is_expected(problem: Exception) -> bool:
    """Whether a problem has been told in a sentence already."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import OperationalError

    known: list[type[Exception]] = [Sorry, ImproperlyConfigured, OperationalError]
    startup = sys.modules.get("paraph.config.startup")
    return isinstance(problem, (*known, startup.NotReady) if startup else tuple(known))


if __name__ == "__main__":
    sys.exit(main())
