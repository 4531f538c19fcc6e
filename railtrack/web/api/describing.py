"""What a call is described with: its body with examples, its answers, its headers."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from flask_smorest import Blueprint

from railtrack.web.api.guard import JSON, MERGE_PATCH
from railtrack.web.api.schemas import ref

View = TypeVar("View", bound=Callable[..., Any])
Json = Mapping[str, Any]

REFERENCE: Json = {
    "in": "path",
    "name": "reference",
    "required": True,
    "description": "Reference, PARTNER:REFERENCE or our id, percent-encoded.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 300},
    "example": "API-1",
}
ETAG: Json = {"description": "The version of what is answered.", "schema": {"type": "string"}}
LINK: Json = {"description": 'Where the list goes on: `<…>; rel="next"`.', "schema": {"type": "string"}}
LOCATION: Json = {"description": "The address of the shipment.", "schema": {"type": "string"}}
REPLAYED: Json = {
    "description": "true where this was answered before under the same key.",
    "schema": {"type": "string"},
}
IF_NONE_MATCH: Json = {
    "in": "header",
    "name": "If-None-Match",
    "description": "ETags that are known already.",
    "schema": {"type": "string"},
}
IF_MATCH: Json = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": "The ETag the change is made on, or * for any.",
    "schema": {"type": "string"},
    "example": "*",
}
IDEMPOTENCY_KEY: Json = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "A key of the sender's, new for each request. Sent again within 24 hours with the same body, the "
    "request is not carried out twice and gets the same answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}


def takes(shape: str, examples: Mapping[str, tuple[str, object]], *, patch: bool = False) -> Callable[[View], View]:
    """Describe the body of a call: its shape, and examples with what each shows."""
    shown = {name: {"summary": summary, "value": value} for name, (summary, value) in examples.items()}
    content: dict[str, Json] = {JSON: {"schema": ref(shape), "examples": shown}}
    if patch:
        content[MERGE_PATCH] = {"schema": ref(shape)}
    describe: Callable[[View], View] = Blueprint.doc(requestBody={"required": True, "content": content})
    return describe


def with_parameters(*parameters: Json) -> Callable[[View], View]:
    """Describe headers of a call, kept apart from what stands behind the question mark."""
    describe: Callable[[View], View] = Blueprint.doc(**{"x-more": [dict(each) for each in parameters]})
    return describe


def answers(
    blueprint: Blueprint,
    status: int,
    shape: object,
    description: str,
    *,
    media_type: str = JSON,
    headers: Mapping[str, Json] | None = None,
    example: object = None,
) -> Callable[[View], View]:
    """Describe an answer."""
    describe: Callable[[View], View] = blueprint.response(
        status,
        ref(shape) if isinstance(shape, str) else shape,
        description=description,
        content_type=media_type,
        headers=dict(headers) if headers else None,
        example=example,
    )
    return describe
