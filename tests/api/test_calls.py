"""What holds of every call: a token and nothing else lets in, JSON in and out, errors as problems, figures as told."""

import json
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from railtrack.cli import main
from railtrack.domain.actors import Role
from railtrack.domain.tokens import TokenScope
from railtrack.operations.administering.tokens import list_tokens
from railtrack.store.engine import Store
from railtrack.web.api.document import calls
from railtrack.web.limits import CALLS, WRONG_TOKEN, insist_here
from tests.api.conftest import CLERK, ROOT, Caller, Program
from tests.api.test_shipments import shipment
from tests.factories import container_number


def test_the_description_is_valid_and_names_every_call(alpha: Caller) -> None:
    document = alpha.client.get(f"{ROOT}/openapi.json").json
    OpenAPIV31SpecValidator(document).validate()
    described = {(method, path.removeprefix(ROOT)) for path, method, _ in calls(document)}
    assert described == {
        *(("get", f"/statistics/{name}") for name in ("transit", "reliability", "dwell", "borders", "volume")),
        *((method, "/shipments/{reference}") for method in ("get", "patch")),
        *(("get", f"/shipments/{{reference}}/{part}") for part in ("events", "journeys", "eta")),
        *((method, path) for method in ("get", "post") for path in ("/shipments", "/events")),
        *(("get", path) for path in ("/stations", "/corridors", "/corridors/{corridor}.geojson", "/positions.geojson")),
    }
    routes = {
        (method.lower(), rule.rule.replace("<reference:reference>", "{reference}").replace("<corridor>", "{corridor}"))
        for rule in alpha.client.application.url_map.iter_rules()
        if rule.endpoint.startswith("api_")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert routes == {(method, ROOT + path) for method, path in described}


def every_call(client: FlaskClient) -> list[tuple[str, str]]:
    document = client.get(f"{ROOT}/openapi.json").json
    named = {"{reference}": "A-1", "{corridor}": "dostyk-petropavl"}
    found = []
    for path, method, _ in calls(document):
        for name, value in named.items():
            path = path.replace(name, value)
        found.append((method.upper(), path))
    return found


def test_without_a_token_that_works_no_call_answers(app: Any, alpha: Caller) -> None:
    client = app.test_client()
    for method, path in every_call(client):
        for headers in (
            {},
            {"Authorization": "Bearer rt_" + "x" * 43},
            {"Authorization": f"Basic {alpha.token}"},
            {"Authorization": "Bearer"},
        ):
            response = client.open(path, method=method, headers=headers, json={})
            assert response.status_code == 401, (method, path, headers)
            assert response.headers["WWW-Authenticate"].startswith("Bearer realm=")
            assert response.content_type == "application/problem+json"
        for query in (f"access_token={alpha.token}", f"token={alpha.token}"):
            assert client.open(f"{path}?{query}", method=method, json={}).status_code == 401


def test_guessing_tokens_and_calling_without_end_are_held_up(app: Any, alpha: Caller, api_store: Store) -> None:
    guess = {"Authorization": "Bearer rt_" + "x" * 43}
    client = app.test_client()
    told = [client.get(f"{ROOT}/shipments", headers=guess).status_code for _ in range(WRONG_TOKEN.times + 1)]
    assert told == [401] * WRONG_TOKEN.times + [429]
    assert alpha.get("/shipments").status_code == 200  # who has a token is not held up by who guesses
    token = next(iter(list_tokens(api_store, everybody=True, actor=CLERK)))
    with app.test_request_context():
        for _ in range(CALLS.times - 1):
            insist_here(CALLS, str(token.id))
    held = alpha.get("/shipments")
    assert (held.status_code, held.content_type) == (429, "application/problem+json")
    assert 1 <= int(held.headers["Retry-After"]) <= 60


def test_a_session_of_a_browser_lets_nobody_in(app: Any, alpha: Caller) -> None:
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = "1"
        session["_fresh"] = True
    assert client.get(f"{ROOT}/shipments").status_code == 401
    response = alpha.get("/shipments")
    assert "Set-Cookie" not in response.headers


def test_a_token_that_reads_changes_nothing(program: Program, alpha: Caller) -> None:
    reader = program(Role.PARTNER, "Alpha", TokenScope.READ)
    assert alpha.post("/shipments", shipment()).status_code == 201
    for method, path in every_call(alpha.client):
        response = reader.call(method, path.removeprefix(ROOT), None if method == "GET" else {})
        assert response.status_code == (200 if method == "GET" else 403), (method, path, response.text)
    assert reader.post("/events", {}).json["detail"] == "This token reads and changes nothing. Make one that writes."


def test_a_role_that_changes_nothing_is_told_so(program: Program, alpha: Caller) -> None:
    city = program(Role.CITY)
    box = {"container": container_number(1), "size_type": "45G1", "value": 5, "freight": 6}
    assert alpha.post("/shipments", shipment("A-1", box)).status_code == 201
    seen = city.get("/shipments/A-1").json
    assert (seen["partner"], seen["containers"][0]["value"], seen["containers"][0]["freight"]) == ("Alpha", None, None)
    assert city.post("/shipments", shipment("A-2")).status_code == 403
    assert city.post("/events", {"reference": "A-1", "event": "arrived", "station": "MHG"}).status_code == 403
    assert city.patch("/shipments/A-1", {"train": "X"}, If_Match="*").status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Encoding": "gzip"}, 415),
        ({"Accept": "text/html"}, 406),
        ({"Accept": "application/json;q=0"}, 406),
        ({"Accept": "text/html, */*;q=0.1"}, 201),
    ],
)
def test_only_json_is_taken_and_answered(alpha: Caller, headers: dict[str, str], status: int) -> None:
    response = alpha.call("POST", "/shipments", shipment(), **headers)
    assert response.status_code == status
    assert response.content_type in ("application/json", "application/problem+json")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"train": "X", "Train": "Y"}', b"[" * 100_000])
def test_what_is_no_json_is_not_understood(alpha: Caller, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {alpha.token}", "Content-Type": "application/json"}
    response = alpha.client.post(f"{ROOT}/shipments", data=body, headers=headers)
    assert (response.status_code, response.json["status"]) == (400, 400)
    assert response.json["errors"][0]["pointer"] == ""


def test_errors_of_the_protocol_are_problems_too(alpha: Caller) -> None:
    for method, path, status in (("GET", "/nothing", 404), ("DELETE", "/shipments/A-1", 405), ("PUT", "/events", 405)):
        response = alpha.call(method, path)
        assert (response.status_code, response.content_type) == (status, "application/problem+json")
        assert set(response.json) == {"type", "title", "status", "detail"}
    allowed = alpha.call("DELETE", "/shipments/A-1").headers["Allow"]
    assert set(allowed.split(", ")) == {"GET", "HEAD", "OPTIONS", "PATCH"}
    large = alpha.post("/shipments", shipment(goods="x" * 2_000_000))
    assert (large.status_code, large.content_type) == (413, "application/problem+json")
    assert alpha.get("/statistics/transit?from=2024-05-02&to=2024-05-01").status_code == 400
    assert alpha.get("/corridors/nowhere.geojson").status_code == 404


def test_problems_are_said_in_the_callers_language(alpha: Caller) -> None:
    english = alpha.get("/shipments/none").json
    german = alpha.get("/shipments/none", Accept_Language="de").json
    assert (german["type"], german["status"]) == (english["type"], english["status"])
    assert alpha.get("/shipments/none").headers["Vary"].find("Accept-Language") >= 0


def test_the_rows_of_statistics_are_those_of_the_command(
    alpha: Caller, api_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    alpha.post("/shipments", shipment(planned_arrival="2024-05-20T12:00", train="X 1"))
    told = [("departed", "CKG", "01T09"), ("arrived", "ALK", "08T10"), ("departed", "ALK", "08T16"),
            ("arrived", "DTK", "08T20"), ("departed", "DTK", "09T06"), ("arrived", "MHG", "19T12")]  # fmt: skip
    events = [
        {"reference": "A-1", "event": event, "station": station, "occurred_at": f"2024-05-{at}:00"}
        for event, station, at in told
    ]
    assert alpha.post("/events", events).json["accepted"] == 6
    monkeypatch.setenv("RAILTRACK_DATABASE_URL", f"sqlite:///{api_store.path}")
    for query, options in (
        ("", []),
        ("?by=month&by=direction&from=2024-05-01&to=2024-05-31", ["--by", "month", "--by", "direction",
                                                                    "--from", "2024-05-01", "--to", "2024-05-31"]),
        ("?include-dates=true&tolerance=0&plan=latest&open=1&date=event", ["--include-dates", "--tolerance", "0",
                                                                             "--plan", "latest", "--open",
                                                                             "--date", "event"]),
    ):  # fmt: skip
        for name in ("transit", "reliability", "dwell", "borders", "volume"):
            asked = ["stats", name, "--as", "partner-alpha@example.org", "--format", "json", *options]
            printed = CliRunner().invoke(main, asked)
            assert printed.exit_code == 0, printed.output
            answered = alpha.get(f"/statistics/{name}{query}")
            assert (answered.status_code, answered.json) == (200, json.loads(printed.output)), (name, query)
    assert alpha.get("/statistics/transit?by=month").json[0]["month"] == "2024-05"
    for wrong in ("by=colour", "corridor=x", "partner=Gamma", "tolerance=-1", "tolerance=NaN", "include_dates=maybe"):
        response = alpha.get(f"/statistics/transit?{wrong}")
        assert (response.status_code, response.json["errors"][0]["parameter"]) == (422, wrong.partition("=")[0])


def test_places_and_positions(alpha: Caller, beta: Caller) -> None:
    stations = alpha.get("/stations?limit=500").json["items"]
    assert next(each for each in stations if each["id"] == "CKG")["timezone"] == "Asia/Shanghai"
    page = alpha.get("/stations?limit=10").json
    further = alpha.get(f"/stations?limit=500&cursor={page['next_cursor']}").json
    assert page["items"] + further["items"] == stations
    corridors = alpha.get("/corridors").json["items"]
    first = corridors[0]
    line = alpha.get(f"/corridors/{first['id']}.geojson")
    assert line.content_type == "application/geo+json"
    assert line.json["features"][0]["properties"]["length_km"] == first["length_km"]
    alpha.post("/shipments", shipment())
    alpha.post(
        "/events", {"reference": "A-1", "event": "departed", "station": "CKG", "occurred_at": "2024-05-30T09:00"}
    )
    (train,) = alpha.get("/positions.geojson").json["features"]
    assert (train["properties"]["reference"], train["properties"]["last_event"]) == ("A-1", "departed")
    assert train["geometry"]["coordinates"][0] > 60
    assert beta.get("/positions.geojson").json["features"] == []
    assert alpha.get("/positions.geojson?corridor=nowhere").status_code == 404
