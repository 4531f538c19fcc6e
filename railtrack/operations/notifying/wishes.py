"""How somebody wants to hear of alerts by mail: not at all, at once, or once a day."""

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from railtrack.domain.actors import Actor
from railtrack.domain.errors import NotAllowed, Problem, Refused
from railtrack.domain.messages import say
from railtrack.domain.notices.alerts import ALL_KINDS, Wish
from railtrack.domain.notices.kinds import AlertKind, Manner
from railtrack.operations.notifying.alerts import desk_of
from railtrack.store import notices as stored
from railtrack.store.engine import Store


def wish_of(store: Store, *, actor: Actor, now: datetime) -> Wish:
    """Give how the actor hears of the alerts of their desk: not at all, unless they chose. Raises NotAllowed."""
    user_id, desk = _whose(actor)
    with store.reading() as r:
        found = stored.wish_of(r, user_id, desk)
    return found or Wish(user_id=user_id, desk=desk, manner=Manner.NONE, since=now)


def set_wish(
    store: Store,
    manner: Manner,
    kinds: Collection[AlertKind],
    *,
    hour: int = 7,
    timezone: str = "Europe/Berlin",
    actor: Actor,
    now: datetime,
) -> Wish:
    """Keep what the actor wants; no kind at all is no mail at all. Raises NotAllowed and Refused.

    What happened before is not told: who asks anew is told from now on.
    """
    user_id, desk = _whose(actor)
    problems = []
    if not 0 <= hour <= 23:
        problems.append(Problem(message=say("Choose an hour from 0 to 23."), column="hour", value=str(hour)))
    if not _is_zone(timezone):
        problems.append(Problem(message=say("Choose a time zone of the list."), column="timezone", value=timezone))
    if manner is not Manner.NONE and not kinds:
        message = say("Choose at least one kind of alert, or no mail at all.")
        problems.append(Problem(message=message, column="kinds"))
    if problems:
        raise Refused(problems)
    with store.noting(actor, now) as w:
        known = stored.wish_of(w, user_id, desk)
        stays = known is not None and known.manner is manner
        wish = Wish(
            user_id=user_id,
            desk=desk,
            manner=manner,
            kinds=frozenset(kinds) or ALL_KINDS,
            hour=hour,
            timezone=timezone,
            since=known.since if known is not None and stays else now,
            digest_until=known.digest_until if known is not None and stays else None,
        )
        stored.put_wish(w, wish)
        w.audit("change", "notice wish", actor.name, None if known is None else _said(known), _said(wish), desk)
        w.commit()
    return wish


def _whose(actor: Actor) -> tuple[int, int | None]:
    desk = desk_of(actor)
    if actor.user_id is None:
        raise NotAllowed(say("Mail on alerts goes to people with an account."))
    return actor.user_id, desk


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # such as a path, or a name too long for a file
        return False
    return bool(name)


def _said(wish: Wish) -> dict[str, object]:
    kinds = sorted(kind.value for kind in wish.kinds)
    return {"manner": wish.manner.value, "kinds": kinds, "hour": wish.hour, "timezone": wish.timezone}
