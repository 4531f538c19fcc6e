"""Languages: which one a reader gets, and how a `Message` is said in it.

All words for people go through gettext. English is the language of the source; others are offered as soon as their
catalogue lies in `railtrack/translations`.
"""

import re
import unicodedata
from collections.abc import Callable, Container, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import flask_babel
from babel import Locale
from flask import Flask, current_app, has_request_context, request, session
from jinja2 import pass_context
from jinja2.runtime import Context

import railtrack
from railtrack.domain.messages import Message
from railtrack.operations.administering.speaking import keep_language
from railtrack.web.current import current_account, current_actor, current_store, is_anonymous, now

SOURCE_LANGUAGE = "en"
TRANSLATIONS = Path(railtrack.__file__).parent / "translations"
# Chinese has signs of its own between words and behind them, with no space beside them
_SIGNS = {"zh": {", ": "，", "; ": "；", ".": "。"}}
# kinds of signs that run from right to left, or change how what follows them runs
_TURNING = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "FSI", "PDF", "PDI"})


def register(app: Flask, translations: Path = TRANSLATIONS) -> None:
    """Wire Babel into the application; `?lang=` changes the language and is remembered."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", SOURCE_LANGUAGE)
    app.extensions["railtrack"]["languages"] = offered(translations)
    flask_babel.Babel(app, default_translation_directories=str(translations), locale_selector=choose_language)
    words: dict[str, Any] = app.jinja_env.globals  # of which templates call these two
    for name in ("gettext", "ngettext"):
        words[name] = _keeping_apart(words[name])
    app.before_request(_remember_language)


def offered(translations: Path) -> dict[str, str]:
    """Language codes with the name each language has for itself, English first."""
    codes = [SOURCE_LANGUAGE]
    if translations.is_dir():
        codes += sorted(
            folder.name
            for folder in translations.iterdir()
            if folder.name != SOURCE_LANGUAGE and (folder / "LC_MESSAGES" / "messages.mo").is_file()
        )
    return {code: Locale.parse(code).get_language_name(code) or code for code in codes}


def languages() -> dict[str, str]:
    """The languages of this installation."""
    return dict(current_app.extensions["railtrack"]["languages"])


def choose_language() -> str:
    """What was asked for, else what the account says, else what the browser prefers."""
    known = languages()
    if not has_request_context():
        return SOURCE_LANGUAGE
    if is_anonymous():
        asked = request.args.get("lang", "")
        return asked if asked in known else _by_browser(known)
    if session.get("language") in known:
        return str(session["language"])
    account = current_account()
    if account is not None and account.language in known:
        return account.language
    return _by_browser(known)


def _by_browser(known: Container[str]) -> str:
    return next((each for each in _preferred() if each in known), SOURCE_LANGUAGE)


def _preferred() -> Iterator[str]:
    """The languages the browser asks for, the best first, each without its country or script: zh-Hans-CN is zh."""
    for asked, quality in request.accept_languages:
        if quality > 0:
            yield asked.replace("_", "-").partition("-")[0].lower()


def language() -> str:
    """The code of the language being spoken."""
    return str(flask_babel.get_locale() or SOURCE_LANGUAGE).split("_")[0]


def words(message: object) -> str:
    """Say a `Message` in the reader's language; any other value stands as it is."""
    return message.render(gettext, _apart) if isinstance(message, Message) else str(message)


def gettext(text: str, /, **values: object) -> str:
    """Say a sentence of ours in the reader's language; `text` must be a literal, so that it can be extracted."""
    said: str = flask_babel.gettext(text)
    # without values the text is said as it stands, so that a lone per cent sign is no trap
    return _one_stop(said % {name: _apart(value) for name, value in values.items()}) if values else said


def ngettext(one: str, many: str, num: int, /, **values: object) -> str:
    """The same for a sentence that counts; `num` can stand in it as `%(num)s`."""
    said: str = flask_babel.ngettext(one, many, num, **{name: _apart(value) for name, value in values.items()})
    return _one_stop(said)


def sign(latin: str) -> str:
    """A sign between or behind words, given as English has it: ", ", "; " or ".", as the reader's language has it."""
    return _SIGNS.get(language(), {}).get(latin, latin)


def _apart(value: object) -> object:
    """Keep text that runs from right to left, or turns what follows round, from turning the sentence it stands in."""
    if isinstance(value, str) and any(unicodedata.bidirectional(each) in _TURNING for each in value):
        return type(value)("\N{FIRST STRONG ISOLATE}") + value + "\N{POP DIRECTIONAL ISOLATE}"
    return value


def _keeping_apart(say: Callable[..., str]) -> Callable[..., str]:
    """Do so for sentences of templates, too."""

    @pass_context
    def kept_apart(context: Context, *texts: object, **values: object) -> str:
        return say(context, *texts, **{name: _apart(value) for name, value in values.items()})

    return kept_apart


def _one_stop(said: str) -> str:
    """A German date ends with a full stop, and so does the sentence it stands at the end of: one is written."""
    return re.sub(r"(?<=\d)\.\.(?=\s|$)", ".", said)


def told(text: str) -> str:
    """Say a sentence of the reference data in the reader's language; one written by somebody here stands as it is."""
    return str(flask_babel.gettext(text)) if text else ""


def format_number(value: float, pattern: str) -> str:
    """Write a number with the language's signs."""
    said: str = flask_babel.format_decimal(value, format=pattern)
    return said


def format_day(value: date, pattern: str) -> str:
    """Write a date with the language's words."""
    said: str = flask_babel.format_date(value, pattern)
    return said


def _remember_language() -> None:
    asked = request.args.get("lang")
    if asked is None or asked not in languages() or is_anonymous():
        return
    session["language"] = asked
    flask_babel.refresh()
    account = current_account()
    if account is not None and account.language != asked:
        keep_language(current_store(), asked, actor=current_actor(), now=now())
