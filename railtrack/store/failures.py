"""What can fail below, in words a reader can act on. No driver error passes `translated`."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from alembic.util import CommandError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm.exc import StaleDataError

from railtrack.domain.errors import Conflict, Problem, RailtrackError, Refused, Unavailable
from railtrack.domain.messages import Message, say

# what the drivers say, in lower case, and what that means; the first that fits is taken
_SYMPTOMS: tuple[tuple[tuple[str, ...], Message], ...] = (
    (
        ("disk is full", "disk full", "no space left", "could not extend file"),
        say("The disk is full: nothing was stored. Make room and try again."),
    ),
    (
        ("is locked", "lock timeout", "database table is locked"),
        say("Another change is still being written. Nothing was stored; try again in a moment."),
    ),
    (
        ('database "',),
        say("The database server has no database of that name; create it, or mend RAILTRACK_DATABASE_URL."),
    ),
    (
        ("password authentication", "authentication failed", "no password supplied", 'role "'),
        say("The database server refuses the user or password of RAILTRACK_DATABASE_URL."),
    ),
    (("no such table", "does not exist", "no such column"), say("The database is not set up; run `railtrack init`.")),
    (("readonly", "read-only"), say("The database may not be written to; see the rights of its file and folder.")),
    (
        ("unable to open", "not a directory"),
        say("The database file cannot be opened; see that its folder exists and may be written to."),
    ),
    (
        ("disk i/o error",),
        say("The disk did not take what was written, for a limit or a fault of its own. Nothing was stored."),
    ),
    (
        ("not a database", "malformed"),
        say("The database file is damaged; restore it from a backup."),
    ),
)
_ANY = say("The database does not answer. Nothing was stored; try again, and see that the server runs.")


@contextmanager
def translated() -> Iterator[None]:
    """Turn what SQLAlchemy, Alembic and the drivers raise into errors of our own.

    Values that no database takes, such as a number of more than 64 bits, are Refused.
    """
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, psycopg.Error, CommandError, OverflowError, UnicodeEncodeError) as error:
        raise _translation(error) from error


def _translation(error: Exception) -> RailtrackError:
    if isinstance(error, StaleDataError):
        return Conflict(say("Somebody else changed this meanwhile; look at it anew and change it again."))
    if isinstance(error, CommandError):
        return Unavailable(
            say("The database was made by another release of railtrack; use that one, or restore a backup.")
        )
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, psycopg.errors.DeadlockDetected | psycopg.errors.SerializationFailure):
        return Conflict(say("Two changes met; nothing was stored. Try again."))
    if isinstance(error, IntegrityError) or isinstance(cause, sqlite3.IntegrityError | psycopg.IntegrityError):
        return Conflict(say("This contradicts what is stored already, perhaps since a moment ago. Look at it anew."))
    # SQLite's driver complains of a number of more than 64 bits or half a surrogate pair in Python's own words
    if isinstance(error, DataError | OverflowError) or isinstance(cause, psycopg.DataError | UnicodeEncodeError):
        return Refused([Problem(message=say("A value does not fit into the database."))])
    if isinstance(error, NoConnectionFree):
        return Unavailable(say("Too many are using the database at once. Nothing was stored; try again in a moment."))
    if isinstance(error, SQLAlchemyError) and not isinstance(error, DBAPIError):
        return Unavailable(
            say("railtrack made a mistake in using the database. Nothing was stored; the log says more.")
        )
    said = str(cause).lower()
    return Unavailable(next((message for signs, message in _SYMPTOMS if any(s in said for s in signs)), _ANY))
