"""Right-to-left text, emoji and 10,000 characters in every field of every form: answered, never broken by.

The forms are those on the pages themselves, found by walking them; hidden fields stay as they are.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from railtrack.domain.actors import Role
from railtrack.store.engine import Store
from tests.web.conftest import SignIn, csrf_token, words_of
from tests.web.entry_pages import box, form_of, send
from tests.web.figure_pages import published_template, sqlite_url
from tests.web.routes import ROUTES

__all__ = ["published_template", "sqlite_url"]
RIGHT_TO_LEFT = "شركة الشحن \u202eمانهايم\u202c ‏MA-1"
EMOJI = "🚂👩🏽‍🔧🇨🇳 e\u0301"
REFERENCE = "🚂🇨🇳-1"
TEXTS = (RIGHT_TO_LEFT + EMOJI, "長" * 10_000, "a\x00b\ud800")
TYPED = ("text", "search", "email", "password", "tel", "url", "number", "date", "time", "")
LEFT_OUT = ("/sign-out", "/sign-in/second/leave")  # the walk would end with them


@dataclass(frozen=True)
class Form:
    """A form on a page: where it leads, how, what it sends unasked, what one types."""

    action: str
    method: str
    given: tuple[tuple[str, str], ...]
    typed: tuple[str, ...]


def forms_on(page: str, address: str) -> Iterator[Form]:
    for form in re.finditer(r"(?s)<form\b([^>]*)>(.*?)</form>", page):
        head, body = form.groups()
        action, method = re.search(r'\baction="([^"]*)"', head), re.search(r'\bmethod="([^"]*)"', head)
        given, typed = [], []
        for tag in re.findall(r"<(?:input|textarea|select|button)\b[^>]*>", body):
            name = re.search(r'\bname="([^"]+)"', tag)
            kind = re.search(r'\btype="([^"]*)"', tag)
            value = re.search(r'\bvalue="([^"]*)"', tag)
            if name is None or name[1] == "csrf_token":
                continue
            is_text = tag.startswith(("<textarea", "<select")) or (
                tag.startswith("<input") and (kind[1] if kind else "") in TYPED
            )
            if is_text:
                typed.append(name[1])
            elif "radio" not in tag and "checkbox" not in tag:
                given.append((name[1], html.unescape(value[1]) if value else ""))
        yield Form(
            html.unescape(action[1]) if action else address, method[1].lower() if method else "get",
            tuple(given), tuple(dict.fromkeys(typed)),
        )  # fmt: skip


def pages_of(app: Flask, shipment_id: str) -> Iterator[str]:
    """Every page this reader can open, by the examples of the table of rights."""
    thing = {"shipment_id": shipment_id, "container": "TESU0000015", "train": "YXO 1", "day": "2024-06-10",
             "origin": "CKG", "organisation_id": "1", "event_id": "none"}  # fmt: skip
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        needs = ROUTES[rule.endpoint]
        if needs.by_token or "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        given = {name: text.format(**thing) for name, text in needs.given.items() if name in rule.arguments}
        if set(given) != set(rule.arguments):
            continue
        with app.test_request_context():
            yield app.url_for(rule.endpoint, **given)  # type: ignore[arg-type] # as Flask has it


def walk(app: Flask, client: FlaskClient, shipment_id: str) -> dict[tuple[str, tuple[str, ...]], Form]:
    """Every kind of form this reader finds, once."""
    found: dict[tuple[str, tuple[str, ...]], Form] = {}
    for address in pages_of(app, shipment_id):
        answer = client.get(address)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            for form in forms_on(answer.text, address):
                what = re.sub(r"\d+", "0", form.action.partition("?")[0])
                if form.typed and what not in LEFT_OUT:
                    found.setdefault((what, form.typed), form)
        answer.close()
    return found


def id_of(answer: Any) -> str:
    """The number of the shipment a form led to."""
    assert answer.status_code == 302, words_of(answer.text)
    found = re.match(r"/shipments/(\d+)", answer.headers["Location"])
    assert found is not None
    return found[1]


def answered(client: FlaskClient, form: Form, text: str, token: str) -> Any:
    given: dict[str, Any] = {}
    for name, value in form.given:
        given.setdefault(name, value)
    filled = {**given, **dict.fromkeys(form.typed, text.encode("utf-8", "replace").decode())}
    if form.method == "get":
        return client.get(form.action, query_string={name: value[:2000] for name, value in filled.items()})
    return client.post(form.action, data={"csrf_token": token, **filled})


@pytest.mark.parametrize("role", [Role.PARTNER, Role.ADMINISTRATOR])
def test_every_form_answers_whatever_is_typed(
    app: Flask, sign_in: SignIn, web_store: Store, now: datetime, role: Role
) -> None:
    partner = sign_in(Role.PARTNER, "Beispiel-Spedition")
    booking = form_of(box(1), train="YXO 1", planned_departure="2024-06-10 10:00")
    shipment_id = id_of(send(partner, "/shipments/new", booking))
    client = partner if role is Role.PARTNER else sign_in(role)
    forms = walk(app, client, shipment_id)
    expected = {
        Role.PARTNER: ("/shipments/new", "/shipments/0/change", "/events/new", "/account/password"),
        Role.ADMINISTRATOR: ("/admin/users/new", "/admin/places/add/station", "/shipments/new", "/audit"),
    }[role]
    found = {what for what, _typed in forms}
    assert [what for what in expected if what not in found and not any(what in each for each in found)] == []
    wrong = []
    token = csrf_token(client, "/account")
    for (what, _typed), form in forms.items():
        for text in TEXTS:
            answer = answered(client, form, text, token)
            if answer.status_code >= 500 or "<script>x" in answer.text:
                wrong.append((what, form.typed, text[:12], answer.status_code))
            answer.close()
    assert not wrong, wrong
    assert client.get("/account").status_code == 200 or role is Role.PARTNER


def test_text_of_others_is_stored_and_shown_whole_and_keeps_to_itself(
    app: Flask, sign_in: SignIn, web_store: Store
) -> None:
    writer = sign_in(Role.PARTNER, RIGHT_TO_LEFT.replace("\u202e", "").replace("\u202c", ""))
    booked = form_of(
        box(goods=EMOJI * 40),
        reference=REFERENCE,
        shipper=RIGHT_TO_LEFT,
        consignee=EMOJI,
        consignment_note="ש" * 100,
    )
    shipment = f"/shipments/{id_of(send(writer, '/shipments/new', booked))}"
    page = writer.get(shipment)
    for text in (REFERENCE, RIGHT_TO_LEFT, EMOJI):
        assert text in words_of(page.text), text
    for address in ("/shipments?status=not_departed", f"{shipment}/change", f"{shipment}/history"):
        assert REFERENCE in writer.get(address).text, address
    # an override in somebody's name ends with the name: every inline part of a page is a paragraph of its own to the
    # rules that order right-to-left text
    style = app.test_client().get("/static/style.css")
    assert re.search(r":where\([^)]*\bspan\b[^)]*\)\s*{\s*unicode-bidi: isolate", style.text)
    style.close()
