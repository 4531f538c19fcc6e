"""Kinds of values that options take, judged before a command starts."""

from datetime import date
from zoneinfo import ZoneInfo

import click


class Day(click.ParamType[date]):
    """A date, YYYY-MM-DD."""

    name = "date"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "DATE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        text = str(value)
        try:
            # Python reads other spellings too, which nobody would expect here
            return date.fromisoformat(text if len(text) == 10 else "")
        except ValueError:
            self.fail(f"{text!r} is not a date; write it as 2024-03-31.", param, ctx)


class Zone(click.ParamType[ZoneInfo]):
    """A time zone by its IANA name."""

    name = "zone"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "ZONE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> ZoneInfo:
        if isinstance(value, ZoneInfo):
            return value
        try:
            return ZoneInfo(str(value))
        except (ValueError, OSError, LookupError):
            self.fail(f"{value!r} is not a time zone; write one such as Asia/Almaty.", param, ctx)


DAY, ZONE = Day(), Zone()
