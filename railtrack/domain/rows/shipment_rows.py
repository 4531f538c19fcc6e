"""Judging one row of a shipments file (contract §3): a container, or a number of them, and its shipment.

What needs no database is judged here: each value by itself and the values of the row against each other.
"""

from datetime import datetime, tzinfo
from decimal import ROUND_HALF_EVEN, Decimal
from functools import partial

from railtrack.domain.cargo import identifiers, size_types
from railtrack.domain.cargo.goods import ContainerFacts, Money, ShipmentFacts, StatedShipment
from railtrack.domain.cargo.size_types import SizeType
from railtrack.domain.line.places import Station
from railtrack.domain.messages import say
from railtrack.domain.rows import cells
from railtrack.domain.rows.judging import Judged, Judging
from railtrack.domain.rows.near import near
from railtrack.domain.rows.raw import RawRow
from railtrack.domain.rows.unfit import Unfit
from railtrack.domain.times import Moment
from railtrack.domain.world import World

LEAST_LADEN_KG = 1_000
MOST_CONTAINERS = 100_000
MOST_PACKAGES = 1_000_000_000
MOST_KG = 1e9
MOST_AMOUNT = Decimal(1_000_000_000_000)
MOST_TEU = 10_000.0
COLDEST_C, HOTTEST_C = -273.15, 1_000.0
CENT = Decimal("0.01")

_name = cells.line_of_text(200)
_train = cells.line_of_text(64)
_note = cells.line_of_text(100)
_goods = cells.lines_of_text(1_000)
_seals = cells.texts(64, 50)
_kg = cells.kilograms(MOST_KG)
_packages = cells.whole_number(0, MOST_PACKAGES)
_quantity = cells.whole_number(1, MOST_CONTAINERS)
_capacity = cells.number(0.0, MOST_TEU)
_degrees = cells.number(COLDEST_C, HOTTEST_C)
_amount = cells.amount(MOST_AMOUNT)


def judge_shipment(
    raw: RawRow, world: World, *, now: datetime, times_in: tzinfo | None = None
) -> Judged[StatedShipment]:
    """Judge a row of shipments; `times_in` is the zone of times without an offset, the stations' own if None.

    Plans may lie in the past or the future; `now` decides only on when they were recorded.
    """
    if raw.unread:
        return Judged(None, raw.problems)
    row = Judging(raw, world)
    shipment = _shipment(row, times_in, now)
    container = _container(row)
    return row.judged(lambda: StatedShipment(raw.line, shipment, container))


# ---------------------------------------------------------------- the shipment


def _shipment(row: Judging, times_in: tzinfo | None, now: datetime) -> ShipmentFacts:
    reference = _must(row, "reference", row.read("reference", identifiers.reference.validate))
    partner = row.read("partner", _name)
    origin, destination = row.station("origin"), row.station("destination")
    for column, station in (("origin", origin), ("destination", destination)):
        _must(row, column, station)
    corridor, assumed = _corridor(row, origin, destination)
    departure = row.moment("planned_departure", origin, times_in=times_in)
    arrival = row.moment("planned_arrival", destination, times_in=times_in)
    _check_plan(row, departure, arrival)
    first_arrival = row.moment("first_planned_arrival", destination, times_in=times_in)
    first_at, planned_at = (row.recorded_at(column, now) for column in ("first_planned_at", "planned_at"))
    if first_at is not None and planned_at is not None and first_at.instant > planned_at.instant:
        row.problem(
            "first_planned_at",
            say("The first plan is recorded after the plan of now."),
            say("Exchange the two times, or leave both empty."),
        )
    return ShipmentFacts(
        reference=reference or "",
        partner=partner,
        origin=origin.id if origin else "",
        destination=destination.id if destination else "",
        shipper=row.read("shipper", _name) or "",
        consignee=row.read("consignee", _name) or "",
        corridor=corridor,
        corridor_assumed=assumed,
        train=row.read("train", _train) or "",
        train_capacity_teu=_capacity_teu(row),
        planned_departure=departure,
        planned_arrival=arrival,
        incoterm=row.read("incoterm", identifiers.incoterm.validate) or "",
        consignment_note=row.read("consignment_note", _note) or "",
        first_planned_arrival=first_arrival,
        first_planned_at=first_at,
        planned_at=planned_at,
    )


def _must(row: Judging, column: str, value: object) -> str | None:
    """Ask for a column that must be there; a value that was given but unfit has its problem already."""
    if value is None and not row.has(column):
        row.missing(column)
    return value if isinstance(value, str) else None


def _corridor(row: Judging, origin: Station | None, destination: Station | None) -> tuple[str | None, bool]:
    """Read the corridor, or assume the first that holds both stations; gives its id and whether it was assumed."""
    network = row.world.network
    ends_known = origin is not None and destination is not None
    if ends_known and origin == destination:
        row.problem(
            "destination",
            say("Origin and destination are the same station."),
            say("Write where the containers go, or come from."),
        )
        ends_known = False
    if not row.has("corridor"):
        if not ends_known or origin is None or destination is None:
            return None, False
        held = network.corridor_holding(origin.id, destination.id)
        if held is None:
            row.warn(
                "corridor",
                say(
                    "No corridor holds both %(origin)s and %(destination)s.",
                    origin=origin.id,
                    destination=destination.id,
                ),
                say("It can be recorded as it is, but its speed and its way on the map will not be known."),
            )
        return (held.id, True) if held else (None, False)
    corridor = row.read("corridor", partial(_known_corridor, row))
    if corridor is None or not ends_known or origin is None or destination is None:
        return corridor, False
    if network.corridor_legs(corridor, origin.id, destination.id) is None:
        fitting = tuple(c for c in network.corridors if network.corridor_legs(c, origin.id, destination.id) is not None)
        row.problem(
            "corridor",
            say(
                "Corridor %(corridor)s does not hold both %(origin)s and %(destination)s.",
                corridor=corridor,
                origin=origin.name,
                destination=destination.name,
            ),
            say("These do: %(corridors)s.", corridors=", ".join(fitting))
            if fitting
            else say("No corridor does; leave the field empty."),
            fitting,
        )
    return corridor, False


def _known_corridor(row: Judging, text: str) -> str:
    corridors = row.world.network.corridors
    wanted = text.casefold()
    if wanted in corridors:
        return wanted
    alike = near(wanted, corridors, cutoff=0.5)
    raise Unfit(
        say("There is no corridor of this name."),
        say("Near: %(near)s.", near=", ".join(alike)) if alike else say("Leave it empty to have one assumed."),
        alike,
    )


def _capacity_teu(row: Judging) -> float | None:
    capacity = row.given("train_capacity_teu", _capacity)
    if capacity == 0:
        row.problem(
            "train_capacity_teu",
            say("A train without slots carries nothing."),
            say("Write its slots in TEU, or leave the field empty if they are not known."),
        )
    return capacity


def _check_plan(row: Judging, departure: Moment | None, arrival: Moment | None) -> None:
    if departure is None or arrival is None:
        return
    if departure.is_day or arrival.is_day:
        late = arrival.local_date < departure.local_date
    else:
        late = arrival.instant <= departure.instant
    if late:
        row.problem(
            "planned_arrival",
            say("The planned arrival is not after the planned departure."),
            say("Compare both times, and their offsets from UTC if they have any."),
        )


# ---------------------------------------------------------------- the container


def _container(row: Judging) -> ContainerFacts:
    number, quantity = _number_or_quantity(row)
    size_type = row.read("size_type", partial(_known_size_type, row))
    _must(row, "size_type", size_type.code if size_type else None)
    laden = row.given("laden", cells.yes_or_no)
    coldest, hottest = row.given("temperature_min_c", _degrees), row.given("temperature_max_c", _degrees)
    if coldest is not None and hottest is not None and coldest > hottest:
        row.problem(
            "temperature_max_c",
            say("The highest temperature lies below the lowest, %(lowest)g °C.", lowest=coldest),
            say("Exchange the two, or correct one."),
        )
    facts = ContainerFacts(
        container=number,
        quantity=quantity,
        size_type=size_type.code if size_type else None,
        laden=laden,
        seals=row.given("seals", _seals) or (),
        hs_code=row.given("hs_code", _hs_code) or "",
        goods=row.read("goods", _goods) or "",
        packages=row.given("packages", _packages),
        gross_kg=row.given("gross_kg", _kg),
        tare_kg=row.given("tare_kg", _kg),
        value=_money(row, "value"),
        freight=_money(row, "freight"),
        un_number=row.read("un_number", identifiers.un_number.validate) or "",
        temperature_min_c=coldest,
        temperature_max_c=hottest,
    )
    _weigh(row, facts, size_type)
    return facts


def _number_or_quantity(row: Judging) -> tuple[str | None, int | None]:
    number = row.read("container", identifiers.container.validate)
    quantity = row.given("quantity", _quantity)
    if row.has("container"):
        if quantity is not None and quantity != 1:
            row.problem(
                "quantity",
                say("A container with a number is one container, not %(quantity)d.", quantity=quantity),
                say("Leave the quantity empty, or leave the number out."),
            )
        return number, 1
    if not row.has("quantity"):
        row.problem(
            "container",
            say("Neither a container number nor a quantity is given."),
            say("Write the number, or in quantity how many containers are not known by number."),
        )
    return None, quantity


def _known_size_type(row: Judging, text: str) -> SizeType:
    known = row.world.size_types
    code = size_types.compact(text)
    if code in known:
        return known[code]
    # of those that begin alike, the kind most trains carry first
    alike = sorted((c for c in known if code and c.startswith(code)), key=lambda c: (c[-1] != "1", c))
    offered = tuple(dict.fromkeys((*alike, *near(code, known))))[:3]
    listed = ", ".join(f"{n} ({known[n].description})" for n in offered)
    raise Unfit(
        say("There is no size-type %(code)s.", code=code)
        if len(code) == 4
        else say("A size-type has four characters."),
        say("Near: %(near)s.", near=listed) if offered else say("Write an ISO 6346 size-type such as 45G1 or 22G1."),
        offered,
    )


def _hs_code(value: object) -> str:
    if isinstance(value, float) and not value.is_integer():
        raise Unfit(
            say("The spreadsheet has made a number of this code, so zeros at its end may be lost."),
            say("Format the column as text and write the digits, such as 871410."),
        )
    return identifiers.hs_code.validate(cells.text_of(value))


def _money(row: Judging, column: str) -> Money | None:
    """Read an amount with its currency; `value_eur` says both at once."""
    in_euro = f"{column}_eur"
    currency = row.read(f"{column}_currency", identifiers.currency.validate)
    amount, euro = row.given(column, _amount), row.given(in_euro, _amount)
    if row.has(column) and row.has(in_euro) and (amount, currency or "EUR") != (euro, "EUR"):
        row.problem(
            in_euro,
            say("%(column)s and %(in_euro)s say different things.", column=column, in_euro=in_euro),
            say("Fill in one of the two."),
        )
    elif row.has(in_euro) and not row.has(column) and currency not in (None, "EUR"):
        row.problem(
            f"{column}_currency",
            say("%(in_euro)s is in euro, but the currency says %(currency)s.", in_euro=in_euro, currency=currency),
            say("Write the amount in the column %(column)s.", column=column),
        )
        return None
    named, stated = (column, amount) if amount is not None else (in_euro, euro)
    if stated is None:
        return None
    kept = abs(stated.quantize(CENT, rounding=ROUND_HALF_EVEN))
    if kept != stated:
        row.warn(named, say("Amounts are kept to the second decimal: %(kept)s.", kept=kept))
    return Money(kept, currency or "EUR")


def _weigh(row: Judging, facts: ContainerFacts, size_type: SizeType | None) -> None:
    """Warn of weights and values that are possible but seldom meant."""
    count, gross = facts.quantity or 1, facts.gross_kg
    is_laden = facts.laden is not False  # as a container is where nothing is said
    if gross is not None and is_laden and gross < LEAST_LADEN_KG * count:
        row.warn(
            "gross_kg",
            say("Laden, but under 1,000 kg a container."),
            say("Write kilograms: was %(tonnes)g t meant?", tonnes=gross)
            if 1 <= gross < 100 * count
            else say("Gross is the container with its goods; is it empty?"),
        )
    if gross is not None and size_type and size_type.max_gross_kg and gross > size_type.max_gross_kg * count:
        row.warn(
            "gross_kg",
            say(
                "Above what %(count)d × %(code)s may usually weigh, %(most)s kg.",
                count=count,
                code=size_type.code,
                most=f"{size_type.max_gross_kg * count:,.0f}",
            )
            if count > 1
            else say(
                "Above what a %(code)s may usually weigh, %(most)s kg.",
                code=size_type.code,
                most=f"{size_type.max_gross_kg:,.0f}",
            ),
            say("Compare with the weighing note; it can be recorded as it is."),
        )
    if gross is not None and facts.tare_kg is not None and gross < facts.tare_kg:
        row.warn(
            "gross_kg",
            say("Less than the empty container, %(tare)s kg.", tare=f"{facts.tare_kg:,.0f}"),
            say("Gross is the container with its goods, tare included."),
        )
    if is_laden and facts.value is not None and facts.value.amount == 0:
        row.warn(
            "value" if row.has("value") else "value_eur",
            say("Laden, but worth nothing."),
            say("Leave the field empty if the value is not known."),
        )
    if size_type and size_types.teu_is_assumed(size_type.code):
        row.warn(
            "size_type", say("The length code of %(code)s has no TEU of its own; 1 is counted.", code=size_type.code)
        )
