"""Languages: which one a reader gets, and how a `Message` is said in it.

All words for people go through gettext. English is the language of the source; others are offered as soon as their
catalogue lies in `railtrack/translations`.
"""

from pathlib import Path

from babel import Locale
from flask import Flask, current_app, has_request_context, request, session
from flask_babel import Babel, get_locale, gettext, refresh

import railtrack
from railtrack.domain.messages import Message
from railtrack.web.current import current_account

SOURCE_LANGUAGE = "en"
TRANSLATIONS = Path(railtrack.__file__).parent / "translations"


def register(app: Flask, translations: Path = TRANSLATIONS) -> None:
    """Wire Babel into the application; `?lang=` changes the language and is remembered."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", SOURCE_LANGUAGE)
    app.extensions["railtrack"]["languages"] = offered(translations)
    Babel(app, default_translation_directories=str(translations), locale_selector=choose_language)
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
    if session.get("language") in known:
        return str(session["language"])
    account = current_account()
    if account is not None and account.language in known:
        return account.language
    return request.accept_languages.best_match(list(known), default=SOURCE_LANGUAGE)


def language() -> str:
    """The code of the language being spoken."""
    return str(get_locale() or SOURCE_LANGUAGE).split("_")[0]


def words(message: object) -> str:
    """Say a `Message` in the reader's language; any other value stands as it is."""
    return message.render(_say) if isinstance(message, Message) else str(message)


def _say(text: str) -> str:
    # flask_babel's gettext would fill in values; a message does that itself, after its values are said
    return gettext(text)


def _remember_language() -> None:
    asked = request.args.get("lang")
    if asked in languages():
        session["language"] = asked
        refresh()
