"""What people sign in with, on both kinds of database: each secret is used up once, and goes with what it hangs on."""

from datetime import datetime, timedelta

import pytest
from passlib.totp import TOTP

from railtrack.domain.actors import Role
from railtrack.domain.errors import Conflict, NotFound, Refused
from railtrack.domain.people import Person
from railtrack.domain.signing_in import Session, SignedIn
from railtrack.operations.administering.accounts import create_user, find_user
from railtrack.operations.signing_in import codes, sessions
from railtrack.operations.signing_in.single_sign_on import Identity, person_of
from railtrack.store import sessions as stored_sessions
from railtrack.store import sign_in as stored
from railtrack.store.engine import Store
from tests.factories import ADMINISTRATOR

KEY = "k" * 32
PASSKEY = {
    "credential_id": b"\x00\xffone",
    "public_key": b"\x00key",
    "sign_count": 3,
    "user_handle": b"\x01handle",
    "name": "laptop",
    "transports": ["internal"],
    "is_synced": True,
}


@pytest.fixture
def weber(store: Store, now: datetime) -> Person:
    return create_user(store, "weber@example.org", "A. Weber", Role.CITY, actor=ADMINISTRATOR, now=now)


def begin(store: Store, person: Person, now: datetime) -> tuple[str, SignedIn]:
    """Begin a session and find it again by its token."""
    made = sessions.new_session(now, hours=12, address="192.0.2.7", user_agent="Firefox/1 Linux")
    token = sessions.begin(store, person, made, now=now)
    found = sessions.whose(store, person.key, token, None, now=now)
    assert found is not None
    return token, found


def set_up(store: Store, token: str, found: SignedIn, now: datetime) -> tuple[TOTP, tuple[str, ...]]:
    """Set an authenticator up by its first code."""
    app = TOTP.from_uri(codes.begin_setup(store, found.person, secret_key=KEY, now=now))
    first = app.generate(time=int(now.timestamp())).token
    actor = found.person.actor("test")
    return app, codes.confirm_setup(store, found, token, first, secret_key=KEY, actor=actor, now=now)


def test_a_session_is_found_by_its_token_until_it_ends(store: Store, weber: Person, now: datetime) -> None:
    token, found = begin(store, weber, now)
    assert (found.session.address, found.session.browser) == ("192.0.2.7", "Firefox, Linux")
    assert sessions.whose(store, weber.key, token + "x", None, now=now) is None
    assert sessions.whose(store, "another key", token, None, now=now) is None
    assert sessions.whose(store, weber.key, token, None, now=now + timedelta(hours=12)) is None
    sessions.leave(store, found, token, now=now)
    assert sessions.whose(store, weber.key, token, None, now=now) is None
    # nor does what the cookie says of itself bring it back
    assert sessions.whose(store, weber.key, token, found.session, now=now) is None


def test_sessions_that_ran_out_are_forgotten_with_the_next(store: Store, weber: Person, now: datetime) -> None:
    begin(store, weber, now)
    later = now + timedelta(days=2)
    begin(store, weber, later)
    with store.reading() as reading:
        assert [each.made_at for each in stored_sessions.sessions_of(reading, weber.id, later)] == [later]


def test_one_of_ones_own_sessions_ends_and_nobody_elses(store: Store, weber: Person, now: datetime) -> None:
    other = create_user(store, "li@example.org", "Li", Role.CITY, actor=ADMINISTRATOR, now=now)
    token, found = begin(store, weber, now)
    assert found.session.id is not None
    with pytest.raises(NotFound):
        sessions.end_one(store, other, found.session.id, actor=other.actor("test"), now=now)
    assert sessions.whose(store, weber.key, token, None, now=now) is not None
    sessions.end_one(store, weber, found.session.id, actor=weber.actor("test"), now=now)
    assert sessions.whose(store, weber.key, token, None, now=now) is None


def test_all_others_end_also_those_nobody_noted(store: Store, weber: Person, now: datetime) -> None:
    token, found = begin(store, weber, now)
    other, _ = begin(store, weber, now)
    unnoted: Session = sessions.new_session(now, hours=12, address="", user_agent="")
    assert sessions.whose(store, weber.key, "never noted", unnoted, now=now) is not None
    person, ended = sessions.end_others(store, found, actor=weber.actor("test"), now=now)
    assert ended == 1
    assert sessions.whose(store, person.key, token, None, now=now) is not None
    for key in (weber.key, person.key):
        assert sessions.whose(store, key, other, None, now=now) is None
    assert sessions.whose(store, weber.key, "never noted", unnoted, now=now) is None


def test_a_code_is_used_up_once_and_none_before_it(store: Store, weber: Person, now: datetime) -> None:
    token, found = begin(store, weber, now)
    app, recovery = set_up(store, token, found, now)
    later = now + timedelta(minutes=2)
    code = app.generate(time=int(later.timestamp())).token
    codes.take_code(store, found, token, code, secret_key=KEY, now=later)
    for again in (code, app.generate(time=int(later.timestamp()) - 30).token):
        with pytest.raises(Refused):
            codes.take_code(store, found, token, again, secret_key=KEY, now=later)
    codes.take_code(store, found, token, recovery[0], secret_key=KEY, now=later)
    with pytest.raises(Refused):
        codes.take_code(store, found, token, recovery[0], secret_key=KEY, now=later)
    assert codes.factors(store, weber).recovery_codes_left == 9


def test_of_two_who_use_a_code_at_once_one_gets_in(store: Store, weber: Person, now: datetime) -> None:
    token, found = begin(store, weber, now)
    _, recovery = set_up(store, token, found, now)
    hashed = codes._hash_code(recovery[0])
    with store.noting(ADMINISTRATOR, now) as w:
        counter = int(now.timestamp()) // 30 + 2
        assert [stored.take_counter(w, weber.id, counter) for _ in range(2)] == [True, False]
        assert not stored.take_counter(w, weber.id, counter - 1)
        assert [stored.take_recovery_code(w, weber.id, hashed) for _ in range(2)] == [True, False]


def test_wrong_codes_are_counted_and_a_right_one_wipes_the_slate(store: Store, weber: Person, now: datetime) -> None:
    with store.noting(ADMINISTRATOR, now) as w:
        for _ in range(3):
            stored.count_wrong_code(w, weber.id, from_one=False)
        assert stored.wrong_codes(w, weber.id) == (3, now)
        stored.count_wrong_code(w, weber.id, from_one=True)
        assert stored.wrong_codes(w, weber.id) == (1, now)
        stored.forget_wrong_codes(w, weber.id)
        assert stored.wrong_codes(w, weber.id) == (0, None)


def test_a_passkey_counts_forwards_and_is_kept_once(store: Store, weber: Person, now: datetime) -> None:
    with store.noting(ADMINISTRATOR, now) as w:
        stored.add_passkey(w, weber.id, **PASSKEY)  # type: ignore[arg-type]
        w.commit()
    with store.reading() as reading:
        assert stored.has_factor(reading, weber.id)
        kept = stored.credential(reading, b"\x00\xffone")
        assert stored.credential(reading, b"\x00\xffanother") is None
    assert kept is not None
    assert (kept.person_id, kept.public_key, kept.transports) == (weber.id, b"\x00key", ("internal",))
    with store.noting(ADMINISTRATOR, now) as w:
        assert stored.use_passkey(w, kept.id, before=3, after=4)
        assert not stored.use_passkey(w, kept.id, before=3, after=4)
        assert not stored.rename_passkey(w, weber.id + 1, kept.id, "theirs")
        assert stored.remove_passkey(w, weber.id + 1, kept.id) is None
        assert stored.remove_passkey(w, weber.id, kept.id) == "laptop"
        w.commit()
    with store.noting(ADMINISTRATOR, now) as w:
        stored.add_passkey(w, weber.id, **PASSKEY)  # type: ignore[arg-type]
        w.commit()
    with pytest.raises(Conflict), store.noting(ADMINISTRATOR, now) as w:
        stored.add_passkey(w, weber.id, **PASSKEY)  # type: ignore[arg-type]


def test_without_any_factor_nothing_is_proved_any_more(store: Store, weber: Person, now: datetime) -> None:
    token, found = begin(store, weber, now)
    set_up(store, token, found, now)
    proved = sessions.whose(store, weber.key, token, None, now=now)
    assert proved is not None
    assert proved.session.is_proved
    codes.remove_authenticator(store, weber, actor=weber.actor("test"), now=now)
    after = sessions.whose(store, weber.key, token, None, now=now)
    assert after is not None
    assert (after.session.is_proved, after.has_factor, after.waits) == (False, False, False)
    assert codes.factors(store, weber).recovery_codes_left == 0


def test_an_identity_is_one_persons(store: Store, weber: Person, now: datetime) -> None:
    identity = Identity(
        issuer="https://login.example.org",
        subject="u-1",
        email="WEBER@example.org",
        is_verified=True,
        name="A. Weber",
        has_second_factor=False,
    )
    for _ in range(2):
        person = person_of(store, identity, new_role=None, new_organisation="", actor=ADMINISTRATOR, now=now)
        assert person.id == find_user(store, weber.email).id
    assert codes.factors(store, weber).identities == ("https://login.example.org",)
    with pytest.raises(Conflict), store.noting(ADMINISTRATOR, now) as w:
        stored.add_identity(w, weber.id, identity.issuer, identity.subject)
