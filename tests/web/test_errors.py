"""Errors as pages: what happened in one sentence, and what to do; never a traceback."""

import logging
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient

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
from railtrack.domain.messages import say
from tests.web.conftest import post, words_of


def raising(app: Flask, error: Exception) -> None:
    """Give the application a page that fails this way."""

    def fail() -> str:
        raise error

    fail.is_public = True  # type: ignore[attr-defined]
    app.add_url_rule("/fails", view_func=fail)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound(say("There is no shipment %(name)s.", name="<b>X</b>")), 404),
        (NotAllowed(say("There is no shipment %(name)s.", name="<b>X</b>")), 403),
        (Ambiguous(say("There is no shipment %(name)s.", name="<b>X</b>")), 409),
        (Conflict(say("There is no shipment %(name)s.", name="<b>X</b>")), 409),
        (Unavailable(say("There is no shipment %(name)s.", name="<b>X</b>")), 503),
        (RailtrackError(say("There is no shipment %(name)s.", name="<b>X</b>")), 400),
    ],
)
def test_each_error_of_ours_becomes_a_page_with_its_sentence(
    app: Flask, client: FlaskClient, error: RailtrackError, status: int
) -> None:
    raising(app, error)
    answer = client.get("/fails")
    assert answer.status_code == status
    assert '<h1 class="answer">There is no shipment &lt;b&gt;X&lt;/b&gt;.</h1>' in answer.text
    assert 'class="brand"' in answer.text


def test_a_refusal_lists_its_problems_with_what_to_do(app: Flask, client: FlaskClient) -> None:
    problem = Problem(message=say("No station %(name)s.", name="<i>DUI</i>"), remedy=say("Write MHG."))
    raising(app, Refused([problem, Problem(message=say("No such day."))]))
    answer = client.get("/fails")
    assert answer.status_code == 422
    assert "No station <i>DUI</i>. Write MHG. No such day." in words_of(answer.text)
    assert "<i>DUI</i>" not in answer.text


def test_a_part_of_a_page_gets_the_sentence_alone(app: Flask, client: FlaskClient) -> None:
    raising(app, NotFound(say("There is no shipment <X>.")))
    answer = client.get("/fails", headers={"HX-Request": "true"})
    assert answer.status_code == 404
    assert answer.text.startswith('<p class="note note-error" role="alert">There is no shipment &lt;X&gt;.')
    assert "<html" not in answer.text


def test_an_unforeseen_failure_is_logged_and_told_without_its_details(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    raising(app, RuntimeError("secret details"))
    app.testing = False
    with caplog.at_level(logging.ERROR):
        answer = client.get("/fails")
    assert answer.status_code == 500
    assert "Something went wrong on our side." in answer.text
    assert "secret details" not in answer.text
    assert "secret details" in caplog.text


def test_an_unknown_address_is_a_page(client: FlaskClient) -> None:
    answer = client.get("/nothing-here")
    assert answer.status_code == 404
    assert "There is no such page." in answer.text


def test_a_form_without_its_token_changes_nothing(administrator: FlaskClient) -> None:
    answer = administrator.post("/admin/users/new", data={"email": "x@example.org", "role": "city"})
    assert answer.status_code == 400
    assert "too old or came from elsewhere" in answer.text
    assert "x@example.org" not in administrator.get("/admin/users").text


def test_a_wrong_method_is_a_page(administrator: FlaskClient) -> None:
    answer = administrator.get("/admin/users/link")
    assert answer.status_code == 405
    assert "does not take what was sent" in answer.text


def test_an_upload_beyond_the_limit_is_refused_before_it_is_read(app: Flask, administrator: FlaskClient) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = post(administrator, "/admin/users/new", email="x" * 2000)
    assert answer.status_code == 413
    assert "The file is too large." in answer.text
    assert "At most 32 MB can be sent. Split it" in answer.text
    assert "Choose another file" not in answer.text
    answer = administrator.post("/import", data={"file": (BytesIO(b"x" * 2000), "big.csv")})
    assert answer.status_code == 413
    assert '<a class="btn btn-go" href="/import">Choose another file</a>' in answer.text
