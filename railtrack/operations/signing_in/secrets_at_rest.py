"""Secrets that must be read again, kept so that a copy of the database alone does not give them away."""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from railtrack.domain.errors import Unavailable
from railtrack.domain.messages import Message, say

_NONCE_BYTES = 12


LOST_AUTHENTICATOR = say(
    "The authenticator cannot be read, since RAILTRACK_SECRET_KEY is another one now. "
    "Use a recovery code, or ask an administrator to take the second factor out."
)


def seal(secret: bytes, secret_key: str, whose: int, *, of: str = "user") -> bytes:
    """Encrypt a secret of a person, or `of` something else, with a key made of the installation's secret key."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(_key(secret_key)).encrypt(nonce, secret, _owner(of, whose))


def unseal(
    sealed: bytes, secret_key: str, whose: int, *, of: str = "user", lost: Message = LOST_AUTHENTICATOR
) -> bytes:
    """Read it again; raises Unavailable where the key is another one now, or the row was put to somebody else."""
    try:
        return AESGCM(_key(secret_key)).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _owner(of, whose))
    except (InvalidTag, ValueError):
        raise Unavailable(lost) from None


def _key(secret_key: str) -> bytes:
    return hmac.digest(secret_key.encode(), b"railtrack: secrets of authenticators", hashlib.sha256)


def _owner(of: str, whose: int) -> bytes:
    return f"{of} {whose}".encode()
