"""What simulated trains carry: invented partners, containers with valid numbers, goods, weights, prices.

Loads follow what was published of the service: westbound wagons were under-filled while trains to China left full
(morgenweb.de Jan and Aug 2019), and over the line trains back are to trains out as 8,846 to 10,546 (China State
Railway, 2024). Slots per train are those of `data`'s sources: 41 FEU to 2021, 50 in 2022, 55 since 2023. Prices per
FEU follow the published spot prices and are estimates between them. Partners, goods and numbers are invented.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from stdnum import iso6346

from railtrack.domain.cargo.goods import ContainerFacts, Money
from railtrack.domain.movement.journeys import Direction
from railtrack.domain.simulation.conditions import days_from_new_year

WEST, EAST = Direction.WESTBOUND, Direction.EASTBOUND


@dataclass(frozen=True, kw_only=True)
class Partner:
    """An invented forwarder. `code` begins its references; `detailed` ones report open borders and terminals too."""

    name: str
    code: str
    prefix: str  # owner code and category of its containers
    detailed: bool
    date_only_plan: bool = False
    westbound_share: float = 0.5


PARTNERS: Sequence[Partner] = (
    Partner(name="Beispiel-Spedition Mannheim", code="BSM", prefix="BSMU", detailed=True, westbound_share=0.35),
    Partner(name="Example Forwarding Chongqing", code="EFC", prefix="EFCU", detailed=True, westbound_share=0.65),
    Partner(name="Muster Bahnlogistik Rhein-Neckar", code="MBR", prefix="MBRU", detailed=False, westbound_share=0.4),
    Partner(name="Sample Rail Cargo Xi'an", code="SRC", prefix="SRCU", detailed=False, westbound_share=0.6),
    Partner(
        name="Vorbild Intermodal Duisburg", code="VID", prefix="VIDU", detailed=False, date_only_plan=True,
        westbound_share=0.45,
    ),
)  # fmt: skip
SHIPPERS = {
    WEST: ("Liangjiang Musterwerk Electronics", "Shapingba Sample Motors", "Example Photonics Chongqing",
           "Beibei Demo Textiles", "Yuzhong Specimen Home"),
    EAST: ("Musterwerk Automotive Mannheim", "Beispiel Maschinenbau Ladenburg", "Demo Chemie Ludwigshafen",
           "Probe Holz Odenwald", "Exempel Lebensmittel Heidelberg"),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Goods:
    """A kind of goods: cargo per FEU from `low_kg` to `high_kg`, value in EUR per kilogram."""

    hs_code: str
    name: str
    low_kg: int
    high_kg: int
    eur_per_kg: float
    weight: int
    un_number: str = ""
    reefer: tuple[float, float] | None = None


GOODS: dict[Direction, Sequence[Goods]] = {
    WEST: (
        Goods(hs_code="847130", name="Laptop computers", low_kg=8000, high_kg=13000, eur_per_kg=55, weight=18),
        Goods(hs_code="852852", name="Monitors", low_kg=8000, high_kg=14000, eur_per_kg=18, weight=12),
        Goods(hs_code="870899", name="Car parts", low_kg=12000, high_kg=22000, eur_per_kg=8, weight=16),
        Goods(hs_code="847989", name="Machines and parts", low_kg=10000, high_kg=22000, eur_per_kg=14, weight=12),
        Goods(hs_code="620342", name="Clothing", low_kg=7000, high_kg=11000, eur_per_kg=16, weight=9),
        Goods(hs_code="940360", name="Furniture", low_kg=7000, high_kg=12000, eur_per_kg=4, weight=9),
        Goods(hs_code="854143", name="Solar modules", low_kg=16000, high_kg=23500, eur_per_kg=6, weight=12),
        Goods(hs_code="392690", name="Plastic goods", low_kg=8000, high_kg=15000, eur_per_kg=5, weight=8),
        Goods(hs_code="850760", name="Lithium-ion batteries", low_kg=12000, high_kg=20000, eur_per_kg=25, weight=4,
              un_number="3480"),
    ),
    EAST: (
        Goods(hs_code="870899", name="Car parts", low_kg=14000, high_kg=23000, eur_per_kg=11, weight=30),
        Goods(hs_code="847990", name="Machine parts", low_kg=12000, high_kg=23000, eur_per_kg=20, weight=18),
        Goods(hs_code="390120", name="Polyethylene", low_kg=20000, high_kg=25500, eur_per_kg=1.5, weight=12),
        Goods(hs_code="440711", name="Sawn pine", low_kg=21000, high_kg=25500, eur_per_kg=0.6, weight=14),
        Goods(hs_code="470321", name="Wood pulp", low_kg=22000, high_kg=25800, eur_per_kg=0.8, weight=8),
        Goods(hs_code="190110", name="Infant food", low_kg=12000, high_kg=20000, eur_per_kg=9, weight=6),
        Goods(hs_code="901890", name="Medical instruments", low_kg=6000, high_kg=12000, eur_per_kg=70, weight=5),
        Goods(hs_code="220421", name="Wine", low_kg=17000, high_kg=22000, eur_per_kg=5, weight=5, reefer=(10, 15)),
    ),
}  # fmt: skip

# tare in kg, share among numbered boxes, TEU
_BOXES = {"45G1": (3900, 62, 2.0), "42G1": (3750, 12, 2.0), "22G1": (2250, 20, 1.0), "L5G1": (4800, 6, 2.25)}
_REEFER = "45R1"
_REEFER_TARE = 4700
_MAX_GROSS_KG = 30000  # below every maximum of data/size_types.csv

# laden share of the slots by year of departure, (westbound, eastbound)
_LADEN = {
    2018: (0.45, 0.86), 2019: (0.50, 0.74), 2020: (0.68, 0.80), 2021: (0.70, 0.82), 2022: (0.56, 0.74),
    2023: (0.58, 0.78), 2024: (0.61, 0.80), 2025: (0.60, 0.79),
}  # fmt: skip
_BALANCE = 0.84  # 8,846 trains back to 10,546 out (2024)
_EASTBOUND_EMPTY = 0.04
# EUR per FEU, westbound; eastbound about 0.55 of it. USD 5,800 in January 2025 is published, the peak of 2021 follows
# the ratio of rail to sea, the rest is estimated
_FREIGHT = {2018: 3300, 2019: 3400, 2020: 4800, 2021: 8600, 2022: 7600, 2023: 4300, 2024: 5900, 2025: 5300, 2026: 5000}


def capacity_teu(day: date) -> float:
    """Slots of a train of that day, in TEU."""
    return 82.0 if day.year < 2022 else 100.0 if day.year < 2023 else 110.0


@dataclass(frozen=True)
class Load:
    """TEU on one train."""

    laden_teu: float
    empty_teu: float


def load(direction: Direction, day: date, capacity: float, rng: Random) -> Load:
    """What a train of that day carries: by year, thinner after Chinese New Year, fuller before it."""
    laden = {d: _LADEN[min(max(day.year, min(_LADEN)), max(_LADEN))][d is EAST] for d in (WEST, EAST)}
    empty = {EAST: _EASTBOUND_EMPTY, WEST: _BALANCE * (laden[EAST] + _EASTBOUND_EMPTY) - laden[WEST]}
    since = days_from_new_year(day)
    season = 1.0 if direction is EAST else 0.6 if 0 <= since <= 14 else 1.15 if -14 <= since < 0 else 1.0
    scatter = 0.86 + 0.28 * rng.random()
    laden_share = min(laden[direction] * season * scatter, 0.97)
    empty_share = min(max(empty[direction], 0.02) * (0.7 + 0.6 * rng.random()), 0.99 - laden_share)
    return Load(laden_share * capacity, empty_share * capacity)


def freight_eur(direction: Direction, day: date, teu: float, rng: Random) -> Decimal:
    """The price agreed for one container."""
    per_feu = _FREIGHT[min(max(day.year, min(_FREIGHT)), max(_FREIGHT))] * (1.0 if direction is WEST else 0.55)
    share = 0.62 if teu <= 1 else teu / 2  # a twenty-foot box pays more than half
    return Decimal(round(per_feu * share * rng.uniform(0.88, 1.14) / 10) * 10)


def boxes(
    partner: Partner, direction: Direction, day: date, count: int, taken: set[str], rng: Random
) -> list[ContainerFacts]:
    """Numbered containers of one shipment, all with the same goods; `taken` numbers are not given again."""
    kind = rng.choices(GOODS[direction], [g.weight for g in GOODS[direction]])[0]
    empty = direction is WEST and rng.random() < 0.04
    return [_box(partner, direction, day, kind, empty, taken, rng) for _ in range(count)]


def _box(
    partner: Partner, direction: Direction, day: date, kind: Goods, empty: bool, taken: set[str], rng: Random
) -> ContainerFacts:
    if kind.reefer and not empty:
        size, tare, teu = _REEFER, _REEFER_TARE, 2.0
    else:
        size = rng.choices(list(_BOXES), [share for _, share, _ in _BOXES.values()])[0]
        tare, _, teu = _BOXES[size]
    number = _number(partner.prefix, taken, rng)
    if empty:
        return ContainerFacts(
            container=number, size_type=size, laden=False, tare_kg=float(tare), gross_kg=float(tare),
            freight=Money(Decimal(round(int(freight_eur(direction, day, teu, rng)) * 0.3))),
        )  # fmt: skip
    share = min(teu, 2.0) / 2 if teu > 1 else 0.72
    cargo = round(rng.uniform(kind.low_kg, kind.high_kg) * share / 10) * 10
    gross = min(tare + cargo, _MAX_GROSS_KG)
    known = rng.random() > 0.03  # not everybody weighs in time
    return ContainerFacts(
        container=number,
        size_type=size,
        seals=tuple(f"{partner.code}{rng.randrange(10**7):07d}" for _ in range(1 if rng.random() < 0.85 else 2)),
        hs_code=kind.hs_code,
        goods=kind.name,
        packages=rng.randrange(18, 900),
        gross_kg=float(gross) if known else None,
        tare_kg=float(tare),
        value=Money(Decimal(round((gross - tare) * kind.eur_per_kg * rng.uniform(0.75, 1.3), -2))),
        freight=Money(freight_eur(direction, day, teu, rng)),
        un_number=kind.un_number,
        temperature_min_c=kind.reefer[0] if kind.reefer else None,
        temperature_max_c=kind.reefer[1] if kind.reefer else None,
    )


def block_booking(direction: Direction, day: date, rest: Load, rng: Random) -> list[ContainerFacts]:
    """The rest of a train: other shippers' containers, known by quantity only."""
    rows = []
    laden, empty = round(rest.laden_teu / 2), round(rest.empty_teu / 2)
    if laden > 0:
        rows.append(
            ContainerFacts(
                container=None,
                quantity=laden,
                size_type="45G1",
                goods="Consolidated cargo",
                gross_kg=float(laden * round(rng.uniform(15500, 20500) + (2500 if direction is EAST else 0), -1)),
                freight=Money(laden * freight_eur(direction, day, 2.0, rng)),
            )
        )
    if empty > 0:
        # another size-type, since rows of one size-type under one reference are one row
        rows.append(
            ContainerFacts(
                container=None,
                quantity=empty,
                size_type="42G1",
                laden=False,
                goods="Empty containers",
                gross_kg=float(empty * 3750),
            )
        )
    return rows


def teu_of_boxes(containers: Sequence[ContainerFacts]) -> Load:
    """TEU of numbered boxes of ours."""
    teu = {size: each for size, (_, _, each) in _BOXES.items()} | {_REEFER: 2.0}
    laden = sum(teu[c.size_type or ""] for c in containers if c.laden)
    return Load(laden, sum(teu[c.size_type or ""] for c in containers) - laden)


def _number(prefix: str, taken: set[str], rng: Random) -> str:
    while True:
        serial = f"{prefix}{rng.randrange(10**6):06d}"
        check = iso6346.calc_check_digit(serial)
        number = serial + check
        # the sum's remainder of ten is written 0 as well, so such numbers are left out of use
        if number not in taken and _remainder(serial) != 10:
            taken.add(number)
            return number


def _remainder(serial: str) -> int:
    return sum(_VALUES[letter] << place for place, letter in enumerate(serial)) % 11


def _letter_values() -> dict[str, int]:
    values = {str(digit): digit for digit in range(10)}
    value = 10
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        value += value % 11 == 0
        values[letter] = value
        value += 1
    return values


_VALUES = _letter_values()
