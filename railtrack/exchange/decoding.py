"""The encoding of a text file: UTF-8, or the one that was named; another is refused with its likely name."""

import codecs
import unicodedata
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper

from charset_normalizer import from_bytes

from railtrack.domain.errors import Refused
from railtrack.domain.messages import say
from railtrack.exchange.limits import unreadable

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# what partners between Chongqing and Mannheim are likely to send
_CHINESE = ("gb18030", "big5")
_SINGLE_BYTE = ("cp1252", "cp1250", "cp1251", "iso8859_15", "koi8_r", "cp866")
_NAMES = {"gb18030": "GB18030", "big5": "Big5", "cp1252": "Windows-1252", "cp1250": "Windows-1250"}
_NAMES |= {"cp1251": "Windows-1251", "koi8_r": "KOI8-R", "utf-16": "UTF-16", "utf-32": "UTF-32", "cp866": "CP866"}
_NAMES |= {"iso8859_15": "ISO 8859-15", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "shift_jis": "Shift JIS"}
_CHUNK = 1 << 20
_SAMPLE = 40_000


def settled_encoding(content: bytes, encoding: str | None) -> str:
    """Give the codec that reads the whole content, raises Refused if there is none or it was not named."""
    by_mark = next((name for mark, name in _BOMS if content.startswith(mark)), None)
    if encoding is None:
        if by_mark not in (None, "utf-8-sig"):
            raise _other_encoding(str(by_mark))
        codec = "utf-8-sig"
        if _is_wide(content) or _fault(content, codec) is not None:
            raise _other_encoding(likely_encoding(content))
    else:
        codec = _codec(encoding)
        if codec == "utf-8":
            codec = "utf-8-sig"
        at = _fault(content, codec)
        if at is not None:
            raise unreadable(
                say("Line %(line)d cannot be read as %(encoding)s.", line=_line(content, at), encoding=encoding),
                say("Name another encoding, or save the file as UTF-8."),
                value=encoding,
            )
    return codec


def lines_of(content: bytes, codec: str) -> Iterator[str]:
    """Give the lines with their ends as they are, decoded as they are asked for."""
    return iter(TextIOWrapper(BytesIO(content), encoding=codec, newline=""))


def likely_encoding(content: bytes) -> str | None:
    """Guess the codec of text that is not UTF-8; None where nothing fits."""
    if _is_wide(content):
        return "utf-16-le" if content[1:_SAMPLE:2].count(0) > content[0:_SAMPLE:2].count(0) else "utf-16-be"
    sample = _telling(content)
    chinese = [(_chinese_share(sample, name), name) for name in _CHINESE]
    best_share, best = max(chinese, key=lambda found: found[0])
    if best_share > 0.8:
        return best
    match = from_bytes(sample, cp_isolation=[*_CHINESE, *_SINGLE_BYTE, "shift_jis"]).best()
    if match is not None:
        # where Western and Central European letters agree, the commoner name is meant
        western = match.encoding == "cp1250" and _fault(sample, "cp1252") is None
        return "cp1252" if western and sample.decode("cp1252") == sample.decode("cp1250") else match.encoding
    return next((name for name in _SINGLE_BYTE if _fault(sample, name) is None), None)


def _is_wide(content: bytes) -> bool:
    """Tell text of two bytes a sign without a mark: every second byte of its ASCII is zero."""
    start = content[:_SAMPLE]
    return start.count(0) > len(start) // 5


def _telling(content: bytes) -> bytes:
    """Give the lines that hold more than ASCII, as those tell the encoding."""
    found, size = [], 0
    for line in content.splitlines(keepends=True):
        if not line.isascii():
            found.append(line)
            size += len(line)
            if size > _SAMPLE:
                break
    return b"".join(found)


def _chinese_share(sample: bytes, codec: str) -> float:
    """Give the share of common Chinese signs among those that are not ASCII."""
    try:
        text = sample.decode(codec)
    except UnicodeDecodeError:
        return 0.0
    signs = [c for c in text if ord(c) > 127]
    # the signs of daily use are those that GB 2312 had already, in its first level
    common = sum(_is_common(c) for c in signs)
    return common / len(signs) if signs else 0.0


def _is_common(sign: str) -> bool:
    if "\u3000" <= sign <= "\u303f" or "\uff00" <= sign <= "\uffef" or sign in "·“”‘’—…":
        return True
    if not unicodedata.name(sign, "").startswith("CJK UNIFIED"):
        return False
    try:
        # level one of GB 2312 ends before row 56, that of Big5 before A4..C6
        return sign.encode("gb2312")[0] < 0xD8
    except UnicodeEncodeError:
        try:
            return sign.encode("big5")[0] < 0xC7
        except UnicodeEncodeError:
            return False


def _other_encoding(codec: str | None) -> Refused:
    if codec is None:
        return unreadable(say("This file is not UTF-8 text."), say("Save it as CSV UTF-8 or as XLSX."))
    return unreadable(
        say(
            "This file is not UTF-8; it looks like %(name)s: --encoding %(codec)s.",
            name=_NAMES.get(codec, codec),
            codec=codec,
        ),
        say("Check a few names in the preview, as the encoding is only guessed."),
        suggestions=(codec,),
    )


def _codec(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding.strip()).name
        if name.startswith(("utf-16", "utf-32")) or b"x".decode(name) == "x":
            return name
    except (LookupError, ValueError):
        pass  # no such codec, or one that is not of text
    raise unreadable(
        say("There is no encoding %(name)s.", name=encoding),
        say("Write a name such as utf-8, gb18030 or windows-1252."),
        value=encoding,
    )


def _fault(content: bytes, codec: str) -> int | None:
    """Give where the content stops being text of this encoding, roughly; None if it never does."""
    decoder = codecs.getincrementaldecoder(codec)()
    for start in range(0, len(content) or 1, _CHUNK):
        chunk = content[start : start + _CHUNK]
        try:
            decoder.decode(chunk, final=start + _CHUNK >= len(content))
        except UnicodeDecodeError as error:
            return start + error.start
        except UnicodeError:
            return start
    return None


def _line(content: bytes, at: int) -> int:
    return content.count(b"\n", 0, at) + 1
