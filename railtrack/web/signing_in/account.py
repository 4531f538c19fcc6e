"""Accounts as Flask-Security wants them, over our own store.

Flask-Security reads and writes accounts through `Accounts`, a user datastore of ours: rows stay inside `store`, so
its ready-made one for SQLAlchemy sessions, which hands rows out, is not used. Roles are one column of ours, not a
table, and rights are judged in operations; Flask-Security only says who somebody is.
"""

import logging
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import g, session
from flask_security import RoleMixin, UserMixin
from flask_security.datastore import UserDatastore

from railtrack.domain.actors import Actor
from railtrack.domain.errors import Unavailable
from railtrack.domain.people import Person
from railtrack.domain.records import Organisation
from railtrack.domain.rights import Operation, may
from railtrack.operations.signing_in.sessions import SIGN_IN_PATIENCE_S
from railtrack.store import people as stored
from railtrack.store.engine import Reading
from railtrack.web.current import current_store, now

# what Flask-Security calls a column of an account, and what we call it
_NAMES = {
    "password": "password_hash",
    "active": "is_active",
    "fs_uniquifier": "key",
    "last_login_at": "last_sign_in_at",
    "current_login_at": "current_sign_in_at",
    "last_login_ip": "last_sign_in_ip",
    "current_login_ip": "current_sign_in_ip",
    "login_count": "sign_ins",
}
_OF_SIGN_INS = {"last_login_at", "current_login_at", "last_login_ip", "current_login_ip", "login_count"}
log = logging.getLogger(__name__)


class Account(UserMixin):
    """A person as Flask-Security wants one: with its names for columns, which it may set."""

    fs_uniquifier = ""  # looked for on the class

    def __init__(self, person: Person) -> None:
        self.person = person
        self.id = person.id
        self.email = person.email
        self.name = person.name
        self.role = person.role
        self.language = person.language
        self.roles = []
        for theirs, ours in _NAMES.items():
            setattr(self, theirs, getattr(person, ours))

    @property
    def organisation(self) -> Organisation | None:
        """The organisation acted for in this session, of those one belongs to."""
        return self.person.acting_for(session.get("acts_for"))

    def actor(self, origin: str) -> Actor:
        """This account acting, for the organisation chosen in this session."""
        return self.person.actor(origin, self.organisation)

    def may(self, operation: Operation, *, own: bool = True) -> bool:
        """Whether this account may do something."""
        return may(self, operation, own=own)

    def verify_auth_token(self, tdata: dict[str, Any]) -> bool:
        """No: Flask-Security's tokens end by no list and would be taken from any address, where logs keep them."""
        return False

    @property
    def may_write(self) -> bool:
        return self.may(Operation.TELL)


class _NoRoles(RoleMixin):
    """Flask-Security asks for a role model; ours is a column."""


class Accounts(UserDatastore):
    """Finds and keeps accounts for Flask-Security."""

    def __init__(self) -> None:
        super().__init__(Account, _NoRoles)

    def find_user(self, case_insensitive: bool = False, **wanted: Any) -> Account | None:
        """Find one account by `id`, `email` (in any case) or `fs_uniquifier`."""
        ((name, value),) = wanted.items()
        find: dict[str, Callable[[Reading, Any], Person | None]] = {
            "id": stored.person_by_id,
            "email": stored.person_by_email,
            "fs_uniquifier": stored.person_by_key,
        }
        with current_store().reading() as reading:
            person = find[name](reading, value)
        return None if person is None else Account(person)

    def find_role(self, role: str) -> None:
        """There are none here."""
        return

    def put(self, user: Account) -> Account:
        """Remember that the account changed; it is written by `commit`."""
        g.setdefault("changed_accounts", {})[user.id] = user
        return user

    def commit(self) -> None:
        """Write what changed, without a word in the audit: Flask-Security keeps track of sign-ins only.

        When somebody signed in last is not worth waiting for: where a long import holds SQLite, it goes unnoted.
        """
        for account in g.pop("changed_accounts", {}).values():
            before = asdict(account.person)
            changes = {theirs: getattr(account, theirs) for theirs, ours in _NAMES.items()}
            changes = {name: value for name, value in changes.items() if value != before[_NAMES[name]]}
            if not changes:
                continue
            is_sign_in = _OF_SIGN_INS.issuperset(changes)
            patience_s = SIGN_IN_PATIENCE_S if is_sign_in else None
            try:
                with current_store().noting(account.actor("web"), now(), patience_s=patience_s) as w:
                    stored.change_person(w, account.id, **changes)
                    if "password" in changes:
                        w.audit("set password", "user", account.email)
                    w.commit()
            except Unavailable as error:
                if not is_sign_in:
                    raise
                log.warning("a sign-in of user %s is not noted: %s", account.id, error)

    def delete(self, model: Account) -> None:
        """Accounts are ended, never deleted: what they recorded names them."""
        raise NotImplementedError

    def reload(self, model: Account) -> Account:
        """Give the account as it is now."""
        found = self.find_user(id=model.id)
        return model if found is None else found
