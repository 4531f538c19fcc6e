"""What each route needs: the operation of the matrix of rights, and whose thing its address names.

A new route is entered here, or the test of rights fails. What stands in `domain/rights.py` decides who gets an answer.
"""

from dataclasses import dataclass, field, replace

from railtrack.domain.rights import Operation as Op


@dataclass(frozen=True, kw_only=True)
class Needs:
    """`operation` None: open to everybody. `about` is the kind of thing it is about, the asker's or another's.

    `hides`: who may not does not learn that there is such an address (404). `is_empty`: the address names nothing
    here, so whoever may gets 404. `ends`: the session is over then. `given` fills the address, `form` what is sent,
    `document` what a program sends; names in braces are those of the thing.
    """

    operation: Op | None = None
    about: str = ""
    hides: bool = False
    is_empty: bool = False
    ends: bool = False
    by_token: bool = False  # of the interface for programs: a browser's session opens nothing there
    given: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)
    document: dict[str, object] = field(default_factory=dict)

    @property
    def names_a_thing(self) -> bool:
        """Whether the address itself names what is one's own or another's: out of sight it is unknown to everybody."""
        return bool(self.about) and any("{" in text for text in self.given.values())


OPEN = Needs()
OWN_ACCOUNT = Needs(operation=Op.KEEP_SELF)
OWN_NOTHING = Needs(operation=Op.KEEP_SELF, is_empty=True, given={"session_id": "999", "passkey_id": "999"})
ACCOUNTS = Needs(operation=Op.KEEP_ACCOUNTS, hides=True, form={"email": "partner@example.org"})
ORGANISATION = Needs(operation=Op.KEEP_ACCOUNTS, hides=True, given={"organisation_id": "{organisation_id}"})
PLACES = Needs(
    operation=Op.KEEP_PLACES,
    hides=True,
    given={"station_id": "MHG", "origin": "DTK", "destination": "AGZ", "corridor_id": "dostyk-petropavl"},
)
SEEN = Needs(operation=Op.FOLLOW)
SHIPMENT = Needs(operation=Op.FOLLOW, about="shipment", given={"shipment_id": "{shipment_id}"})
NAMED = {"reference": "{partner}:{reference}"}
TRAIN = {"number": "{train}", "day": "{day}", "origin": "{origin}"}
FIGURES = Needs(operation=Op.MEASURE, given={"name": "transit", "form": "csv"})
BOOKING = Needs(operation=Op.BOOK, given={"draft_id": "999"})
TELLING = Needs(operation=Op.TELL)
EVENT = Needs(operation=Op.MEND, about="event", given={"event_id": "{event_id}"})
FILE = Needs(operation=Op.TELL, is_empty=True, given={"upload_id": "none"})

SHARED_PAGE = Needs(is_empty=True, given={"token": "dead"})
ANY_BASIS = '{{"texts": {{"fields": {{}}, "rows": {{}}}}, "version": 1, "entry": 0}}'  # braces of JSON

ROUTES: dict[str, Needs] = {
    **dict.fromkeys(
        (
            *("about.accessibility", "about.definitions", "about.imprint", "about.privacy", "about.rights"),
            *("about.sources", "overview.index", "health.healthz", "health.readyz", "offline.manifest"),
            *("offline.worker", "security.login", "resetting.forgotten"),
            *("second_step.passkey_options", "second_step.use_passkey"),
        ),
        OPEN,
    ),
    **dict.fromkeys(
        ("accounts.setup", "accounts.choose_password", "resetting.confirm_address"),
        Needs(is_empty=True, given={"token": "dead"}),
    ),
    **dict.fromkeys(("shared.show", "shared.large_map", "shared.frame"), SHARED_PAGE),
    "sharing.shipment": Needs(operation=Op.SHARE, about="shipment", given=SHIPMENT.given),
    "sharing.figures": Needs(operation=Op.SHARE_FIGURES, given={"name": "transit"}),
    "sharing.index": OWN_ACCOUNT,
    "sharing.revoke": Needs(operation=Op.KEEP_SELF, is_empty=True, given={"link_id": "999"}),
    **dict.fromkeys(("interface.openapi", "interface.docs"), OPEN),
    **dict.fromkeys(("tokens.index", "tokens.make"), OWN_ACCOUNT),
    "tokens.end": Needs(operation=Op.KEEP_SELF, is_empty=True, given={"token_id": "999"}),
    **dict.fromkeys(
        (
            *("api_shipments.index", "api_events.index", "api_places.stations", "api_places.corridors"),
            *("api_places.corridor_map", "api_places.positions"),
        ),
        replace(SEEN, by_token=True, given={"corridor": "dostyk-petropavl"}),
    ),
    **dict.fromkeys(
        ("api_shipments.one", "api_shipments.events", "api_shipments.journeys", "api_shipments.eta"),
        Needs(operation=Op.FOLLOW, about="shipment", by_token=True, given=NAMED),
    ),
    "api_shipments.change": Needs(
        operation=Op.BOOK, about="shipment", by_token=True, given=NAMED, document={"incoterm": "DAP"}
    ),
    "api_shipments.record": Needs(
        operation=Op.BOOK,
        about="organisation",
        by_token=True,
        document={
            "reference": "NEW-1",
            "partner": "{partner}",
            "origin": "CKG",
            "destination": "MHG",
            "containers": [{"quantity": 1, "size_type": "45G1"}],
        },
    ),
    "api_events.record": Needs(
        operation=Op.TELL,
        about="shipment",
        by_token=True,
        document={
            "reference": "{reference}",
            "event": "arrived",
            "station": "DTK",
            "occurred_at": "2024-05-21T10:00+06:00",
        },
    ),
    **dict.fromkeys(
        (
            *("api_statistics.transit", "api_statistics.reliability", "api_statistics.dwell"),
            *("api_statistics.borders", "api_statistics.volume"),
        ),
        Needs(operation=Op.MEASURE, by_token=True),
    ),
    "static": Needs(given={"filename": "style.css"}),
    **dict.fromkeys(
        (
            *("accounts.own", "accounts.choose_theme", "accounts.change_password", "second_step.ask", "signing_in.own"),
            "tour.go",
            *("signing_in.authenticator", "signing_in.remove_authenticator", "signing_in.new_passkey"),
            *("signing_in.passkey_options", "signing_in.add_passkey", "signing_in.show_again"),
            "signing_in.end_other_sessions",
        ),
        OWN_ACCOUNT,
    ),
    **dict.fromkeys(
        (
            *("organisations.act_for", "signing_in.end_session", "signing_in.remove_passkey"),
            *("signing_in.rename_passkey", "signing_in.new_recovery_codes"),
            *("resetting.change_address", "resetting.keep_address"),  # no mail is set up
        ),
        OWN_NOTHING,
    ),
    **dict.fromkeys(("security.logout", "second_step.leave"), Needs(operation=Op.KEEP_SELF, ends=True)),
    **dict.fromkeys(
        (
            *("accounts.users", "accounts.add_user", "accounts.make_link", "accounts.forget_factors"),
            *("outbox.index", "organisations.index"),
        ),
        ACCOUNTS,
    ),
    **dict.fromkeys(
        ("accounts.invite", "accounts.withdraw", "outbox.send_again", "outbox.send_test"),  # no mail is set up
        Needs(operation=Op.KEEP_ACCOUNTS, hides=True, is_empty=True),
    ),
    **dict.fromkeys(
        ("audit.index", "audit.check", "audit.chain", "audit.listed"), Needs(operation=Op.READ_AUDIT, hides=True)
    ),
    **dict.fromkeys(
        ("sample.index", "sample.fill", "sample.throw_away"), Needs(operation=Op.SIMULATE, hides=True)
    ),  # without the word of the form nothing is begun
    "audit.own_data": OWN_ACCOUNT,
    "audit.erase": ACCOUNTS,
    "accounts.set_active": Needs(
        operation=Op.KEEP_ACCOUNTS, hides=True, form={"email": "city@example.org", "active": "1"}
    ),
    **dict.fromkeys(("organisations.show", "organisations.set_stations", "organisations.change_members"), ORGANISATION),
    **dict.fromkeys(
        (
            *("places.index", "places.add_corridor", "places.add_leg", "places.add_station", "places.check_corridor"),
            *("places.check_station", "places.corridor", "places.leg", "places.measure_leg", "places.station"),
            *("removing.corridor", "removing.leg", "removing.station"),
        ),
        PLACES,
    ),
    **dict.fromkeys(("maps.index", "maps.frame", "trains.index", "shipments.index"), SEEN),
    **dict.fromkeys(
        ("stations.index", "stations.show", "stations.frame", "corridors.index", "corridors.show"),
        Needs(operation=Op.FOLLOW, given={"station_id": "MHG", "corridor_id": "dostyk-petropavl"}),
    ),
    **dict.fromkeys(
        (*("shipments.show", "shipments.history", "shipments.large_map", "shipments.frame"),),
        SHIPMENT,
    ),
    **dict.fromkeys(("alerts.index", "alerts.rules", "alerts.mail", "alerts.set_mail"), Needs(operation=Op.SEE_ALERTS)),
    **dict.fromkeys(
        ("alerts.acknowledge", "alerts.take_back"),
        Needs(operation=Op.ANSWER_ALERTS, is_empty=True, given={"alert_id": "999"}),
    ),
    **dict.fromkeys(("alerts.set_rules", "alerts.webhooks", "alerts.add_webhook"), Needs(operation=Op.SET_ALERTS)),
    **dict.fromkeys(
        ("alerts.test_webhook", "alerts.set_webhook", "alerts.remove_webhook"),
        Needs(operation=Op.SET_ALERTS, is_empty=True, given={"webhook_id": "999"}),
    ),
    "shipments.audit": Needs(operation=Op.READ_AUDIT, about="shipment", given=SHIPMENT.given),
    "shipments.export": Needs(operation=Op.EXPORT, given={"form": "csv"}),
    "containers.show": Needs(operation=Op.FOLLOW, about="container", given={"number": "{container}"}),
    "trains.show": Needs(operation=Op.FOLLOW, about="train", given=TRAIN),
    "trains.set_capacity": Needs(operation=Op.SET_SLOTS, about="train", given=TRAIN, form={"capacity_teu": "90"}),
    **dict.fromkeys(("statistics.index", "statistics.show", "statistics.export", "statistics.journeys"), FIGURES),
    "statistics.journeys_file": FIGURES,
    **dict.fromkeys(
        ("shipments.new", "shipment_form.send", "shipment_form.check", "shipment_form.delete_draft"), BOOKING
    ),
    "shipment_form.undo": Needs(operation=Op.BOOK, is_empty=True),
    **dict.fromkeys(
        ("change_form.show", "change_form.send"),
        Needs(operation=Op.BOOK, about="shipment", given=SHIPMENT.given, form={"basis": ANY_BASIS, "do": "rows"}),
    ),
    **dict.fromkeys(("imports.index", "imports.send", "offline.kept", "offline.state", "offline.take"), TELLING),
    "labels.sheet": Needs(operation=Op.TELL, about="shipment", given=SHIPMENT.given),
    "imports.template": Needs(operation=Op.FOLLOW, given={"kind": "events", "form": "csv"}),
    **dict.fromkeys(
        ("imports.decide", "imports.preview", "imports.progress", "imports.refused", "imports.result"), FILE
    ),
    "event_form.new": Needs(operation=Op.TELL, about="shipment", form={"shipment": "{shipment_id}"}),
    "event_form.send": Needs(operation=Op.TELL, about="shipment", form={"shipment": "{shipment_id}"}),
    **dict.fromkeys(("event_form.recorded", "event_form.undo"), Needs(operation=Op.TELL, is_empty=True)),
    **dict.fromkeys(("event_form.correct", "event_form.void"), EVENT),
}
