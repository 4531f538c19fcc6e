"""Moments as four columns of a row: `…_at`, `…_offset_min`, `…_is_day`, `…_text`; plans with `…_due_at` besides."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from railtrack.domain.line.places import Station
from railtrack.domain.movement.plans import due
from railtrack.domain.times import Moment, Precision

SUFFIXES = ("at", "offset_min", "is_day", "text")


def columns(prefix: str, moment: Moment | None) -> dict[str, Any]:
    """Spread a moment over its columns, ready for a row or an insert; all four None without one."""
    if moment is None:
        return {f"{prefix}_{suffix}": None for suffix in SUFFIXES}
    return {
        f"{prefix}_at": moment.instant,
        f"{prefix}_offset_min": moment.offset_min,
        f"{prefix}_is_day": moment.is_day,
        f"{prefix}_text": moment.text,
    }


def plan_columns(prefix: str, planned: Moment | None, station: Station | None) -> dict[str, Any]:
    """Spread a plan for a station over the columns of a moment and `…_due_at`, until when it is kept."""
    return columns(prefix, planned) | {f"{prefix}_due_at": None if planned is None else due(planned, station)}


def moment(row: Any, prefix: str) -> Moment | None:
    """Gather the moment of a row (ORM object, Core row or mapping); None where it has none."""
    if isinstance(row, Mapping):
        at, offset_min, is_day, text = (row[f"{prefix}_{suffix}"] for suffix in SUFFIXES)
    else:
        at, offset_min, is_day, text = (getattr(row, f"{prefix}_{suffix}") for suffix in SUFFIXES)
    return moment_of(at, offset_min, is_day, text)


def moment_of(at: datetime | None, offset_min: int | None, is_day: bool | None, text: str | None) -> Moment | None:
    """Make a moment of the four values; None where the instant is missing."""
    if at is None:
        return None
    return Moment(at, offset_min or 0, Precision.DAY if is_day else Precision.SECOND, text or "")
