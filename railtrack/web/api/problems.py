"""Errors as problem details (RFC 9457): the sentence people read elsewhere, and each fault with its place.

The rules that judge a file judge a document, so an entry of `errors` says the same words as the form and the file.
"""

import logging
from collections.abc import Iterable, Mapping

from flask import Response, request, url_for
from werkzeug.exceptions import HTTPException, InternalServerError

from railtrack.domain.errors import (
    Ambiguous,
    Conflict,
    NotAllowed,
    NotFound,
    Problem,
    RailtrackError,
    Refused,
    Unavailable,
)
from railtrack.exchange.json_documents import Located, NotJson
from railtrack.operations.entering.editing import Stale
from railtrack.operations.entering.once import StillRunning
from railtrack.operations.entering.receiving import RefusedDocument
from railtrack.operations.figures.statistics import WrongUsage
from railtrack.web.api.answers import answer, etag_of
from railtrack.web.api.guard import PROBLEM
from railtrack.web.current import current_settings
from railtrack.web.i18n import gettext, ngettext, words

STATUS: Mapping[type[RailtrackError], int] = {
    NotJson: 400,
    WrongUsage: 400,
    RefusedDocument: 422,
    Refused: 422,
    NotFound: 404,
    NotAllowed: 403,
    Ambiguous: 409,
    Stale: 412,
    Conflict: 409,
    Unavailable: 503,
}
TYPES = {
    400: "not-understood",
    401: "no-token",
    403: "not-allowed",
    404: "not-found",
    405: "method",
    406: "not-acceptable",
    409: "conflict",
    412: "changed-meanwhile",
    413: "too-large",
    415: "media-type",
    422: "refused",
    428: "condition-needed",
    429: "too-many",
    503: "unavailable",
}
_KEPT_HEADERS = ("Allow", "WWW-Authenticate", "Retry-After")
_RETRY_S = "2"
log = logging.getLogger(__name__)


class InvalidParameters(RailtrackError):
    """What stands behind the question mark makes no sense; `problems` name the parameters."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems[0].sentence)


def problem_of(error: RailtrackError) -> Response:
    """The answer to an error of ours."""
    status = 422 if isinstance(error, InvalidParameters) else _status(error)
    if isinstance(error, Unavailable):
        log.error("unavailable: %s", error)
    headers = {}
    if isinstance(error, StillRunning | Unavailable):
        headers["Retry-After"] = _RETRY_S
    if isinstance(error, Stale):
        headers["ETag"] = etag_of(error.current)
    return _problem(status, words(error.message), _errors(error), headers)


def problem_of_http(error: HTTPException) -> Response:
    """The answer to an error of the protocol, or to a failure nobody thought of."""
    status = error.code or 500
    if isinstance(error, InternalServerError) and error.original_exception is not None:
        log.exception("a call failed: %s", request.path, exc_info=error.original_exception)
    given = error.get_response().headers
    headers = {name: given[name] for name in _KEPT_HEADERS if name in given}
    return _problem(status, _details().get(status, _title(status)), (), headers)


def told(located: Iterable[Located]) -> list[dict[str, object]]:
    """Faults and warnings of a document, each with its place."""
    return [{"pointer": each.pointer, **_told(each.problem)} for each in located]


def _status(error: RailtrackError) -> int:
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 400)


def _errors(error: RailtrackError) -> list[dict[str, object]]:
    match error:
        case RefusedDocument():
            return told(error.located)
        case InvalidParameters():
            return [{"parameter": each.column, **_told(each)} for each in error.problems]
        case NotJson():
            return [{"pointer": "", **_told(each)} for each in error.problems]
        case Refused():
            return [_in_request(each) for each in error.problems]
        case Ambiguous() if error.names:
            entry = {"parameter": "reference", "detail": words(error.message), "severity": "problem"}
            return [{**entry, "suggestions": list(error.names)}]
    return []


def _in_request(problem: Problem) -> dict[str, object]:
    place = "header" if problem.column in ("Idempotency-Key", "If-Match") else "parameter"
    return {place: problem.column, **_told(problem)}


def _told(problem: Problem) -> dict[str, object]:
    return {
        "column": problem.column,
        "value": problem.value,
        "detail": words(problem.message),
        "remedy": None if problem.remedy is None else words(problem.remedy),
        "severity": problem.severity.value,
        "suggestions": list(problem.suggestions),
    }


def _problem(status: int, detail: str, errors: Iterable[Mapping[str, object]], headers: Mapping[str, str]) -> Response:
    kind = TYPES.get(status)
    document: dict[str, object] = {
        "type": f"{url_for('interface.docs')}#problem-{kind}" if kind else "about:blank",
        "title": _title(status),
        "status": status,
        "detail": detail,
    }
    listed = list(errors)
    if listed:
        document["errors"] = listed
    return answer(document, status, headers, media_type=PROBLEM)


def _title(status: int) -> str:
    titles = {
        400: gettext("The request was not understood"),
        401: gettext("A token is needed"),
        403: gettext("Not allowed"),
        404: gettext("Not found"),
        405: gettext("This address does not take this method"),
        406: gettext("Only JSON is answered"),
        409: gettext("Something stands against it"),
        412: gettext("Changed meanwhile"),
        413: gettext("Too large"),
        415: gettext("Only JSON is taken"),
        422: gettext("Refused"),
        428: gettext("A condition is needed"),
        429: gettext("Too many requests"),
        503: gettext("Unavailable"),
    }
    if status in titles:
        return titles[status]
    return gettext("The request was not understood") if status < 500 else gettext("Something went wrong on our side")


def _details() -> dict[int, str]:
    return {
        400: gettext("The request could not be understood."),
        401: gettext("Send Authorization: Bearer and a token that works. Tokens are made on the page of your account."),
        404: gettext("There is nothing at this address."),
        405: gettext("See the Allow header for what it takes."),
        406: gettext("Accept application/json."),
        413: gettext(
            "At most %(mb)d MB can be sent. Send it in several requests.", mb=current_settings().max_upload_mb
        ),
        415: gettext("Send Content-Type: application/json, not compressed."),
        428: gettext("Say with If-Match on which version the change is made: the ETag that GET gave."),
        429: ngettext("Wait a minute and try again.", "Wait %(num)d minutes and try again.", 1),
        500: gettext("Nothing was recorded. Try again; if it stays, tell the administrator."),
        503: gettext("Nothing was lost. Try again in a moment."),
    }
