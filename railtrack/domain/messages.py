"""Words for people, kept apart from their language.

A rule of the trade says what is wrong as a `Message`: a sentence with named places for its values. Whoever shows it
renders it through gettext; the command line and the logs read it in English with `str`. The name `say` is what the
extraction of translatable sentences looks for.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Message:
    """A sentence with its values.

    `text` is the English sentence with `%(name)s` places, `values` what stands in them; a value may be a message.
    """

    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def render(self, translate: Callable[[str], str], apart: Callable[[object], object] = lambda value: value) -> str:
        """Give the sentence in the language `translate` speaks; `apart` sets a value off from its other words."""
        values = {
            name: value.render(translate, apart) if isinstance(value, Message) else apart(value)
            for name, value in self.values.items()
        }
        # without values the text is said as it stands, so that a lone per cent sign is no trap
        return translate(self.text) % values if values else translate(self.text)

    def __str__(self) -> str:
        return self.render(lambda text: text)


def say(text: str, /, **values: object) -> Message:
    """Make a message; `text` must be a literal, so that it can be extracted for translation."""
    return Message(text, values)
