"""What a file of somebody else may cost us: numbers with their reasons. Going over is a refusal, never a crash."""

from __future__ import annotations

from dataclasses import dataclass

from paraph.intake.codes import MAX_PAGES as MAX_PAGES

MB = 1 << 20

MAX_BYTES = 50 * MB  # a 50-page colour scan at 300 dpi has about 25 MB
MAX_UNPACKED = (
    400 * MB
)  # of all streams of a PDF; 50 pages at 300 dpi grey are 430 MB of pixels, but those stay packed
MAX_CONTENT = 24 * MB  # drawing orders of one page, unpacked; dense maps and CAD drawings have up to 15 MB
MAX_PICTURE_PIXELS = 220_000_000  # what the largest phone cameras make (200 MP), read in draft at an eighth
MAX_DECODED_PIXELS = 64_000_000  # of one picture in memory: 256 MB in colour, an A3 at 400 dpi
MAX_GREY_PIXELS = 144_000_000  # the same in black and white or grey: an A3 at 600 dpi, an A4 at 1200 dpi
MAX_SIDE_POINTS = 14_400  # the largest page that PDF 1.7 allows without a unit (annex C): 200 inches
MAX_OBJECTS = 400_000  # of a PDF; a 1,000-page catalogue has about 60,000


@dataclass(frozen=True)
class Limits:
    """Of one child: wall and processor seconds, and bytes of address space, all enforced by the kernel or by a kill.

    A child that had less than ``due`` processor seconds when its time is up was kept waiting by others. That is
    refused as *busy*, not as too slow: nothing is wrong with the file. Where nobody waits for the answer
    (``patient``) the child gets the same time once more before.
    """

    wall: float
    cpu: int
    memory: int
    due: float = 3.0
    patient: bool = False


TAKING = Limits(wall=9.0, cpu=9, memory=768 * MB)  # within 10 s, its end included (issue 4, point 8)
PICTURING = Limits(wall=20.0, cpu=20, memory=768 * MB)
# A worker's jobs, for which nobody waits.
BINDING = Limits(wall=9.0, cpu=9, memory=768 * MB, patient=True)
JUDGING = Limits(wall=120.0, cpu=110, memory=768 * MB, patient=True)  # two seconds a page, 50 pages
