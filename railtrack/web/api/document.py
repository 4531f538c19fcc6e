"""The description of the interface (OpenAPI 3.1), made from the calls themselves, and the same to be read."""

import json
import re
from collections.abc import Iterator
from typing import Any

from flask import Flask, render_template
from flask.views import View
from flask_smorest import Api
from markupsafe import Markup, escape

from railtrack import __version__
from railtrack.web.api.guard import PROBLEM
from railtrack.web.api.problems import TYPES
from railtrack.web.api.schemas import SCHEMAS, ref

Json = dict[str, Any]
METHODS = ("get", "post", "patch")
INTRODUCTION = """\
Shipments and events in, journeys, figures and maps out: the same rules and words as the forms and the files.

**Token.** Send `Authorization: Bearer TOKEN`. Tokens are made on the page of your account, read or read and write, and
act for one organisation. They are never taken from an address, and cookies mean nothing here.

**Errors** are problem details (RFC 9457). `errors` names each fault: where (`pointer`, a JSON pointer, or `parameter`),
what is wrong, what to do, and values that would be accepted. `Accept-Language` chooses the language.

**Lists** give up to `limit` entries (500 at most). `next_cursor`, and `Link` with `rel="next"`, lead on.

**Sent twice.** `POST` takes an `Idempotency-Key`: within 24 hours the same request under the same key is answered with
the first answer. What was refused changed nothing and leaves its key free.

**Changed meanwhile.** `GET` of a shipment gives an `ETag`; `PATCH` needs it in `If-Match`. Its first part is the
version of the facts, which decides; the second changes with the events.

**Times** without an offset are those of the station's clock; answers carry the offset. A date alone stays a date.
"""
SUMMARIES = {
    400: "Not understood: no JSON, or a question that makes no sense.",
    401: "No token, or one that does not work.",
    403: "The token only reads, or the role may not.",
    404: "Nothing there, or nothing you may know of.",
    405: "This address does not take this method.",
    406: "Only JSON is answered.",
    409: "Ambiguous, or something stands against it; `errors` says what to write.",
    412: "Changed meanwhile; `ETag` is that of now.",
    413: "Too large.",
    415: "Only JSON is taken, not compressed.",
    422: "Refused: `errors` says what, where, and what to do.",
    428: "If-Match is missing.",
    429: "Too many requests; `Retry-After` says when.",
    503: "A part railtrack relies on does not answer.",
}


class Interface(Api):  # type: ignore[misc] # flask-smorest carries no types
    """The interface beside our pages: errors are answered in one place, and the description is ours to serve."""

    def _register_error_handlers(self) -> None:
        """Leave the application's errors alone."""

    def _register_doc_blueprint(self) -> None:
        """Serve nothing; see `interface.docs`."""


def make(app: Flask) -> Interface:
    """Make the interface, its shapes described."""
    described = Interface(
        app,
        spec_kwargs={
            "title": "railtrack",
            "version": __version__,
            "openapi_version": "3.1.0",
            "info": {"summary": "Cargo trains between Chongqing and Mannheim", "description": INTRODUCTION},
            "servers": [{"url": "/", "description": "This installation"}],
            "security": [{"token": []}],
        },
    )
    described.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    for name, shape in SCHEMAS.items():
        described.spec.components.schema(name, shape)
    for status, summary in SUMMARIES.items():
        described.spec.components.response(
            TYPES[status], {"description": summary, "content": {PROBLEM: {"schema": ref("Problem")}}}
        )
    return described


def finished(described: Interface) -> Json:
    """Give the description with what holds of all calls alike."""
    document: Json = described.spec.to_dict()
    document.pop("tags", None)
    document["components"]["responses"].pop("DEFAULT_ERROR", None)
    for name in ("Error", "PaginationMetadata"):
        document["components"]["schemas"].pop(name, None)
    document["components"].pop("headers", None)
    for path, method, call in calls(document):
        call["operationId"] = f"{method}{path.removeprefix('/api/v1').title()}".translate(_NAMES)
        # of a parameter that is described by hand and by its route, the first counts
        given = call.pop("x-more", [])
        for parameter in call.get("parameters", []):
            _settle(parameter["schema"])
        call["parameters"] = [*call.get("parameters", []), *given]
        for status in _refusals(path, method):
            call["responses"].setdefault(str(status), {})
            call["responses"][str(status)] = {"$ref": f"#/components/responses/{TYPES[status]}"}
        call["responses"].pop("default", None)
        call["responses"] = dict(sorted(call["responses"].items()))
        if not call["parameters"]:
            del call["parameters"]
    return document


def _settle(shape: Json) -> None:
    """Take out of a parameter's shape that it may be nothing: then it is not there."""
    if shape.get("default", 0) is None:
        del shape["default"]
    if isinstance(shape.get("type"), list):
        shape["type"] = next(each for each in shape["type"] if each != "null")


def calls(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Every call with its path and method."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


_NAMES = {ord(sign): None for sign in "/{}.-_"}


def _refusals(path: str, method: str) -> Iterator[int]:
    yield from (401, 403, 405, 406, 422, 429, 503)
    if "{" in path or "positions" in path:
        yield 404
    if "{reference}" in path or method != "get":
        yield 409
    if method != "get":
        yield from (413, 415)
    if method != "get" or "statistics" in path:
        yield 400
    if method == "patch":
        yield from (412, 428)


class Docs(View):
    """The description to be read: our page, so that it needs no script and asks nobody else."""

    init_every_request = False

    def __init__(self, document: Json) -> None:
        self._document = document

    def dispatch_request(self) -> str:
        groups: dict[str, list[tuple[str, str, Json]]] = {}
        for path, method, call in calls(self._document):
            groups.setdefault(call["tags"][0], []).append((path, method, call))
        return render_template(
            "api/docs.html",
            document=self._document,
            groups=groups,
            introduction=[_marked_up(each) for each in INTRODUCTION.strip().split("\n\n")],
            pretty=_pretty,
            types=TYPES,
            said={status: _marked_up(summary) for status, summary in SUMMARIES.items()},
        )


def _pretty(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _marked_up(paragraph: str) -> Markup:
    """Say the little of Markdown that the introduction uses in HTML."""
    text = _BOLD.sub(
        r"<strong>\1</strong>", _CODE.sub(r'<span class="code wrap-words">\1</span>', str(escape(paragraph)))
    )
    return Markup(text)  # noqa: S704 - escaped above


_BOLD, _CODE = re.compile(r"\*\*(.+?)\*\*"), re.compile(r"`(.+?)`")
