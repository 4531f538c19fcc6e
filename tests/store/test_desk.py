"""Drafts, files and receipts belong to one user; what happens once happens once."""

from datetime import datetime, timedelta

import pytest

from railtrack.domain.actors import Role
from railtrack.domain.errors import Conflict, NotFound
from railtrack.store import desk
from railtrack.store.engine import Store
from railtrack.store.people import add_person
from tests.factories import ADMINISTRATOR


@pytest.fixture
def ann(store: Store, now: datetime) -> int:
    return add(store, "ann@example.org", now)


@pytest.fixture
def ben(store: Store, now: datetime) -> int:
    return add(store, "ben@example.org", now)


def add(store: Store, email: str, now: datetime) -> int:
    with store.writing(ADMINISTRATOR, now) as w:
        user_id = add_person(w, email=email, name="", role=Role.ADMINISTRATOR, organisation_id=None, key=email)
        w.commit()
    return user_id


def test_a_draft_is_kept_replaced_and_dropped(store: Store, ann: int, ben: int, now: datetime) -> None:
    with store.writing(ADMINISTRATOR, now) as w:
        first = desk.save_draft(w, ann, "one", {"reference": "R1"})
        w.commit()
    with store.writing(ADMINISTRATOR, now + timedelta(minutes=1)) as w:
        assert desk.save_draft(w, ann, "two", {"reference": "R2"}, first) == first
        theirs = desk.save_draft(w, ben, "not yours", {}, first)
        w.commit()
    assert theirs != first
    with store.reading() as r:
        (kept,) = desk.drafts(r, ann)
        assert desk.draft(r, ann, first) == kept
        with pytest.raises(NotFound):
            desk.draft(r, ben, first)
    assert (kept.title, kept.fields, kept.saved_at) == ("two", {"reference": "R2"}, now + timedelta(minutes=1))
    with store.writing(ADMINISTRATOR, now) as w:
        desk.drop_draft(w, ben, first)
        assert len(desk.drafts(w, ann)) == 1
        desk.drop_draft(w, ann, first)
        assert desk.drafts(w, ann) == ()


@pytest.fixture
def upload_id(store: Store, ann: int, now: datetime) -> str:
    with store.writing(ADMINISTRATOR, now) as w:
        upload_id = desk.keep_upload(w, ann, "events.csv", "events", "utf-8", b"a;b\x00")
        w.commit()
    return upload_id


def test_a_file_waits_for_its_owner(store: Store, ann: int, ben: int, upload_id: str) -> None:
    with store.reading() as r:
        found = desk.upload(r, ann, upload_id)
        (listed,) = desk.uploads(r, ann)
        assert desk.uploads(r, ben) == ()
        with pytest.raises(NotFound):
            desk.upload(r, ben, upload_id)
    assert (found.name, found.state, found.content) == ("events.csv", desk.WAITING, b"a;b\x00")
    assert listed.content == b""


def test_a_file_is_settled_once_and_by_its_owner(
    store: Store, ann: int, ben: int, upload_id: str, now: datetime
) -> None:
    with pytest.raises(Conflict), store.writing(ADMINISTRATOR, now) as w:
        desk.settle_upload(w, ben, upload_id, desk.STORED)
    with store.writing(ADMINISTRATOR, now) as w:
        desk.settle_upload(w, ann, upload_id, desk.STORED, {"accepted": 3})
        w.commit()
    with pytest.raises(Conflict, match="already"), store.writing(ADMINISTRATOR, now) as w:
        desk.settle_upload(w, ann, upload_id, desk.DROPPED)
    with store.reading() as r:
        settled = desk.upload(r, ann, upload_id)
        assert (settled.result, settled.content) == ({"accepted": 3}, b"")
        assert desk.uploads(r, ann, state=desk.WAITING) == ()
        assert [each.id for each in desk.uploads(r, ann, state=desk.STORED)] == [upload_id]


def test_old_files_are_forgotten(store: Store, upload_id: str, now: datetime) -> None:
    with store.writing(ADMINISTRATOR, now) as w:
        assert desk.forget_uploads(w, now) == 0
        assert desk.forget_uploads(w, now + timedelta(seconds=1)) == 1


def test_a_form_is_carried_out_once_and_answers_with_the_first_outcome(
    store: Store, ann: int, ben: int, now: datetime
) -> None:
    with store.writing(ADMINISTRATOR, now) as w:
        desk.keep_receipt(w, ann, "key", "/shipments/1")
        w.commit()
    with pytest.raises(Conflict, match="already"), store.writing(ADMINISTRATOR, now) as w:
        desk.keep_receipt(w, ann, "key", "/shipments/2")
    with store.reading() as r:
        assert desk.receipt(r, ann, "key") == "/shipments/1"
        assert desk.receipt(r, ann, "other") is None
        assert desk.receipt(r, ben, "key") is None
    with store.writing(ADMINISTRATOR, now) as w:
        desk.forget_receipts(w, now + timedelta(seconds=1))
        assert desk.receipt(w, ann, "key") is None
