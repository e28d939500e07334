"""SFTP against a server on this machine: pinned key, temporary names, each file once."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh
import pytest

from app.core import clock
from app.core.errors import Invalid
from app.exchange.transports import TRANSPORTS, Outgoing, TransportError, settings_of
from tests.support.counterparts import machine

SFTP = TRANSPORTS["sftp"]
ORDER = Outgoing("K1", "order.xml", "text/xml", b"<Order/>", "order")


@pytest.fixture(autouse=True)
def here(tmp_path):
    with machine(tmp_path):
        yield


@pytest.fixture(scope="module")
def host_key():
    return asyncssh.generate_private_key("ssh-ed25519")


@pytest.fixture(scope="module")
def user_key():
    return asyncssh.generate_private_key("ssh-ed25519")


@dataclass
class Running:
    folder: Path
    port: int = 0
    opened: list[str] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)
    trouble: str = ""


def server_class(running):
    class Files(asyncssh.SFTPServer):
        def __init__(self, chan):
            super().__init__(chan, chroot=str(running.folder))

        def open(self, path, pflags, attrs):
            running.opened.append(path.decode())
            if running.trouble == "full" and pflags & asyncssh.FXF_WRITE:
                raise asyncssh.SFTPFailure("disk full")
            return super().open(path, pflags, attrs)

        async def read(self, file_obj, offset, size):
            if running.trouble == "cut":
                self._chan.get_connection().abort()
            if running.trouble == "silent":
                await asyncio.sleep(4)
            return super().read(file_obj, offset, size)

        def rename(self, oldpath, newpath):
            running.renamed.append((oldpath.decode(), newpath.decode()))
            return super().rename(oldpath, newpath)

        def posix_rename(self, oldpath, newpath):
            if running.trouble == "no posix":
                raise asyncssh.SFTPOpUnsupported("posix-rename")
            running.renamed.append((oldpath.decode(), newpath.decode()))
            return super().posix_rename(oldpath, newpath)

    return Files


@contextmanager
def sftp_server(folder, host_key, user_key):
    running = Running(folder)
    ready, over = threading.Event(), None

    class Door(asyncssh.SSHServer):
        def begin_auth(self, username):
            return True

        def password_auth_supported(self):
            return True

        def validate_password(self, username, password):
            return (username, password) == ("kontor", "right")

        def public_key_auth_supported(self):
            return True

        def validate_public_key(self, username, key):
            return username == "kontor" and key == user_key.convert_to_public()

    async def serve():
        nonlocal over
        over = asyncio.Event()
        loop_of["loop"] = asyncio.get_running_loop()
        listener = await asyncssh.listen(
            "127.0.0.1", 0, server_factory=Door, server_host_keys=[host_key], sftp_factory=server_class(running), allow_scp=False
        )  # fmt: skip
        running.port = listener.get_port()
        ready.set()
        await over.wait()
        listener.close()

    loop_of = {}
    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(30)
    try:
        yield running
    finally:
        loop_of["loop"].call_soon_threadsafe(over.set)
        thread.join(30)


@pytest.fixture
def server(tmp_path, host_key, user_key):
    folder = tmp_path / "server"
    for name in ("in", "out"):
        (folder / name).mkdir(parents=True)
    with sftp_server(folder, host_key, user_key) as running:
        yield running


@pytest.fixture
def settings(server, host_key):
    def made(**values):
        return settings_of(SFTP, {
            "host": "127.0.0.1", "port": server.port, "user": "kontor", "password": "right", "inbox": "in", "outbox": "out",
            "server_key": host_key.export_public_key().decode(), "settle_seconds": 5, "seconds": 20, **values,
        })  # fmt: skip

    return made


def put(server, name, data=b"data", age=60):
    path = server.folder / "in" / name
    path.write_bytes(data)
    moment = int(clock.now().timestamp()) - age
    os.utime(path, (moment, moment))
    return path


def never(_key):
    return False


def test_files_come_oldest_first_and_move_when_kept(server, settings):
    put(server, "b.xml", b"1", age=90)
    put(server, "a.xml", b"2", age=60)
    for name in (".c.xml", "d.xml.part", "young.xml"):
        put(server, name, age=0)
    found = []
    for incoming in SFTP.poll(settings(), never):
        assert (server.folder / "in" / incoming.name).exists()
        found.append((incoming.name, incoming.data))
        incoming.done()
    assert found == [("b.xml", b"1"), ("a.xml", b"2")]
    assert sorted(p.name for p in (server.folder / "in" / "archive").iterdir()) == ["a.xml", "b.xml"]
    assert list(SFTP.poll(settings(), never)) == []


@pytest.mark.parametrize(("after", "left"), [("delete", []), ("leave", ["a.xml"])])
def test_after_fetching(server, settings, after, left):
    put(server, "a.xml")
    keys = []
    for incoming in SFTP.poll(settings(after=after), never):
        keys.append(incoming.key)
        incoming.done()
    assert [p.name for p in (server.folder / "in").iterdir()] == left
    assert list(SFTP.poll(settings(after=after), keys.__contains__)) == []


def test_what_was_kept_before_a_crash_is_only_put_away(server, settings):
    put(server, "a.xml")
    keys = [incoming.key for incoming in SFTP.poll(settings(), never)]
    server.opened.clear()
    assert list(SFTP.poll(settings(), keys.__contains__)) == []
    assert (server.folder / "in" / "archive" / "a.xml").exists()
    assert server.opened == []


def test_the_same_name_twice_overwrites_nothing(server, settings):
    for data in (b"1", b"2"):
        put(server, "a.xml", data)
        for incoming in SFTP.poll(settings(), never):
            incoming.done()
    assert sorted(p.read_bytes() for p in (server.folder / "in" / "archive").iterdir()) == [b"1", b"2"]


@pytest.mark.parametrize("trouble", ["", "no posix"])
def test_we_write_under_another_name_first(server, settings, trouble):
    server.trouble = trouble
    assert SFTP.send(settings(), ORDER).reference == "order.xml"
    assert SFTP.send(settings(), ORDER).reference == "order.xml"
    other = Outgoing("K2", "order.xml", "text/xml", b"<Other/>", "order")
    assert SFTP.send(settings(), other).reference == "order.K2.xml"
    assert {p.name: p.read_bytes() for p in (server.folder / "out").iterdir()} == {"order.xml": b"<Order/>", "order.K2.xml": b"<Other/>"}  # fmt: skip
    assert server.renamed[0] == ("out/.order.xml.part", "out/order.xml")


def test_a_full_disk_leaves_nothing(server, settings):
    server.trouble = "full"
    with pytest.raises(TransportError, match="disk full") as caught:
        SFTP.send(settings(), ORDER)
    assert caught.value.may_pass
    assert list((server.folder / "out").iterdir()) == []


def test_a_key_instead_of_the_password(server, settings, user_key):
    put(server, "a.xml")
    key = user_key.export_private_key().decode()
    assert len(list(SFTP.poll(settings(password="", key=key), never))) == 1
    stranger = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
    with pytest.raises(TransportError, match="refuses user"):
        list(SFTP.poll(settings(password="", key=stranger), never))


def test_wrong_password(settings):
    with pytest.raises(TransportError, match="refuses user") as caught:
        list(SFTP.poll(settings(password="wrong"), never))
    assert not caught.value.may_pass


def test_another_server_key_is_refused_and_shown(settings, host_key):
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    with pytest.raises(TransportError, match="another key") as caught:
        SFTP.send(settings(server_key=other), ORDER)
    assert not caught.value.may_pass
    last = list(SFTP.probe(settings(server_key=other)))[-1]
    assert (last.is_good, host_key.get_fingerprint() in last.detail) == (False, True)
    both = f"{other}\n127.0.0.1 {host_key.export_public_key().decode()}"
    assert SFTP.send(settings(server_key=both), ORDER).reference


@pytest.mark.parametrize("trouble", ["cut", "silent"])
def test_a_connection_that_breaks_is_tried_again(server, settings, trouble):
    put(server, "a.xml", b"x" * 100)
    server.trouble = trouble
    with pytest.raises(TransportError) as caught:
        list(SFTP.poll(settings(seconds=2), never))
    assert caught.value.may_pass


def test_nobody_there(settings):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(TransportError) as caught:
            SFTP.send(settings(port=taken.getsockname()[1]), ORDER)
    assert caught.value.may_pass


def test_a_server_that_says_nothing(settings):
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        with pytest.raises(TransportError) as caught:
            SFTP.send(settings(port=deaf.getsockname()[1], seconds=1), ORDER)
    assert caught.value.may_pass


def test_a_private_network_is_refused(settings, tmp_path):
    with machine(tmp_path, networks=""), pytest.raises(TransportError, match="PRIVATE_NETWORKS") as caught:
        SFTP.send(settings(), ORDER)
    assert not caught.value.may_pass


def test_huge_files_stay_and_the_rest_comes(server, settings, monkeypatch):
    put(server, "small.xml", b"1")
    put(server, "huge.xml", b"x" * 11)
    monkeypatch.setattr("app.exchange.transports.sftp.MAX_BYTES", 10)
    found = []
    with pytest.raises(TransportError, match=r"huge\.xml"):
        found.extend(i.name for i in SFTP.poll(settings(), never))
    assert found == ["small.xml"] or found == []


def test_a_folder_that_is_not_there(settings):
    with pytest.raises(TransportError, match="refuses") as caught:
        list(SFTP.poll(settings(inbox="nowhere"), never))
    assert not caught.value.may_pass


def test_the_trial_goes_step_by_step(server, settings):
    assert [step.is_good for step in SFTP.probe(settings())] == [True] * 4
    assert list((server.folder / "out").iterdir()) == []
    steps = list(SFTP.probe(settings(outbox="nowhere")))
    assert [step.is_good for step in steps] == [True, True, True, False]


@pytest.mark.parametrize(
    ("values", "field"),
    [({"password": ""}, "password"), ({"server_key": "x"}, "server_key"), ({"key": "x"}, "key"), ({"port": 0}, "port"), ({"server_key": ""}, "server_key")],
)  # fmt: skip
def test_settings_are_checked(settings, values, field):
    with pytest.raises(Invalid) as caught:
        settings(**values)
    assert caught.value.field == field
