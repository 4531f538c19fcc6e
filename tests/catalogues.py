"""The catalogues of the languages: what is to be translated, and both files brought up to date with the source.

`make catalogues` runs this after sentences were added or changed; `python -m tests.catalogues de` does it for one
language. New sentences come in empty, those nobody says any more go out; a sentence that was reworded is a new one,
nothing is guessed from the old. The tests ask for the same extraction, so what they check is what is written.
"""

import sys
from csv import DictReader
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

import railtrack

LANGUAGES = ("de", "zh")
ROOT = Path(railtrack.__file__).parents[1]
TRANSLATIONS = ROOT / "railtrack" / "translations"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "say": None,
}
# templates keep their line breaks: a sentence is looked up as it stands
_SOURCES = (
    ("railtrack", "**.py", "python", {}),
    ("templates", "**.html", "jinja2", {"trimmed": "false", "extensions": "jinja2.ext.i18n"}),
)
# what the reference data say in sentences, shown through the filter `told`; names have columns of their own, and
# sources stay as they are cited
DATA = {
    "corridors.csv": ("planned_basis", "published_days", "note"),
    "legs.csv": ("note",),
    "line_history.csv": ("note",),
    "movements.csv": ("train", "operator", "cargo", "note"),
    "published_sections.csv": ("note",),
    "rates.csv": ("quality",),
    "stations.csv": ("dwell_basis", "coordinate_source", "coordinate_note"),
}


@cache
def template() -> Catalog:
    """Every sentence of the source, with the files that say it."""
    catalog = Catalog(project="railtrack")
    for path, message in _extracted():
        catalog.add(message, locations=[(path, 1)])
    for name, columns in DATA.items():
        with (ROOT / "data" / name).open(encoding="utf-8", newline="") as file:
            for row in DictReader(file):
                for text in filter(str.strip, (row[column] for column in columns)):
                    catalog.add(text, locations=[(f"data/{name}", 1)])
    return catalog


def said_in_source() -> set[str | tuple[str, str]]:
    """Every sentence as the source says it, alone or counted; a catalogue makes one of those that begin alike."""
    return {message for _, message in _extracted()}


@cache
def _extracted() -> tuple[tuple[str, str | tuple[str, str]], ...]:
    """Each place where a sentence is said: the file, and the sentence, or both forms of one that counts."""
    found = []
    for folder, pattern, method, options in _SOURCES:
        extracted = extract_from_dir(
            str(ROOT / folder),
            method_map=[("**/node_modules/**", "ignore"), (pattern, method)],
            keywords=KEYWORDS,
            options_map={pattern: options},
        )
        found += [(f"{folder}/{Path(path).as_posix()}", message) for path, _line, message, _comments, _ in extracted]
    return tuple(found)


def path_of(language: str) -> Path:
    """Where a language's catalogue lies."""
    return TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"


def read(language: str) -> Catalog:
    """A language's catalogue as it lies there; an empty one where there is none."""
    path = path_of(language)
    if not path.is_file():
        return Catalog(locale=language, header_comment=f"# {language}", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def write(language: str, catalog: Catalog) -> None:
    """Write a catalogue; the same sentences give the same bytes, so that a difference is one of words.

    Its head holds what is needed to read it and no dates; the comment above it, the glossary, stays as it is.
    """
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    body = BytesIO()
    write_po(body, catalog, width=120, omit_header=True, sort_output=True, include_lineno=False, ignore_obsolete=True)
    head = f"""{catalog.header_comment}
msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {catalog.plural_forms}\\n"

"""
    path.write_bytes(head.encode() + body.getvalue())


def update(language: str) -> int:
    """Bring a language's catalogue up to date with the source; says how many sentences wait for translation."""
    catalog = read(language)
    catalog.update(template(), no_fuzzy_matching=True, update_header_comment=False)
    for message in catalog:
        if message.id and message.fuzzy:
            # it began to count, or stopped: said anew, not half
            message.flags.discard("fuzzy")
            message.string = ("",) * catalog.num_plurals if message.pluralizable else ""
    write(language, catalog)
    return sum(not is_said(message) for message in catalog if message.id)


def is_said(message: Message) -> bool:
    """Whether a sentence has its translation, in each of its forms."""
    strings = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    return bool(strings) and all(strings)


if __name__ == "__main__":
    for each in sys.argv[1:] or LANGUAGES:
        waiting = update(each)
        print(f"{each}: {waiting} of {len(template())} sentences wait for translation")
