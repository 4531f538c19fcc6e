"""Numbers in sentences: words up to twelve, figures beyond, as one writes them in a text."""

from railtrack.web.i18n import gettext
from railtrack.web.numbers import number


def count_word(value: int) -> str:
    """Say a whole number in running text: no, one … twelve, 13."""
    words = (
        gettext("no"), gettext("one"), gettext("two"), gettext("three"), gettext("four"), gettext("five"),
        gettext("six"), gettext("seven"), gettext("eight"), gettext("nine"), gettext("ten"), gettext("eleven"),
        gettext("twelve"),
    )  # fmt: skip
    return words[value] if 0 <= value < len(words) else number(value)


def sentence_case(text: str) -> str:
    """Begin a sentence with a capital, whatever word it begins with."""
    return text[:1].upper() + text[1:]
