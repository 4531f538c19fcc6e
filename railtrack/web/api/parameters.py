"""What may stand behind the question mark, judged in our own words; a name nobody knows is refused.

A mistyped filter that is passed over would answer another question than was asked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from flask import Response
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, ValidationError, fields, pre_load
from webargs.flaskparser import FlaskParser
from webargs.multidictproxy import MultiDictProxy

from railtrack.domain import clock
from railtrack.domain.errors import Problem
from railtrack.domain.messages import Message, say
from railtrack.domain.rows import cells
from railtrack.domain.rows.near import near
from railtrack.domain.rows.unfit import Unfit
from railtrack.store.paging import MOST
from railtrack.web.api.problems import InvalidParameters

USUAL = 100
LARGEST = 2**63 - 1
View = TypeVar("View", bound=Callable[..., Response])
YES, NO = ("true", "1", "yes"), ("false", "0", "no")


def _unfit(message: Message, remedy: Message | None = None, suggestions: tuple[str, ...] = ()) -> ValidationError:
    return ValidationError([Problem(message=message, remedy=remedy, suggestions=suggestions)])


class Text(fields.String):
    """A text of one line."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        try:
            return cells.line_of_text(200)(str(value))
        except Unfit as unfit:
            raise _unfit(unfit.message, unfit.remedy, unfit.suggestions) from None


class Day(fields.Date):
    """A date."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        try:
            moment = clock.read_moment(str(value), clock.zone_named("UTC"))
        except Unfit as unfit:
            raise _unfit(unfit.message, unfit.remedy) from None
        if not moment.is_day:
            raise _unfit(say("This is not a date."), say("Write it as 2024-03-31."))
        return moment.local_date


class Flag(fields.Boolean):
    """True or false."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        word = str(value).casefold()
        if word in YES or word in NO:
            return word in YES
        raise _unfit(say("This must be true or false."), None, ("true", "false"))


class Whole(fields.Integer):
    """A whole number within bounds."""

    def __init__(self, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least, self.most = least, most
        self.metadata = {"minimum": least, "maximum": most, **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        text = str(value)
        if text.isascii() and text.isdigit() and len(text) < 20 and self.least <= int(text) <= self.most:
            return int(text)
        raise _unfit(say("This must be a whole number from %(least)d to %(most)d.", least=self.least, most=self.most))


class Hours(fields.Float):
    """A number of hours."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> float:
        try:
            return cells.number(0.0)(str(value))
        except Unfit as unfit:
            raise _unfit(unfit.message, unfit.remedy, unfit.suggestions) from None


class Choice(fields.String):
    """One of a few words."""

    def __init__(self, of: type[StrEnum], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.known = tuple(each.value for each in of)
        self.metadata = {"enum": list(self.known), **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if value in self.known:
            return str(value)
        raise _unfit(
            say("This must be one of: %(known)s.", known=", ".join(self.known)),
            None,
            near(str(value), self.known, cutoff=0.5),
        )


class Parameters(Schema):
    """The parameters of a call; those of files' options may be written with hyphens, as on the command line."""

    class Meta:
        unknown = RAISE

    @pre_load
    def _as_named(self, data: Any, **_kwargs: Any) -> Any:
        given = data if isinstance(data, MultiDictProxy) else MultiDictProxy(data, self)
        known = {field.data_key or name: field for name, field in self.fields.items()}
        found: dict[str, Any] = {}
        for name in given:
            plain = name if name in known else name.replace("-", "_")
            field = known.get(plain)
            if field is None:
                raise ValidationError({name: [_unknown(name, tuple(known))]})
            values = list(given.data.getlist(name))  # type: ignore[attr-defined] # a query's
            if not isinstance(field, fields.List) and len(values) > 1:
                raise ValidationError({name: [_twice()]})
            found[plain] = values if isinstance(field, fields.List) else values[0]
        return found


class Stretch(Parameters):
    """Which stretch of a list."""

    limit = Whole(1, MOST, load_default=USUAL, metadata={"description": "Most entries of this answer.", "example": 50})
    cursor = Text(
        load_default=None,
        metadata={"description": "Goes on where an answer ended: its `next_cursor`. Only good for the same list."},
    )


class Parser(FlaskParser):
    """Reads parameters and raises our own error."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {"query": None}  # noqa: RUF012 - as webargs has it

    def handle_error(self, error: ValidationError, *_args: Any, **_kwargs: Any) -> Any:
        raise InvalidParameters(_problems(error.messages))


class Calls(Blueprint):  # type: ignore[misc] # flask-smorest carries no types
    """A part of the interface; its calls are described where they are made."""

    ARGUMENTS_PARSER = Parser()

    def call(self, method: str, rule: str, parameters: Sequence[object] = ()) -> Callable[[View], View]:
        """Answer calls to an address, under the title of this part."""
        made: Callable[[View], View] = self.route(
            rule, methods=[method], tags=[self.description], parameters=list(parameters)
        )
        return made

    def asks(self, schema: type[Schema]) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
        """Read what stands behind the question mark and give it to the view first."""
        made: Callable[[Callable[..., Response]], Callable[..., Response]] = self.arguments(schema, location="query")
        return made


def _problems(messages: Any) -> list[Problem]:
    by_name = messages.get("query", messages) if isinstance(messages, Mapping) else {}
    return [each for name, found in by_name.items() for each in _named(name, found)]


def _named(name: str, found: Any) -> list[Problem]:
    if isinstance(found, Mapping):  # of a list: by position
        return [each for part in found.values() for each in _named(name, part)]
    return [
        replace(each, column=name) if isinstance(each, Problem) else Problem(message=Message(str(each)), column=name)
        for each in found
    ]


def _unknown(name: str, known: tuple[str, ...]) -> Problem:
    return Problem(
        message=say("There is no parameter of this name."),
        remedy=say("There are: %(known)s.", known=", ".join(known)) if known else say("This call takes none."),
        suggestions=near(name, known, cutoff=0.5),
    )


def _twice() -> Problem:
    return Problem(message=say("This stands here twice."), remedy=say("Write it once."))
