"""The first page: whether the line runs, why it stopped, and where the trains are.

Open to everybody unless the operator says otherwise; visitors see the published record and nothing of any partner.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel import Locale
from flask import Blueprint, render_template
from flask.blueprints import BlueprintSetupState
from markupsafe import Markup

from railtrack.domain.actors import Actor, Role
from railtrack.domain.line.network import Network
from railtrack.operations.administering.reference import load_world
from railtrack.operations.figures import statistics
from railtrack.operations.mapping import traffic
from railtrack.operations.mapping.corridor_facts import CorridorFacts, all_corridors
from railtrack.operations.mapping.line_record import LineRecord, line_record
from railtrack.operations.mapping.traffic import Moving
from railtrack.operations.notifying.alerts import tally
from railtrack.store.reading.listing import ShipmentFilter
from railtrack.web import addresses, drawings
from railtrack.web.counting import count_word, sentence_case
from railtrack.web.current import current_actor, current_store, is_signed_in, now, public_overview
from railtrack.web.following.whereabouts import Whereabouts
from railtrack.web.i18n import format_day, gettext, language, ngettext, sign
from railtrack.web.mapping import drawn_trains
from railtrack.web.mapping.attention import alerts
from railtrack.web.mapping.corridor_map import corridor_map
from railtrack.web.mapping.lost import lost_sentence
from railtrack.web.moments import long_day
from railtrack.web.numbers import number, share
from railtrack.web.simulated import shows_simulated, simulated_context

blueprint = Blueprint("overview", __name__)
VISITOR = Actor(name="visitor", role=Role.PARTNER, origin="web")  # of no organisation: sees the published record
DRAWN = ("dostyk-petropavl", "khorgos", "manzhouli", "erenhot", "middle-btk", "middle-poti", "kaliningrad-mukran")
MOST_ROWS, MOST_ALERTS = 12, 5
MONTHS = {"en": "MMMM y", "de": "MMMM y", "zh": "y年M月"}


@blueprint.record_once
def _register(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals.update(
        shipment_address=addresses.shipment_address,
        station_address=addresses.station_address,
        corridor_address=addresses.corridor_address,
        month=month,
    )


@blueprint.get("/")
@public_overview
def index() -> str:
    """Does the line run, and where are the trains?"""
    store, at, visitor = current_store(), now(), not is_signed_in()
    actor = VISITOR if visitor else current_actor()
    network = load_world(store).network
    record = line_record(store)
    simulated = shows_simulated() and not visitor
    wanted = ShipmentFilter(simulated=simulated)
    moving = () if visitor else traffic.traffic(store, wanted, actor=actor, now=at)
    waiting = () if visitor else traffic.not_left(store, simulated=simulated, actor=actor, now=at)
    says = Whereabouts(network, at)
    compared = all_corridors(network)
    needing = len(traffic.needing_attention(moving)) + len(waiting)
    return render_template(
        "overview/index.html",
        answer=answer(record),
        basis=basis(record),
        record=record,
        moving=moving,
        shown=moving[:MOST_ROWS],
        lost=lost_sentence(0 if visitor else traffic.lost(store, wanted, actor=actor, now=at)),
        under_way=under_way_heading(moving),
        alerts=alerts(store, says, moving, waiting, most=MOST_ALERTS, actor=actor),
        needing=needing,
        says=says,
        compared=compared,
        map=_map(network, compared, moving),
        ruler=_ruler(network, compared[0], moving) if compared else "",
        fill=fill_sentences(record, simulated=simulated, actor=actor),
        needs_heading=needs_heading(needing),
        open_alerts=0 if visitor else tally(store, simulated=simulated, actor=actor).open,
        each_count=gettext(" and ").join(number(train.containers) for train in record.counted),
        days_said=days_said(record),
        days_note=days_note(record),
        unpublished=Markup('<span class="soft">{}</span>').format(gettext("not published")),
        can_simulate=not visitor and traffic.simulated_there(store, actor=actor),
        **(simulated_context() if not visitor else {}),
    )


# ---------------------------------------------------------------- what the record says


def answer(record: LineRecord) -> str:
    """The first sentence, made of recorded figures: how many ran, how many were planned, when it stopped."""
    history = record.history
    return sentence_case(
        gettext(
            "%(ran)s trains ran where %(planned)s were planned, then the line stopped in %(month)s.",
            ran=count_word(history.trains_run),
            planned=number(history.trains_planned),
            month=month(history.stopped),
        )
    )


def basis(record: LineRecord) -> list[str]:
    """On what it rests, and why the line stopped: a sentence each."""
    history = record.history
    planned = ngettext(
        "A daily train was planned from the opening on %(opened)s;",
        "A train every %(num)d days was planned from the opening on %(opened)s;",
        history.planned_interval_days,
        opened=long_day(history.opened),
    )
    if history.planned_interval_days == 7:
        planned = gettext("A weekly train was planned from the opening on %(opened)s;", opened=long_day(history.opened))
    passed = ngettext(
        "%(num)d week passed to the end of %(month)s.",
        "%(num)d weeks passed to the end of %(month)s.",
        history.weeks,
        month=month(history.stopped),
    )
    return [f"{planned} {passed}", why(history.reasons)]


def why(reasons: Sequence[str]) -> str:
    """Why it stopped, as told in public."""
    words = {
        "under_filled_westbound": gettext("wagons from Chongqing were under-filled"),
        "near_duisburg": gettext("Duisburg was near"),
        "one_way_does_not_pay": gettext("a train filled one way does not pay"),
    }
    said = [words.get(reason, reason.replace("_", " ")) for reason in reasons]
    if len(said) > 1:
        joined = gettext("%(first)s, and %(last)s", first=sign(", ").join(said[:-1]), last=said[-1])
    else:
        joined = "".join(said)
    return sentence_case(joined) + sign(".") if joined else ""


def days_said(record: LineRecord) -> str:
    """How many days the journey took: every number the sources leave open."""
    return gettext(" or ").join(str(days) for days in record.days) or gettext("not published")


def days_note(record: LineRecord) -> str:
    """On what that rests."""
    if not record.days:
        return ""
    arrived = gettext("1 arrival, %(day)s", day=long_day(record.history.arrival))
    if len(record.days) == 1:
        return arrived
    return gettext("%(arrived)s; sources disagree on the train", arrived=arrived)


def fill_sentences(record: LineRecord, *, simulated: bool, actor: Actor) -> list["Filled"]:
    """How full the trains were: what was published, and what the recorded trains with known capacity say.

    Of a partner, whose own containers are all it sees, that is its share of the slots.
    """
    rows = statistics.compute(
        current_store(),
        statistics.Statistic.VOLUME.value,
        options=statistics.Options(include_simulated=simulated),
        actor=actor,
    )
    found = [Filled(_published_fill(record), published=True)]
    if not any(row["fill_trains"] for row in rows):
        return found
    known = {str(row["direction"]): row for row in rows if row["fill_trains"]}
    parts = []
    for direction, row in sorted(known.items(), reverse=True):
        filled, trains = share(_float(row["fill_share"])), int(str(row["fill_trains"]))
        counted = ngettext("%(figure)s train", "%(figure)s trains", trains, figure=number(trains))
        if direction == "westbound":
            parts.append(gettext("%(share)s of the slots westbound (%(trains)s)", share=filled, trains=counted))
        else:
            parts.append(gettext("%(share)s of the slots eastbound (%(trains)s)", share=filled, trains=counted))
    joined = gettext(" and ").join(parts)
    if actor.scope.everything:
        sentence = gettext("On the trains whose capacity is recorded, freight filled %(parts)s.", parts=joined)
    else:  # what others have aboard is not counted
        sentence = gettext("On the trains whose capacity is recorded, your containers filled %(parts)s.", parts=joined)
    found.append(Filled(sentence, simulated=simulated))
    return found


@dataclass(frozen=True)
class Filled:
    """A sentence on how full trains were, and where it comes from."""

    sentence: str
    published: bool = False
    simulated: bool = False


def _published_fill(record: LineRecord) -> str:
    history = record.history
    half, booked = len(history.half_loaded), len(history.fully_booked)
    return gettext(
        "Of the %(ran)s trains, %(half)s was reported half loaded and %(booked)s fully booked by one shipper; "
        "the slots of none were published, so no share of filled slots can be given.",
        ran=count_word(history.trains_run),
        half=count_word(half),
        booked=count_word(booked),
    )


def _float(value: object) -> float | None:
    return value if isinstance(value, float) else float(value) if isinstance(value, int) else None


def month(value: date) -> str:
    """A month in words: August 2019."""
    return format_day(value, MONTHS.get(language(), MONTHS["en"]))


# ---------------------------------------------------------------- what is under way


def under_way_heading(moving: Sequence[Moving]) -> str:
    """Seven trains under way, two on plan."""
    if not moving:
        return gettext("Nothing is under way")
    fine = sum(each.lateness.value == "ok" for each in moving)
    said = count_word(len(moving))
    first = ngettext("%(count)s train under way", "%(count)s trains under way", len(moving), count=said)
    if not fine:
        return sentence_case(gettext("%(first)s, none on plan", first=first))
    return sentence_case(gettext("%(first)s, %(fine)s on plan", first=first, fine=count_word(fine)))


def needs_heading(count: int) -> str:
    """Three things need you."""
    if not count:
        return gettext("Nothing needs you")
    said = ngettext("%(count)s thing needs you", "%(count)s things need you", count, count=count_word(count))
    return sentence_case(said)


def _map(network: Network, compared: Sequence[CorridorFacts], moving: Sequence[Moving]) -> Markup:
    return corridor_map(
        network,
        [facts for facts in compared if facts.corridor.id in DRAWN or facts is compared[0]],
        drawn_trains.drawn(moving),
        title=gettext("Map of the corridors between Mannheim and Chongqing"),
        desc=gettext(
            "The northern corridor runs from Chongqing over Xi’an, Lanzhou, Ürümqi, Dostyk, Astana, Yekaterinburg, "
            "Moscow, Brest and Warsaw to Mannheim. Gauge changes at Dostyk and Małaszewicze. Others run over Khorgos, "
            "through Mongolia, over Manzhouli, and over the Caspian Sea by ship. The tables below say it in words."
        ),
        note=gettext("With simulated") if any(each.simulated for each in moving) else "",
    )


def _ruler(network: Network, facts: CorridorFacts, moving: Sequence[Moving]) -> Markup:
    return drawings.ruler(
        network.stations,
        facts.corridor,
        facts.legs,
        drawn_trains.on_ruler(network, facts.corridor, moving),
        title=gettext("The corridor as a straight line, Mannheim left, Chongqing right, with the trains under way")
        if moving
        else gettext("The corridor as a straight line, Mannheim left, Chongqing right"),
        language=language(),
        country=country_name,
        number=lambda value: number(value),
    )


def country_name(code: str) -> str:
    """A country by its code, as the reader's language calls it."""
    return str(Locale.parse(language()).territories.get(code, code))
