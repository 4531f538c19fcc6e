"""The one-time link with which the first administrator sets railtrack up, printed by the server at its start."""

from datetime import datetime

from railtrack.config import Settings
from railtrack.operations.administering.accounts import make_setup_link
from railtrack.store.engine import Store


def setup_address(store: Store, settings: Settings, *, now: datetime) -> str | None:
    """Give the address of a new set-up link; None where there is an administrator already."""
    token = make_setup_link(store, now=now)
    return None if token is None else f"{settings.base_url}/setup/{token}"
