"""Forms that another site made somebody's browser send: no route takes one, whoever is signed in."""

from flask import Flask
from flask.testing import FlaskClient

from railtrack.domain.actors import EVERYTHING
from railtrack.store.audit import audit_entries
from railtrack.store.engine import Store
from tests.web.routes import ROUTES


def test_no_route_takes_a_form_without_its_token(app: Flask, administrator: FlaskClient, web_store: Store) -> None:
    def entries() -> int:
        with web_store.reading() as r:
            return len(audit_entries(r, EVERYTHING, limit=500).items)

    before, taken = entries(), []
    for rule in app.url_map.iter_rules():
        needs = ROUTES[rule.endpoint]
        if needs.by_token or "POST" not in (rule.methods or ()):
            continue  # a program's call carries its token itself, which no browser adds
        given = {name: 1 if rule._converters[name].regex.startswith(r"\d") else "1" for name in rule.arguments}
        with app.test_request_context():
            address = app.url_for(rule.endpoint, **given)  # type: ignore[arg-type] # as Flask has it
        for headers in ({}, {"Origin": "https://evil.example", "Referer": "https://evil.example/"}):
            answer = administrator.post(address, data={"csrf_token": "forged", "email": "a@b.example"}, headers=headers)
            if answer.status_code != 400:
                taken.append((rule.endpoint, answer.status_code))
    assert not taken
    assert entries() == before
    assert administrator.get("/account").status_code == 200  # nor was anybody signed out
