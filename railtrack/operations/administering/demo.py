"""Simulated history: added through the same doors as a file, marked simulated, taken out again without a trace left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from railtrack.domain.actors import Actor, Role
from railtrack.domain.errors import Problem, Refused
from railtrack.domain.messages import say
from railtrack.domain.progress import Progress
from railtrack.domain.rights import Operation, insist
from railtrack.domain.rows.verdicts import Outcome, State
from railtrack.domain.simulation.cargo import PARTNERS
from railtrack.domain.simulation.service import SimulatedTrain, simulate
from railtrack.operations.administering.accounts import create_user
from railtrack.operations.administering.organisations import set_stations
from railtrack.operations.administering.passwords import new_password
from railtrack.operations.administering.reference import load_world
from railtrack.operations.entering.booking import book
from railtrack.operations.entering.recording import record
from railtrack.store.engine import Store
from railtrack.store.writing.booking import Provenance
from railtrack.store.writing.simulated import remove_simulated

# where containers change from one gauge to the other, there is most to be told
DEMO_TERMINAL, DEMO_STATIONS = "Beispiel-Terminal Małaszewicze", ("MAL",)


@dataclass(frozen=True, kw_only=True)
class DemoResult:
    """What was added; all zero where the same history was there already."""

    until: date
    trains: int
    journeys: int
    events: int


def add_demo(
    store: Store,
    *,
    seed: int = 1,
    journeys: int = 2000,
    until: date | None = None,
    actor: Actor,
    now: datetime,
    progress: Progress | None = None,
) -> DemoResult:
    """Add the simulated history that ends with the day `until` (yesterday if not given), the same for its arguments.

    Raises NotAllowed unless an administrator asks, Refused for arguments that make no history or where another
    simulated history is in the way.
    """
    _only_administrators(actor)
    yesterday = now.astimezone(UTC).date() - timedelta(days=1)
    last = until or yesterday
    if last > yesterday + timedelta(days=1):
        raise Refused([_future(last, yesterday)])
    end = min(datetime.combine(last, time(23, 59), UTC), now.astimezone(UTC).replace(second=0, microsecond=0))
    network = load_world(store).network
    try:
        trains = list(simulate(network, seed=seed, journeys=journeys, until=end))
    except ValueError as error:
        raise Refused([Problem(message=say("No history can be simulated: %(why)s.", why=str(error)))]) from error
    shipments = [row for train in trains for row in train.shipments]
    events = [row for train in trains for row in train.events]
    if progress is not None:
        progress(0, len(shipments) + len(events))
    booked = book(
        store, shipments, network=network, actor=actor, now=now, otherwise=Provenance(simulated=True)
    )  # fmt: skip
    _insist(booked)
    if progress is not None:
        progress(len(shipments), len(shipments) + len(events))
    recorded = record(store, events, network=network, actor=actor, now=now)
    _insist(recorded)
    if progress is not None:
        progress(len(shipments) + len(events), len(shipments) + len(events))
    result = DemoResult(
        until=last,
        trains=_new_trains(trains, booked),
        journeys=booked.count(State.ACCEPTED),
        events=recorded.count(State.ACCEPTED),
    )
    if result.journeys or result.events:
        _note(store, result, actor, now)
    return result


def _note(store: Store, result: DemoResult, actor: Actor, now: datetime) -> None:
    """Say in the audit that it was added, once: its rows have no entries of their own."""
    added = {"trains": result.trains, "journeys": result.journeys, "events": result.events}
    with store.noting(actor, now) as w:
        w.audit("add", "simulated history", "", None, {**added, "until": result.until.isoformat()})
        w.commit()


def remove_demo(store: Store, *, actor: Actor, now: datetime) -> int:
    """Take all simulated history out; gives how many shipments went. Raises NotAllowed unless an administrator asks."""
    _only_administrators(actor)
    with store.writing(actor, now) as w:
        count = remove_simulated(w)
        w.commit()
    return count


def _only_administrators(actor: Actor) -> None:
    insist(
        actor, Operation.SIMULATE, own=False, refusal=say("Only an administrator adds or removes simulated history.")
    )


def _new_trains(trains: Sequence[SimulatedTrain], booked: Outcome) -> int:
    states = iter(verdict.state for verdict in booked.verdicts)
    return sum(State.ACCEPTED in [next(states) for _ in train.shipments] for train in trains)


def _insist(outcome: Outcome) -> None:
    if not outcome.stored:
        first = next(outcome.problems)
        raise Refused(
            [
                Problem(
                    message=say("Another simulated history is in the way: %(first)s", first=first.message),
                    remedy=say("Take it out first with: railtrack demo --remove"),
                )
            ]
        )


def _future(last: date, yesterday: date) -> Problem:
    return Problem(
        message=say("A history cannot end in the future, on %(day)s.", day=last.isoformat()),
        remedy=say("Choose a day up to %(yesterday)s.", yesterday=yesterday.isoformat()),
        column="until",
        value=last.isoformat(),
    )


@dataclass(frozen=True, kw_only=True)
class DemoAccount:
    """An account with the password it was given, which is known only now."""

    email: str
    role: Role
    password: str


def add_demo_accounts(store: Store, *, actor: Actor, now: datetime) -> list[DemoAccount]:
    """Add one account per role with random passwords; partner and reader belong to an invented forwarder.

    Raises Refused where one of them is there already.
    """
    given = []
    for email, name, role, organisation in (
        ("admin@example.org", "Administrator", Role.ADMINISTRATOR, ""),
        ("city@example.org", "City of Mannheim", Role.CITY, ""),
        ("partner@example.org", PARTNERS[0].name, Role.PARTNER, PARTNERS[0].name),
        ("reader@example.org", PARTNERS[0].name, Role.READER, PARTNERS[0].name),
        ("terminal@example.org", DEMO_TERMINAL, Role.TERMINAL, DEMO_TERMINAL),
    ):
        password = new_password()
        create_user(store, email, name, role, organisation=organisation, password=password, actor=actor, now=now)
        given.append(DemoAccount(email=email, role=role, password=password))
    set_stations(store, DEMO_TERMINAL, DEMO_STATIONS, actor=actor, now=now)
    return given
