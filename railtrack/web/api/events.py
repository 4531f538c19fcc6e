"""Calls on events: record one or many, and learn what is new."""

from typing import Any

from flask import Response, request

from railtrack.domain.rows.verdicts import State
from railtrack.exchange.json_documents import read_document
from railtrack.exchange.json_values import event_value
from railtrack.operations.entering.receiving import ReceivedEvent, RefusedDocument, receive_events
from railtrack.operations.following import records
from railtrack.web.api import examples
from railtrack.web.api.answers import answer, listed
from railtrack.web.api.describing import IDEMPOTENCY_KEY, LINK, REPLAYED, answers, takes, with_parameters
from railtrack.web.api.guard import caller
from railtrack.web.api.parameters import LARGEST, Calls, Flag, Stretch, Whole
from railtrack.web.api.problems import told
from railtrack.web.api.replay import once_per_key
from railtrack.web.api.schemas import page_of
from railtrack.web.current import current_store, now

blueprint = Calls("api_events", __name__, description="Events")


class Since(Stretch):
    """From where on."""

    since = Whole(
        0, LARGEST, load_default=0, metadata={"description": "The `next_since` of the last answer; 0 from the start."}
    )
    simulated = Flag(load_default=False, metadata={"description": "With those of simulated shipments."})


@blueprint.call("POST", "/events")
@takes("NewEvents", examples.EVENTS)
@with_parameters(IDEMPOTENCY_KEY)
@answers(blueprint, 201, "EventResults", "Something was recorded, nothing refused.",
         headers={"Idempotency-Replayed": REPLAYED})  # fmt: skip
@answers(blueprint, 200, "EventResults", "All of it was known.")
@answers(blueprint, 207, "EventResults", "Of a list, some were refused: each result says which and why.")
@once_per_key
def record() -> Response:
    """Record an event, or up to 1,000

    Of a list each that is good is recorded, and each gets a result. One event alone that is refused is a problem.
    Sending an event twice is harmless.
    """
    document = read_document(request.get_data())
    results = receive_events(current_store(), document, actor=caller(), now=now())
    refused = sum(each.state is State.REJECTED for each in results)
    if refused and not isinstance(document, list):
        raise RefusedDocument(results[0].told)
    accepted = sum(each.state is State.ACCEPTED for each in results)
    return answer(
        {
            "accepted": accepted,
            "duplicates": len(results) - accepted - refused,
            "rejected": refused,
            "results": [_result(n, each) for n, each in enumerate(results)],
        },
        207 if refused else 201 if accepted else 200,
    )


@blueprint.call("GET", "/events")
@blueprint.asks(Since)
@answers(
    blueprint,
    200,
    page_of("Event", next_since={"type": ["integer", "null"]}),
    "Events in the order of recording.",
    headers={"Link": LINK},
)
def index(given: dict[str, Any]) -> Response:
    """Learn what is new

    Go on with `next_cursor` until it is null, then ask again later with `since` = `next_since`. Nothing is left out
    and nothing comes twice, however many record at the same time.
    """
    found = records.new_events(
        current_store(),
        given["since"],
        simulated=given["simulated"],
        limit=given["limit"],
        cursor=given["cursor"],
        actor=caller(),
    )
    return listed(
        [event_value(each) for each in found.items],
        found.next_cursor,
        # while more is waiting, the number of the snapshot would leave that out
        next_since=None if found.next_cursor else found.change,
    )


def _result(index: int, found: ReceivedEvent) -> dict[str, object]:
    return {"index": index, "state": found.state.value, "id": found.id, "errors": told(found.told)}
