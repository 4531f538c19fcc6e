"""Labels for containers: sheets of A4 with 24 labels of 70 × 37 mm, each with a QR code that opens an address.

The codes are drawn as vectors, sharp on any printer. Which words stand on a label is decided by who asks.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache

import segno
import typst

from railtrack import resources

PER_SHEET = 24
# what a machine has of these is taken; Typst brings the last
_FONTS = ("Noto Sans", "DejaVu Sans", "Liberation Sans", "Arial", "Helvetica Neue")
_CHINESE = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei")
_ALWAYS = ("Libertinus Serif", "DejaVu Sans Mono")


@dataclass(frozen=True, kw_only=True)
class Label:
    """One container: owner and serial number as they are read, the check digit that is framed, and lines below."""

    number: str
    check_digit: str
    reference: str
    route: str
    note: str
    address: str


def sheets(labels: Sequence[Label], *, title: str, language: str, skip: int = 0) -> bytes:
    """Set labels onto sheets and give the PDF; the first `skip` places of the first sheet were used before."""
    known = _fonts().families()
    values = {
        "title": title,
        "language": language,
        "skip": skip % PER_SHEET,
        "fonts": [name for name in (*_FONTS, *_CHINESE, *_ALWAYS) if name in known],
        "labels": [asdict(label) | {"code": code(label.address)} for label in labels],
    }
    source = resources.folder("templates") / "entry" / "labels.typ"
    compiler = typst.Compiler(str(source), font_paths=_fonts(), sys_inputs={"values": json.dumps(values)})
    try:
        pdf = compiler.compile(format="pdf", pdf_standards=["ua-1"])
    except typst.TypstError:
        # the accessible kind refuses a sign no font of the machine has; a box stands for it then
        pdf = compiler.compile(format="pdf")
    assert isinstance(pdf, bytes)  # noqa: S101 - one document without an output path is bytes
    return pdf


def can_set(language: str) -> bool:
    """Whether this machine has the letters of a language; the Latin ones always come along."""
    return language != "zh" or not set(_CHINESE).isdisjoint(_fonts().families())


def code(address: str) -> str:
    """The QR code of an address as SVG, with the quiet zone readers need; a quarter of it may be dirty."""
    drawn: str = segno.make(address, error="q", micro=False, boost_error=False).svg_inline(border=4, scale=1)
    return drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)


@cache
def _fonts() -> typst.Fonts:
    """The machine's fonts, looked through once: it takes seconds."""
    return typst.Fonts()
