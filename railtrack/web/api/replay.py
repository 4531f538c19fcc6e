"""Idempotency-Key: of requests that come twice, one is carried out and the others get its answer."""

import hashlib
from collections.abc import Callable
from functools import wraps

from flask import Response, request

from railtrack.operations.entering.once import Answer, once
from railtrack.web.api.guard import current_bearer
from railtrack.web.current import current_store, now

HEADER = "Idempotency-Key"
KEPT_HEADERS = ("Content-Type", "ETag", "Location")


def once_per_key(view: Callable[[], Response]) -> Callable[[], Response]:
    """Carry a view out once for each key of a sender; without a key, each time."""

    @wraps(view)
    def keyed() -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return view()
        holder = current_bearer()
        answer = once(
            current_store(), holder.token.id, key, _hash(), lambda: _kept(view()), actor=holder.actor, now=now()
        )
        response = Response(answer.body, answer.status, answer.headers)
        response.headers["Cache-Control"] = "private, no-cache"
        if answer.is_replayed:
            response.headers["Idempotency-Replayed"] = "true"
        return response

    return keyed


def _kept(response: Response) -> Answer:
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    return Answer(response.status_code, response.get_data(), headers, changed=response.status_code < 400)


def _hash() -> str:
    said = (request.method, request.full_path, request.mimetype)
    return hashlib.sha256("\n".join(said).encode("utf-8", "backslashreplace") + b"\n" + request.get_data()).hexdigest()
