"""What templates may call: filters and globals, each defined in its module, named here once."""

from typing import Protocol

from flask import Flask

from railtrack.web import marks, moments, numbers
from railtrack.web.administering.audit_words import action_word, differences, subject_word
from railtrack.web.counting import count_word, sentence_case
from railtrack.web.i18n import gettext, language, sign, told, words


class Named(Protocol):
    """A station or corridor: a name in English, German and Chinese."""

    @property
    def name(self) -> str: ...
    @property
    def name_de(self) -> str: ...
    @property
    def name_zh(self) -> str: ...


FILTERS = {
    "words": words,
    "told": told,
    "stopped": moments.stopped,
    "number": numbers.number,
    "decimal": numbers.decimal,
    "tidy": numbers.tidy,
    "share": numbers.share,
    "signed": numbers.signed,
    "span": numbers.clock_span,
    "duration": numbers.duration,
    "moment": moments.moment,
    "day": moments.day,
    "long_day": moments.long_day,
    "clock": moments.clock,
    "day_clock": moments.day_clock,
    "offset": moments.offset,
    "iso": moments.iso,
    "typed": moments.typed,
    "box": marks.box,
    "difference": marks.difference,
    "difference_text": marks.difference_text,
    "hours_difference": marks.hours_difference,
    "status": marks.status,
    "hs": marks.hs_code,
}


def register(app: Flask) -> None:
    """Give the filters to the templates."""
    audit = {"action_word": action_word, "subject_word": subject_word, "differences": differences}
    app.jinja_env.filters.update(audit)
    app.jinja_env.filters.update(FILTERS, named=named, counted=counted, by_whom=by_whom, where_from=where_from)
    app.jinja_env.globals["sign"] = sign


def counted(value: int) -> str:
    """A whole number at the beginning of a sentence: Three, 13."""
    return sentence_case(count_word(value))


def named(place: Named | None) -> str:
    """The name of a station or corridor in the reader's language; the English one where there is none."""
    if place is None:
        return ""
    own = {"de": place.name_de, "zh": place.name_zh}.get(language(), "")
    return own or place.name


def by_whom(actor: str) -> str:
    """Who it was, in words: by the command line it is `cli:` and the computer's user, of who was erased a pseudonym."""
    if actor == "server":
        return gettext("the server")
    user, erased = actor.removeprefix("cli:"), actor.removeprefix("user:")
    if erased != actor and erased.isdecimal():
        return gettext("somebody whose data were erased (%(name)s)", name=actor)
    return actor if user == actor else gettext("%(user)s on the command line", user=user)


def where_from(origin: str) -> str:
    """Where an entry of the audit came from; its network address as long as that is kept."""
    door, _, address = origin.partition(" ")
    named = {"web": gettext("in the browser"), "cli": gettext("command line"), "server": gettext("the server")}
    said = named.get(door, door)
    if not address:
        return said
    if address.startswith("kept:"):
        return gettext("%(door)s, address no longer kept", door=said)
    return gettext("%(door)s, %(address)s", door=said, address=address)
