"""QR codes, drawn by the server into the page."""

import segno
from markupsafe import Markup


def qr_code(text: str) -> Markup:
    """Draw a QR code as SVG without any style of its own: dark on light in either appearance, as readers want it."""
    made = segno.make(text, error="m", micro=False)
    # its own words only: numbers of the drawing
    return Markup(made.svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True))  # noqa: S704
