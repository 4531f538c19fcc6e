"""Answers: JSON in UTF-8, the version of a shipment as ETag, and how a list goes on."""

import json
from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Response, request

from railtrack.domain.records import RecordedShipment
from railtrack.web.api.guard import JSON


def answer(
    document: object, status: int = 200, headers: Mapping[str, str] | None = None, *, media_type: str = JSON
) -> Response:
    """Answer with a document; half a surrogate pair, which UTF-8 cannot hold, is spelled out."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    response = Response(text.encode("utf-8", "backslashreplace"), status, dict(headers or {}), content_type=media_type)
    response.headers.setdefault("Cache-Control", "private, no-cache")
    response.vary.update(["Authorization", "Accept-Language"])
    return response


def listed(items: list[object], next_cursor: str | None, **more: object) -> Response:
    """Answer with a stretch of a list; `Link` leads on."""
    headers = {}
    if next_cursor is not None:
        given = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
        headers["Link"] = f'<{request.path}?{urlencode([*given, ("cursor", next_cursor)])}>; rel="next"'
    return answer({"items": items, "next_cursor": next_cursor, **more}, headers=headers)


def etag_of(shipment: RecordedShipment) -> str:
    """The version of what is shown of a shipment: that of its facts, then the change its events brought last."""
    return f'"{shipment.version}.{shipment.change}"'


def versions_given() -> frozenset[int] | None:
    """The versions `If-Match` names; None for any. What no ETag of ours looks like names none."""
    given = request.if_match
    if given.star_tag:
        return None
    # who changes facts undoes no event, so a version of the facts is enough
    numbers = ((tag or "").partition(".")[0] for tag in given.as_set())
    return frozenset(int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 19)
