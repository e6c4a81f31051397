"""A drawn mark as a drawing, the same wherever it is shown."""

from __future__ import annotations

from typing import Any


def path(mark: dict[str, Any]) -> dict[str, Any] | None:
    """A drawn mark as the path of a drawing 100 units high; None for a typed one."""
    if mark["kind"] != "drawn":
        return None
    width = mark["aspect"] * 100
    strokes = [[f"{x * width:.1f} {y * 100:.1f}" for x, y in stroke] for stroke in mark["strokes"]]
    path = "".join("M" + "L".join(points if len(points) > 1 else points * 2) for points in strokes)
    return {"width": f"{width:.0f}", "path": path}
