"""The catalogues: every sentence is said in every language, and can be said with its values.

A sentence that was added or changed is brought into them with `make catalogues` and then translated.
"""

import re
from gettext import GNUTranslations
from itertools import pairwise

import pytest
from babel.messages.catalog import Message

from tests import catalogues
from tests.catalogues import LANGUAGES

PLACE = re.compile(r"%\((\w+)\)[-+ #0]*\d*(?:\.\d+)?([a-zA-Z])")
# what ends a sentence, as each language writes it; a question may become a request
ENDS = {".": ".。?？", ":": ":："}


def forms(message: Message, string: bool = True) -> tuple[str, ...]:
    """What a message says: the sentence, or its singular and plural."""
    said = message.string if string else message.id
    return (said,) if isinstance(said, str) else tuple(said or ())


def messages(language: str) -> list[Message]:
    """Those of a catalogue that are translated."""
    return [message for message in catalogues.read(language) if message.id and catalogues.is_said(message)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_the_source_is_translated(language: str) -> None:
    said = {message.id for message in messages(language)}
    missing = [message.id for message in catalogues.template() if message.id and message.id not in said]
    assert missing == [], f"{len(missing)} to translate; make catalogues brings them into {language}"


def test_no_sentence_is_said_both_alone_and_counted() -> None:
    """One entry of a catalogue is both then, and a language that counts in one form has to say of many what is one."""
    alone, counted = set(), set()
    for sentence in catalogues.said_in_source():
        (counted if isinstance(sentence, tuple) else alone).add(sentence)
    assert [pair for pair in sorted(counted) if pair[0] in alone] == []
    assert len({one for one, _ in counted}) == len(counted), "counted in two ways"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_kept_that_nobody_says_and_nothing_is_in_doubt(language: str) -> None:
    source = {message.id for message in catalogues.template()}
    there = [message for message in catalogues.read(language) if message.id]
    assert [message.id for message in there if message.id not in source] == []
    assert [message.id for message in there if message.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_has_the_forms_its_language_counts_with(language: str) -> None:
    plurals = catalogues.read(language).num_plurals
    wrong = [
        message.id
        for message in messages(language)
        if len(forms(message)) != (plurals if isinstance(message.id, tuple) else 1)
    ]
    assert wrong == []
    assert plurals == {"de": 2, "zh": 1}[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_places_for_values_are_those_of_the_source(language: str) -> None:
    wrong = []
    for message in messages(language):
        asked = set(PLACE.findall("".join(forms(message, string=False))))
        many = isinstance(message.id, tuple)
        for number, form in enumerate(forms(message)):
            there = set(PLACE.findall(form))
            # where it is said of one thing only, its number may be a word: "eine Sendung"
            of_one = many and number == 0 and len(forms(message)) > 1
            counted = {each for each in asked if each[0] in ("num", "count", "figure")} if of_one else set()
            if not asked - counted <= there <= asked:
                wrong.append((message.id, form))
    assert wrong == []


@pytest.mark.parametrize("language", ["en", *LANGUAGES])
def test_each_can_be_said_with_values(language: str) -> None:
    """As it is looked up: a template fills a sentence in always, the code only one that has places."""
    wrong = []
    for message in catalogues.template() if language == "en" else messages(language):
        if not message.id:
            continue
        for form in forms(message, string=language != "en"):
            places = PLACE.findall(form)
            in_template = any(path.startswith("templates/") for path, _ in message.locations)
            if not places and not (in_template and "%" in form):
                continue
            try:
                said = form % {name: 3 if kind in "dgf" else "3" for name, kind in places}
            except (ValueError, TypeError, KeyError) as error:
                wrong.append((form, str(error)))
                continue
            if "%(" in said or (not places and "%%" in said):
                wrong.append((form, said))
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_spaces_at_the_rim_and_ends_of_sentences_are_kept(language: str) -> None:
    wrong = []
    for message in messages(language):
        source = forms(message, string=False)[-1]
        for form in forms(message):
            rims = [(text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]) for text in (source, form)]
            if language != "zh" and any(a != b for a, b in pairwise(rims)):
                wrong.append(form)
            end = source.rstrip()[-1:] if " " in source else ""
            if end in ENDS and form.rstrip()[-1:] not in ENDS[end]:
                wrong.append(form)
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_read_at_run_time_is_what_was_written(language: str) -> None:
    compiled = catalogues.path_of(language).with_suffix(".mo")
    assert compiled.is_file(), "not compiled: make setup"
    with compiled.open("rb") as file:
        read = GNUTranslations(file)
    old = [
        message.id
        for message in messages(language)
        if forms(message)[0] not in (read.gettext(message.id), of_one(read, message))
    ]
    assert old == [], "compiled from an older catalogue: make setup"


def of_one(read: GNUTranslations, message: Message) -> str:
    return read.ngettext(*message.id, 1) if isinstance(message.id, tuple) else ""
