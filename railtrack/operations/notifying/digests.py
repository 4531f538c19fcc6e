"""The mail once a day on what happened to the alerts of a desk, at the hour each reader chose, on their own clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from railtrack.domain.notices.alerts import Wish
from railtrack.domain.notices.kinds import Occurrence
from railtrack.operations.notifying.alert_mails import listed
from railtrack.operations.notifying.post import PostOffice, queue
from railtrack.operations.notifying.sending import SERVER
from railtrack.operations.notifying.telling import may_be_told
from railtrack.operations.notifying.texts import MailKind
from railtrack.store import notices as stored
from railtrack.store import people
from railtrack.store.engine import Noting, Store


def last_hour(wish: Wish, now: datetime) -> datetime:
    """The latest moment up to now at which a digest was due."""
    local = now.astimezone(ZoneInfo(wish.timezone))
    due = local.replace(hour=wish.hour, minute=0, second=0, microsecond=0)
    if due.astimezone(UTC) > now:
        due -= timedelta(days=1)  # a day on the clock, however long it was
    return due.astimezone(UTC)


def told_until(wish: Wish) -> datetime:
    """Up to when somebody knows what happened."""
    return wish.since if wish.digest_until is None else wish.digest_until


def send_digests(store: Store, post: PostOffice, *, now: datetime) -> int:
    """Queue the digests whose hour has come, one for each reader, and say how many; done twice, the second does none.

    Where nothing happened and nothing is open, no mail goes.
    """
    with store.reading() as r:
        due = [wish for wish in stored.digest_wishes(r) if told_until(wish) < last_hour(wish, now)]
    sent = 0
    for wish in due:
        with store.noting(SERVER, now) as w:
            # of two at once only one finds it as it was
            if stored.take_digest(w, wish, now) and _queue(w, post, wish, now):
                sent += 1
            w.commit()
    return sent


def _queue(w: Noting, post: PostOffice, wish: Wish, now: datetime) -> bool:
    person = people.person_by_id(w, wish.user_id)
    if person is None or not may_be_told(person, wish.desk):
        return False
    since = told_until(wish)
    found = stored.digest_of(w, wish, since, now)
    fresh = stored.note_told(w, found.opened, wish.user_id, Occurrence.OPENED)
    stays = [*found.stays, *(each for each in found.opened if each not in fresh)]
    if not (fresh or stays or found.ended):
        return False
    facts = {
        "desk": "" if wish.desk is None else str(wish.desk),
        "since": since.isoformat(),
        "opened": listed(fresh), "stays": listed(stays), "ended": listed(found.ended),
        "new": str(len(fresh)), "open": str(len(stays)), "closed": str(len(found.ended)),
    }  # fmt: skip
    mail_id = queue(w, post, MailKind.DIGEST, person.email, person=person, facts=facts)
    stored.note_mail(w, fresh, wish.user_id, Occurrence.OPENED, mail_id)
    return True
