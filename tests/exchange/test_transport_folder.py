"""The folder: complete files only, each once, nothing half written, nothing outside."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.core import clock
from app.exchange.transports import TRANSPORTS, Outgoing, TransportError, settings_of
from tests.support.counterparts import machine

FOLDER = TRANSPORTS["folder"]


@pytest.fixture
def root(tmp_path):
    with machine(tmp_path):
        yield tmp_path


def settings(**values):
    return settings_of(FOLDER, {"inbox": "in", "outbox": "out", **values})


def put(root: Path, name: str, data: bytes = b"data", *, age: int = 60) -> Path:
    path = root / "in" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    moment = int(clock.now().timestamp()) - age
    os.utime(path, (moment, moment))
    return path


def fetched(found):
    return [incoming.name for incoming in found]


def never(_key: str) -> bool:
    return False


def test_finished_files_come_oldest_first_and_are_archived_when_kept(root):
    put(root, "b.xml", b"1", age=90)
    put(root, "a.xml", b"2", age=60)
    for incoming in FOLDER.poll(settings(), never):
        assert (root / "in" / incoming.name).exists(), "it stays until it is kept"
        incoming.done()
    assert [(p.name, p.read_bytes()) for p in sorted((root / "in" / "archive").iterdir())] == [("a.xml", b"2"), ("b.xml", b"1")]  # fmt: skip
    assert fetched(FOLDER.poll(settings(), never)) == []


def test_what_is_being_written_waits(root):
    for name in (".a.xml", "a.xml.tmp", "b.XML.part", "c.filepart", "~d.xml"):
        put(root, name)
    put(root, "young.xml", age=3)
    assert fetched(FOLDER.poll(settings(), never)) == []
    assert fetched(FOLDER.poll(settings(settle_seconds=0), never)) == ["young.xml"]


def test_only_names_that_are_wanted(root):
    for name in ("a.XML", "b.edi", "c.log"):
        put(root, name)
    assert sorted(fetched(FOLDER.poll(settings(pattern="*.xml, *.edi"), never))) == ["a.XML", "b.edi"]


def test_a_file_that_was_kept_before_the_crash_is_only_put_away(root):
    put(root, "a.xml")
    keys = [incoming.key for incoming in FOLDER.poll(settings(), never)]
    assert fetched(FOLDER.poll(settings(), keys.__contains__)) == []
    assert (root / "in" / "archive" / "a.xml").exists()


def test_the_same_name_twice_overwrites_nothing(root):
    for data in (b"1", b"2"):
        put(root, "a.xml", data)
        for incoming in FOLDER.poll(settings(), never):
            incoming.done()
    assert sorted(p.read_bytes() for p in (root / "in" / "archive").iterdir()) == [b"1", b"2"]


def test_without_archive_fetched_files_go(root):
    put(root, "a.xml")
    for incoming in FOLDER.poll(settings(archive=""), never):
        incoming.done()
    assert list((root / "in").iterdir()) == []


def test_a_huge_file_and_a_link_go_to_errors_and_the_rest_comes(root, monkeypatch):
    put(root, "small.xml", b"1")
    put(root, "huge.xml", b"x" * 11)
    secret = root / "secret"
    secret.write_bytes(b"not for partners")
    (root / "in" / "link.xml").symlink_to(secret)
    monkeypatch.setattr("app.exchange.transports.folder.MAX_BYTES", 10)
    found = []
    with pytest.raises(TransportError, match=r"huge\.xml"):
        found.extend(i.name for i in FOLDER.poll(settings(settle_seconds=0), never))
    for incoming in found:
        assert incoming == "small.xml"
    assert sorted(p.name for p in (root / "in" / "error").iterdir()) == ["huge.xml", "link.xml"]
    assert secret.exists()


@pytest.mark.parametrize("path", ["../elsewhere", "/etc", "in/../../x"])
def test_nothing_outside(root, path):
    with pytest.raises(TransportError, match="outside"):
        list(FOLDER.poll(settings(inbox=path), never))
    with pytest.raises(TransportError, match="outside"):
        FOLDER.send(settings(outbox=path), Outgoing("r", "a.xml", "text/xml", b"", "order"))


def test_a_link_out_of_the_folder_is_outside(root, tmp_path_factory):
    (root / "in").symlink_to(tmp_path_factory.mktemp("other"))
    with pytest.raises(TransportError, match="outside"):
        list(FOLDER.poll(settings(), never))


def test_a_message_is_written_once_whatever_happens(root):
    first = Outgoing("ref-1", "order.xml", "text/xml", b"one", "order")
    assert FOLDER.send(settings(), first).reference == "order.xml"
    assert FOLDER.send(settings(), first).reference == "order.xml"
    other = Outgoing("ref/2", "../order.xml", "text/xml", b"two", "order")
    assert FOLDER.send(settings(), other).reference == "order.2.xml"
    assert FOLDER.send(settings(), other).reference == "order.2.xml"
    assert {p.name: p.read_bytes() for p in (root / "out").iterdir()} == {"order.xml": b"one", "order.2.xml": b"two"}


def test_a_disk_that_fails_leaves_nothing_behind(root, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TransportError, match="No space") as caught:
        FOLDER.send(settings(), Outgoing("r", "a.xml", "text/xml", b"x", "order"))
    assert caught.value.may_pass
    assert list((root / "out").iterdir()) == []


def test_the_trial_names_both_folders_and_leaves_nothing(root):
    steps = list(FOLDER.probe(settings()))
    assert [step.is_good for step in steps] == [True, True]
    assert list((root / "in").iterdir()) == list((root / "out").iterdir()) == []
    (root / "file").write_bytes(b"")
    assert not list(FOLDER.probe(settings(inbox="file")))[-1].is_good
