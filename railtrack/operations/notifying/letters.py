"""How a mail is put down: its words as plain text and as a page, with what every mail ends with."""

import html
from collections.abc import Callable
from datetime import datetime

from railtrack.domain.messages import Message, say
from railtrack.mail import Letter
from railtrack.operations.notifying.post import PostOffice
from railtrack.operations.notifying.texts import Text
from railtrack.store.mail import Mail

Translate = Callable[[str], str]


def write(post: PostOffice, mail: Mail, text: Text, link: str, *, language: str, now: datetime) -> Letter:
    """Put a mail down in a language; `link` is the one-time link in it, where it has one."""
    translate = post.translate(language)
    subject = text.subject.render(translate)
    footer = [say("Sent by railtrack at %(address)s. Nobody reads answers to this address.", address=post.base_url)]
    ending = [each.render(translate) for each in footer]
    way_out = None if text.way_out is None else (text.way_out[0].render(translate), post.base_url + text.way_out[1])
    label = "" if text.link is None else text.link.render(translate)
    said = [paragraph.render(translate) for paragraph in text.paragraphs]
    return Letter(
        message_id=mail.message_id,
        written_at=now,
        sender=post.sender,
        recipient=mail.recipient,
        subject=subject,
        text=_plain(post, said, text, (label, link), ending, way_out, translate),
        html=_marked_up(post, said, text, (label, link), ending, way_out, translate, subject, language),
        language=language,
    )


def _plain(
    post: PostOffice,
    said: list[str],
    text: Text,
    link: tuple[str, str],
    ending: list[str],
    way_out: tuple[str, str] | None,
    translate: Translate,
) -> str:
    parts = list(said)
    if text.link is not None:
        parts.insert(len(parts) - 1, f"{link[0]}:\n{link[1]}")
    for section in text.sections:
        if section.heading is not None:
            parts.append(section.heading.render(translate) + "\n" + "=" * 12)
        for item in section.items:
            lines = [item.title.render(translate), *_rendered(item.lines, translate), post.base_url + item.path]
            parts.append("\n".join(("* " if number == 0 else "  ") + line for number, line in enumerate(lines)))
        parts += _rendered(section.after, translate)
    if way_out is not None:
        ending = [*ending, f"{way_out[0]}: {way_out[1]}"]
    return "\n\n".join([*parts, "-- \n" + "\n".join(ending)]) + "\n"


def _marked_up(
    post: PostOffice,
    said: list[str],
    text: Text,
    link: tuple[str, str],
    ending: list[str],
    way_out: tuple[str, str] | None,
    translate: Translate,
    subject: str,
    language: str,
) -> str:
    parts = [f"<p>{html.escape(paragraph)}</p>" for paragraph in said]
    if link[0]:
        address = html.escape(link[1])
        parts.insert(len(parts) - 1, f'<p><a href="{address}">{html.escape(link[0])}</a><br>{address}</p>')
    for section in text.sections:
        if section.heading is not None:
            parts.append(f"<h2>{html.escape(section.heading.render(translate))}</h2>")
        items = []
        for item in section.items:
            title = html.escape(item.title.render(translate))
            lines = "".join(f"<br>{html.escape(line)}" for line in _rendered(item.lines, translate))
            items.append(f'<li><a href="{html.escape(post.base_url + item.path)}">{title}</a>{lines}</li>')
        if items:
            parts.append(f"<ul>{''.join(items)}</ul>")
        parts += [f"<p>{html.escape(line)}</p>" for line in _rendered(section.after, translate)]
    last = "<br>".join(html.escape(line) for line in ending)
    if way_out is not None:
        last += f'<br><a href="{html.escape(way_out[1])}">{html.escape(way_out[0])}</a>'
    return (
        f'<!doctype html><html lang="{html.escape(language)}"><head><meta charset="utf-8">'
        f"<title>{html.escape(subject)}</title></head><body>{''.join(parts)}<hr>"
        f"<p><small>{last}</small></p></body></html>\n"
    )


def _rendered(messages: tuple[Message, ...], translate: Translate) -> list[str]:
    return [each.render(translate) for each in messages]
