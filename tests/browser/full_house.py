"""A railtrack in which something stands on every page, made once: what the walk over all pages looks at.

Published, simulated and own shipments in every state, some statements corrected and withdrawn; drafts, files with
problems, tokens, mails that wait, were sent and failed, links that work, a second factor, entries in the audit.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask import Flask

from railtrack.config import Settings
from railtrack.domain.actors import EVERYTHING, Actor, Role
from railtrack.domain.cargo.goods import Money
from railtrack.domain.sharing import LinkKind
from railtrack.domain.tokens import TokenScope
from railtrack.operations.administering.accounts import create_user, deactivate, make_password_link
from railtrack.operations.administering.auditing import verify_audit
from railtrack.operations.administering.demo import add_demo
from railtrack.operations.administering.organisations import join, leave, set_stations
from railtrack.operations.administering.reference import load_world
from railtrack.operations.administering.resetting import ask_address_change
from railtrack.operations.administering.tokens import end_token, make_token
from railtrack.operations.following.trains import set_capacity
from railtrack.operations.notifying.post import post_office
from railtrack.operations.sharing.links import NewLink, fields_to_share, make_link
from railtrack.operations.signing_in.codes import new_recovery_codes
from railtrack.store import sign_in as factors
from railtrack.store.engine import Store
from railtrack.store.people import person_by_email
from railtrack.store.reading.shipments import events, shipment, shipment_named
from railtrack.web.app import create_app
from railtrack.web.entering import imports
from tests.factories import container, container_number, enter, event_row, moment, shipment_row, tell
from tests.mailbox import Mailbox, link_in, mailbox
from tests.web.conftest import post
from tests.web.entry_pages import form_of, send
from tests.web.test_import_pages import MIXED, decide, upload
from tests.web.test_invitations import deliver_all

ADMINISTRATOR = Actor(name="cli:test", role=Role.ADMINISTRATOR)
OTHERS, TERMINAL, SECOND = "Beta Cargo", "Terminal Małaszewicze", "second@railtrack.example"
LONG = "AN-UNUSUALLY-LONG-REFERENCE-OF-A-CAREFUL-FORWARDER-2026-11-23-01"
MAIL = {"mail_from": "railtrack@example.org"}
NOBODY_LISTENS = "smtp://127.0.0.1:9?tls=none"


@dataclass(frozen=True)
class FullHouse:
    """A database and how to come to what stands in it."""

    path: Path
    things: dict[str, str]  # what addresses are filled with
    recovery_codes: tuple[str, ...] = field(repr=False)

    def app(self, path: Path | None = None) -> tuple[Store, Flask]:
        """The application over this database or a copy of it, of an installation that sends mail."""
        url = f"sqlite:///{path or self.path}"
        store = Store(url)
        imports._running[self.things["running"]] = imports.Running()
        return store, create_app(Settings(database_url=url, smtp_url=NOBODY_LISTENS, **MAIL), store)


def furnish_fully(furnished: Path, path: Path, *, partner: str, password: str) -> FullHouse:
    """Make one out of a database with reference data, the published record and an account per role."""
    shutil.copyfile(furnished, path)
    now = datetime.now(UTC)
    store = Store(f"sqlite:///{path}")
    add_demo(store, journeys=60, actor=ADMINISTRATOR, now=now)
    _let_people_belong(store, partner, password, now)
    things = _ship(store, partner, now)
    with mailbox() as box:
        settings = Settings(database_url=f"sqlite:///{path}", smtp_url=f"smtp://127.0.0.1:{box.port}?tls=none", **MAIL)
        app = create_app(settings, store)
        things |= _enter(app, things, password)
        things |= _write_mails(app, store, box, password)
        things |= _share(app, store, things["shipment_id"])
    codes = _have_a_second_factor(store, password, now)
    verify_audit(store, actor=ADMINISTRATOR, now=now)
    store.close()
    return FullHouse(path, things, codes)


def address(role: Role) -> str:
    return f"{role.value}@railtrack.example"


def actor_of(store: Store, email: str) -> Actor:
    """Somebody who acts as in the browser."""
    with store.reading() as reading:
        person = person_by_email(reading, email)
    assert person is not None
    return person.actor("web 127.0.0.1")


def _let_people_belong(store: Store, partner: str, password: str, now: datetime) -> None:
    """Give the terminal an organisation with stations, the reader two, and end an account."""
    by: dict[str, Any] = {"actor": ADMINISTRATOR, "now": now}
    create_user(store, "beta@railtrack.example", "B. Cargo", Role.PARTNER, organisation=OTHERS, **by)
    create_user(store, "clerk@railtrack.example", "", Role.TERMINAL, organisation=TERMINAL, **by)
    create_user(store, "ended@railtrack.example", "An Ended One", Role.CITY, password=password, **by)
    deactivate(store, "ended@railtrack.example", **by)
    join(store, address(Role.TERMINAL), TERMINAL, **by)
    leave(store, address(Role.TERMINAL), partner, **by)
    set_stations(store, TERMINAL, ["MAL", "MHG"], **by)
    join(store, address(Role.READER), OTHERS, **by)


def _ship(store: Store, partner: str, now: datetime) -> dict[str, str]:
    """Book shipments and tell of them; gives what addresses of them are filled with."""
    network = load_world(store).network

    def at(days: float, offset_h: int = 8) -> str:
        """So many days from now, on a clock."""
        there = (now + timedelta(days=days)).astimezone(timezone(timedelta(hours=offset_h)))
        return there.isoformat(timespec="minutes")

    def add(reference: str, *told: tuple[str, str, str], boxes: Any = None, **facts: Any) -> int:
        stated = {"partner": partner, "origin": "CKG", "destination": "MHG"} | facts
        enter(store, network, [shipment_row(reference, box, **stated) for box in boxes or [container(next(serials))]])
        tell(store, network, [event_row(kind, station, when, reference, partner=stated["partner"])
                              for kind, station, when in told])  # fmt: skip
        with store.reading() as reading:
            return shipment_named(reading, EVERYTHING, reference, stated["partner"]).id

    serials = iter(range(100, 200))
    left = ("departed", "CKG", at(-18))
    train = {"train": "YXO 8421", "planned_departure": moment(at(-18.1)), "planned_arrival": moment(at(-1, 1))}
    late = add(
        "LATE-1", left, ("arrived", "MAL", at(-4, 1)),
        boxes=[
            container(1, seals=("HLK 1",), goods="Gear housings", hs_code="848390", gross_kg=21640.0, packages=18,
                      tare_kg=3900.0, value=Money(Decimal(182000)), freight=Money(Decimal(7900))),
            container(2, laden=False), container(3, goods="Batteries", un_number="3480", temperature_min_c=2.0,
                                                 temperature_max_c=25.0, gross_kg=18000.0),
        ],
        shipper="Gear Works Chongqing", consignee="Maschinen Mannheim", incoterm="FCA", consignment_note="SMGS 4711",
        **train,
    )  # fmt: skip
    add("OTHER-1", left, ("arrived", "MAL", at(-4.2, 1)), partner=OTHERS, **train)
    fresh = {"planned_departure": moment(at(-3)), "planned_arrival": moment(at(14, 1))}
    fine = add(
        "FINE-1", ("departed", "CKG", at(-3)), ("arrived", "XIA", at(-2)), ("departed", "XIA", at(-1.5)), **fresh
    )
    add(LONG, boxes=[container(None, quantity=20)], planned_departure=moment(at(7)), planned_arrival=moment(at(24, 1)))
    add("DONE-1", ("departed", "MHG", at(-40, 1)), ("arrived", "MAL", at(-38, 1)), ("departed", "MAL", at(-36, 1)),
        ("arrived", "CKG", at(-22)), origin="MHG", destination="CKG", planned_departure=moment(at(-40, 1)),
        planned_arrival=moment(at(-23)))  # fmt: skip
    add("LOST-1", ("departed", "CKG", at(-90)))
    add("GONE-1")
    tell(store, network, [event_row("cancelled", "CKG", at(-9), "GONE-1", partner=partner, reason="no cargo")])
    mended = event_row("arrived", "MAL", at(-4.5, 1), "LATE-1", partner=partner, remark="the clock was wrong")
    with store.reading() as reading:
        told = [each for each in events(reading, EVERYTHING, late) if each.facts.event == "arrived"]
        organisation_id = shipment(reading, EVERYTHING, late).organisation.id
    for each in told[:1]:
        facts = {"corrects": each.id, "container": each.facts.container, "remark": mended.event.remark}
        tell(store, network, [event_row("arrived", "MAL", at(-4.5, 1), "LATE-1", partner=partner, **facts)])
    by_terminal = event_row("discharged", "MAL", at(-3.9, 1), "LATE-1", partner=partner, remark="Crane 2")
    tell(store, network, [by_terminal], actor=actor_of(store, address(Role.TERMINAL)))
    day = (now - timedelta(days=18.1)).astimezone(timezone(timedelta(hours=8))).date().isoformat()
    set_capacity(store, "YXO 8421", datetime.fromisoformat(day).date(), "CKG", 82.0, seen_teu=None,
                 actor=ADMINISTRATOR, now=now)  # fmt: skip
    with store.reading() as reading:
        last = {each.sender: each.id for each in events(reading, EVERYTHING, late) if each.current}
    return {
        "shipment_id": str(late),
        "told_of": str(fine),
        "organisation_id": str(organisation_id),
        "event_id": last[partner],
        "event_of_terminal": last[TERMINAL],
        "container": container_number(1),
        "train": "YXO 8421",
        "day": day,
        "origin": "CKG",
        "email": "clerk@railtrack.example",
    }


def _enter(app: Flask, things: dict[str, str], password: str) -> dict[str, str]:
    """Leave drafts and files, and tell of an event by the form, as the partner does."""
    client = app.test_client()
    post(client, "/sign-in", email=address(Role.PARTNER), password=password)
    for reference in ("DRAFT-1", "DRAFT-2", "DRAFT-3"):
        send(client, "/shipments/new", form_of(do="draft", reference=reference, key=reference))
    told_of = things["told_of"]
    offered = re.search(r'name="pick" value="([^"]+)"', client.get(f"/events/new?shipment={told_of}").text)
    assert offered
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    told = {"shipment": told_of, "key": "told", "pick": offered[1], "on_date": yesterday, "at_time": "04:00"}
    assert send(client, "/events/new", told).status_code == 302
    done, waiting, running = (upload(client, MIXED, name) for name in ("taken.csv", "waiting.csv", "running.csv"))
    decide(client, done, "good")
    found = {"done": done, "waiting": waiting, "running": running}
    return {name: where.partition("?")[0].rpartition("/")[2] for name, where in found.items()}


def _write_mails(app: Flask, store: Store, box: Mailbox, password: str) -> dict[str, str]:
    """Let one mail be sent, one be refused and one wait; gives the tokens of links that work."""
    office = post_office(app.extensions["railtrack"]["settings"], app.config["SECRET_KEY"])
    assert office is not None
    city = actor_of(store, address(Role.CITY))
    ask_address_change(store, office, "office@railtrack.example", password=password, actor=city, now=datetime.now(UTC))
    deliver_all(store, office, datetime.now(UTC))
    token = link_in(box.to("office@railtrack.example")[0]).rpartition("/")[2]
    client = app.test_client()
    post(client, "/sign-in", email=address(Role.ADMINISTRATOR), password=password)
    for name in ("refused", "invited"):
        invited = {"name": f"{name.capitalize()} Person", "role": "city", "how": "mail"}
        answer = post(client, "/admin/users/new", email=f"{name}@railtrack.example", **invited)
        assert answer.status_code == 302
        if name == "refused":
            box.recipient_answer = "550 No such user here"
            deliver_all(store, office, datetime.now(UTC))
    by: dict[str, Any] = {"actor": ADMINISTRATOR, "now": datetime.now(UTC)}
    return {"address_token": token, "password_token": make_password_link(store, "beta@railtrack.example", **by)}


def _share(app: Flask, store: Store, shipment_id: str) -> dict[str, str]:
    """Show a shipment and figures to somebody without an account; gives the tokens of the links."""
    actor, now, secret = actor_of(store, address(Role.PARTNER)), datetime.now(UTC), app.config["SECRET_KEY"]
    tokens = {}
    for kind, subject in ((LinkKind.SHIPMENT, shipment_id), (LinkKind.FIGURES, "transit")):
        fields = fields_to_share(kind, actor=actor)
        ends = now + timedelta(days=30)
        wanted = NewLink(kind=kind, subject=subject, fields=fields, label="the consignee", expires_at=ends)
        _, tokens[f"shared_{kind.value}"] = make_link(store, wanted, secret=secret, actor=actor, now=now)
    return tokens


def _have_a_second_factor(store: Store, password: str, now: datetime) -> tuple[str, ...]:
    """Add somebody with an authenticator, a passkey and recovery codes, and tokens; gives the codes."""
    create_user(store, SECOND, "S. Second", Role.CITY, password=password, actor=ADMINISTRATOR, now=now)
    actor = actor_of(store, SECOND)
    for name, scope in (("timetable of the port", TokenScope.READ), ("an old program", TokenScope.READ)):
        token, _ = make_token(store, name, scope, actor=actor, now=now)
    end_token(store, token.id, actor=actor, now=now)
    with store.reading() as reading:
        person = person_by_email(reading, SECOND)
    assert person is not None
    codes = new_recovery_codes(store, person, actor=actor, now=now)
    with store.noting(actor, now) as w:
        factors.begin_authenticator(w, person.id, b"never asked for a code of it")
        factors.confirm_authenticator(w, person.id)
        factors.add_passkey(
            w, person.id, credential_id=b"a key", public_key=b"never asked to prove itself", sign_count=0,
            user_handle=b"handle", name="key on the ring", transports=["usb"], is_synced=False,
        )  # fmt: skip
        w.commit()
    return codes
