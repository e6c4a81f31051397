"""The signs beside words: lines on a 16 × 16 grid in the text's colour; never the only carrier of a meaning."""

from __future__ import annotations

ICONS = {
    "check": "M3 8.5 6.5 12 13 4.5",
    "cross": "M4 4l8 8M12 4l-8 8",
    "half": "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 2v6h6",
    "clock": "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 4.5V8l2.5 1.5",
    "pen": "M2.5 13.5c3-1 3-4 5-4s0 3 2 3 2-1.5 4-1.5M9 7l4.5-4.5L12 1 7.5 5.5 7 7.5z",
    "alert": "M8 2 1.5 13.5h13zM8 6.5v3M8 11.5v.1",
    "minus": "M3.5 8h9",
    "mail": "M2 4h12v8.5H2zM2 4.5l6 4.5 6-4.5",
    "eye": "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3z",
    "seal": "M8 1.5a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM5.5 9l-1 5.5L8 13l3.5 1.5-1-5.5",
    "comment": "M2 3h12v8H7l-3 2.5V11H2z",
    "arrow": "M3 8h10M9 4l4 4-4 4",
    "turn": "M6 3.5 10.5 8 6 12.5",
    "down": "M8 2.5v8M4.5 7.5 8 11l3.5-3.5M3 13.5h10",
    "copy": "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
    "undo": "M3 6h6.5a3.5 3.5 0 0 1 0 7H6M6 3 3 6l3 3",
    "plus": "M8 3v10M3 8h10",
    "up": "M8 13V3.5M4 7l4-4 4 4",
    "lower": "M8 3v9.5M4 9l4 4 4-4",
    "search": "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.5 10.5 14 14",
    "bell": "M4 11V7a4 4 0 0 1 8 0v4l1 1.5H3zM6.5 14h3",
    "print": "M4.5 6V2.5h7V6M4.5 11.5H2.5V6h11v5.5h-2M4.5 9.5h7v4h-7z",
    "key": "M5.5 6.5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM7.5 7.5 13.5 2M11 4.5l2 2",
    "left": "M13 8H3M7 4 3 8l4 4",
    "rotate": "M13 8a5 5 0 1 1-1.6-3.7M13 1.8v2.9h-2.9",
    "camera": "M2 5h3l1-1.5h4L11 5h3v7.5H2zM8 6.6a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
    "dots": "M3.5 8h.1M8 8h.1M12.5 8h.1",
}
