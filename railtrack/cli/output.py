"""Printing: tables for people, JSON and CSV for programs, a progress bar where somebody watches."""

import csv
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from errno import ENOTDIR
from io import StringIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from unicodedata import combining, east_asian_width

import click

from railtrack.domain.progress import Progress

NONE = "–"  # nothing known, which is not nought
FORM = click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)


def print_json(document: object) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False))


def print_csv(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> None:
    """Print rows as CSV, numbers unrounded, empty where nothing is known; the header also where there is no row."""
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_csv(row.get(name)) for name in columns] for row in rows)
    click.echo(buffer.getvalue(), nl=False)


def print_table(rows: Sequence[Mapping[str, object]], columns: Sequence[str] = ()) -> None:
    """Print rows in columns, numbers to the right and rounded to one decimal."""
    names = list(columns or (rows[0] if rows else ()))
    if not rows:
        click.echo("Nothing recorded.")
        return
    cells = [[_shown(row.get(name)) for name in names] for row in rows]
    numeric = [any(isinstance(row.get(name), int | float) for row in rows) for name in names]
    widths = [max(_width(name), *(_width(line[x]) for line in cells)) for x, name in enumerate(names)]
    for line in [names, ["-" * width for width in widths], *cells]:
        padded = [_pad(text, widths[x], right=numeric[x]) for x, text in enumerate(line)]
        click.echo("  ".join(padded).rstrip())


def _shown(value: object) -> str:
    match value:
        case None:
            return NONE
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:,.1f}"
        case list() | tuple():
            return " ".join(map(str, value))
    return str(value)


def _csv(value: object) -> object:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return repr(value)
        case list() | tuple():
            return " ".join(map(str, value))
    return value


def _width(text: str) -> int:
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def _pad(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space


@contextmanager
def progress(label: str) -> Iterator[Progress | None]:
    """Show a bar on stderr while long work runs; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    with Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def write_file(target: str, pieces: Iterable[bytes]) -> None:
    """Write a whole file or none of it; `-` is stdout.

    A link is followed; what is there and is no plain file, such as a device or a pipe, is written into.
    """
    if target == "-":
        stream = sys.stdout.buffer
        for piece in pieces:
            stream.write(piece)
        stream.flush()
        return
    path = Path(target)
    if path.exists() and not path.is_file() and not path.is_dir():
        with path.open("wb") as stream:
            for piece in pieces:
                stream.write(piece)
        return
    path = Path(os.path.realpath(path))
    if not path.parent.is_dir():  # else the name of the half-done file would be complained of
        raise NotADirectoryError(ENOTDIR, "There is no such folder", str(path.parent))
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        half_done = Path(file.name)
        try:
            for piece in pieces:
                file.write(piece)
            file.close()
            half_done.chmod(0o666 & ~_umask())
            half_done.replace(path)
        except BaseException:
            file.close()
            half_done.unlink(missing_ok=True)
            raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
