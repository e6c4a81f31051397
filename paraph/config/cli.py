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

from paraph.config.manual import DESCRIPTION, EPILOG, OPTIONS
from paraph.operate import archive, scratch
from paraph.operate.scratch import Sorry

TRY_AGAIN = 75  # EX_TEMPFAIL of sysexits.h, which mail servers know


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
    from paraph.operate import startup

    startup.require_database()
    _serve([])


def worker(chosen: argparse.Namespace) -> None:
    """One worker in this process."""
    # Read before the imports, which take seconds in which a parent can end.
    parent = chosen.parent or os.getppid()
    if chosen.parent:
        os.nice(5)  # started by `serve`, it shares the machine with the pages, and somebody waits for those
    _django()
    from django.conf import settings

    from paraph.config import worker
    from paraph.operate import startup

    startup.require_database()
    with scratch.hold(settings.PARAPH_DATA):
        worker.run_forever(parent)


def migrate(chosen: argparse.Namespace) -> None:
    """Bring the database up to date."""
    _django()
    _migrate(verbosity=1)


def keys(chosen: argparse.Namespace) -> None:
    """Make missing keys. Needs the database: keys are made anew only where nothing was signed yet."""
    _django()
    from paraph.capture import keys as capture
    from paraph.lib import home, links
    from paraph.operate import startup

    startup.require_database()
    for one in startup.make_keys() or ["nothing: they are all there"]:
        print(f"made: {one}")
    if chosen.rotate == "links":
        links.rotate(home.keys() / "links.keys")
        print("made: a new key for links; restart Paraph so that it is used")
    elif chosen.rotate == "capture":
        print(f"made: key {capture.rotate()} for what phones seal; they learn of it at their next contact")
    elif chosen.rotate:
        from paraph.operate import renewing
        from paraph.sealing.errors import SealingError

        try:
            until = renewing.renew(chosen.rotate)
        except SealingError as problem:
            raise Sorry(f"Nothing was replaced: {problem}") from problem
        print(f"made: a new key for {chosen.rotate}, valid until {until:%Y-%m-%d}; take a backup now")
    print(f"keys are in {home.keys()}")


def member(chosen: argparse.Namespace) -> None:
    """Let somebody in; an organisation that does not exist yet is made."""
    _django()
    from paraph.config import newcomer
    from paraph.operate import startup

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
    if chosen.forget_factors:
        newcomer.forget_factors(who)
    print(f"{who.user.name} <{who.user.email}> is {who.get_role_display()} of {who.organisation.name}")
    if made:
        print(f"password: {password}")


def bounce(chosen: argparse.Namespace) -> int:
    """Take a message that a mail server could not deliver, from standard input, and record what it says.

    Ends with 75 (try again later, sysexits.h) when anything is in the way, so that the mail server keeps it.
    """
    raw = sys.stdin.buffer.read()
    try:
        _django()
        undelivered, returned = (
            _late(f"paraph.{one}") for one in ("automation.undelivered", "delivery.returned")
        )
        outcome = returned.take(raw, recipient=chosen.recipient, on_dead=undelivered.record)
    except Exception as problem:  # noqa: BLE001 - a mail server sends a report once, and must not lose it
        print(f"paraph: {type(problem).__name__}: not taken, try again later", file=sys.stderr)
        return TRY_AGAIN
    print(returned.SENTENCES[outcome])
    return 0


def check(chosen: argparse.Namespace) -> int:
    """Name every bad or dangerous setting, with what to do about it. Exit code 1 when there is a fault."""
    _django()
    from paraph.operate import checkup

    found = checkup.look(online=chosen.online)
    print(checkup.as_json(found) if chosen.json else "\n".join(checkup.as_text(found)))
    worst = {one.level for one in found}
    return 1 if checkup.FAULT in worst or (chosen.strict and checkup.WARNING in worst) else 0


def backup(chosen: argparse.Namespace) -> None:
    """Write database, files and keys into one archive, verified after writing. Paraph may go on running."""
    _django()
    from paraph.operate import backup, startup

    startup.require_database()
    passphrase = archive.passphrase(chosen.passphrase_file)
    if not passphrase:
        print(archive.UNENCRYPTED, file=sys.stderr)
    try:
        told = backup.backup(Path(chosen.file).absolute(), passphrase, blobs=not chosen.without_files)
    except (backup.Incomplete, archive.BadArchive) as problem:
        raise Sorry(str(problem)) from problem
    except OSError as problem:
        raise Sorry(f"There is no backup: {problem.filename or chosen.file}: {problem.strerror}") from problem
    rows = sum(one["rows"] for one in told["tables"])
    print(
        f"{chosen.file}: {rows:,} rows, {told['blobs']['count']:,} files, as of {told['taken_at']}, verified"
    )


def restore(chosen: argparse.Namespace) -> None:
    """Make an installation from an archive, into an empty PARAPH_DATA and database."""
    from paraph.operate import bring_back

    receipts = [Path(one) for one in chosen.receipts]
    passphrase = archive.passphrase(chosen.passphrase_file)
    told = bring_back.restore(Path(chosen.file), passphrase, receipts=receipts, replace=chosen.replace)
    print("\n".join(told))


def verify(chosen: argparse.Namespace) -> int:
    """Recompute every ledger and compare files with it; list what receipts show beyond a restored backup.

    Exit code 1: something was changed or is missing. 3: nothing was, but receipts show entries that a restored
    backup does not have.
    """
    _django()
    from paraph.operate import startup, verification

    startup.require_database()
    found = verification.verify([Path(one) for one in chosen.files])
    print("\n".join(found.sentences()))
    return found.code


def intake(chosen: argparse.Namespace) -> int:
    """Tell how files of others would be treated, in the child process and within the limits of the product.

    Needs no installation. Exit code 0 when every file was judged, also when it is refused; 1 when a file cannot be
    opened, or when readers do not agree on how a page looks (--compare).
    """
    from paraph.operate import intaking

    out = Path(chosen.out) if chosen.out else None
    pdfjs = Path(chosen.pdfjs) if chosen.pdfjs else None
    told = intaking.tell([Path(one) for one in chosen.files], out, compare=chosen.compare, pdfjs=pdfjs)
    print(intaking.as_json(told) if chosen.json else "\n".join(intaking.as_text(told)))
    return 1 if any(one.get("agree") is False for one in told) else 0


def retry(chosen: argparse.Namespace) -> None:
    """Try again the consequences that were given up after many tries; do it once what hindered them is mended."""
    _django()
    from paraph.automation import runner
    from paraph.operate import startup

    startup.require_database()
    print(f"{runner.retry()} consequences are tried again; the worker carries them out")


def demo(chosen: argparse.Namespace) -> None:
    """Fill the demo company once; say where everything is; serve it if asked."""
    os.environ["PARAPH_DEMO"] = "1"
    if chosen.reset:
        folder = Path(os.environ.get("PARAPH_DATA", "var")).resolve()
        scratch.reset(folder, database_elsewhere="DATABASE_URL" in os.environ)
    _django()
    from django.conf import settings

    from paraph.config import demonstration
    from paraph.operate import startup

    if chosen.serve:
        startup.require_free(_address(), settings.PARAPH_PORT)
    _migrate(verbosity=0, make_keys=demonstration.make_keys)
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
        backup,
        restore,
        verify,
        retry,
        bounce,
        intake,
    )
    for verb in verbs:
        one = commands.add_parser(verb.__name__, description=verb.__doc__)
        one.set_defaults(run=verb)
        for name, options in OPTIONS.get(verb.__name__, {}).items():
            one.add_argument(name, **options)
    return parser


def _django() -> None:
    """Load settings and apps. Raises ImproperlyConfigured, KeyFileMissing."""
    import django

    django.setup()


def _serve(addresses: list[str]) -> None:
    from django.conf import settings

    from paraph.config import server
    from paraph.operate import startup

    for made in startup.make_keys():
        print(f"made: {made}", file=sys.stderr)
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


def _migrate(*, verbosity: int, make_keys: Callable[[], list[str]] | None = None) -> None:
    from django.core.management import call_command

    from paraph.lib import migrating
    from paraph.operate import startup

    with migrating.quickly():
        call_command("migrate", interactive=False, verbosity=verbosity)
    startup.require_database()
    for made in (make_keys or startup.make_keys)():
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
    startup = sys.modules.get("paraph.operate.startup")
    return isinstance(problem, (*known, startup.NotReady) if startup else tuple(known))


if __name__ == "__main__":
    sys.exit(main())
