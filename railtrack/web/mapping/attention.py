"""What needs somebody: overdue, held, silent and late trains, each with the usual value and what one can do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from markupsafe import Markup

from railtrack.domain.actors import Actor
from railtrack.domain.movement.positions import usual_run_h
from railtrack.domain.records import Lateness
from railtrack.domain.rights import Operation
from railtrack.operations.following.shipment_page import usual_stay
from railtrack.operations.following.whereabouts import Followed
from railtrack.operations.mapping.traffic import Moving, needing_attention
from railtrack.store.engine import Store
from railtrack.web.addresses import event_address, shipment_address
from railtrack.web.counting import sentence_case
from railtrack.web.following.whereabouts import Whereabouts, behind_words
from railtrack.web.i18n import gettext
from railtrack.web.moments import day, day_clock, on_clock
from railtrack.web.numbers import number


@dataclass(frozen=True, kw_only=True)
class Alert:
    """One thing that needs somebody: its state, a heading, why in a sentence, and what can be done about it."""

    state: Lateness
    title: str
    sentence: Markup
    simulated: bool
    actions: list[tuple[str, str]] = field(default_factory=list)


def alerts(
    store: Store,
    says: Whereabouts,
    moving: Sequence[Moving],
    waiting: Sequence[Followed],
    *,
    most: int,
    actor: Actor,
) -> list[Alert]:
    """What needs somebody, the most urgent first, at most so many: each asks the statistics for what is usual."""
    found = [_alert(store, says, each, actor) for each in needing_attention(moving)[:most]]
    return found + [_not_left(says, each, actor) for each in waiting[: most - len(found)]]


def _alert(store: Store, says: Whereabouts, each: Moving, actor: Actor) -> Alert:
    followed = each.first
    if each.lateness is Lateness.SILENT:
        title, sentence = _silent(says, each)
    elif followed.position is not None and followed.position.at is not None and each.lateness is Lateness.HELD:
        title, sentence = _standing(store, says, each, followed.position.at, actor)
    else:
        title, sentence = _late(says, each)
    return Alert(
        state=each.lateness,
        title=title,
        sentence=sentence,
        simulated=each.simulated,
        actions=_actions(followed, actor),
    )


def _silent(says: Whereabouts, each: Moving) -> tuple[str, Markup]:
    followed = each.first
    hours = round(followed.silent_h(says.now) or 0.0)
    title = gettext("No news for %(hours)s h", hours=number(hours))
    fact = followed.under_way.fact if followed.under_way else None
    last = followed.summary.last
    if fact is None or fact.station is None or last is None:
        return title, _with_link(each, gettext("%(name)s has not been heard of since."))
    place, when = says.place(fact.station), day_clock(last)
    usual = usual_run_h(followed.way, fact.station) if followed.way else None
    if usual is None:
        sentence = gettext("%(name)s: latest news from %(place)s, %(when)s.")
        return title, _with_link(each, sentence, place=place, when=when)
    return title, _with_link(
        each,
        gettext("%(name)s: latest news from %(place)s, %(when)s. The next was due after %(hours)s h."),
        place=place, when=when, hours=number(round(usual)),
    )  # fmt: skip


def _standing(store: Store, says: Whereabouts, each: Moving, at: str, actor: Actor) -> tuple[str, Markup]:
    followed = each.first
    place = says.place(at)
    title = gettext("Held at %(place)s", place=place) if followed.summary.is_held else gettext(
        "Overdue at %(place)s", place=place)  # fmt: skip
    standing = followed.standing_h(says.now)
    usual = usual_stay(store, says.network.stations[at], followed, actor=actor)
    if standing is None or (usual is not None and standing <= (usual.p80_h or usual.p50_h)):
        # it stands no longer than is usual: what makes it overdue is its plan
        return title, _with_link(each, gettext("%(name)s is there, %(behind)s."), behind=behind_words(followed))
    hours = number(round(standing))
    if usual is None:
        return title, _with_link(each, gettext("%(name)s has stood there for %(hours)s h."), hours=hours)
    if usual.stays is None or usual.p80_h is None:
        return title, _with_link(
            each,
            gettext("%(name)s has stood there for %(hours)s h. %(usual)s h are usual."),
            hours=hours, usual=number(round(usual.p50_h)),
        )  # fmt: skip
    return title, _with_link(
        each,
        gettext("%(name)s has stood there for %(hours)s h. Four in five stays there end within %(usual)s h "
                "(%(stays)s stays)."),
        hours=hours, usual=number(round(usual.p80_h)), stays=number(usual.stays),
    )  # fmt: skip


def _late(says: Whereabouts, each: Moving) -> tuple[str, Markup]:
    followed = each.first
    position, summary = followed.position, followed.summary
    where = says.place(position.at) if position is not None and position.at else ""
    behind = behind_words(followed) or gettext("past its plan")
    title = sentence_case(gettext("%(behind)s, at %(place)s", behind=behind, place=where) if where else behind)
    planned = summary.planned_arrival
    destination = says.place(summary.destination)
    if planned is None or followed.behind_h is None:
        return title, _with_link(each, gettext("%(name)s is %(behind)s."), behind=behind_words(followed))
    expected = on_clock(planned.instant + timedelta(hours=followed.behind_h), planned.offset_min)
    return title, _with_link(
        each,
        gettext("%(name)s would reach %(place)s on %(expected)s at the planned pace; planned: %(planned)s."),
        place=destination, planned=day_clock(planned),
        expected=day(expected) if planned.is_day else day_clock(expected),
    )  # fmt: skip


def _not_left(says: Whereabouts, each: Followed, actor: Actor) -> Alert:
    summary = each.summary
    place = says.place(summary.origin)
    sentence = gettext("%(name)s was to leave %(place)s on %(when)s. No departure is recorded.")
    planned = day_clock(summary.planned_departure)
    return Alert(
        state=Lateness.LATE,
        title=gettext("Not departed from %(place)s", place=place),
        sentence=_linked(sentence, each, place=place, when=planned),
        simulated=summary.simulated,
        actions=_actions(each, actor),
    )


def _actions(each: Followed, actor: Actor) -> list[tuple[str, str]]:
    address = event_address(each.summary.id) if actor.may(Operation.TELL) else ""
    return [(gettext("Record an event"), address)] if address else []


def _with_link(each: Moving, sentence: str, **values: str) -> Markup:
    return _linked(sentence, each.first, more=len(each.shipments) - 1, **values)


def _linked(sentence: str, each: Followed, *, more: int = 0, **values: str) -> Markup:
    """The sentence with the shipment's name as a link; names come from users and are escaped."""
    reference, address = each.summary.reference, shipment_address(each.summary.id)
    name = Markup('<a href="{}">{}</a>').format(address, reference) if address else Markup("{}").format(reference)
    if more:
        name += " " + gettext("(and %(count)s more)", count=more)
    return Markup(sentence) % {"name": name, **values}  # noqa: S704 - the sentence is ours, the values are escaped
