"""Volume: trains, containers and TEU that departed, how full the trains were, and how even the directions.

What was not published adds nothing to a sum; `unpublished` says for how many journeys that is so. Fill sets the laden
TEU on trains of known capacity against that capacity, so it is the share of slots that earned something.
"""

from collections.abc import Iterable

from railtrack.analytics.engine import Facts
from railtrack.analytics.filters import ALL, USUAL, Filters, Options, Statistic, Where, groups
from railtrack.analytics.rows import Row, Shape, none_last, quoted, select, table, where
from railtrack.domain.actors import EVERYTHING, Scope
from railtrack.domain.movement.journeys import Direction

COLUMNS = (
    *("trains", "containers", "laden", "empty", "teu", "gross_t"),
    *("capacity_teu", "fill_share", "fill_trains", "balance"),
)


def shape(options: Options) -> Shape:
    """Say what volume rests on; its rows are summed up train by train, so the figures stand in `_PER_TRAIN`."""
    return Shape(
        source="journeys j",
        base="j.has_departed",
        period="j.period_date",
        counts={
            "trains": "j.train_key IS NOT NULL",
            "containers": "TRUE",
            "laden": "j.laden",
            "empty": "NOT j.laden",
            "fill_trains": "j.train_key IS NOT NULL AND j.capacity_teu IS NOT NULL",
            "containers_unpublished": "j.quantity IS NULL",
            "teu_unpublished": "j.teu IS NULL",
            "gross_unpublished": "j.gross_kg IS NULL",
        },
        figures={},
        order=("containers_unpublished", "teu_unpublished", "gross_unpublished"),
        own_groups={"direction": "j.direction"},
    )


# containers without a train are summed up as one, which has no capacity and is not counted as a train
_PER_TRAIN = {
    "train_key": "j.train_key",
    "containers": "SUM(j.quantity)",
    "laden": "SUM(CASE WHEN j.laden THEN j.quantity END)",
    "empty": "SUM(CASE WHEN NOT j.laden THEN j.quantity END)",
    "teu": "SUM(j.teu)",
    "laden_teu": "SUM(CASE WHEN j.laden THEN j.teu END)",
    "gross_kg": "SUM(j.gross_kg)",
    "capacity_teu": "CASE WHEN j.train_key IS NOT NULL THEN MAX(j.capacity_teu) END",
}
_OVER_TRAINS = {
    "trains": "COUNT(t.train_key)",
    "containers": "COALESCE(SUM(t.containers), 0)",
    "laden": "COALESCE(SUM(t.laden), 0)",
    "empty": "COALESCE(SUM(t.empty), 0)",
    "teu": "COALESCE(SUM(t.teu), 0.0E0)",
    "gross_t": "COALESCE(SUM(t.gross_kg), 0.0E0) / 1000",
    "capacity_teu": "COALESCE(SUM(t.capacity_teu), 0.0E0)",
    "fill_share": (
        "COALESCE(SUM(CASE WHEN t.capacity_teu IS NOT NULL THEN t.laden_teu END), 0.0E0)"
        " / NULLIF(SUM(t.capacity_teu), 0)"
    ),
    "fill_trains": "COUNT(t.capacity_teu)",
}


def volume(
    facts: Facts,
    filters: Filters = ALL,
    by: Iterable[str] = (),
    options: Options = USUAL,
    *,
    scope: Scope = EVERYTHING,
) -> list[Row]:
    """Give what departed, in TEU and tonnes (t), a row per direction; both directions in every group, zeros if none."""
    asked = groups(Statistic.VOLUME, by)
    form = shape(options)
    keys = form.groups(asked)
    conditions = where(form, filters, options, scope)
    per_train = select(keys | _PER_TRAIN, form.source, conditions, keys, also=("j.train_key",))
    over_trains = {name: f"t.{quoted(name)}" for name in keys}
    with facts.snapshot() as snapshot:
        sums = snapshot.rows(
            select(over_trains | _OVER_TRAINS, f"({per_train}) t", Where(), over_trains), conditions.values
        )
    return _with_balance(_both_directions(sums, tuple(keys)), tuple(keys))


def unpublished(
    facts: Facts,
    filters: Filters = ALL,
    by: Iterable[str] = (),
    options: Options = USUAL,
    *,
    scope: Scope = EVERYTHING,
) -> list[Row]:
    """Count, per direction, the departed journeys whose containers, TEU or gross mass are not known.

    They add nothing to the sums of `volume`; a page says so beside them.
    """
    asked = groups(Statistic.VOLUME, by)
    form = shape(options)
    with facts.snapshot() as snapshot:
        return table(snapshot, form, asked, where(form, filters, options, scope))


def _both_directions(rows: Iterable[Row], keys: tuple[str, ...]) -> list[Row]:
    """Put a row of zeros where a group has departures in one direction only; without groups there are always two."""
    found = {tuple(row[key] for key in keys): row for row in rows}
    place = keys.index("direction")
    rests = {key[:place] + key[place + 1 :] for key in found} or ({()} if len(keys) == 1 else set())
    wanted = [(*rest[:place], direction.value, *rest[place:]) for rest in rests for direction in Direction]
    return [found.get(key) or dict(zip(keys, key, strict=True)) | _NOTHING for key in sorted(wanted, key=none_last)]


_NOTHING: Row = dict.fromkeys(COLUMNS, 0) | {"teu": 0.0, "gross_t": 0.0, "capacity_teu": 0.0, "fill_share": None}


def _with_balance(rows: list[Row], keys: tuple[str, ...]) -> list[Row]:
    """Set the weaker direction's TEU against the stronger's; None where nothing went either way."""
    pairs: dict[tuple[object, ...], list[float]] = {}
    for row in rows:
        pairs.setdefault(_rest(row, keys), []).append(float(str(row["teu"])))
    for row in rows:
        teu = pairs[_rest(row, keys)]
        row["balance"] = min(teu) / max(teu) if max(teu) > 0 else None
    return rows


def _rest(row: Row, keys: tuple[str, ...]) -> tuple[object, ...]:
    return tuple(row[key] for key in keys if key != "direction")
