"""Cursors of lists: opaque to whoever holds them, and only good for the list and order they came from."""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from railtrack.domain.errors import Problem, Refused
from railtrack.domain.messages import say

MOST = 500  # rows of a page
MOST_NUMBER = 2**63 - 1  # of an integer in either database


def encode(order: str, values: Sequence[Any]) -> str:
    """Make the cursor that continues after these values of the last row shown."""
    parts = [{"at": v.isoformat()} if isinstance(v, date) else v for v in values]
    return base64.urlsafe_b64encode(json.dumps([order, *parts]).encode()).decode().rstrip("=")


def decode(cursor: str | None, order: str, shape: Sequence[type | tuple[type, ...]]) -> list[Any] | None:
    """Give the values back; None for the start. Raises Refused for a cursor of another list or none of ours."""
    if not cursor:
        return None
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        values = [_value(part) for part in found[1:]]
        good = found[0] == order and len(values) == len(shape)
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, binascii.Error, RecursionError):
        good, values = False, []
    if not good or not all(isinstance(v, kind) for v, kind in zip(values, shape, strict=True)):
        raise Refused(
            [
                Problem(
                    message=say("This is not a place in this list."),
                    remedy=say("Start again from the first page."),
                    column="cursor",
                    value=cursor,
                )
            ]
        )
    return values


def bounded(limit: int) -> int:
    """Keep the length of a page within reason."""
    return max(1, min(limit, MOST))


def _value(part: Any) -> Any:
    if isinstance(part, bool) or (isinstance(part, int) and abs(part) > MOST_NUMBER):
        raise ValueError
    if isinstance(part, str):
        part.encode()  # half a surrogate pair is no text; a ValueError too
    if not isinstance(part, dict):
        return part
    text = part["at"]
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text).astimezone(UTC)
