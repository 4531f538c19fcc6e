"""Handing a letter to a real mail server on loopback: what it takes, refuses now, refuses for good, or breaks off."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from railtrack.mail import Letter, MailServer, NotSent, Tls, mail_server, send
from tests.mailbox import Mailbox, broken_in_the_middle, free_port, mailbox, plain_of

LETTER = Letter(
    message_id="<1@example.org>",
    written_at=datetime(2024, 6, 1, 12, tzinfo=UTC),
    sender="railtrack@example.org",
    recipient="kowal@example.org",
    subject="Zug nach Małaszewicze",
    text="Grüße\n\n火车\n",
    html="<!doctype html><p>Grüße</p>\n",
    language="de",
)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


def plain(port: int, **changes: object) -> MailServer:
    server = MailServer(host="127.0.0.1", port=port, tls=Tls.NONE, timeout_s=2)
    return replace(server, **changes)  # type: ignore[arg-type] # fields by name


def test_a_letter_arrives_as_it_was_written(box: Mailbox) -> None:
    send(plain(box.port), LETTER)
    (message,) = box.received
    assert message["Subject"] == "Zug nach Małaszewicze"
    assert (message["From"], message["To"]) == ("railtrack@example.org", "kowal@example.org")
    assert message["Message-ID"] == "<1@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "de"
    assert plain_of(message) == LETTER.text
    marked_up = message.get_body(("html",))
    assert marked_up is not None
    assert marked_up.get_content().split() == LETTER.html.split()
    assert [name for name in message if "track" in name.lower() or name.lower() == "list-unsubscribe"] == []


@pytest.mark.parametrize(
    ("answer", "is_final", "said"),
    [
        ("550 5.1.1 no such user", True, "refuses the mail for good: 550 5.1.1 no such user"),
        ("450 4.2.1 mailbox busy", False, "does not take the mail now: 450 4.2.1 mailbox busy"),
    ],
)
def test_a_recipient_that_is_refused(box: Mailbox, answer: str, is_final: bool, said: str) -> None:
    box.recipient_answer = answer
    with pytest.raises(NotSent, match=said) as refused:
        send(plain(box.port), LETTER)
    assert refused.value.is_final is is_final


@pytest.mark.parametrize(("answer", "is_final"), [("554 5.7.1 looks like spam", True), ("451 4.3.0 later", False)])
def test_a_text_that_is_refused(box: Mailbox, answer: str, is_final: bool) -> None:
    box.data_answer = answer
    with pytest.raises(NotSent) as refused:
        send(plain(box.port), LETTER)
    assert refused.value.is_final is is_final
    assert box.received == []


def test_a_connection_cut_while_the_letter_is_on_its_way_is_worth_another_attempt(box: Mailbox) -> None:
    with broken_in_the_middle() as port, pytest.raises(NotSent, match="cut the connection") as cut:
        send(plain(port), replace(LETTER, text="x" * 5_000_000))
    assert not cut.value.is_final
    box.cuts_before_the_answer = True
    with pytest.raises(NotSent, match="cut the connection"):
        send(plain(box.port), LETTER)


def test_a_server_that_is_not_there_or_never_answers() -> None:
    with pytest.raises(NotSent, match="cannot be reached: Connection refused") as refused:
        send(plain(free_port()), LETTER)
    assert not refused.value.is_final
    with closing(socket.create_server(("127.0.0.1", 0))) as silent, pytest.raises(NotSent, match="answer in time"):
        send(plain(silent.getsockname()[1], timeout_s=0.2), LETTER)


def test_nothing_is_handed_over_where_encryption_is_asked_for_and_not_offered(box: Mailbox) -> None:
    with pytest.raises(NotSent, match="no encryption") as refused:
        send(plain(box.port, tls=Tls.STARTTLS, user="u", password="secret"), LETTER)
    assert not refused.value.is_final
    assert box.attempts == 0


def test_with_encryption_the_certificate_must_be_one_we_trust_and_the_password_right(tmp_path: Path) -> None:
    theirs, ours = certificate(tmp_path)
    with mailbox(certificate=theirs, password="right") as box:
        there = plain(box.port, host="localhost", tls=Tls.STARTTLS, user="u", password="right")
        with pytest.raises(NotSent, match="no certificate we trust"):
            send(there, LETTER)
        with pytest.raises(NotSent, match="does not take the user and password: 535"):
            send(replace(there, password="wrong"), LETTER, context=ours)
        assert box.received == []
        send(there, LETTER, context=ours)
        assert len(box.received) == 1


@pytest.mark.parametrize("recipient", ["a@example.org, b@example.org", "a b@example.org", "a@example.org\nBcc: c@d.e"])
def test_an_address_that_is_several_or_holds_a_header_is_not_written_to(box: Mailbox, recipient: str) -> None:
    with pytest.raises(NotSent, match="cannot be written to") as refused:
        send(plain(box.port), replace(LETTER, recipient=recipient))
    assert refused.value.is_final
    assert box.attempts == 0


def test_a_subject_cannot_smuggle_a_header_in(box: Mailbox) -> None:
    send(plain(box.port), replace(LETTER, subject="Zug\r\nBcc: c@example.org"))
    assert box.received[0]["Bcc"] is None
    assert box.received[0]["Subject"] == "Zug Bcc: c@example.org"


@pytest.mark.parametrize(
    ("url", "tls", "port"),
    [
        ("smtp://u%40x:p%3Aw@mail.example:587", Tls.STARTTLS, 587),
        ("smtp://u%40x:p%3Aw@mail.example?tls=starttls", Tls.STARTTLS, 587),
        ("smtps://u%40x:p%3Aw@mail.example", Tls.FROM_THE_START, 465),
        ("smtp://u%40x:p%3Aw@mail.example?tls=none", Tls.NONE, 25),
    ],
)
def test_the_setting_is_read(url: str, tls: Tls, port: int) -> None:
    server = mail_server(url)
    assert (server.host, server.port, server.tls) == ("mail.example", port, tls)
    assert (server.user, server.password) == ("u@x", "p:w")
    assert "p:w" not in repr(server)


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Contexts for a server named localhost and for who trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(private)
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return theirs, ssl.create_default_context(cafile=str(folder / "cert.pem"))
