"""The entry sheet of a shipment: what was typed, as rows to be judged, and what the judgement says of each field.

The same columns as in a file. A row that holds nothing but what the form filled in by itself (laden, size-type) does
not count. Nothing is judged here.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from werkzeug.datastructures import MultiDict

from railtrack.domain.cargo.size_types import compact, teu_of
from railtrack.domain.errors import Problem, Severity
from railtrack.domain.line.gazetteer import fold
from railtrack.domain.line.station_names import full_name, short_name
from railtrack.domain.messages import say
from railtrack.domain.rows.raw import RawRow
from railtrack.domain.rows.verdicts import Outcome
from railtrack.domain.world import World
from railtrack.web.i18n import gettext

FIELDS = (
    "reference", "partner", "origin", "destination", "train", "planned_departure", "planned_arrival", "corridor",
    "shipper", "consignee", "incoterm", "consignment_note", "train_capacity_teu",
)  # fmt: skip
CELLS = ("container", "quantity", "size_type", "laden", "gross_kg", "hs_code", "goods", "seals")
MORE_CELLS = (
    "packages", "tare_kg", "value", "value_currency", "un_number", "temperature_min_c", "temperature_max_c",
)  # fmt: skip
PRICE_CELLS = ("freight", "freight_currency")  # only where a shipment is changed, so that nothing is passed over
STATIONS = ("origin", "destination")
MADE_BY_FORM = ("laden", "size_type")
FEWEST_ROWS, ROWS_MORE, MOST_ROWS = 5, 5, 1_000

LANGUAGES = ("en", "de", "zh")

_WHICH = say("Which one?")
_NAME_AND_ID = re.compile(r".*\(\s*([A-Za-z]{2,5})\s*\)\s*")


@dataclass(frozen=True)
class Sheet:
    """A form as it was typed: the shipment's fields and the rows of containers, texts all of them."""

    fields: Mapping[str, str]
    rows: tuple[Mapping[str, str], ...]
    by_quantity: bool = False
    more: bool = False
    dropped: int = 0  # rows beyond the most that fit
    is_change: bool = False  # of a recorded shipment: with numbers as well as quantities
    taken_out: frozenset[int] = frozenset()  # the places of rows that shall go

    @classmethod
    def of_form(cls, form: MultiDict[str, str], *, is_change: bool = False) -> "Sheet":
        """Read what a browser sent."""
        rarer = (*MORE_CELLS, *PRICE_CELLS) if is_change else MORE_CELLS
        columns = {name: form.getlist(name) for name in (*CELLS, *rarer)}
        sent = max((len(values) for values in columns.values()), default=0)
        count = min(sent, MOST_ROWS)
        rows = tuple({name: values[i] for name, values in columns.items() if i < len(values)} for i in range(count))
        return cls(
            {name: form.get(name, "") for name in FIELDS},
            rows,
            by_quantity=form.get("by_quantity") == "1",
            # what holds something is not hidden
            more=form.get("more") == "1" or any(row.get(name, "").strip() for row in rows for name in rarer),
            dropped=sent - count,
            is_change=is_change,
            taken_out=frozenset(int(n) - 1 for n in form.getlist("out") if n.isascii() and n.isdigit() and len(n) < 6),
        )

    @classmethod
    def of_draft(cls, kept: Mapping[str, object], *, is_change: bool = False) -> "Sheet":
        """Read what a draft keeps."""
        fields, rows = kept.get("fields"), kept.get("rows")
        return cls(
            {name: str(value) for name, value in fields.items()} if isinstance(fields, dict) else {},
            tuple({k: str(v) for k, v in row.items()} for row in rows if isinstance(row, dict))
            if isinstance(rows, list)
            else (),
            by_quantity=kept.get("by_quantity") is True,
            more=kept.get("more") is True,
            is_change=is_change,
        )

    @property
    def to_keep(self) -> dict[str, object]:
        """What a draft keeps."""
        return {
            "fields": dict(self.fields),
            "rows": [dict(self.rows[i]) for i in self.filled],
            "by_quantity": self.by_quantity,
            "more": self.more,
        }

    @property
    def cells(self) -> tuple[str, ...]:
        """The columns shown: numbers or quantities, and the rarer ones where they are wanted."""
        if self.is_change:
            return (*CELLS, *((*MORE_CELLS, *PRICE_CELLS) if self.more else ()))
        hidden = "container" if self.by_quantity else "quantity"
        return (*(c for c in CELLS if c != hidden), *(MORE_CELLS if self.more else ()))

    @cached_property
    def filled(self) -> tuple[int, ...]:
        """The places of the rows that hold something."""
        held = (i for i, row in enumerate(self.rows) if _is_filled(row, self.cells))
        return tuple(i for i in held if i not in self.taken_out)

    def with_rows(self, least: int, size_type: str = "") -> "Sheet":
        """Give the sheet at least so many rows, new ones with the usual size-type."""
        new = [{"laden": "yes", "size_type": size_type} for _ in range(least - len(self.rows))]
        return replace(self, rows=(*self.rows, *new)[:MOST_ROWS])

    def with_value(self, place: str, value: str) -> "Sheet":
        """Put a value into the field `place`: a shipment's field by name, a cell as name-row (`container-3`)."""
        name, _, row = place.partition("-")
        if name in FIELDS and not row:
            return replace(self, fields={**self.fields, name: value})
        if name in (*CELLS, *MORE_CELLS) and row.isdigit() and 0 < int(row) <= len(self.rows):
            i = int(row) - 1
            return replace(self, rows=(*self.rows[:i], {**self.rows[i], name: value}, *self.rows[i + 1 :]))
        return self

    def with_usual(self, values: Mapping[str, str]) -> "Sheet":
        """Put what is usual into the fields that hold nothing."""
        return replace(self, fields={**self.fields, **{k: v for k, v in values.items() if not self.fields.get(k)}})

    def raw_rows(self, world: World) -> list[RawRow]:
        """Give the filled rows as a file would hold them; without any, one that holds the shipment's fields only."""
        shared = {name: text for name, text in self.fields.items() if text.strip()}
        for name in STATIONS:
            if name in shared:
                shared[name] = station_typed(shared[name], world)
        rows = [{k: v for k, v in self.rows[i].items() if k in self.cells and v.strip()} for i in self.filled]
        return [RawRow(None, {**shared, **row}) for row in rows or [{}]]


@dataclass(frozen=True)
class RowView:
    """A row of the grid with what is said of it. `state` is empty, done, late (a warning) or held (a problem)."""

    number: int
    cells: Mapping[str, str]
    state: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def hits(self) -> dict[str, str]:
        """The class of each cell that something is said about."""
        found: dict[str, str] = {}
        for problem in self.problems:
            if problem.column and problem.severity is Severity.WARNING:
                found.setdefault(problem.column, "hit-w")
            elif problem.column:
                found[problem.column] = "hit"
        return found


@dataclass(frozen=True)
class Judged:
    """A sheet with its judgement."""

    sheet: Sheet
    rows: tuple[RowView, ...]
    of_fields: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    teu: float = 0.0

    @property
    def typed(self) -> int:
        return sum(self._containers(row.number) for row in self.rows)

    @property
    def bad_rows(self) -> int:
        return sum(row.state == "held" for row in self.rows)

    @property
    def unfinished_rows(self) -> int:
        """Rows that were begun and lack something, as those of a copy lack their numbers."""
        return sum(not row.state and row.number - 1 in self.sheet.filled for row in self.rows)

    @property
    def warned_rows(self) -> int:
        return sum(row.state == "late" for row in self.rows)

    @property
    def good_rows(self) -> int:
        return sum(row.state in ("done", "late") for row in self.rows)

    @property
    def bad_fields(self) -> int:
        return sum(any(p.severity is Severity.PROBLEM for p in found) for found in self.of_fields.values())

    @property
    def is_refused(self) -> bool:
        return bool(self.bad_rows or self.bad_fields)

    @property
    def links(self) -> list[tuple[str, str, Problem]]:
        """Every problem with the id of its field and where that is."""
        found = [
            (f"f-{name}", label(name), problem)
            for name, problems in self.of_fields.items()
            for problem in problems
            if problem.severity is Severity.PROBLEM
        ]
        for row in self.rows:
            for problem in row.problems:
                if problem.severity is Severity.PROBLEM:
                    column = problem.column or self.sheet.cells[0]
                    where = gettext("Row %(row)s, %(column)s", row=row.number, column=label(column))
                    found.append((f"{column}-{row.number}", where, problem))
        return found

    def _containers(self, number: int) -> int:
        if number - 1 not in self.sheet.filled:
            return 0
        row = self.sheet.rows[number - 1]
        if not self.sheet.by_quantity and not (self.sheet.is_change and not row.get("container", "").strip()):
            return 1
        text = self.sheet.rows[number - 1].get("quantity", "").strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def unjudged(sheet: Sheet) -> Judged:
    """A sheet nothing is said about yet."""
    return Judged(sheet, tuple(RowView(i + 1, row) for i, row in enumerate(sheet.rows)))


def judged(sheet: Sheet, outcome: Outcome, world: World, *, is_sent: bool) -> Judged:
    """Spread an outcome over the sheet it belongs to.

    While somebody types (`is_sent` False) nothing is said of fields they have not come to yet, and a row that lacks
    something has no state.
    """
    of_fields: dict[str, list[Problem]] = {}
    views: dict[int, RowView] = {}
    places = sheet.filled or (0,)
    seen: dict[str, int] = {}
    for place, verdict in zip(places, outcome.verdicts, strict=False):
        cells = sheet.rows[place] if place < len(sheet.rows) else {}
        own: list[Problem] = []
        missing = False
        for problem in verdict.problems:
            column = problem.column or ""
            is_empty = not (sheet.fields if column in FIELDS else cells).get(column, "").strip()
            problem = in_words_of_form(problem, world)
            if is_empty and problem.severity is Severity.PROBLEM and not is_sent:
                missing = missing or column not in FIELDS
            elif column in FIELDS:
                of_fields.setdefault(column, [])
                if problem not in of_fields[column]:
                    of_fields[column].append(problem)
            else:
                own.append(problem if column in sheet.cells else replace(problem, column=sheet.cells[0]))
        twice = _twice(cells, place, seen)
        if twice is not None:
            own.append(twice)
        views[place] = RowView(place + 1, cells, _state(own, missing), tuple(own))
    if not sheet.filled and not is_sent:
        views.clear()
    if sheet.dropped:
        of_fields.setdefault("reference", []).append(_too_many())
    rows = tuple(views.get(i, RowView(i + 1, row)) for i, row in enumerate(sheet.rows))
    return Judged(sheet, rows, {k: tuple(v) for k, v in of_fields.items()}, _teu(sheet, world))


def label(column: str) -> str:
    """What a column is called on the form."""
    return {
        "reference": gettext("Your reference"),
        "partner": gettext("Partner"),
        "origin": gettext("From"),
        "destination": gettext("To"),
        "train": gettext("Train"),
        "planned_departure": gettext("Planned departure"),
        "planned_arrival": gettext("Planned arrival"),
        "corridor": gettext("Corridor"),
        "shipper": gettext("Shipper"),
        "consignee": gettext("Consignee"),
        "incoterm": gettext("Incoterm"),
        "consignment_note": gettext("Consignment note"),
        "train_capacity_teu": gettext("Slots of the train, TEU"),
        "container": gettext("Container"),
        "quantity": gettext("Containers"),
        "size_type": gettext("Size-type"),
        "laden": gettext("Laden"),
        "gross_kg": gettext("Gross, kg"),
        "hs_code": gettext("HS code"),
        "goods": gettext("Goods"),
        "seals": gettext("Seals"),
        "packages": gettext("Packages"),
        "tare_kg": gettext("Tare, kg"),
        "value": gettext("Value"),
        "value_currency": gettext("Currency"),
        "freight": gettext("Freight"),
        "freight_currency": gettext("Currency of the freight"),
        "un_number": gettext("UN number"),
        "temperature_min_c": gettext("Lowest °C"),
        "temperature_max_c": gettext("Highest °C"),
    }.get(column, column)


def station_typed(text: str, world: World) -> str:
    """Take the id out of `Chongqing Tuanjiecun (CKG)`, as the list of stations puts it in; leave other text alone."""
    match = _NAME_AND_ID.fullmatch(text)
    if match and match.group(1).upper() in world.network.stations:
        return match.group(1).upper()
    return text


def _is_filled(row: Mapping[str, str], columns: Sequence[str]) -> bool:
    return any(row.get(name, "").strip() for name in columns if name not in MADE_BY_FORM)


def _state(problems: Sequence[Problem], missing: bool) -> str:
    """The look of a row; what stands against the shipment's fields is said there and not of each row."""
    if any(p.severity is Severity.PROBLEM for p in problems):
        return "held"
    if missing:
        return ""
    return "late" if problems else "done"


def is_offer(problem: Problem) -> bool:
    """Whether a problem only asks which station of a town is meant; it keeps the form back all the same."""
    return problem.message == _WHICH


def in_words_of_form(problem: Problem, world: World) -> Problem:
    """Call columns by what they are called on the form; near stations stand on buttons, not in the sentence."""
    is_unknown = problem.column in STATIONS and problem.message.text.startswith("No station")
    meant = _in_town(problem.value or "", world) if is_unknown else ()
    if meant:
        return replace(problem, message=_WHICH, remedy=None, suggestions=meant)
    if is_unknown and problem.suggestions:
        return replace(problem, message=say("No station of this name."), remedy=None)
    if problem.remedy is not None and "--update" in problem.remedy.text:
        problem = replace(problem, remedy=say("Write it as recorded, or give this shipment another reference."))
    if problem.message.values.get("column") in (*FIELDS, *CELLS, *MORE_CELLS):
        column = str(problem.message.values["column"])
        values = {**problem.message.values, "column": label(column)}
        return replace(problem, message=replace(problem.message, values=values))
    return problem


def _in_town(text: str, world: World) -> tuple[str, ...]:
    """Give the ids of the stations that maps call by this town alone, else of those whose names begin with it."""
    town = fold(text)
    if not town:
        return ()
    stations = world.network.stations.values()
    alone = [s.id for s in stations if town in {fold(short_name(s, code)) for code in LANGUAGES}]
    return tuple(alone or [s.id for s in stations if any(fold(full_name(s, c)).split()[0] == town for c in LANGUAGES)])


def _twice(cells: Mapping[str, str], place: int, seen: dict[str, int]) -> Problem | None:
    number = "".join(sign for sign in cells.get("container", "").upper() if sign.isalnum())
    if not number:
        return None
    first = seen.setdefault(number, place)
    if first == place:
        return None
    return Problem(
        message=say("The same container stands in row %(row)s already.", row=first + 1),
        remedy=say("Clear one of the two rows, or correct the number."),
        column="container",
        value=cells["container"],
    )


def _too_many() -> Problem:
    return Problem(
        message=say("More than %(most)d rows do not fit into the form.", most=MOST_ROWS),
        remedy=say("The first of them stand below. Send so many as a file: see Import."),
        column="reference",
    )


def _teu(sheet: Sheet, world: World) -> float:
    total = 0.0
    for i in sheet.filled:
        row = sheet.rows[i]
        code = compact(row.get("size_type", ""))
        if code not in world.size_types:
            continue
        count = 1
        if sheet.by_quantity or (sheet.is_change and not row.get("container", "").strip()):
            text = row.get("quantity", "").strip()
            count = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
        total += teu_of(code, world.size_types) * count
    return total
