"""Mail with attachments: out to aiosmtpd, in from a mailbox over TLS and from a folder."""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.core import clock
from app.core.errors import Invalid
from app.exchange.transports import TRANSPORTS, Outgoing, TransportError, settings_of
from tests.support.counterparts import machine

MAIL = TRANSPORTS["mail"]
ORDER = Outgoing("K1", "Bestellung ä.xml", "application/xml", b"<Order/>\n\x00\xff", "order", subject="order 7")


@pytest.fixture(autouse=True)
def here(tmp_path):
    with machine(tmp_path):
        yield


def never(_key):
    return False


def mail(sender="orders@partner.example", attachments=(("order.xml", b"<Order/>"),), **headers):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"], message["Message-ID"] = (
        sender,
        "edi@us.example",
        "Order",
        "<m1@partner.example>",
    )
    message["Date"] = "Fri, 20 Nov 2026 10:00:00 +0100"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("See attachment")
    for name, data in attachments:
        message.add_attachment(data, maintype="application", subtype="xml", filename=name)
    return message.as_bytes()


# Out


class _Server(Controller):
    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def smtp_server(reply="250 OK"):
    class Handler:
        mails = []

        async def handle_DATA(self, server, session, envelope):  # noqa: N802 -- the name aiosmtpd calls
            self.mails.append(envelope)
            return reply

    controller = _Server(Handler(), hostname="127.0.0.1", port=0)
    controller.start()
    try:
        yield controller
    finally:
        controller.stop()


def out(port, **values):
    return settings_of(MAIL, {
        "to": "edi@partner.example", "sender": "Kontor <kontor@us.example>",
        "server_address": f"smtp://127.0.0.1:{port}?tls=none", **values,
    })  # fmt: skip


def test_a_document_leaves_as_an_attachment_with_one_id_at_every_attempt():
    with smtp_server() as server:
        first, second = (MAIL.send(out(server.port), ORDER) for _ in range(2))
        envelopes = server.handler.mails
    assert first.reference == second.reference
    assert (envelopes[0].mail_from, envelopes[0].rcpt_tos) == ("kontor@us.example", ["edi@partner.example"])
    message = message_from_bytes(envelopes[0].content, policy=default)
    (part,) = message.iter_attachments()
    assert (part.get_filename(), part.get_content_type(), part.get_content()) == (
        "Bestellung ä.xml",
        "application/xml",
        ORDER.data,
    )
    assert (message["Subject"], message["Message-ID"]) == ("order 7", first.reference)


@pytest.mark.parametrize(("reply", "may_pass"), [("451 later", True), ("554 no", False)])
def test_what_the_server_refuses(reply, may_pass):
    with smtp_server(reply) as server, pytest.raises(TransportError) as caught:
        MAIL.send(out(server.port), ORDER)
    assert caught.value.may_pass is may_pass


def test_no_server_and_a_private_one(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(TransportError) as caught:
            MAIL.send(out(taken.getsockname()[1]), ORDER)
    assert caught.value.may_pass
    with machine(tmp_path, networks=""), pytest.raises(TransportError, match="PRIVATE_NETWORKS"):
        MAIL.send(out(25), ORDER)


# In, from a folder


@pytest.fixture
def box(tmp_path):
    (tmp_path / "mails").mkdir()
    return tmp_path / "mails"


def folder(**values):
    return settings_of(
        MAIL, {"source": "folder", "mailbox": "mails", "senders": "orders@partner.example, @edi.example", **values}
    )


def test_each_attachment_is_a_file_and_the_mail_is_put_away_after_the_last(box):
    (box / "1.eml").write_bytes(mail(attachments=(("a.xml", b"<a/>"), ("../b.edi", b"UNA"), ("logo.png", b"x"))))
    found = []
    for incoming in MAIL.poll(folder(pattern="*.xml, *.edi"), never):
        found.append((incoming.name, incoming.data, incoming.sender, incoming.reference))
        assert (box / "1.eml").exists()
        incoming.done()
    assert found == [
        (name, data, "orders@partner.example", "<m1@partner.example>")
        for name, data in (("a.xml", b"<a/>"), ("b.edi", b"UNA"))
    ]
    assert (box / "Kontor" / "1.eml").exists()


def test_what_was_kept_is_only_put_away(box):
    (box / "1.eml").write_bytes(mail())
    keys = [incoming.key for incoming in MAIL.poll(folder(), never)]
    assert list(MAIL.poll(folder(), keys.__contains__)) == []
    assert (box / "Kontor" / "1.eml").exists()


@pytest.mark.parametrize(
    "raw",
    [
        mail("somebody@else.example"), mail("orders@partner.example.evil.example"), mail("x@partner.example"),
        mail("orders@partner.example, other@else.example"), mail(Return_Path="<bounce@evil.example>"), mail(attachments=()),
        b"no mail at all", b"",
    ],
)  # fmt: skip
def test_mails_of_others_are_put_aside(box, raw):
    (box / "1.eml").write_bytes(raw)
    with pytest.raises(TransportError, match="put aside"):
        list(MAIL.poll(folder(), never))
    assert (box / "Kontor-refused" / "1.eml").exists()


@pytest.mark.parametrize(
    "raw",
    [mail("Any <any@edi.example>"), mail(Return_Path="<bounce@mail.partner.example>"), mail(Return_Path="<>"), mail("ORDERS@Partner.example")],
)  # fmt: skip
def test_mails_of_pinned_senders_are_read(box, raw):
    (box / "1.eml").write_bytes(raw)
    assert len(list(MAIL.poll(folder(), never))) == 1


@pytest.mark.parametrize(
    ("result", "count"),
    [
        ("mx.us.example; dkim=pass header.d=partner.example", 1), ("mx.us.example; spf=fail", 0), ("mx.evil.example; dkim=pass", 0), (None, 0),
    ],
)  # fmt: skip
def test_the_check_of_our_own_server_counts_where_it_is_named(box, result, count):
    (box / "1.eml").write_bytes(mail(**({"Authentication_Results": result} if result else {})))
    found = []
    try:
        found.extend(MAIL.poll(folder(checked_by="mx.us.example"), never))
    except TransportError:
        assert count == 0
    assert len(found) == count


def test_a_huge_mail_is_put_aside(box, monkeypatch):
    monkeypatch.setattr("app.exchange.transports.mail.MAX_MAIL", 100)
    (box / "1.eml").write_bytes(mail())
    with pytest.raises(TransportError, match="put aside"):
        list(MAIL.poll(folder(), never))
    assert (box / "Kontor-refused" / "1.eml").exists()


# In, from a mailbox


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    """A certificate for 127.0.0.1: (PEM, context of the server)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(clock.now() - timedelta(days=1))
        .not_valid_after(clock.now() + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("tls")
    pem = made.public_bytes(Encoding.PEM).decode()
    (folder / "pem").write_text(pem + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "pem")
    return pem, context


@dataclass
class Mailbox:
    mails: dict[int, bytes]
    boxes: dict[str, list[bytes]] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    trouble: str = ""
    port: int = 0
    asked: list[str] = field(default_factory=list)


def serve(box, connection):
    """One session of the few commands of IMAP that we use."""
    file = connection.makefile("rwb")

    def say(line):
        file.write(line + b"\r\n")
        file.flush()

    say(b"* OK ready")
    for line in iter(file.readline, b""):
        tag, _blank, rest = line.strip().partition(b" ")
        text = rest.decode()
        box.asked.append(text)
        word = text.upper()
        if word.startswith("CAPABILITY"):
            say(b"* CAPABILITY IMAP4rev1")
        elif word.startswith("LOGIN") and "right" not in text:
            say(tag + b" NO wrong password")
            continue
        elif word.startswith("SELECT"):
            say(b"* %d EXISTS" % len(box.mails))
        elif word.startswith("UID SEARCH"):
            say(b"* SEARCH " + b" ".join(b"%d" % uid for uid in box.mails))
        elif word.startswith("UID FETCH"):
            uid = int(text.split()[2])
            if "SIZE" in word:
                say(b"* 1 FETCH (UID %d RFC822.SIZE %d)" % (uid, len(box.mails[uid])))
            else:
                if box.trouble == "silent":
                    return threading.Event().wait(3)
                file.write(b"* 1 FETCH (UID %d BODY[] {%d}\r\n" % (uid, len(box.mails[uid])))
                if box.trouble == "cut":
                    file.write(box.mails[uid][:10])
                    file.flush()
                    return None
                file.write(box.mails[uid] + b")\r\n")
        elif word.startswith("UID COPY"):
            name = re.search(r'"(.*)"', text)[1]
            if name not in box.boxes:
                say(tag + b" NO [TRYCREATE] no such mailbox")
                continue
            box.boxes[name].append(box.mails[int(text.split()[2])])
        elif word.startswith("CREATE"):
            box.boxes[re.search(r'"(.*)"', text)[1]] = []
        elif word.startswith("UID STORE"):
            box.deleted.add(int(text.split()[2]))
        elif word.startswith("EXPUNGE"):
            for uid in box.deleted & set(box.mails):
                del box.mails[uid]
        elif word.startswith("LOGOUT"):
            say(b"* BYE")
        say(tag + b" OK done")
    return None


@contextmanager
def imap_server(context, mails, trouble=""):
    box = Mailbox(dict(enumerate(mails, 1)), trouble=trouble)
    listener = socket.create_server(("127.0.0.1", 0))
    box.port = listener.getsockname()[1]

    def accept():
        while True:
            try:
                plain, _address = listener.accept()
                with context.wrap_socket(plain, server_side=True) as connection:
                    serve(box, connection)
            except (OSError, ValueError):
                if listener.fileno() == -1:
                    return

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield box
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(30)


def imap(box, pem, **values):
    return settings_of(MAIL, {
        "source": "imap", "host": "127.0.0.1", "port": box.port, "user": "kontor", "password": "right", "authority": pem,
        "senders": "@partner.example", "seconds": 20, **values,
    })  # fmt: skip


def test_mails_are_read_over_tls_and_moved_when_kept(tls):
    pem, context = tls
    with imap_server(context, [mail(), mail("other@else.example"), mail(attachments=(("b.xml", b"2"),))]) as box:
        found = []
        with pytest.raises(TransportError, match="1 mails were put aside"):
            for incoming in MAIL.poll(imap(box, pem), never):
                assert incoming.data
                found.append(incoming.name)
                incoming.done()
    assert found == ["order.xml", "b.xml"]
    assert box.mails == {}
    assert {name: len(mails) for name, mails in box.boxes.items()} == {"Kontor": 2, "Kontor-refused": 1}
    assert not any("BODY[]" in line for line in box.asked), "nothing is marked as read before it is kept"


def test_nothing_is_moved_before_it_is_kept(tls):
    pem, context = tls
    with imap_server(context, [mail()]) as box:
        keys = [incoming.key for incoming in MAIL.poll(imap(box, pem), never)]
        assert len(box.mails) == 1
        assert list(MAIL.poll(imap(box, pem), keys.__contains__)) == []
        assert box.mails == {}


def test_wrong_password_and_wrong_certificate(tls):
    pem, context = tls
    with imap_server(context, []) as box:
        for values in ({"password": "wrong"}, {"authority": ""}):
            with pytest.raises(TransportError) as caught:
                list(MAIL.poll(imap(box, pem, **values), never))
            assert not caught.value.may_pass
        assert [step.is_good for step in MAIL.probe(imap(box, pem))] == [True]
        assert [step.is_good for step in MAIL.probe(imap(box, pem, password="wrong"))] == [False]


@pytest.mark.parametrize("trouble", ["cut", "silent"])
def test_a_connection_that_breaks_is_tried_again(tls, trouble):
    pem, context = tls
    with imap_server(context, [mail()], trouble) as box, pytest.raises(TransportError) as caught:
        list(MAIL.poll(imap(box, pem, seconds=1), never))
    assert caught.value.may_pass
    assert len(box.mails) == 1


def test_a_mailbox_in_a_private_network_is_refused(tls, tmp_path):
    pem, context = tls
    with (
        imap_server(context, []) as box,
        machine(tmp_path, networks=""),
        pytest.raises(TransportError, match="PRIVATE"),
    ):
        list(MAIL.poll(imap(box, pem), never))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"to": "nobody"}, "to"), ({"source": "imap", "senders": "@a.example"}, "host"), ({"source": "folder"}, "senders"),
        ({"server_address": "http://x"}, "server_address"), ({"authority": "x"}, "authority"),
    ],
)  # fmt: skip
def test_settings_are_checked(values, field):
    with pytest.raises(Invalid) as caught:
        settings_of(MAIL, values)
    assert caught.value.field == field
