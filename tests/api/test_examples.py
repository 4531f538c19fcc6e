"""The description: it is valid, and what it gives as examples is taken and answered as it says."""

from collections.abc import Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from railtrack.web.api.document import calls
from railtrack.web.api.examples import CHANGES, EVENTS, SHIPMENTS
from tests.api.conftest import Caller


@pytest.fixture
def described(alpha: Caller) -> dict[str, Any]:
    response = alpha.client.get("/api/v1/openapi.json")
    assert response.status_code == 200
    document: dict[str, Any] = response.json
    return document


def validator(described: Mapping[str, Any], shape: Mapping[str, Any]) -> Draft202012Validator:
    """Judge a value by a shape of the description."""
    root = Resource.from_contents(dict(described) | {"$schema": "https://json-schema.org/draft/2020-12/schema"})
    registry: Registry[Any] = Registry().with_resource("urn:api", root)
    pointed = {"$ref": f"urn:api{shape['$ref']}"} if "$ref" in shape else _anchored(shape)
    return Draft202012Validator(pointed, registry=registry)


def _anchored(shape: Any) -> Any:
    if isinstance(shape, Mapping):
        return {name: f"urn:api{value}" if name == "$ref" else _anchored(value) for name, value in shape.items()}
    return [_anchored(each) for each in shape] if isinstance(shape, list) else shape


def test_every_example_is_sent_and_answered_as_described(described: dict[str, Any], alpha: Caller) -> None:
    def answered(method: str, path: str, document: Any, **headers: str) -> int:
        address = path.removeprefix("/api/v1").replace("{reference}", "API-1")
        response = alpha.call(method.upper(), address, document, **headers)
        status = response.status_code
        assert status < 400, response.text
        shape = described["paths"][path][method]["responses"][str(status)]["content"]["application/json"]["schema"]
        validator(described, shape).validate(response.json)
        return status

    sent = 0
    for path, method, call in sorted(calls(described), key=lambda each: (each[1] != "post", "events" in each[0])):
        for media in call.get("requestBody", {}).get("content", {}).values():
            for example in media.get("examples", {}).values():
                validator(described, media["schema"]).validate(example["value"])
                assert answered(method, path, example["value"], If_Match="*") in (200, 201)
                sent += 1
    assert sent == len(SHIPMENTS) + len(CHANGES) + len(EVENTS)


def test_every_call_without_a_body_answers_as_described(described: dict[str, Any], alpha: Caller) -> None:
    for example in SHIPMENTS.values():
        assert alpha.post("/shipments", example[1]).status_code == 201
    for example in EVENTS.values():
        assert alpha.post("/events", example[1]).status_code == 201
    for path, method, call in calls(described):
        if method != "get":
            continue
        parameters = [*described["paths"][path].get("parameters", []), *call.get("parameters", [])]
        address = path
        query = []
        for parameter in parameters:
            example = parameter.get("example", parameter.get("schema", {}).get("example"))
            if parameter["in"] == "path":
                address = address.replace(f"{{{parameter['name']}}}", example)
            elif parameter["in"] == "query" and example is not None:
                query.append(f"{parameter['name']}={example}")
        response = alpha.get(f"{address.removeprefix('/api/v1')}?{'&'.join(query)}")
        assert response.status_code == 200, (path, response.text)
        ((media, content),) = call["responses"]["200"]["content"].items()
        assert response.content_type == media
        validator(described, content["schema"]).validate(response.json)
