"""Keeping spreadsheets from calculating what is text.

A text that begins with = + - @ (or a tab or line end before one) is a formula to a spreadsheet that opens a CSV file.
We put an apostrophe before it and take it off again when we read. A text that has such an apostrophe of its own gets
one more, so that reading what was written gives the same.
"""

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_PROTECTED = re.compile(r"'+[=+\-@\t\r]")


def protected(text: str) -> str:
    return "'" + text if _FORMULA.match(text) else text


def unprotected(text: str) -> str:
    return text[1:] if text[:1] == "'" and _PROTECTED.match(text) else text
