"""What `init` leaves out because it was taken out, and what comes back because something needs it."""

from datetime import datetime

from railtrack.exchange.reference import ReferenceData
from railtrack.store.engine import Store
from railtrack.store.writing.removing import kept
from tests.factories import ADMINISTRATOR


def test_what_something_wanted_needs_comes_back(store: Store, reference_data: ReferenceData, now: datetime) -> None:
    way = reference_data.corridors[0]
    first = next(leg for leg in reference_data.legs if {leg.origin, leg.destination} == set(way.stations[:2]))
    with store.writing(ADMINISTRATOR, now) as w:
        for subject, name in (
            ("station", way.stations[0]),
            ("leg", f"{first.origin}–{first.destination}"),
            ("corridor", reference_data.corridors[1].id),
            ("organisation", way.id),
        ):
            w.audit("remove", subject, name)
        w.commit()
    with store.reading() as r:
        stations, legs, corridors = kept(r, reference_data.stations, reference_data.legs, reference_data.corridors)
        assert [c.id for c in corridors] == [c.id for c in reference_data.corridors if c != reference_data.corridors[1]]
        assert (tuple(stations), tuple(legs)) == (reference_data.stations, reference_data.legs)
        stations, legs, corridors = kept(r, reference_data.stations, [first], [])
        assert (legs, corridors) == ([], [])
        assert [s.id for s in stations] == [s.id for s in reference_data.stations if s.id != way.stations[0]]
