"""Looking into an XLSX file before anything opens it: it is a ZIP archive of XML, and either can be a weapon."""

from io import BytesIO
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile, ZipInfo

from railtrack.domain.messages import say
from railtrack.exchange.limits import Limits, unreadable

_SAMPLE = 1 << 16
_SMALL = 1 << 20


class _SeenError(Exception):
    """Ends the look into a part: its root element was reached."""


class _DoctypeError(Exception):
    """A part declares a document type, which no spreadsheet program writes."""


def check_archive(content: bytes, limits: Limits) -> None:
    """Refuse what is no XLSX file, would unpack to too much, or declares entities; raises Refused."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
            if "xl/workbook.xml" not in {part.filename for part in parts}:
                raise unreadable(
                    say("This is an archive, but not an XLSX file."), say("Save the table as XLSX or as CSV UTF-8.")
                )
            _check_sizes(parts, len(content), limits)
            for part in parts:
                if part.filename.endswith((".xml", ".rels", ".vml")):
                    _check_prolog(archive, part)
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise unreadable(
            say("This XLSX file is damaged or locked with a password."), say("Open it and save it anew without one.")
        ) from None


def _check_sizes(parts: list[ZipInfo], packed: int, limits: Limits) -> None:
    """The sizes declared bind the reader: zipfile never gives more of a part than its header says."""
    unpacked = sum(part.file_size for part in parts)
    bomb = any(part.file_size > _SMALL and part.file_size > limits.ratio * max(part.compress_size, 1) for part in parts)
    bomb = bomb or (unpacked > _SMALL and unpacked > limits.ratio * packed)
    if bomb or unpacked > limits.unpacked_bytes or len(parts) > limits.archive_entries:
        raise unreadable(
            say("This XLSX file would unpack to %(size)s MB.", size=f"{unpacked / 1e6:,.0f}"),
            say("Copy the table into a new file, or save it as CSV UTF-8."),
        )


def _check_prolog(archive: ZipFile, part: ZipInfo) -> None:
    def seen(*_: object) -> None:
        raise _SeenError

    def doctype(*_: object) -> None:
        raise _DoctypeError

    parser = expat.ParserCreate()
    parser.StartElementHandler = seen
    parser.StartDoctypeDeclHandler = doctype
    try:
        with archive.open(part) as stream:
            while chunk := stream.read(_SAMPLE):
                parser.Parse(chunk, False)
    except _SeenError:
        return
    except _DoctypeError:
        raise unreadable(
            say("This XLSX file declares a document type, which spreadsheets never do."),
            say("Open it and save it anew."),
        ) from None
    except expat.ExpatError:
        raise unreadable(say("This XLSX file is damaged."), say("Open it and save it anew.")) from None
