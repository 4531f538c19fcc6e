"""Marks that stand on one letter: accents, vowel signs, points. Any script stacks a few; sixty paint over the page."""

from unicodedata import category

from railtrack.domain.messages import say
from railtrack.domain.rows.unfit import Unfit

MOST_MARKS = 4


def check_marks(text: str) -> None:
    """Raise Unfit where more than four combining marks (Unicode Mn, Me) follow each other."""
    if text.isascii():
        return
    run = 0
    for sign in text:
        run = run + 1 if category(sign) in ("Mn", "Me") else 0
        if run > MOST_MARKS:
            raise Unfit(
                say("More than %(most)d accents stand on one letter.", most=MOST_MARKS),
                say("Type it anew without them; a copied text may hold many."),
            )
