"""What stands around every page: navigation, search, language, footer. A link is shown once its page exists."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask, current_app, request, session, url_for

from railtrack.domain.errors import NotFound, Problem
from railtrack.domain.messages import say
from railtrack.domain.rights import Operation
from railtrack.web.current import current_account
from railtrack.web.i18n import gettext, language, languages, words
from railtrack.web.post import sends_mail

THEMES = ("light", "dark")


@dataclass(frozen=True)
class Link:
    label: str
    address: str
    is_here: bool = False
    width: str = ""  # on-phone: only where the header has no room for its button; off-phone: not there


def register(app: Flask) -> None:
    """Give the frame's values to all templates."""
    app.jinja_env.globals.update(
        language=language,
        languages=languages,
        navigation=navigation,
        footer_links=footer_links,
        in_language=in_language,
        search_address=search_address,
        has_view=has_view,
        home=home,
        account=current_account,
        may=may,
        may_write=may_write,
        theme=theme,
        sends_mail=sends_mail,
        same_page_with=same_page_with,
        problem_links=problem_links,
    )


def navigation() -> list[Link]:
    """The main links, those of the reader's role, the present section marked."""
    account = current_account()
    items: list[tuple[str, str, str]] = []
    if account is not None and account.may_write:
        # beside the rails, a phone in hand, this is what one came for
        items.append(("event_form.new", gettext("Record an event"), "on-phone"))
    items.append(("overview.index", gettext("Overview"), ""))
    if account is not None:
        if account.may(Operation.BOOK):
            items.append(("shipments.new", gettext("New shipment"), "on-phone"))
        items += [("shipments.index", gettext("Shipments"), ""), ("trains.index", gettext("Trains"), "")]
        if account.may(Operation.SEE_ALERTS):
            items.append(("alerts.index", gettext("Alerts"), ""))
        if account.may_write:
            items.append(("event_form.new", gettext("Record an event"), "off-phone"))
            items.append(("imports.index", gettext("Import"), ""))
        if account.may(Operation.MEASURE):
            items.append(("statistics.index", gettext("Statistics"), ""))
        items.append(("maps.index", gettext("Map"), ""))
        if account.may(Operation.KEEP_PLACES):
            items.append(("places.index", gettext("Places"), ""))
        if account.may(Operation.KEEP_ACCOUNTS):
            items.append(("accounts.users", gettext("Accounts"), ""))
    here = _section()
    return [
        Link(label, url_for(endpoint), here == endpoint or (here == _blueprint(endpoint) and not width), width)
        for endpoint, label, width in items
        if has_view(endpoint)
    ]


def footer_links() -> list[Link]:
    """Pages on railtrack itself."""
    items = [
        ("about.sources", gettext("Sources")),
        ("about.definitions", gettext("Definitions")),
        ("about.rights", gettext("Who may do what")),
        ("interface.docs", gettext("API")),
        ("about.accessibility", gettext("Accessibility")),
        ("about.privacy", gettext("Privacy")),
        ("about.imprint", gettext("Imprint")),
    ]
    return [Link(label, url_for(endpoint)) for endpoint, label in items if has_view(endpoint)]


def has_view(endpoint: str) -> bool:
    """Whether there is a page of this name."""
    return endpoint in current_app.view_functions


def home() -> str:
    """The first page."""
    return url_for("overview.index") if has_view("overview.index") else "/"


def search_address() -> str | None:
    """Where the header's search goes; None for whom there is nothing to find."""
    return url_for("shipments.index") if current_account() is not None and has_view("shipments.index") else None


def in_language(code: str) -> str:
    """This page in another language."""
    return same_page_with(lang=code)


def same_page_with(**changes: object) -> str:
    """The present address with parameters changed; None takes one away."""
    given = {name: values for name, values in request.args.lists() if name not in changes}
    given.update({name: [str(value)] for name, value in changes.items() if value is not None})
    query = urlencode([(name, value) for name, values in given.items() for value in values])
    return request.path + ("?" + query if query else "")


def may(operation: str) -> bool:
    """Whether the reader may do this with what is their own, so whether buttons that do are shown."""
    account = current_account()
    return account is not None and account.may(Operation(operation))


def may_write() -> bool:
    """Whether the reader may record events, so whether buttons that do are shown."""
    account = current_account()
    return account is not None and account.may_write


def only_who_may(operation: Operation) -> None:
    """Say that there is no such page: whoever may not do this does not learn what stands at the address."""
    account = current_account()
    if account is None or not account.may(operation):
        raise NotFound(say("There is no such page."))


def theme() -> str | None:
    """The appearance the reader chose; None follows the system."""
    chosen = session.get("theme")
    return chosen if chosen in THEMES else None


def problem_links(problems: Sequence[Problem], prefix: str = "f-") -> list[tuple[str, str]]:
    """For the summary on top of a form: the field of each problem (by its column) and the sentence."""
    return [(prefix + each.column if each.column else "", words(each.sentence)) for each in problems]


def _section() -> str | None:
    """The present page, as its endpoint where it has a link of its own, else its blueprint."""
    endpoint = request.endpoint
    if endpoint in ("shipments.new", "accounts.users", "accounts.add_user"):
        return "accounts.users" if endpoint == "accounts.add_user" else endpoint
    if request.blueprint == "event_form":
        return "event_form.new"
    if endpoint is not None and endpoint.startswith("accounts."):
        return None
    return request.blueprint


def _blueprint(endpoint: str) -> str:
    return endpoint.partition(".")[0]
