"""A server killed while a form is sent: the record is whole, and the next server goes on with the same sign-in."""

import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener
from uuid import uuid4

import pytest

from tests.faults.conftest import Database, Program, Start, wait_until

EVENTS, CONTAINERS = 2000, 50
OURS = "Bulk Forwarding"


class Reader:
    """Somebody with a browser that keeps cookies and copies the hidden fields of a form."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> tuple[str, str]:
        """The address one ends at and the page."""
        with self._opener.open(self.base + path, timeout=60) as answer:
            return answer.geturl(), answer.read().decode()

    def post(self, path: str, fields: dict[str, str], files: dict[str, Path] | None = None) -> tuple[str, str]:
        _, page = self.get(path)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token is not None, page[:500]
        fields = {"csrf_token": token.group(1)} | fields
        if files:
            body, kind = _multipart(fields, files)
        else:
            body, kind = urlencode(fields).encode(), "application/x-www-form-urlencoded"
        asked = Request(self.base + path, body, {"Content-Type": kind, "Referer": self.base + path})  # noqa: S310
        with self._opener.open(asked, timeout=60) as answer:
            return answer.geturl(), answer.read().decode()


def _multipart(fields: dict[str, str], files: dict[str, Path]) -> tuple[bytes, str]:
    mark = uuid4().hex
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    parts += [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{path.name}"\r\n'
        f"Content-Type: text/csv\r\n\r\n".encode()
        + path.read_bytes()
        + b"\r\n"
        for name, path in files.items()
    ]
    return b"".join([*parts, f"--{mark}--\r\n".encode()]), f"multipart/form-data; boundary={mark}"


@pytest.fixture
def database(new_database: Callable[[str], Database]) -> Database:
    return new_database("sqlite")


def test_a_file_being_stored_is_whole_or_absent_and_the_second_server_goes_on(
    database: Database, files: Path, start: Start, program: Program
) -> None:
    assert program(database.url, "import", str(files / "shipments.csv")).returncode == 0
    link = program(database.url, "user", "add", "p@bulk.example", "--role", "partner", "--organisation", OURS).stdout
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    reader = Reader(f"http://127.0.0.1:{port}")
    before = database.count("events")

    server = _serve(start, database, reader, port)
    found = re.search(r"/password/\S+", link)
    assert found is not None, link
    reader.post(found.group(), {"password": "many boxes on a long train"})
    waiting, _ = reader.post("/import", {}, {"file": files / "events.csv"})
    path = waiting.removeprefix(reader.base).partition("?")[0]
    kept = database.ask("SELECT change FROM change_counter")

    def send() -> None:
        with suppress(URLError, ConnectionError, HTTPError):
            reader.post(path, {"do": "all"})

    sending = threading.Thread(target=send)
    sending.start()
    wait_until(lambda: database.is_being_written() or not sending.is_alive())
    was_sending = sending.is_alive()
    # the workers are children: the whole group dies at once, as when the power fails
    os.killpg(server.pid, signal.SIGKILL)
    sending.join()
    server.communicate()
    assert was_sending, "the form was answered before the kill"
    assert database.count("events") == before
    assert database.ask("SELECT change FROM change_counter") == kept
    assert database.faults() == []

    began = time.monotonic()
    _serve(start, database, reader, port)
    assert time.monotonic() - began < 120
    # still signed in, the file still waits, and the same yes does what it should have done
    _, page = reader.get("/import")
    assert "events.csv" in page
    ended, _ = reader.post(path, {"do": "all"})
    assert ended.endswith("/result")
    assert database.count("events") == before + EVENTS
    assert database.faults() == []


def _serve(start: Start, database: Database, reader: Reader, port: int) -> "subprocess.Popen[str]":
    server = start(database.url, "serve", "--port", str(port))

    def answers() -> bool:
        assert server.poll() is None, server.communicate()
        try:
            return reader.get("/readyz")[1] != ""
        except (URLError, ConnectionError):
            time.sleep(0.1)
            return False

    wait_until(answers)
    return server
