"""Whose desk it is: drafts, files that wait and receipts of forms lie on the desk of one account."""

from railtrack.domain.actors import Actor
from railtrack.domain.errors import NotAllowed
from railtrack.domain.messages import say
from railtrack.domain.rights import Operation, insist


def owner_id(actor: Actor) -> int:
    """Give the account whose desk it is. Raises NotAllowed for who only reads, and for the command line."""
    if not actor.may_write:
        insist(actor, Operation.BOOK)
    if actor.user_id is None:
        raise NotAllowed(say("Only somebody with an account has a desk."))
    return actor.user_id
