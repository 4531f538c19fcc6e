"""Showing again who is there, before it is changed how somebody signs in."""

from dataclasses import dataclass
from datetime import datetime

from railtrack.domain.errors import Problem, Refused
from railtrack.domain.messages import say
from railtrack.domain.people import Person
from railtrack.domain.signing_in import SignedIn
from railtrack.operations.administering.passwords import is_password
from railtrack.operations.signing_in import codes
from railtrack.operations.signing_in.sessions import show
from railtrack.store import sign_in as stored
from railtrack.store.engine import Store


@dataclass(frozen=True)
class Ways:
    """By what somebody can show it."""

    password: bool
    code: bool


def ways(store: Store, person: Person) -> Ways:
    """By what somebody can show who they are: whoever has an authenticator by that, else by the password."""
    has_app = codes.factors(store, person).authenticator_since is not None
    return Ways(password=person.password_hash is not None and not has_app, code=has_app)


def show_again(
    store: Store, found: SignedIn, token: str, *, password: str, code: str, secret_key: str, now: datetime
) -> None:
    """Note that it was shown again who is there; raises Refused for a wrong password or code, and after too many."""
    if ways(store, found.person).code:
        codes.take_code(store, found, token, code, secret_key=secret_key, now=now)
        return
    person = found.person
    with store.noting(person.actor("web"), now) as w:
        from_one = codes.judge_patience(w, person)
        is_right = is_password(person, password)
        if not is_right:
            stored.count_wrong_code(w, person.id, from_one=from_one)
        else:
            stored.forget_wrong_codes(w, person.id)
            show(w, found, token)
        w.commit()
    if not is_right:
        raise Refused(
            [
                Problem(
                    message=say("This is not your present password."), remedy=say("Enter it again."), column="password"
                )
            ]
        )
