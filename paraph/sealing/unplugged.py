"""pyHanko without its way to the network: what a PDF names is never fetched (security.md line 32).

pyHanko imports aiohttp wherever it might ask an authority. We ask with a client of our own, and judge certificates by
what is at hand; left out, it costs every process 10 MB less and starts sooner. A new way that would need it fails.
"""

from __future__ import annotations

import sys
from types import ModuleType

NETWORK = "aiohttp"


class _Unplugged(ModuleType):
    """Stands for the library while pyHanko is imported: every name in it is an error that nobody raises."""

    def __getattr__(self, name: str) -> type[Exception]:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (Exception,), {"__init__": _refuse})


def _refuse(*_: object, **__: object) -> None:
    raise RuntimeError("pyHanko was imported without its way to the network")


def _import() -> None:
    if NETWORK in sys.modules:
        return
    sys.modules[NETWORK] = _Unplugged(NETWORK)
    try:
        import pyhanko.sign.validation  # noqa: F401
        from pyhanko_certvalidator.fetchers import aiohttp_fetchers  # noqa: F401
    finally:
        del sys.modules[NETWORK]


_import()
