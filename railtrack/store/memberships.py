"""Who belongs to which organisations, and at which stations an organisation works as a terminal."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import delete, select

from railtrack.domain.records import Organisation
from railtrack.store.engine import Noting, Reading
from railtrack.store.tables import CorridorRow, MembershipRow, OrganisationRow, OrganisationStationRow
from railtrack.store.writing.bulk import in_batches


def organisations_of(reading: Reading, ids: Sequence[int]) -> dict[int, list[Organisation]]:
    """Give the organisations of these people, each with its stations, in the order in which they are acted for."""
    found: dict[int, list[Organisation]] = defaultdict(list)
    for part in in_batches(ids):
        query = (
            select(MembershipRow.user_id, OrganisationRow)
            .join(OrganisationRow, OrganisationRow.id == MembershipRow.organisation_id)
            .where(MembershipRow.user_id.in_(part))
            .order_by(MembershipRow.user_id, MembershipRow.position, MembershipRow.organisation_id)
        )
        rows = reading.session.execute(query).all()
        stations = stations_of(reading, {organisation.id for _, organisation in rows})
        for user_id, row in rows:
            organisation = Organisation(row.id, row.name, row.published, row.simulated, stations[row.id])
            found[user_id].append(organisation)
    return found


def stations_of(reading: Reading, organisation_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Give the stations of each of these organisations; none for one that is no terminal."""
    found: dict[int, list[str]] = {organisation_id: [] for organisation_id in organisation_ids}
    for part in in_batches(sorted(found)):
        query = select(OrganisationStationRow.organisation_id, OrganisationStationRow.station)
        query = query.where(OrganisationStationRow.organisation_id.in_(part)).order_by(OrganisationStationRow.station)
        for organisation_id, station in reading.session.execute(query):
            found[organisation_id].append(station)
    return {organisation_id: tuple(stations) for organisation_id, stations in found.items()}


def set_stations(w: Noting, organisation_id: int, stations: Collection[str]) -> None:
    """Say at which stations an organisation works as a terminal, in place of what was said before."""
    mine = OrganisationStationRow.organisation_id == organisation_id
    w.session.execute(delete(OrganisationStationRow).where(mine))
    w.session.add_all(OrganisationStationRow(organisation_id=organisation_id, station=s) for s in sorted(stations))
    w.session.flush()


def add_membership(w: Noting, person_id: int, organisation_id: int) -> bool:
    """Let somebody belong to one more organisation; False where they did already."""
    mine = MembershipRow.user_id == person_id
    query = select(MembershipRow.organisation_id, MembershipRow.position).where(mine)
    held = {row.organisation_id: row.position for row in w.session.execute(query)}
    if organisation_id in held:
        return False
    position = max(held.values(), default=-1) + 1
    w.session.add(MembershipRow(user_id=person_id, organisation_id=organisation_id, position=position))
    w.session.flush()
    return True


def end_membership(w: Noting, person_id: int, organisation_id: int) -> None:
    """Let somebody belong to an organisation no longer."""
    w.session.execute(
        delete(MembershipRow).where(
            MembershipRow.user_id == person_id, MembershipRow.organisation_id == organisation_id
        )
    )


def ways(reading: Reading) -> dict[str, tuple[str, ...]]:
    """Give the corridors with their stations from end to end, by which it is known what passes a terminal."""
    rows = reading.session.execute(select(CorridorRow.id, CorridorRow.details))
    return {row.id: tuple(row.details["stations"]) for row in rows}
