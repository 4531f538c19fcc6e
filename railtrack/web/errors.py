"""Errors as pages, in one place: what happened, in a sentence, and what one can do.

Views let errors pass. A part of a page (htmx) gets the sentence alone.
"""

import logging

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from markupsafe import Markup
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.routing import IntegerConverter, ValidationError

from railtrack.domain.errors import (
    Ambiguous,
    Conflict,
    NotAllowed,
    NotFound,
    RailtrackError,
    Refused,
    Unavailable,
)
from railtrack.web.api.guard import is_call
from railtrack.web.api.problems import problem_of, problem_of_http
from railtrack.web.current import current_settings
from railtrack.web.i18n import gettext, ngettext, words

STATUS = {Refused: 422, NotFound: 404, NotAllowed: 403, Ambiguous: 409, Conflict: 409, Unavailable: 503}
log = logging.getLogger(__name__)


class Number(IntegerConverter):
    """A number in an address, if a database can hold it; with any other there is no such page."""

    def to_python(self, value: str) -> int:
        if len(value) > 18:
            raise ValidationError
        return int(super().to_python(value))


def register(app: Flask) -> None:
    """Make the application answer errors with our pages."""
    app.url_map.converters["int"] = Number
    app.register_error_handler(RailtrackError, _refusal)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http_error)


def status_of(error: RailtrackError) -> int:
    """The HTTP status an error of ours stands for."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 400)


def error_page(status: int, answer: str, advice: str = "", problems: tuple[object, ...] = ()) -> ResponseReturnValue:
    """One sentence on what happened, one on what to do."""
    if request.headers.get("HX-Request"):
        return Markup('<p class="note note-error" role="alert">{} {}</p>').format(answer, advice), status
    return render_template(
        "errors/error.html", status=status, sentence=answer, advice=advice, problems=problems
    ), status


def _refusal(error: RailtrackError) -> ResponseReturnValue:
    if is_call():
        return problem_of(error)
    status = status_of(error)
    if isinstance(error, Refused):
        return error_page(status, gettext("This was not recorded."), problems=error.problems)
    if isinstance(error, Unavailable):
        log.error("unavailable: %s", error)
    return error_page(status, words(error.message), _advice(status))


def _stale_form(error: CSRFError) -> ResponseReturnValue:
    return error_page(
        400,
        gettext("This form is too old or came from elsewhere."),
        gettext("Nothing was recorded. Go back, load the page anew and send it again."),
    )


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:  # such as a redirect raised by the router
        return error.response
    if is_call():
        return problem_of_http(error)
    status = error.code or 500
    if isinstance(error, InternalServerError) and error.original_exception is not None:
        log.exception("a page failed: %s", request.path, exc_info=error.original_exception)
    return error_page(status, _sentence(status), _advice(status))


def _sentence(status: int) -> str:
    sentences = {
        401: gettext("Please sign in first."),
        403: gettext("Your account may not see this."),
        404: gettext("There is no such page."),
        405: gettext("This address does not take what was sent."),
        413: gettext("The file is too large."),
        429: gettext("Too many requests came from here."),
        503: gettext("A part railtrack relies on does not answer."),
    }
    if status in sentences:
        return sentences[status]
    if status < 500:
        return gettext("The request could not be understood.")
    return gettext("Something went wrong on our side.")


def _advice(status: int) -> str:
    advice = {
        403: gettext("If you need it, ask an administrator."),
        404: gettext("The address may be mistyped, or the thing belongs to somebody else."),
        409: gettext("Go back and look at it anew."),
        413: gettext(
            "At most %(mb)d MB can be sent. Split it into several files; sending rows twice is harmless.",
            mb=current_settings().max_upload_mb,
        ),
        429: ngettext("Wait a minute and try again.", "Wait %(num)d minutes and try again.", 1),
        503: gettext("Nothing was lost. Try again in a moment."),
    }
    if status in advice:
        return advice[status]
    return gettext("Nothing was recorded. Try again; if it stays, tell the administrator.") if status >= 500 else ""
