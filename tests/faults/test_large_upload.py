"""Two hundred megabytes sent to a real server: told the limit on a page, and kept nowhere."""

import http.client
import os
import socket
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.faults.conftest import Database, Start, wait_until

MB = 1024 * 1024
SENT_MB = 200
BLOCK = b"x" * MB


@pytest.fixture
def served(start: Start, new_database: Callable[[str], Database], tmp_path: Path) -> tuple[int, int, Path]:
    """A running server: its port, its process and the folder it may put files into."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    process = start(
        new_database("sqlite").url, "serve", "--port", str(port), "--no-worker", before=("env", f"TMPDIR={scratch}")
    )
    wait_until(lambda: _answers(port))
    return port, process.pid, scratch


def test_200_mb_are_answered_with_a_page_that_says_the_limit(served: tuple[int, int, Path]) -> None:
    port, pid, scratch = served
    before_mb, most_kept_mb = _memory_mb(pid), 0.0
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    mark = "part-of-a-form"
    head = (
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="big.csv"\r\nContent-Type: text/csv\r\n\r\n'
    ).encode()
    tail = f"\r\n--{mark}--\r\n".encode()
    connection.putrequest("POST", "/import")
    connection.putheader("Content-Type", f"multipart/form-data; boundary={mark}")
    connection.putheader("Content-Length", str(len(head) + SENT_MB * MB + len(tail)))
    connection.endheaders()
    with suppress(BrokenPipeError, ConnectionResetError):  # a browser, too, reads what came when it is cut off
        connection.send(head)
        for _ in range(SENT_MB):
            connection.send(BLOCK)
            most_kept_mb = max(most_kept_mb, sum(f.stat().st_size for f in scratch.rglob("*") if f.is_file()) / MB)
        connection.send(tail)
    answer = connection.getresponse()
    page = answer.read().decode()
    connection.close()
    assert answer.status == 413
    assert "The file is too large." in page
    assert "At most 32 MB can be sent." in page
    assert most_kept_mb < 1, "nothing of it lies on the disk"
    assert _memory_mb(pid) - before_mb < 50, "nor in memory"
    assert _answers(port)


def _answers(port: int) -> bool:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection, suppress(OSError):
        connection.request("GET", "/healthz")
        return connection.getresponse().read() != b""
    return False


def _memory_mb(pid: int) -> float:
    """Memory of a process and its children, as the system tells on Linux; nought elsewhere."""
    total = 0
    for each in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = each.read_text().rpartition(")")[2].split()
            if os.getpgid(int(each.parent.name)) == os.getpgid(pid):
                total += int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
    return total / MB
