"""The language of an account: the last one its owner chose, on pages of any device and in mails to them."""

from datetime import datetime

from railtrack.domain.actors import Actor
from railtrack.domain.rights import Operation, insist
from railtrack.operations.administering.accounts import find_user
from railtrack.store import people as stored
from railtrack.store.engine import Store


def keep_language(store: Store, language: str, *, actor: Actor, now: datetime) -> None:
    """Remember one's own language; the same once more changes nothing."""
    insist(actor, Operation.KEEP_SELF)
    person = find_user(store, actor.name)
    if person.language == language:
        return
    with store.noting(actor, now) as w:
        stored.change_person(w, person.id, language=language)
        w.audit("choose language", "user", person.email, {"language": person.language}, {"language": language})
        w.commit()
