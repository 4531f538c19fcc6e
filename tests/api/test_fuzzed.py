"""The whole interface under made-up calls (schemathesis): it never fails, and keeps to its own description.

Calls are drawn with a fixed seed, some as the description wants them and some not; a few of each for every call.
"""

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import ignored_auth

from railtrack.web.api.examples import EVENTS, SHIPMENTS
from tests.api.conftest import Caller

# some of a list refused (207) is a refusal too
REFUSED = ["400", "401", "403", "404", "405", "406", "409", "412", "413", "415", "422", "428", "207"]
CONFIG = SchemathesisConfig.from_dict(
    {
        "checks": {
            "negative_data_rejection": {"expected-statuses": REFUSED},
            # what a value must be worth is judged by the rules of the trade, which no schema tells
            "positive_data_acceptance": {"expected-statuses": ["2xx", "304", *REFUSED]},
        },
    }
)
EXAMPLES = {GenerationMode.POSITIVE: 10, GenerationMode.NEGATIVE: 10}
QUIET = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "phases": (Phase.generate,),
    "suppress_health_check": list(HealthCheck),
}


@pytest.mark.parametrize("mode", EXAMPLES, ids=lambda mode: mode.value)
def test_no_call_fails(app: Flask, alpha: Caller, mode: GenerationMode) -> None:
    assert alpha.post("/shipments", SHIPMENTS["two-containers"][1]).status_code == 201
    assert alpha.post("/events", EVENTS["departed"][1]).status_code == 201
    app.testing = False  # a failure is an answer, as in real life
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app, config=CONFIG)
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) >= 18
    failures = []
    for operation in operations:

        @settings(max_examples=EXAMPLES[mode], **QUIET)
        @given(case=operation.as_strategy(generation_mode=mode))
        def call(case: Any) -> None:
            # calls without a token are held up after a while, and have a test of their own
            case.call_and_validate(headers={"Authorization": f"Bearer {alpha.token}"}, excluded_checks=[ignored_auth])

        try:
            call()
        except BaseException as failure:
            failures.append(f"{operation.label}: {failure!r} {getattr(failure, 'exceptions', '')}"[:1500])
    assert not failures, "\n\n".join(failures)
