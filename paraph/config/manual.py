"""What `paraph --help` says of the commands and of the environment, and the options of each command."""

from __future__ import annotations

import argparse
from typing import Any

DESCRIPTION = """\
Paraph: customers sign off field work, and everybody can check that they did.

commands:
  serve          serve the pages, with one worker (PARAPH_WORKERS web processes)
  worker         run one more worker: mails, consequences, seals, papers, captures, time stamps
  migrate        create or update the database, and make the keys at first start
  demo           fill the demo company; with --serve also serve it; --reset starts over
  sample DIR     play a whole signing journey on a scratch database and write what the
                 parties then hold: PDFs, receipt, record, public keys
  check          name every bad or dangerous setting, with what to do about it
  backup FILE    write database, files and keys into one verified archive, while Paraph runs
  restore FILE   make an installation from such an archive, of this version or an earlier one
  verify [FILE]  recompute the ledgers and compare them with receipts that others kept
  retry          try again what was given up, once its cause is mended
  bounce         take a message that a mail server could not deliver, from standard input
  intake FILE    tell how files would be treated that a customer sends: accepted or refused, and
                 why; with --out also write what is kept of them
  keys           make the installation's keys that do not exist yet; --rotate makes a new one for
                 links, capture (what phones seal), seal or tsa (time stamps)
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
  PARAPH_FILES   where files are kept: s3://bucket/prefix, or a folder in PARAPH_DATA
  SMTP_HOST, SMTP_PORT, SMTP_USER, SMTP_PASSWORD, SMTP_STARTTLS, SMTP_TLS, PARAPH_FROM
                 how mail is sent, and in whose name

Every secret of the installation is a file in PARAPH_DATA/keys, made at first start; `paraph backup`
holds them. A secret that you give may stand in a file too: DATABASE_URL_FILE, SMTP_PASSWORD_FILE …
"""

PASSPHRASE: dict[str, Any] = {
    "default": "",
    "metavar": "FILE",
    "help": "its first line encrypts the archive (age format)",
}
OPTIONS: dict[str, dict[str, dict[str, Any]]] = {
    # By `serve`: its process id, known before this process could ask who its parent is.
    "worker": {"--parent": {"type": int, "default": 0, "help": argparse.SUPPRESS}},
    "demo": {
        "--reset": {"action": "store_true", "help": "remove the demo in PARAPH_DATA and start over"},
        "--serve": {"action": "store_true", "help": "serve it until Ctrl-C"},
    },
    "member": {
        "email": {"metavar": "EMAIL", "help": "the mail address they sign in with"},
        "--name": {"required": True, "help": "their name"},
        "--role": {"default": "manager", "help": "manager, dispatcher, technician or biller"},
        "--organisation": {"default": "", "help": "its name; not needed where there is only one"},
        "--forget-factors": {"action": "store_true", "help": "remove second factors they lost"},
    },
    "bounce": {
        "--recipient": {"default": "", "metavar": "ADDRESS", "help": "to whom the mail server brought it"},
    },
    "keys": {
        "--rotate": {
            "choices": ("links", "capture", "seal", "tsa"),
            "default": "",
            "help": "also make a new key for links, or for what phones seal: older ones go on opening; or for seals or "
            "time stamps (tsa): under the same root, which must be there with its key",
        },
    },
    "sample": {"folder": {"metavar": "DIR", "help": "where to write; must be new or empty"}},
    "check": {
        "--online": {"action": "store_true", "help": "also try mail and storage, and compare clocks"},
        "--json": {"action": "store_true", "help": "print JSON, for programs"},
        "--strict": {"action": "store_true", "help": "end with 1 for warnings too"},
    },
    "backup": {
        "file": {"metavar": "FILE", "help": "the archive; must not exist yet"},
        "--passphrase-file": PASSPHRASE,
        "--without-files": {"action": "store_true", "help": "only list the files: they are kept elsewhere"},
    },
    "restore": {
        "file": {"metavar": "FILE", "help": "the archive"},
        "--passphrase-file": PASSPHRASE,
        "--replace": {"action": "store_true", "help": "move aside what is there; nothing is deleted"},
        "--receipts": {
            "action": "append",
            "default": [],
            "metavar": "PLACE",
            "help": "receipts that others kept",
        },
    },
    "intake": {
        "files": {"nargs": "+", "metavar": "FILE", "help": "files, or folders of them"},
        "--json": {"action": "store_true", "help": "print JSON, for programs"},
        "--out": {"metavar": "DIR", "help": "write the clean PDFs there"},
        "--compare": {"action": "store_true", "help": "draw them with every reader there is, and compare"},
        "--pdfjs": {"metavar": "DIR", "help": "a folder with pdfjs-dist in its node_modules"},
    },
    "verify": {
        "files": {"nargs": "*", "metavar": "FILE", "help": "receipts, checkpoints, or folders of them"}
    },
}
