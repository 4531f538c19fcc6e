"""Answers that are files."""

from collections.abc import Iterable
from itertools import chain

from flask import Response

from railtrack.exchange.writing import MEDIA_TYPES


def download(pieces: Iterable[bytes], name: str, form: str) -> Response:
    """Answer with a file piece by piece; what is wrong with it from the start is still said as a page.

    `name` comes without its ending; `form` is csv, xlsx or jsonl.
    """
    going = iter(pieces)
    response = Response(chain([next(going, b"")], going), content_type=MEDIA_TYPES[form])
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.{form}")
    return response
