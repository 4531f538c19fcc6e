"""A walk over every route as one role: asked with every method, for one's own and another's, then what pages lead to.

The database is made once and copied for each walk, so that what one role changes is not there for the next.
"""

import io
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from railtrack.config import Settings
from railtrack.domain.actors import EVERYTHING, Role
from railtrack.domain.line.network import Network
from railtrack.operations.administering.accounts import create_user
from railtrack.operations.administering.organisations import set_stations
from railtrack.store.engine import Store
from railtrack.store.reading.shipments import events, shipment_named
from railtrack.web.app import create_app
from tests.factories import CORRIDOR, NOW, container, container_number, enter, event_row, moment, shipment_row, tell
from tests.web.conftest import CLERK, PASSWORD, csrf_token, post
from tests.web.hidden_words import MINE, NAMES, OF_CONTAINER, OF_SHIPMENT, TERMINAL, told, words_in
from tests.web.routes import ROUTES

Thing = dict[str, str]
ORGANISATIONS = {Role.PARTNER: MINE, Role.READER: MINE, Role.TERMINAL: TERMINAL}
SERIALS = {True: 1, False: 2}
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
OF_EACH_KIND = 3  # one's own, somebody else's, and one more
_LINK = re.compile(r'\b(?:href|src|action|hx-get|data-[\w-]+)="(/[^"/][^"]*)"')


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One request and what came of it. `sent` is all that was said in asking."""

    endpoint: str
    method: str
    sent: str
    status: int
    location: str
    said: str
    is_own: bool = True
    is_of_the_table: bool = False  # asked as the table of routes has it

    def words(self, *, is_own: bool) -> frozenset[str]:
        """The fields of a shipment that this answer shows, those aside that were told in asking."""
        number = container_number(SERIALS[is_own])
        return words_in(self.said, is_own=is_own, number=number) - words_in(
            unquote_plus(self.sent), is_own=is_own, number=number
        )


@dataclass
class Walk:
    """What one role was answered: by the routes of the table, and by what their pages lead to."""

    app: Flask
    of_routes: list[Answer]
    of_links: list[Answer]
    _shown: dict[bool, dict[str, str]] = field(default_factory=dict)

    def shown(self, *, is_own: bool) -> dict[str, str]:
        """The fields of a shipment that stand in some answer, each with where it was seen first."""
        if is_own not in self._shown:
            found = self._shown[is_own] = {}
            for answer in (*self.of_routes, *self.of_links):
                for name in answer.words(is_own=is_own):
                    found.setdefault(name, f"{answer.method} {answer.sent}")
        return self._shown[is_own]


@dataclass
class Walks:
    """The walks made so far; each needs a second or two, so none is made twice."""

    furnished: Path
    folder: Path
    network: Network
    made: dict[Role | None, Walk] = field(default_factory=dict)
    things: dict[bool, Thing] = field(default_factory=dict)
    _browsers: dict[Role, FlaskClient] = field(default_factory=dict)
    _open: list[Store] = field(default_factory=list)

    def of(self, role: Role | None) -> Walk:
        """The walk of a role, or of nobody."""
        if role not in self.made:
            app = self.app(role.value if role else "nobody")
            client = signed_in(app, role)
            of_routes = list(ask_routes(app, client, role, self.things))
            of_links = list(follow_links(app, signed_in(app, role), of_routes))
            self.made[role] = Walk(app, of_routes, of_links)
        return self.made[role]

    def browser(self, role: Role) -> FlaskClient:
        """A browser of the role, to ask more; the walk signed its own out."""
        if role not in self._browsers:
            self._browsers[role] = signed_in(self.of(role).app, role)
        return self._browsers[role]

    def app(self, name: str) -> Flask:
        """The application over a copy of the database of its own."""
        prepared = self.folder / "prepared.db"
        if not prepared.exists():
            shutil.copyfile(self.furnished, prepared)
            self.things = prepare(prepared, self.network)
        path = self.folder / f"{name}.db"
        shutil.copyfile(prepared, path)
        settings = Settings(database_url=f"sqlite:///{path}", secret_key="k" * 32)
        store = Store(settings.database_url)
        self._open.append(store)
        app = create_app(settings, store, clock=lambda: NOW)
        app.testing = True
        return app

    def close(self) -> None:
        for store in self._open:
            store.close()


def prepare(path: Path, network: Network) -> dict[bool, Thing]:
    """Somebody of each role, and two shipments: of Mine over Dostyk, and of another who does not go there."""
    store = Store(f"sqlite:///{path}")
    for role in Role:
        create_user(
            store, f"{role.value}@example.org", "A. Weber", role, organisation=ORGANISATIONS.get(role, ""),
            password=PASSWORD, actor=CLERK, now=NOW,
        )  # fmt: skip
    set_stations(store, TERMINAL, ["DTK"], actor=CLERK, now=NOW)
    things = {is_own: _thing(store, network, is_own, way) for is_own, way in ((True, "MHG"), (False, "XIA"))}
    reference = things[True]["reference"]
    said = event_row("arrived", "DTK", "2024-05-20T10:00+06:00", reference, partner=MINE, sender=TERMINAL)
    tell(store, network, [said])
    with store.reading() as r:
        mine = int(things[True]["shipment_id"])
        (of_terminal,) = (each.id for each in events(r, EVERYTHING, mine) if each.sender == TERMINAL)
    store.close()
    things[True]["event_of_terminal"] = of_terminal
    return things


def _thing(store: Store, network: Network, is_own: bool, destination: str) -> Thing:
    names = NAMES[is_own]
    partner, reference, train = names["partner"], names["reference"], names["train"]
    way = {"origin": "CKG", "destination": destination, "corridor": CORRIDOR}
    plan = {"planned_departure": moment("2024-05-14T10:00+08:00"), "train": train}
    box = container(SERIALS[is_own], **OF_CONTAINER[is_own])
    enter(store, network, [shipment_row(reference, box, partner=partner, **way, **plan, **OF_SHIPMENT[is_own])])
    tell(store, network, [event_row("departed", "CKG", "2024-05-14T10:40+08:00", reference, partner=partner)])
    with store.reading() as r:
        found = shipment_named(r, EVERYTHING, reference, partner)
        (event,) = events(r, EVERYTHING, found.id)
    return {
        "shipment_id": str(found.id),
        "organisation_id": str(found.organisation.id),
        "event_id": event.id,
        "container": container_number(SERIALS[is_own]),
        "reference": reference,
        "partner": partner,
        "train": train,
        "day": "2024-05-14",
        "origin": "CKG",
    }


def signed_in(app: Flask, role: Role | None) -> FlaskClient:
    """A browser of somebody."""
    client = app.test_client()
    if role is not None:
        answer = post(client, "/sign-in", email=f"{role.value}@example.org", password=PASSWORD)
        assert answer.status_code == 302, answer.text
    return client


# ---------------------------------------------------------------- every route


def ask_routes(app: Flask, client: FlaskClient, role: Role | None, things: dict[bool, Thing]) -> Iterator[Answer]:
    """Ask every route with every method, for another's too where its address or form names a thing.

    What ends the session comes last, and before it what needs more than one form.
    """
    token = csrf_token(client, "/account" if role else "/sign-in")
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: ROUTES[rule.endpoint].ends)
    for rule in rules:
        needs = ROUTES[rule.endpoint]
        if needs.ends:
            yield from import_files(client, token, things)
        for method in sorted((rule.methods or set()) & METHODS):
            for is_own in (True, False) if needs.about else (True,):
                yield ask(app, client, rule.endpoint, method, is_own, thing_for(role, things, is_own), token)


def thing_for(role: Role | None, things: dict[bool, Thing], is_own: bool) -> Thing:
    """The thing a role calls its own, or somebody else's: a terminal's own statement is the one it made."""
    thing = dict(things[is_own])
    if role is Role.TERMINAL and is_own:
        thing["event_id"] = thing["event_of_terminal"]
    return thing


def ask(app: Flask, client: FlaskClient, endpoint: str, method: str, is_own: bool, thing: Thing, token: str) -> Answer:
    """Send one request."""
    needs = ROUTES[endpoint]
    rule = next(r for r in app.url_map.iter_rules(endpoint) if method in (r.methods or ()))
    given = {name: text.format(**thing) for name, text in needs.given.items() if name in rule.arguments}
    with app.test_request_context():
        address = app.url_for(endpoint, **given)  # type: ignore[arg-type] # as Flask has it
    form = {name: text.format(**thing) for name, text in needs.form.items()}
    if method == "GET":
        response = client.get(address, query_string=form)
    else:
        response = client.open(address, method=method, data={"csrf_token": token, **form})
    return replace(answer_of(response, endpoint, method, f"{address} {form}", is_own), is_of_the_table=True)


def answer_of(response: TestResponse, endpoint: str, method: str, sent: str, is_own: bool = True) -> Answer:
    """Read an answer to its end."""
    said = told(response)
    response.close()
    location = response.headers.get("Location", "")
    return Answer(
        endpoint=endpoint, method=method, sent=sent, status=response.status_code, location=location, said=said,
        is_own=is_own,
    )  # fmt: skip


def import_files(client: FlaskClient, token: str, things: dict[bool, Thing]) -> Iterator[Answer]:
    """Send files that name what the sender may not know of, look at what would be stored, and store what is good."""
    for kind, head, line in (
        ("events", "container,event,station,occurred_at", "{container},arrived,DTK,2024-05-20T11:00+06:00"),
        ("events", "reference,event,station,occurred_at", "{reference},arrived,DTK,2024-05-20T12:00+06:00"),
        ("shipments", "reference,partner,origin,destination,container,size_type",
         "{reference},{partner},CKG,MHG,{container},45G1"),
    ):  # fmt: skip
        for is_own, thing in things.items():
            content = f"{head}\n{line.format(**thing)}\n"
            file = (io.BytesIO(content.encode()), f"{kind}.csv")
            kept = client.post("/import", data={"csrf_token": token, "kind": kind, "file": file})
            yield answer_of(kept, "imports.send", "POST", content, is_own)
            if kept.status_code != 302 or not kept.headers["Location"].startswith("/import/"):
                continue
            address = kept.headers["Location"].partition("?")[0]
            yield answer_of(client.get(address), "imports.preview", "GET", content, is_own)
            decided = client.post(address, data={"csrf_token": token, "do": "good"})
            yield answer_of(decided, "imports.decide", "POST", content, is_own)
            for part in ("result", "refused"):
                found = client.get(f"{address}/{part}")
                yield answer_of(found, "imports.result", "GET", content, is_own)


# ---------------------------------------------------------------- every link


def follow_links(app: Flask, client: FlaskClient, found: list[Answer]) -> Iterator[Answer]:
    """Follow the links of these pages and of those they lead to, a few of each kind: a station is like the next."""
    waiting = [link for answer in found if answer.status == 200 for link in links_of(answer)]
    seen: Counter[tuple[str, frozenset[str]]] = Counter()
    known = {_plain(answer.sent.partition(" ")[0]) for answer in found if answer.method == "GET"}
    while waiting:
        address = _plain(waiting.pop())
        kind = _kind(app, address)
        if kind is None or address in known or seen[kind] == (OF_EACH_KIND if ROUTES[kind[0]].about else 1):
            continue
        known.add(address)
        seen[kind] += 1
        answer = answer_of(client.get(address), kind[0], "GET", address)
        yield answer
        if answer.status == 200:
            waiting += links_of(answer)


def links_of(answer: Answer) -> list[str]:
    """The addresses of ours that a page names, in links, forms, frames and for scripts."""
    return _LINK.findall(answer.said)


def _plain(address: str) -> str:
    """An address without what changes nothing of what is shown: the language, the order, where to go next."""
    parts = urlsplit(address)
    asked = sorted((name, value) for name, value in parse_qsl(parts.query) if name not in ("lang", "sort", "next"))
    return parts.path + (f"?{urlencode(asked)}" if asked else "")


def _kind(app: Flask, address: str) -> tuple[str, frozenset[str]] | None:
    """The route an address leads to and the names it is asked with; None where it is not to be followed."""
    parts = urlsplit(address)
    try:
        endpoint, _ = app.url_map.bind("localhost").match(parts.path, method="GET")
    except HTTPException:
        return None
    if endpoint == "static" or ROUTES[endpoint].ends:
        return None
    return endpoint, frozenset(name for name, _ in parse_qsl(parts.query))
