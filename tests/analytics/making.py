"""Random journeys for the property tests: events drawn from a small world, so that ties and gaps are common."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from railtrack.analytics.statistics import By, DateOf, Filters, Options, Plan
from railtrack.domain.actors import EVERYTHING, PUBLISHED_ONLY, Scope
from railtrack.domain.movement.events import EventKind
from railtrack.domain.movement.journeys import Direction, Occurrence, crossings, fold
from railtrack.domain.times import Moment, Precision
from tests.analytics.boxes import Box

WAY: tuple[str, ...] = ("CKG", "ALK", "DTK", "BQT", "MAL", "RZP", "FFO", "MHG")
PAIRS = (("ALK", "DTK"), ("BQT", "MAL"))
OPEN_PAIRS = (("RZP", "FFO"),)
PARTNERS = ("Aare Logistik", "Ätna", "Published record")
START = datetime(2023, 12, 28, tzinfo=UTC)


@st.composite
def moments(draw: st.DrawFn, most_hours: int = 24 * 120) -> Moment:
    offset = draw(st.sampled_from((480, 300, 60)))
    # steps of 6 hours make equal times and journeys of equal length likely
    instant = START + timedelta(hours=6 * draw(st.integers(0, most_hours // 6)))
    if draw(st.integers(0, 9)):
        return Moment(instant, offset)
    local_day = (instant + timedelta(minutes=offset)).date()
    noon = datetime(local_day.year, local_day.month, local_day.day, 12, tzinfo=UTC) - timedelta(minutes=offset)
    return Moment(noon, offset, Precision.DAY)


def later(moment: Moment, hours: float) -> Moment:
    return Moment(moment.instant + timedelta(hours=hours), moment.offset_min)


@st.composite
def occurrences(draw: st.DrawFn, way: tuple[str, ...]) -> list[Occurrence]:
    """A journey along the way as it should be, then with events lost, moved and added."""
    at = draw(moments())
    found = []
    for station in way:
        arrives = later(at, draw(st.sampled_from((6, 12, 12, 60))))
        at = later(arrives, draw(st.sampled_from((0, 6, 12, 24))))
        found += [Occurrence(EventKind.ARRIVED, station, arrives), Occurrence(EventKind.DEPARTED, station, at)]
    lossy = draw(st.sampled_from((1, 3, 20)))
    end = draw(st.sampled_from((2, 5, len(found), len(found), len(found))))
    kept = [o for o in found[1:end] if draw(st.integers(0, lossy))] if lossy > 1 else found[1:-1]
    for _ in range(draw(st.integers(0, 2))):
        kind = draw(st.sampled_from((EventKind.ARRIVED, EventKind.DEPARTED, EventKind.HELD, EventKind.ARRIVED)))
        kept.append(Occurrence(kind, draw(st.sampled_from(way)), draw(moments())))
    if not draw(st.integers(0, 15)):
        kept.append(Occurrence(EventKind.CANCELLED, way[0], draw(moments())))
    if not draw(st.integers(0, 5)) and kept:
        place = draw(st.integers(0, len(kept) - 1))
        moved = kept[place].moment
        kept[place] = Occurrence(
            kept[place].event, kept[place].station, Moment(moved.instant, moved.offset_min, Precision.DAY)
        )
    return kept


@st.composite
def boxes(draw: st.DrawFn, box_id: int) -> Box:
    westbound = draw(st.booleans())
    direction = Direction.WESTBOUND if westbound else Direction.EASTBOUND
    way = WAY if westbound else WAY[::-1]
    way = way[draw(st.sampled_from((0, 0, 0, 1))) :]
    recorded = draw(occurrences(way))
    journey = fold(way[0], way[-1], recorded)
    first = draw(st.none() | moments(24 * 150))
    # a train's capacity is agreed once for all on it
    train = draw(st.sampled_from((None, "T1", "T2", "T3")))
    quantity = draw(st.sampled_from((1, 1, 1, 10, None)))
    owner = draw(st.sampled_from(range(len(PARTNERS))))
    return Box(
        id=box_id,
        organisation_id=owner + 1,
        published=not draw(st.integers(0, 4)),
        partner=PARTNERS[owner],
        origin=way[0],
        destination=way[-1],
        direction=direction,
        corridor=draw(st.sampled_from((None, "dostyk-petropavl", "khorgos"))),
        train=train,
        capacity_teu=82.0 if train == "T1" else 100.0 if train == "T3" else None,
        journey=journey,
        crossings=crossings(way[0], way[-1], direction, PAIRS, recorded),
        open_crossings=crossings(way[0], way[-1], direction, OPEN_PAIRS, recorded),
        planned_departure=draw(st.none() | st.dates(date(2023, 12, 1), date(2024, 5, 1))),
        first_plan=first,
        latest_plan=first and draw(st.just(first) | moments(24 * 150)),
        quantity=quantity,
        laden=bool(draw(st.integers(0, 3))),
        teu=draw(st.sampled_from((None, 1.0, 2.0, 2.25))),
        gross_kg=draw(st.sampled_from((None, 3900.0, 21500.0))),
        length_km=draw(st.sampled_from((None, 10513.0, 9876.5))),
        simulated=not draw(st.integers(0, 4)),
    )


@st.composite
def fleets(draw: st.DrawFn, most: int = 14) -> list[Box]:
    return [draw(boxes(number)) for number in range(1, draw(st.integers(0, most)) + 1)]


_days = st.none() | st.dates(date(2023, 12, 20), date(2024, 5, 10))


@st.composite
def filters(draw: st.DrawFn) -> Filters:
    """Mostly none at all, so that few draws let nothing through."""
    if draw(st.booleans()):
        return Filters()
    first, last = draw(_days), draw(_days)
    if first and last and first > last:
        first, last = last, first
    return Filters(
        from_date=first,
        to_date=last,
        direction=draw(st.none() | st.none() | st.sampled_from(Direction)),
        corridor=draw(st.sampled_from((None, None, None, "khorgos"))),
        partner=draw(st.sampled_from((None, None, None, PARTNERS[0]))),
        train=draw(st.sampled_from((None, None, None, "T1"))),
    )


options = st.builds(
    Options,
    include_simulated=st.booleans(),
    include_dates=st.booleans(),
    tolerance_h=st.sampled_from((24.0, 0.0, 6.0, 240.0)),
    plan=st.sampled_from(Plan),
    date=st.sampled_from(DateOf),
    open=st.booleans(),
)
scopes = st.sampled_from((EVERYTHING, PUBLISHED_ONLY, *(Scope(organisation_id=n + 1) for n in range(len(PARTNERS)))))


def groupings(possible: tuple[By, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from([by.value for by in possible]), unique=True, max_size=2)
