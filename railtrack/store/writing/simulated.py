"""Taking simulated history out again, with everything that was recorded of it."""

from sqlalchemy import delete, exists, select

from railtrack.store.engine import Writing
from railtrack.store.tables import (
    MembershipRow,
    OrganisationRow,
    OrganisationStationRow,
    ShipmentRow,
    TrainRow,
)
from railtrack.store.writing.bulk import in_batches
from railtrack.store.writing.taking_out import remove_shipments


def remove_simulated(w: Writing) -> int:
    """Take out every simulated shipment with its containers, events and journeys; gives how many shipments went.

    Invented organisations go too where nobody belongs to them and nothing real is theirs. What the audit says of all
    of it stays, as does every entry; that they went is the last one.
    """
    ids = list(w.session.scalars(select(ShipmentRow.id).where(ShipmentRow.simulated).order_by(ShipmentRow.id)))
    for part in in_batches(ids):
        remove_shipments(w, part)
    _remove_unused_trains(w)
    _remove_organisations(w)
    w.audit("remove", "simulated history", "", {"shipments": len(ids)})
    w.session.flush()
    return len(ids)


def _remove_unused_trains(w: Writing) -> None:
    """Capacities of trains that carry nothing any more."""
    on_it = exists().where(ShipmentRow.train == TrainRow.number, ShipmentRow.origin == TrainRow.origin)
    w.session.execute(delete(TrainRow).where(~on_it))


def _remove_organisations(w: Writing) -> None:
    empty = list(
        w.session.scalars(
            select(OrganisationRow.id).where(
                OrganisationRow.simulated,
                ~exists().where(ShipmentRow.organisation_id == OrganisationRow.id),
                ~exists().where(MembershipRow.organisation_id == OrganisationRow.id),
                ~exists().where(OrganisationStationRow.organisation_id == OrganisationRow.id),
            )
        )
    )
    w.session.execute(delete(OrganisationRow).where(OrganisationRow.id.in_(empty)))
