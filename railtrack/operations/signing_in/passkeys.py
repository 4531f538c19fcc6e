"""Passkeys (WebAuthn): made by a device, used as the only thing to sign in with or as the second step.

Signing in by a passkey alone asks the device to know its owner (by finger, face or PIN), so that one takes as much as
a password with a code. A challenge is good for one answer and a few minutes; keys that count may not count backwards.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from railtrack.domain.actors import Actor
from railtrack.domain.errors import NotFound, Problem, Refused
from railtrack.domain.messages import Message, say
from railtrack.domain.people import Person
from railtrack.domain.signing_in import SignedIn
from railtrack.operations.signing_in.codes import first_recovery_codes, forget_what_hangs_on_factors
from railtrack.operations.signing_in.sessions import prove
from railtrack.store import people as stored_people
from railtrack.store import sign_in as stored
from railtrack.store.engine import Noting, Reading, Store

CHALLENGE_FOR = timedelta(minutes=5)
LONGEST_NAME = 60
MOST_PASSKEYS = 20
_TRANSPORTS = frozenset(each.value for each in AuthenticatorTransport)
# what the library raises on answers that are not well formed, besides its own
_MALFORMED = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True)
class Site:
    """Whom a passkey is for: the host's name, and the address pages come from."""

    host: str
    origin: str


# ---------------------------------------------------------------- making one


def registration_options(store: Store, person: Person, site: Site, challenge: bytes, secret_key: str) -> str:
    """Give what the browser needs to have a passkey made, as JSON."""
    with store.reading() as reading:
        known = stored.credentials(reading, person.id)
    options = generate_registration_options(
        rp_id=site.host,
        rp_name="railtrack",
        user_id=_handle(known, person, secret_key),
        user_name=person.email,
        user_display_name=person.name or person.email,
        challenge=challenge,
        exclude_credentials=[_descriptor(each) for each in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    return str(options_to_json(options))


def add_passkey(
    store: Store,
    found: SignedIn,
    token: str,
    answer: str,
    *,
    name: str,
    secret_key: str,
    site: Site,
    challenge: bytes,
    actor: Actor,
    now: datetime,
) -> tuple[str, ...]:
    """Keep the passkey a browser had made; gives recovery codes where there are none yet.

    Raises Refused for an answer that is not to this challenge, of this site, or not well formed.
    """
    person = found.person
    name = _judged_name(name)
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
        given = json.loads(answer).get("response", {}).get("transports", [])
        transports = [each for each in given if each in _TRANSPORTS] if isinstance(given, list) else []
    except _MALFORMED:
        raise Refused([_problem(say("The passkey could not be checked."))]) from None
    with store.noting(actor, now) as w:
        known = stored.credentials(w, person.id)
        if len(known) >= MOST_PASSKEYS:
            raise Refused([_problem(say("You have %(most)s passkeys; take one out first.", most=MOST_PASSKEYS))])
        stored.add_passkey(
            w,
            person.id,
            credential_id=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            user_handle=_handle(known, person, secret_key),
            name=name,
            transports=transports,
            is_synced=made.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        )
        w.audit("add passkey", "user", person.email, None, {"name": name})
        codes = first_recovery_codes(w, person)
        prove(w, found, token)
        w.commit()
    return codes


# ---------------------------------------------------------------- using one


def sign_in_options(store: Store, site: Site, challenge: bytes, *, whose: Person | None = None) -> str:
    """Give what the browser needs to use a passkey, as JSON: anybody's, or in the second step one of somebody's."""
    allowed = []
    if whose is not None:
        with store.reading() as reading:
            allowed = [_descriptor(each) for each in stored.credentials(reading, whose.id)]
    options = generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        allow_credentials=allowed,
        user_verification=UserVerificationRequirement.REQUIRED
        if whose is None
        else UserVerificationRequirement.PREFERRED,
    )
    return str(options_to_json(options))


def use_alone(store: Store, answer: str, *, site: Site, challenge: bytes, now: datetime) -> Person:
    """Give whose passkey answered. Raises Refused for any answer that proves nobody who may sign in."""
    with store.reading() as reading:
        credential = _credential(reading, answer)
        person = stored_people.person_by_id(reading, credential.person_id)
    if person is None or not person.is_active:
        raise Refused([_unknown()])
    with store.noting(person.actor("web"), now) as w:
        _verify(w, credential, answer, site, challenge, must_know_owner=True)
        w.commit()
    return person


def use_as_second_step(
    store: Store, found: SignedIn, token: str, answer: str, *, site: Site, challenge: bytes, now: datetime
) -> None:
    """Prove a session by one of its person's passkeys; raises Refused for any other answer."""
    with store.noting(found.person.actor("web"), now) as w:
        credential = _credential(w, answer)
        if credential.person_id != found.person.id:
            raise Refused([_unknown()])
        _verify(w, credential, answer, site, challenge, must_know_owner=False)
        prove(w, found, token)
        w.commit()


# ---------------------------------------------------------------- keeping them


def rename_passkey(store: Store, person: Person, passkey_id: int, name: str, *, actor: Actor, now: datetime) -> None:
    """Call a passkey of one's own something else."""
    name = _judged_name(name)
    with store.noting(actor, now) as w:
        if not stored.rename_passkey(w, person.id, passkey_id, name):
            raise NotFound(say("You have no such passkey."))
        w.audit("rename passkey", "user", person.email, None, {"name": name})
        w.commit()


def remove_passkey(store: Store, person: Person, passkey_id: int, *, actor: Actor, now: datetime) -> None:
    """Take a passkey of one's own out."""
    with store.noting(actor, now) as w:
        name = stored.remove_passkey(w, person.id, passkey_id)
        if name is None:
            raise NotFound(say("You have no such passkey."))
        w.audit("remove passkey", "user", person.email, {"name": name}, None)
        forget_what_hangs_on_factors(w, person)
        w.commit()


# ---------------------------------------------------------------- helpers


def _credential(reading: Reading, answer: str) -> stored.Credential:
    try:
        credential_id = base64url_to_bytes(json.loads(answer)["id"])
    except _MALFORMED:
        raise Refused([_unknown()]) from None
    found = stored.credential(reading, credential_id)
    if found is None:
        raise Refused([_unknown()])
    return found


def _verify(
    w: Noting, credential: stored.Credential, answer: str, site: Site, challenge: bytes, *, must_know_owner: bool
) -> None:
    try:
        used = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=credential.public_key,
            credential_current_sign_count=credential.sign_count,
            require_user_verification=must_know_owner,
        )
    except _MALFORMED:
        raise Refused([_unknown()]) from None
    if not stored.use_passkey(w, credential.id, before=credential.sign_count, after=used.new_sign_count):
        raise Refused([_unknown()])


def _handle(known: Sequence[stored.Credential], person: Person, secret_key: str) -> bytes:
    """What devices know somebody by: the same for all their passkeys, and nothing that tells who it is."""
    if known:
        return known[0].user_handle
    return hmac.digest(secret_key.encode(), f"railtrack: passkeys of {person.id}".encode(), hashlib.sha256)


def _descriptor(credential: stored.Credential) -> PublicKeyCredentialDescriptor:
    transports = [AuthenticatorTransport(each) for each in credential.transports if each in _TRANSPORTS]
    return PublicKeyCredentialDescriptor(id=credential.credential_id, transports=transports or None)


def _judged_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refused([_problem(say("A passkey needs a name."), say("Say which device it is on."), "name")])
    if len(name) > LONGEST_NAME:
        message = say("The name is longer than %(most)s characters.", most=LONGEST_NAME)
        raise Refused([_problem(message, say("Shorten it."), "name")])
    return name


def _unknown() -> Problem:
    return _problem(say("This passkey does not open an account here."), say("Sign in another way."))


def _problem(message: Message, remedy: Message | None = None, column: str | None = None) -> Problem:
    return Problem(message=message, remedy=remedy or say("Try it again."), column=column)
