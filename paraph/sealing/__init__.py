"""PDF: bytes in, bytes out. Renders documents, seals them once, says whether a sealed one is whole.

No tables, no Django. typst is hidden in ``render``; pyHanko and asn1crypto in ``seal``, ``timestamp`` and ``check``.
"""

from __future__ import annotations

from paraph.sealing import unplugged as unplugged  # before anything imports pyHanko
