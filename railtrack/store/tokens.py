"""Tokens of accounts, and what was answered to requests that came under a key of their sender's."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Select, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from railtrack.domain.errors import Conflict
from railtrack.domain.messages import say
from railtrack.domain.records import Organisation
from railtrack.domain.tokens import ApiToken, TokenScope
from railtrack.store.engine import Noting, Reading
from railtrack.store.tables import ApiTokenRow, IdempotencyRow, OrganisationRow, UserRow

# ---------------------------------------------------------------- tokens


def add_token(
    w: Noting,
    user_id: int,
    *,
    name: str,
    scope: TokenScope,
    organisation_id: int | None,
    start: str,
    token_hash: str,
    expires_at: datetime,
) -> int:
    """Keep the hash of a new token; gives its id."""
    values = {
        "user_id": user_id,
        "organisation_id": organisation_id,
        "name": name,
        "scope": scope.value,
        "start": start,
        "token_hash": token_hash,
        "created_at": w.now,
        "expires_at": expires_at,
    }
    return w.session.scalars(insert(ApiTokenRow).returning(ApiTokenRow.id), [values]).one()


def token_of(r: Reading, token_hash: str) -> ApiToken | None:
    """Find a token by its hash, alive or not."""
    row = r.session.execute(_TOKENS.where(ApiTokenRow.token_hash == token_hash)).one_or_none()
    return None if row is None else _token(row)


def token_with_id(r: Reading, token_id: int) -> ApiToken | None:
    """Find a token by its id, alive or not."""
    row = r.session.execute(_TOKENS.where(ApiTokenRow.id == token_id)).one_or_none()
    return None if row is None else _token(row)


def tokens(r: Reading, user_id: int | None = None) -> tuple[ApiToken, ...]:
    """Give the tokens of one account or of all, newest first; those that ended are among them."""
    query = _TOKENS if user_id is None else _TOKENS.where(ApiTokenRow.user_id == user_id)
    return tuple(_token(row) for row in r.session.execute(query.order_by(ApiTokenRow.id.desc())))


def end_token(w: Noting, token_id: int) -> bool:
    """End a token; False if it had ended."""
    ended: Any = w.session.execute(
        update(ApiTokenRow).where(ApiTokenRow.id == token_id, ApiTokenRow.ended_at.is_(None)).values(ended_at=w.now)
    )
    return bool(ended.rowcount)


def note_use(w: Noting, token_id: int, unless_after: datetime) -> None:
    """Note that a token is used, unless that was noted lately."""
    w.session.execute(
        update(ApiTokenRow)
        .where(
            ApiTokenRow.id == token_id,
            or_(ApiTokenRow.last_used_at.is_(None), ApiTokenRow.last_used_at <= unless_after),
        )
        .values(last_used_at=w.now)
    )


_TOKENS: Select[Any] = (
    select(
        ApiTokenRow.__table__,
        UserRow.email,
        OrganisationRow.name.label("organisation"),
        OrganisationRow.published,
        OrganisationRow.simulated,
    )
    .join(UserRow, UserRow.id == ApiTokenRow.user_id)
    .outerjoin(OrganisationRow, OrganisationRow.id == ApiTokenRow.organisation_id)
)


def _token(row: Any) -> ApiToken:
    return ApiToken(
        id=row.id,
        user_id=row.user_id,
        email=row.email,
        name=row.name,
        scope=TokenScope(row.scope),
        organisation=None
        if row.organisation_id is None
        else Organisation(row.organisation_id, row.organisation, row.published, row.simulated),
        start=row.start,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        ended_at=row.ended_at,
    )


# ---------------------------------------------------------------- requests under a key


@dataclass(frozen=True, kw_only=True)
class KeptAnswer:
    """What was answered to a request; without a `status` it is still being carried out, since `claimed_at`."""

    request_hash: str
    claim: str
    claimed_at: datetime
    status: int | None
    headers: dict[str, str]
    body: bytes


def kept_answer(r: Reading, token_id: int, key: str, since: datetime) -> KeptAnswer | None:
    """Give what is known of a key that came after `since`."""
    row = r.session.execute(
        select(IdempotencyRow.__table__).where(
            IdempotencyRow.token_id == token_id, IdempotencyRow.key == key, IdempotencyRow.claimed_at > since
        )
    ).one_or_none()
    if row is None:
        return None
    return KeptAnswer(
        request_hash=row.request_hash,
        claim=row.claim,
        claimed_at=row.claimed_at,
        status=row.status,
        headers=row.headers or {},
        body=row.body or b"",
    )


def claim_key(w: Noting, token_id: int, key: str, request_hash: str, *, forget_before: datetime) -> str:
    """Take a key for a request that is about to be carried out; raises Conflict if it is taken.

    Of two that come at once the unique key lets one through. What is older than `forget_before` is let go of.
    """
    w.session.execute(delete(IdempotencyRow).where(IdempotencyRow.claimed_at <= forget_before))
    claim = str(uuid4())
    values = {"token_id": token_id, "key": key, "request_hash": request_hash, "claim": claim, "claimed_at": w.now}
    try:
        w.session.execute(insert(IdempotencyRow), [values])
    except IntegrityError as error:
        raise Conflict(say("A request with this key is being carried out.")) from error
    return claim


def take_over_key(w: Noting, token_id: int, key: str, before: KeptAnswer) -> str | None:
    """Take a key from a request that was broken off; None if another was quicker."""
    claim = str(uuid4())
    taken: Any = w.session.execute(
        update(IdempotencyRow)
        .where(*_held(token_id, key, before.claim), IdempotencyRow.status.is_(None))
        .values(claim=claim, claimed_at=w.now)
    )
    return claim if taken.rowcount else None


def keep_answer(
    w: Noting, token_id: int, key: str, claim: str, *, status: int, headers: dict[str, str], body: bytes
) -> None:
    """Keep what was answered, for the next request with this key; harmless where the claim was lost."""
    w.session.execute(
        update(IdempotencyRow).where(*_held(token_id, key, claim)).values(status=status, headers=headers, body=body)
    )


def release_key(w: Noting, token_id: int, key: str, claim: str) -> None:
    """Let go of a key whose request changed nothing, so that it may be mended and sent again."""
    w.session.execute(delete(IdempotencyRow).where(*_held(token_id, key, claim)))


def _held(token_id: int, key: str, claim: str) -> tuple[Any, ...]:
    return IdempotencyRow.token_id == token_id, IdempotencyRow.key == key, IdempotencyRow.claim == claim
