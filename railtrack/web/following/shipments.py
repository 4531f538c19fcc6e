"""The list of shipments: where they are, which are late; searched, filtered, page by page, and as a file."""

from datetime import datetime

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from railtrack.domain.actors import Actor
from railtrack.domain.cargo.identifiers import container as container_number
from railtrack.domain.errors import Refused
from railtrack.domain.line.network import Network
from railtrack.domain.movement.journeys import Direction, Status
from railtrack.domain.records import Page
from railtrack.operations.administering.reference import load_world
from railtrack.operations.figures.list_export import export_list
from railtrack.operations.following import finding
from railtrack.operations.following import whereabouts as following
from railtrack.operations.following.whereabouts import Followed, Tally
from railtrack.web.counting import count_word, sentence_case
from railtrack.web.current import current_actor, current_store, now
from railtrack.web.downloads import download
from railtrack.web.filters import named
from railtrack.web.following.list_heads import list_heads
from railtrack.web.following.shipment_filters import LATEST_FIRST, LOST, PUBLISHED, Asked, asked_of
from railtrack.web.following.whereabouts import Whereabouts
from railtrack.web.i18n import gettext, ngettext
from railtrack.web.shell import same_page_with
from railtrack.web.simulated import shows_simulated, simulated_context

blueprint = Blueprint("shipments", __name__)
PAGE = 50


@blueprint.get("/shipments")
def index() -> ResponseReturnValue:
    """Where are the shipments, and which are late?"""
    actor, at = current_actor(), now()
    asked = asked_of(request.args)
    if asked.is_search_alone and "cursor" not in request.args:
        found = _exact(asked.q, actor)
        if found is not None:
            return redirect(found)
    try:
        sort, descending = asked.order
        wanted = asked.filter(simulated=shows_simulated())
        page = following.list_page(
            current_store(),
            wanted,
            actor=actor,
            now=at,
            sort=sort,
            descending=descending,
            limit=PAGE,
            cursor=request.args.get("cursor"),
        )
        count = following.tally(current_store(), wanted, actor=actor, now=at)
    except Refused as refused:
        return _page(asked, Page[Followed](()), Tally(), actor, at, refused), 422
    return _page(asked, page, count, actor, at)


@blueprint.get("/shipments/list.<form>")
def export(form: str) -> Response:
    """The list as a file: every page of what the filters let through."""
    asked = asked_of(request.args)
    at = now()
    sort, descending = asked.order
    pieces = export_list(
        current_store(),
        asked.filter(simulated=shows_simulated()),
        form,
        actor=current_actor(),
        now=at,
        sort=sort,
        descending=descending,
        heads=list_heads(),
    )
    return download(pieces, f"shipments-{at:%Y-%m-%d}", form)


def _page(
    asked: Asked, page: Page[Followed], count: Tally, actor: Actor, at: datetime, refused: Refused | None = None
) -> str:
    network = load_world(current_store()).network
    return render_template(
        "shipments/index.html",
        asked=asked,
        page=page,
        says=Whereabouts(network, at),
        stations=network.stations,
        corridors=corridor_choices(network),
        statuses=statuses(),
        directions=directions(),
        partners=partner_choices(actor),
        shows_partner=actor.scope.everything,
        sentence=_sentence(asked, page, count),
        is_empty=not asked.is_filtered and page.next_cursor is None and all(e.summary.published for e in page.items),
        problems=refused.problems if refused else (),
        next_address=same_page_with(cursor=page.next_cursor) if page.next_cursor else None,
        first_address=same_page_with(cursor=None) if request.args.get("cursor") else None,
        sorting=_sorting,
        quick=_quick(asked),
        export_address=lambda form: same_address("shipments.export", form=form),
        **simulated_context(),
    )


def corridor_choices(network: Network) -> list[tuple[str, str]]:
    """The corridors as a filter offers them."""
    return [("", gettext("all")), *((c.id, named(c)) for c in network.corridors.values())]


def partner_choices(actor: Actor) -> list[tuple[str, str]]:
    """The organisations as a filter offers them."""
    return [("", gettext("all")), *((n, n) for n in finding.partner_names(current_store(), actor=actor))]


def same_address(endpoint: str, **values: str) -> str:
    """Another page about the same choice: its address with the present filters, from the start."""
    kept: dict[str, str] = {name: value for name, value in request.args.items() if name != "cursor" and value}
    return url_for(endpoint, **(kept | values))  # type: ignore[arg-type] # mypy thinks of url_for's own options


def statuses() -> list[tuple[str, str]]:
    """What the list can be narrowed to."""
    return [
        ("", gettext("any")),
        (Status.IN_TRANSIT.value, gettext("under way")),
        (Status.NOT_DEPARTED.value, gettext("not departed")),
        (Status.COMPLETED.value, gettext("arrived")),
        (Status.CANCELLED.value, gettext("cancelled")),
        (Status.INCONSISTENT.value, gettext("contradictory")),
        (LOST, gettext("lost from sight")),
        (PUBLISHED, gettext("published record")),
    ]


def directions() -> list[tuple[str, str]]:
    return [
        ("", gettext("both")),
        (Direction.WESTBOUND.value, gettext("westbound")),
        (Direction.EASTBOUND.value, gettext("eastbound")),
    ]


def _quick(asked: Asked) -> list[tuple[str, str, bool]]:
    """The choices most often wanted, one click each: label, address, whether it is the present one."""
    choices: tuple[tuple[str, dict[str, str]], ...] = (
        (gettext("All"), {}),
        (gettext("Under way"), {"status": Status.IN_TRANSIT.value}),
        (gettext("Late"), {"late": "1"}),
        (gettext("Not departed"), {"status": Status.NOT_DEPARTED.value}),
        (gettext("Arrived"), {"status": Status.COMPLETED.value}),
    )
    return [
        (label, same_page_of(values), asked_of(values | {"sort": asked.sort}) == asked) for label, values in choices
    ]


def same_page_of(values: dict[str, str]) -> str:
    """The list with these filters and no others."""
    return url_for("shipments.index", **values)  # type: ignore[arg-type] # mypy thinks of url_for's own options


def _sorting(asked: Asked, column: str) -> tuple[str, str]:
    """The address that sorts by a column, the other way round if it does already; and what it is sorted by now."""
    descending = asked.sort.startswith(LATEST_FIRST)
    if asked.sort.removeprefix(LATEST_FIRST) != column:
        return same_page_with(sort=LATEST_FIRST + column, cursor=None), "none"
    turned = column if descending else LATEST_FIRST + column
    return same_page_with(sort=turned, cursor=None), "descending" if descending else "ascending"


def _sentence(asked: Asked, page: Page[Followed], count: Tally) -> str:
    """The answer: how many are under way and how many of them late; for another choice, how many there are."""
    if not page.items and asked.is_filtered:
        return gettext("No shipment fits what you are looking for.")
    if asked.late:
        late = ngettext(
            "%(count)s shipment under way is late or overdue.",
            "%(count)s shipments under way are late or overdue.",
            count.late,
            count=count_word(count.late),
        )
        return sentence_case(late)
    if asked.status in ("", Status.IN_TRANSIT.value):
        return under_way_sentence(count)
    more = page.next_cursor is not None or "cursor" in request.args
    figure = gettext("more than %(num)s", num=PAGE) if more else count_word(len(page.items))
    return sentence_case(_counted(asked.status, PAGE if more else len(page.items), figure))


def _counted(chosen: str, num: int, figure: str) -> str:
    """How many shipments a choice of status holds."""
    said = {"figure": figure}
    if chosen == PUBLISHED:
        return ngettext(
            "%(figure)s train is in the published record.",
            "%(figure)s trains are in the published record.",
            num,
            **said,
        )
    if chosen == LOST:
        return ngettext(
            "%(figure)s shipment was lost from sight.", "%(figure)s shipments were lost from sight.", num, **said
        )
    if chosen == Status.COMPLETED:
        return ngettext("%(figure)s shipment has arrived.", "%(figure)s shipments have arrived.", num, **said)
    if chosen == Status.CANCELLED:
        return ngettext("%(figure)s shipment is cancelled.", "%(figure)s shipments are cancelled.", num, **said)
    if chosen == Status.INCONSISTENT:
        return ngettext(
            "The reports on %(figure)s shipment contradict each other.",
            "The reports on %(figure)s shipments contradict each other.",
            num,
            **said,
        )
    return ngettext("%(figure)s shipment has not departed.", "%(figure)s shipments have not departed.", num, **said)


def under_way_sentence(count: Tally) -> str:
    """Five shipments under way, two late."""
    if not count.under_way:
        return gettext("No shipment is under way.")
    first = ngettext("%(count)s shipment under way", "%(count)s shipments under way", count.under_way,
                     count=count_word(count.under_way))  # fmt: skip
    # each with its own count, since a language may say "one" otherwise of a shipment than of a train
    late = ngettext("%(count)s late", "%(count)s late", count.late, count=count_word(count.late))
    silent = ngettext("%(count)s without news", "%(count)s without news", count.silent, count=count_word(count.silent))
    if count.late and count.silent:
        said = gettext("%(first)s, %(late)s, %(silent)s.", first=first, late=late, silent=silent)
    elif count.late:
        said = gettext("%(first)s, %(late)s.", first=first, late=late)
    elif count.silent:
        said = gettext("%(first)s, %(late)s.", first=first, late=silent)
    elif count.under_way == 1:
        said = gettext("%(first)s, on plan.", first=first)
    else:
        said = gettext("%(first)s, none late.", first=first)
    return sentence_case(said)


def _exact(text: str, actor: Actor) -> str | None:
    """Where to go for a text that names one thing in full: a shipment, or a container with several."""
    found = finding.named(current_store(), text, simulated=shows_simulated(), actor=actor)
    if len(found.shipment_ids) == 1:
        return url_for("shipments.show", shipment_id=found.shipment_ids[0])
    if found.is_container and found.shipment_ids:
        return url_for("containers.show", number=container_number.compact(text))
    return None
