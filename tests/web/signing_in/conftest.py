"""The application, its clock one that tests put on."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from railtrack.config import Settings
from railtrack.store.engine import Store
from railtrack.web.app import create_app


class Clock:
    """A clock that tests put on."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **time: float) -> None:
        self.at += timedelta(**time)


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def app(web_settings: Settings, web_store: Store, clock: Clock) -> Flask:
    return create_app(web_settings, web_store, clock=clock)
