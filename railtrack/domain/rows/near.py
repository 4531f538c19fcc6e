"""Values that look like what was written, to be offered and never to be taken by themselves."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache


def near(text: str, known: Iterable[str], *, limit: int = 3, cutoff: float = 0.6) -> tuple[str, ...]:
    """Give up to `limit` of the known values that look most like `text`, nearest first."""
    return _near(text[:64], tuple(known), limit, cutoff)


# comparing takes long, and a file that is wrong is mostly wrong in the same way in each row
@lru_cache(maxsize=2_048)
def _near(text: str, known: tuple[str, ...], limit: int, cutoff: float) -> tuple[str, ...]:
    return tuple(get_close_matches(text, known, n=limit, cutoff=cutoff))
