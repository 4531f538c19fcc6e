"""Passwords: judged by length, kept as argon2id hashes, made by chance where a machine has to give one."""

import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from railtrack.domain.errors import Problem
from railtrack.domain.messages import say
from railtrack.domain.people import Person

LEAST_PASSWORD = 12  # characters
_HASHER = PasswordHasher()


def hash_password(password: str) -> str:
    """Hash a password with argon2id, after the normalisation that sign-in applies."""
    return _HASHER.hash(_normal(password))


def is_password(person: Person, password: str) -> bool:
    """Whether this is the person's password."""
    try:
        return person.password_hash is not None and _HASHER.verify(person.password_hash, _normal(password))
    except (Argon2Error, InvalidHashError):
        return False


def new_password() -> str:
    """Make a password worth 96 bits, for a demonstration or `railtrack user add`."""
    return secrets.token_urlsafe(12)


def problems_of_password(password: str) -> list[Problem]:
    """What is wrong with a password somebody chose. Length is all we ask; mixed signs only make it forgettable."""
    if len(password) >= LEAST_PASSWORD and len(set(password)) >= 5:
        return []
    return [
        Problem(
            message=say("The password is too easy to guess."),
            remedy=say("Take at least %(least)s characters; a short sentence will do.", least=LEAST_PASSWORD),
            column="password",
        )
    ]


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKD", password)
