"""Help: each page has a drawer that says how its figures are computed, what to enter, or what its marks mean.

What stands in a drawer is a template of its own, `help/<endpoint>.html`, and nowhere else. The key ? opens it, unless
the reader switched that off: one who speaks to the machine, or types blindly, may hit a single key without meaning it.
"""

from flask import Flask, current_app, redirect, request, session
from flask.typing import ResponseReturnValue

from railtrack.web.addresses import safe_back
from railtrack.web.shell import home, same_page_with

FOLDER = "help/"
# forms that come back, and pages that differ from another only in what they begin with
SAME_AS = {
    "accounts.make_link": "accounts.users",
    "alerts.acknowledge": "alerts.index",
    "alerts.add_webhook": "alerts.webhooks",
    "alerts.set_mail": "alerts.mail",
    "alerts.set_rules": "alerts.rules",
    "change_form.send": "change_form.show",
    "event_form.send": "event_form.new",
    "organisations.change_members": "organisations.show",
    "organisations.set_stations": "organisations.show",
    "places.add_corridor": "places.corridor",
    "places.add_leg": "places.leg",
    "places.add_station": "places.station",
    "removing.corridor": "places.corridor",
    "removing.leg": "places.leg",
    "removing.station": "places.station",
    "second_step.use_passkey": "security.login",
    "sharing.figures": "sharing.shipment",
    "shipment_form.send": "shipments.new",
    "signing_in.add_passkey": "signing_in.new_passkey",
    "signing_in.new_recovery_codes": "signing_in.own",
    "tokens.make": "tokens.index",
    "trains.set_capacity": "trains.show",
}
_KEY = {"0": False, "1": True}


def register(app: Flask) -> None:
    """Give every template its drawer, and listen for the switch of the key."""
    app.jinja_env.globals.update(help_page=help_page, help_by_key=help_by_key)
    app.extensions["railtrack"]["help"] = frozenset(
        name for name in app.jinja_env.list_templates() if name.startswith(FOLDER)
    )
    app.before_request(_switch_key)


def help_page() -> str | None:
    """The template of what is said of the present page; None where nothing is."""
    return help_of(request.endpoint or "")


def help_of(endpoint: str) -> str | None:
    """The template of what is said of a page."""
    name = f"{FOLDER}{SAME_AS.get(endpoint, endpoint)}.html"
    return name if name in current_app.extensions["railtrack"]["help"] else None


def help_by_key() -> bool:
    """Whether the key ? opens the drawer for this reader."""
    return session.get("help_by_key") is not False


def _switch_key() -> ResponseReturnValue | None:
    asked = request.args.get("help_key")
    if asked not in _KEY or request.method != "GET":
        return None
    session["help_by_key"] = _KEY[asked]
    return redirect(safe_back(same_page_with(help_key=None), home()) + "#help")
