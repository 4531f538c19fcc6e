"""Posting a notice to a real server on loopback: what it takes, refuses, sends elsewhere, holds up or breaks off."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from railtrack.webhooks import Answer, Notice, NotPosted, Roads, judge, networks_of, new_secret, post, signature
from tests.hookbox import Hookbox, hookbox
from tests.mailbox import free_port
from tests.unit.test_mail import certificate

HERE = Roads(is_local=True, connect_s=2, answer_s=2)
OUTSIDE = Roads()
NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
SECRET = new_secret(b"twenty-four random bytes")


@pytest.fixture
def box() -> Iterator[Hookbox]:
    with hookbox() as box:
        yield box


def notice(url: str) -> Notice:
    return Notice(id="msg_1", url=url, secret=SECRET, body='{"type": "alert.opened", "wo": "Małaszewicze"}'.encode())


def test_the_signature_is_that_of_standard_webhooks() -> None:
    # the example of the specification's reference libraries
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == expected


def test_a_notice_arrives_as_it_was_written_with_its_signature(box: Hookbox) -> None:
    box.statuses, box.says = [200], b"thanks,\r\n  \x1b[31mrailtrack"
    assert post(notice(box.url), HERE, now=NOW) == Answer(200, "thanks, [31mrailtrack")
    (came,) = box.received
    assert came.path == "/notices?for=railtrack"
    assert came.body == notice(box.url).body
    assert came.headers["content-type"] == "application/json"
    assert came.headers["webhook-id"] == "msg_1"
    assert came.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert came.is_signed_with(SECRET)
    assert not came.is_signed_with(new_secret(b"another secret of a kind"))
    assert SECRET not in repr(notice(box.url))


@pytest.mark.parametrize("host", ["[::1]", "[::ffff:127.0.0.1]"])
def test_an_address_of_ipv6_has_the_usual_port_unless_it_names_one(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def nobody(where: tuple[str, int], **_options: Any) -> socket.socket:
        asked.append(where[1])
        raise ConnectionRefusedError

    monkeypatch.setattr("railtrack.webhooks.socket.create_connection", nobody)
    for port in ("", ":8443"):
        with pytest.raises(NotPosted):
            post(notice(f"https://{host}{port}/notices"), HERE, now=NOW)
    assert asked == [443, 8443]


def test_a_redirect_is_not_followed(box: Hookbox) -> None:
    with hookbox() as elsewhere:
        box.statuses, box.location = [307], elsewhere.url
        with pytest.raises(NotPosted, match="answers 307 and sends elsewhere") as refused:
            post(notice(box.url), HERE, now=NOW)
        assert elsewhere.received == []
    assert not refused.value.is_final


def test_what_is_refused_is_worth_another_attempt_and_410_is_not(box: Hookbox) -> None:
    box.statuses, box.says = [500, 404, 410], b"later"
    for status in (500, 404):
        with pytest.raises(NotPosted, match=f"answers {status}") as refused:
            post(notice(box.url), HERE, now=NOW)
        assert (refused.value.is_final, refused.value.answer) == (False, Answer(status, "later"))
    with pytest.raises(NotPosted, match="410") as gone:
        post(notice(box.url), HERE, now=NOW)
    assert (gone.value.is_gone, gone.value.is_final) == (True, True)
    assert post(notice(box.url), HERE, now=NOW).status == 204


@pytest.mark.parametrize(
    ("manner", "said"),
    [
        ("cuts", "cut the connection"),
        ("silent", "does not answer in time"),
        ("drips", "does not answer in time"),
        ("babbles", "does not speak HTTP"),
    ],
)
def test_a_server_that_breaks_off_or_holds_us_up(box: Hookbox, manner: str, said: str) -> None:
    box.manner = manner
    began = time.monotonic()
    with pytest.raises(NotPosted, match=said) as refused:
        post(notice(box.url), replace(HERE, answer_s=0.3), now=NOW)
    assert not refused.value.is_final
    assert time.monotonic() - began < 2


def test_of_an_answer_without_end_only_the_beginning_is_read(box: Hookbox) -> None:
    box.manner = "floods"
    answer = post(notice(box.url), HERE, now=NOW)
    assert answer == Answer(200, "a" * 200)
    assert box.sent < 50_000_000  # what the buffers between us took before we hung up


def test_a_server_that_is_not_there() -> None:
    with pytest.raises(NotPosted, match="cannot be reached: Connection refused") as refused:
        post(notice(f"http://127.0.0.1:{free_port()}/"), HERE, now=NOW)
    assert not refused.value.is_final
    with pytest.raises(NotPosted, match=r"There is no nowhere\.invalid"):
        post(notice("https://nowhere.invalid/"), OUTSIDE, now=NOW)


def test_the_certificate_must_be_one_we_trust_and_of_the_name_we_asked_for(tmp_path: Path) -> None:
    theirs, ours = certificate(tmp_path)
    with hookbox(theirs) as box:
        there = notice(f"https://localhost:{box.port}/")
        with pytest.raises(NotPosted, match="no certificate we trust"):
            post(there, HERE, now=NOW)
        with pytest.raises(NotPosted, match="no certificate we trust"):
            post(replace(there, url=f"https://127.0.0.1:{box.port}/"), HERE, now=NOW, context=ours)
        assert box.received == []
        assert post(there, HERE, now=NOW, context=ours).status == 204
        # the operator permits a network inside the house; nothing goes there without encryption
        permitted = Roads(networks=networks_of("127.0.0.0/8 ::1/128"))
        assert post(there, permitted, now=NOW, context=ours).status == 204
        assert judge(f"http://localhost:{box.port}/", permitted) is not None
        assert len(box.received) == 2


@pytest.mark.parametrize(
    "host",
    [
        *(
            "127.0.0.1",
            "127.1.2.3",
            "10.0.0.1",
            "172.16.5.4",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",  # noqa: S104 - nothing listens there
        ),
        *("224.0.0.1", "255.255.255.255", "[::1]", "[::]", "[fe80::1]", "[fd00::1]", "[ff02::1]"),
        *("[::ffff:10.0.0.1]", "[2002:a00:1::]", "[64:ff9b::a00:1]", "[2001:db8::1]"),
    ],
)
def test_no_notice_goes_into_the_house(host: str) -> None:
    wrong = judge(f"https://{host}/", OUTSIDE)
    assert "in a network of its own" in str(wrong)
    with pytest.raises(NotPosted, match="in a network of its own") as refused:
        post(notice(f"https://{host}/"), OUTSIDE, now=NOW)
    assert refused.value.is_final


def test_a_name_that_leads_into_the_house_is_refused_when_it_is_looked_up() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as inside:
        inside.settimeout(0.2)
        assert judge("https://localhost/", OUTSIDE) is None  # as it is written it might be anywhere
        with pytest.raises(NotPosted, match="in a network of its own"):
            post(notice(f"https://localhost:{inside.getsockname()[1]}/"), OUTSIDE, now=NOW)
        with pytest.raises(TimeoutError):
            inside.accept()


def test_a_name_is_looked_up_once_and_connected_to_as_it_was_judged(
    box: Hookbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a name server that answers otherwise the second time, which no real one on this machine does
    answers, real = [("127.0.0.1", box.port), ("10.0.0.1", box.port)], socket.getaddrinfo

    def changing(host: Any, *given: Any, **more: Any) -> Any:
        if host != "changing.example":
            return real(host, *given, **more)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", answers.pop(0))]

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    theirs_is_http = Roads(is_local=True, answer_s=2)
    with pytest.raises(NotPosted, match=r"certificate|cut|reached"):  # it came to our box, which speaks no TLS
        post(notice(f"https://changing.example:{box.port}/"), theirs_is_http, now=NOW)
    assert len(answers) == 1


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://hooks.example.org/", "must begin with https"),
        ("ftp://hooks.example.org/", "must begin with https"),
        ("hooks.example.org", "no address"),
        ("https://", "no address"),
        ("https://hooks.example.org:x/", "no address"),
        ("https://hooks.example.org:0/", "no address"),
        ("https://hooks example.org/", "no address"),
        ("https://hooks.example.org/\r\nX: y", "no address"),
        ("https://" + "a" * 70 + ".example.org/", "no address"),
        ("https://hooks.example.org/" + "a" * 500, "no address"),
        ("https://user:secret@hooks.example.org/", "user or a password"),
    ],
)
def test_an_address_is_judged_as_it_is_written(url: str, said: str) -> None:
    assert said in str(judge(url, OUTSIDE))


def test_addresses_in_every_alphabet_and_of_this_machine() -> None:
    assert judge("https://hooks.example.org/a?b=c", OUTSIDE) is None
    assert judge("https://bücher.example/", OUTSIDE) is None
    assert judge("https://8.8.8.8/", OUTSIDE) is None
    for url in ("http://127.0.0.1:9000/", "http://localhost/", "http://[::1]/"):
        assert judge(url, HERE) is None
        assert judge(url, OUTSIDE) is not None
    assert judge("http://192.168.1.1/", HERE) is not None
    assert judge("https://10.1.2.3/", Roads(networks=networks_of("10.1.0.0/16, fd00::/8"))) is None
    with pytest.raises(ValueError, match="10"):
        networks_of("10.1.0.0/99")
