"""What is carried: a shipment's facts and the containers in it, as they are stated by whoever books them."""

from dataclasses import dataclass
from decimal import Decimal

from railtrack.domain.times import Moment


@dataclass(frozen=True)
class Money:
    """An amount in the currency it was stated in (ISO 4217); converted only where it is compared."""

    amount: Decimal
    currency: str = "EUR"


@dataclass(frozen=True, kw_only=True)
class ShipmentFacts:
    """What is true of all containers under one reference. Stations and corridor are our ids.

    `partner` is the organisation's name, None for the sender's own. `corridor_assumed` says that nobody named the
    corridor and the first that fits was taken. `train_capacity_teu` is the train's slots, not this shipment's.

    `first_planned_arrival` is the plan as first recorded, `first_planned_at` and `planned_at` say when that and the
    plan of now were recorded; they are only given by a file exported from railtrack.
    """

    reference: str
    partner: str | None
    origin: str
    destination: str
    shipper: str = ""
    consignee: str = ""
    corridor: str | None = None
    corridor_assumed: bool = False
    train: str = ""
    train_capacity_teu: float | None = None
    planned_departure: Moment | None = None
    planned_arrival: Moment | None = None
    incoterm: str = ""
    consignment_note: str = ""
    first_planned_arrival: Moment | None = None
    first_planned_at: Moment | None = None
    planned_at: Moment | None = None


@dataclass(frozen=True, kw_only=True)
class ContainerFacts:
    """One container by number, or `quantity` of them whose numbers are not known (yet).

    `container` is the compact ISO 6346 number or None; weights and amounts of a quantity are its totals.
    `quantity` and `size_type` are None only in published rows whose source does not tell; `teu` is given only there.
    `laden` is None in a row that does not say; what is recorded is one or the other.
    """

    container: str | None
    quantity: int | None = 1
    size_type: str | None = None
    laden: bool | None = True
    seals: tuple[str, ...] = ()
    hs_code: str = ""
    goods: str = ""
    packages: int | None = None
    gross_kg: float | None = None
    tare_kg: float | None = None
    value: Money | None = None
    freight: Money | None = None
    un_number: str = ""
    temperature_min_c: float | None = None
    temperature_max_c: float | None = None
    teu: float | None = None


@dataclass(frozen=True)
class StatedShipment:
    """One judged row of a shipments file: a container and the shipment it belongs to."""

    line: int | None
    shipment: ShipmentFacts
    container: ContainerFacts
