"""Channels at work: fetched once by one process, called and answered alike, receipts told to the outbox."""

from __future__ import annotations

import os
import threading
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from app.core import clock
from app.core.db import db
from app.core.errors import Invalid, NotFound
from app.core.jobs import JOBS
from app.core.tenancy import acting_as
from app.exchange.cli.channels import COMMANDS
from app.exchange.domain import certificates
from app.exchange.domain.call_signature import signature
from app.exchange.models.channels import AwaitedReceipt, CallAnswer, ChannelState, LateAnswer, SeenFile
from app.exchange.models.messages import ExchangeFile
from app.exchange.models.partners import Channel
from app.exchange.service import fetching
from app.exchange.service.channel_secrets import open_secrets, seal_secrets
from app.exchange.service.channels import deliver
from app.exchange.service.fetching import fetch
from app.exchange.service.partners import save_channel
from app.exchange.service.receipts import mark_overdue, note_receipt
from app.exchange.transports import Incoming, Outgoing, TransportError
from tests.factories import accounts
from tests.factories.partners import system
from tests.support.browser import served
from tests.support.counterparts import machine, web_server

ORDER = Outgoing("K0000000001", "order.xml", "application/xml", b"<Order/>", "order")


@pytest.fixture(autouse=True)
def root(tmp_path, app):
    with machine(tmp_path):
        yield tmp_path


@pytest.fixture
def office(isolated, world):
    with world():
        accounts.operator()
    return world


def made(world, transport, settings, secrets=None, *, key="channel-key", **head):
    with world():
        actor = system()
        with acting_as(actor):
            values = {"key": key, "name": key, "transport": transport, "settings": settings, **head}
            if secrets:
                values["secrets"] = seal_secrets(key, secrets)
            return save_channel(actor, None, values)


def of(world, model, **where):
    with world(), acting_as(system()):
        statement = select(model).filter_by(**where).order_by(*model.__table__.primary_key)
        rows = list(db.session.scalars(statement.execution_options(populate_existing=True)))
        for row in rows:
            db.session.expunge(row)
        return rows


def fetched(world, channel_id):
    with world():
        actor = system()
        with acting_as(actor):
            return fetch(actor, channel_id)


def put(root, name, data=b"data"):
    path = root / "in" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    moment = int(clock.now().timestamp()) - 60
    os.utime(path, (moment, moment))


def test_what_waits_is_kept_once_and_tidied_up(office, root):
    channel_id = made(office, "folder", {"inbox": "in"}, poll_seconds=60)
    put(root, "a.xml", b"<a/>")
    assert fetched(office, channel_id) == fetching.Fetched(1)
    assert fetched(office, channel_id) == fetching.Fetched(0)
    (file,) = of(office, ExchangeFile)
    assert (file.name, file.channel_id, file.via, file.state) == ("a.xml", channel_id, "folder", "kept")
    (seen,) = of(office, SeenFile)
    assert seen.file_id == file.id
    assert (root / "in" / "archive" / "a.xml").exists()
    (state,) = of(office, ChannelState)
    assert (state.holder, state.held_until, state.error) == ("", None, None)
    assert state.fetched_at is not None
    (channel,) = of(office, Channel)
    assert channel.next_poll_at >= channel.polled_at + timedelta(seconds=60)


def test_a_crash_between_keeping_and_tidying_up_keeps_nothing_twice(office, root, monkeypatch):
    channel_id = made(office, "folder", {"inbox": "in"})
    put(root, "a.xml")

    def crash(*_arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("app.exchange.transports.folder._finish", crash)
        with pytest.raises(KeyboardInterrupt):
            fetched(office, channel_id)
    assert (root / "in" / "a.xml").exists()
    assert fetched(office, channel_id).is_ours is False, "the dead one's turn is not over"
    with clock.frozen(clock.now() + fetching.LEASE + timedelta(seconds=1)):
        assert fetched(office, channel_id) == fetching.Fetched(0)
    assert len(of(office, ExchangeFile)) == 1
    assert (root / "in" / "archive" / "a.xml").exists()


def test_a_crash_before_keeping_loses_nothing(office, root, monkeypatch):
    channel_id = made(office, "folder", {"inbox": "in"})
    put(root, "a.xml")

    def full(*_arguments, **_named):
        raise Invalid("file", "disk full")

    with monkeypatch.context() as broken:
        broken.setattr(fetching, "receive", full)
        assert fetched(office, channel_id).error is not None
    assert of(office, SeenFile) == []
    assert fetched(office, channel_id) == fetching.Fetched(1)


def test_only_one_fetches_at_a_time(office, root):
    channel_id = made(office, "folder", {"inbox": "in"})
    put(root, "a.xml")
    with office(), acting_as(system()):
        assert fetching._claim(channel_id, "another process")
    assert fetched(office, channel_id) == fetching.Fetched(0, is_ours=False)
    assert of(office, ExchangeFile) == []


@pytest.mark.races
def test_two_workers_never_fetch_the_same(committing, world, root):
    with world():
        accounts.operator()
    channel_id = made(world, "folder", {"inbox": "in"})
    for number in range(12):
        put(root, f"{number}.xml", b"%d" % number)
    start, turns = threading.Barrier(3), []

    def work():
        start.wait(30)
        turns.append(fetched(world, channel_id))

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sum(turn.count for turn in turns) == 12
    assert len(turns) == 3
    assert len(of(world, ExchangeFile)) == 12


def test_fetching_from_the_command_line(office, isolated, root, monkeypatch):
    monkeypatch.setattr("app.exchange.cli.imports.running_app", lambda: nullcontext(isolated))
    made(office, "folder", {"inbox": "in"}, poll_seconds=60)
    made(office, "folder", {"inbox": "../outside"}, key="broken", poll_seconds=60)
    put(root, "a.xml")
    runner = CliRunner()
    done = runner.invoke(COMMANDS[0], ["poll", "--channel", "channel-key"])
    assert (done.exit_code, done.output) == (0, "channel-key: 1 new\n")
    done = runner.invoke(COMMANDS[0], ["poll"])
    assert done.exit_code == 75
    assert done.output.startswith("channel-key: 0 new\nbroken: 0 new; The folder ../outside is outside")
    assert isinstance(runner.invoke(COMMANDS[0], ["poll", "--channel", "none"]).exception, NotFound)


def test_who_was_taken_over_keeps_nothing_more(office, root, monkeypatch):
    channel_id = made(office, "folder", {"inbox": "in"})
    put(root, "a.xml")
    claim = fetching._claim

    def and_lose(one, holder):
        assert claim(one, holder)
        db.session.execute(update(ChannelState).values(holder="another"))
        db.session.commit()
        return True

    monkeypatch.setattr(fetching, "_claim", and_lose)
    assert fetched(office, channel_id).is_ours is False
    assert of(office, ExchangeFile) == []


def test_after_failures_it_is_tried_later_and_later(office, root):
    channel_id = made(office, "folder", {"inbox": "../outside"}, poll_seconds=10)
    waits = []
    for _ in range(8):
        assert fetched(office, channel_id).error is not None
        (channel,) = of(office, Channel)
        waits.append(int((channel.next_poll_at - channel.polled_at).total_seconds()))
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert "outside" in channel.last_error["text"]
    with office(), acting_as(system()):
        db.session.execute(update(Channel).values(settings={"inbox": "in"}))
        db.session.commit()
    assert fetched(office, channel_id).error is None
    (channel,) = of(office, Channel)
    assert (channel.failures, channel.last_error) == (0, None)


def test_the_sweep_sends_for_channels_whose_turn_it_is(office, sent):
    due = made(office, "folder", {"inbox": "in"}, poll_seconds=60)
    made(office, "folder", {"inbox": "in"}, key="off", poll_seconds=60, is_active=False)
    made(office, "folder", {"inbox": "in"}, key="by hand")
    with office():
        JOBS["exchange.sweep_channels"].run()
    assert [(name, ids) for name, ids, _bounds in sent.sent] == [("exchange.poll_channel", (due,))]


def test_secrets_are_locked_to_their_channel(office):
    channel_id = made(office, "https", {"their_proof": "bearer"}, {"their_secret": "geheim"})
    (channel,) = of(office, Channel, id=channel_id)
    assert b"geheim" not in channel.secrets
    with office():
        assert open_secrets(channel) == {"their_secret": "geheim"}
        channel.key = "other"
        with pytest.raises(Invalid, match="SEALING_KEY"):
            open_secrets(channel)


def posted(app, path, body=b"<Order/>", secret="s3cret", reference="R1", **headers):
    at = int(clock.now().timestamp())
    named = {"X-Kontor-Reference": reference, "X-Kontor-Signature": signature(secret, at, reference, body), **headers}
    return app.test_client().post(path, data=body, headers=named, content_type="application/xml")


def test_a_call_is_kept_before_it_is_answered_and_answered_alike_again(isolated, office):
    channel_id = made(office, "https", {}, {"their_secret": "s3cret"})
    first = posted(isolated, "/edi/channel-key")
    assert (first.status_code, first.json) == (202, {"status": "received", "reference": "R1"})
    assert posted(isolated, "/edi/channel-key").data == first.data
    (file,) = of(office, ExchangeFile)
    assert (file.channel_id, file.reference, file.via, file.media_type) == (
        channel_id,
        "R1",
        "https",
        "application/xml",
    )
    assert [row.repeats for row in of(office, CallAnswer)] == [1]
    other = posted(isolated, "/edi/channel-key", b"<Order>changed</Order>")
    assert other.status_code == 202
    assert len(of(office, ExchangeFile)) == 2, "another content under the same name is for the inbox to judge"


def test_who_is_not_known_gets_nothing_in(isolated, office):
    made(office, "https", {}, {"their_secret": "s3cret"})
    made(office, "https", {}, {"their_secret": "s3cret"}, key="off", is_active=False)
    made(office, "folder", {"inbox": "in"}, key="folder")
    answers = [posted(isolated, "/edi/channel-key", secret="wrong").status_code]
    answers += [posted(isolated, f"/edi/{key}").status_code for key in ("nobody", "off", "folder")]
    answers.append(isolated.test_client().get("/edi/channel-key").status_code)
    answers.append(isolated.test_client().post("/as2", data=b"x").status_code)
    assert answers == [403, 404, 404, 404, 405, 403]
    assert of(office, ExchangeFile) == []


def test_a_huge_call_is_refused_unread(isolated, office, monkeypatch):
    made(office, "https", {}, {"their_secret": "s3cret"})
    monkeypatch.setitem(isolated.config, "MAX_CONTENT_LENGTH", 1000)
    assert posted(isolated, "/edi/channel-key", b"x" * 1001).status_code == 413
    assert of(office, ExchangeFile) == []


def test_what_cannot_be_kept_is_not_confirmed(isolated, office, monkeypatch):
    made(office, "https", {}, {"their_secret": "s3cret"})

    def full(*_arguments, **_named):
        raise Invalid("file", "disk full")

    with monkeypatch.context() as broken:
        broken.setattr("app.exchange.service.calls.receive", full)
        assert posted(isolated, "/edi/channel-key").status_code == 503
    assert of(office, CallAnswer) == []
    assert posted(isolated, "/edi/channel-key").status_code == 202


def test_a_channel_with_settings_that_cannot_be_used_says_so(isolated, office):
    channel_id = made(office, "https", {"seconds": 0}, {"their_secret": "s3cret"})
    assert posted(isolated, "/edi/channel-key").status_code == 503
    assert of(office, ChannelState, channel_id=channel_id)[0].error


def test_delivery_is_noted(office):
    with web_server(status=204) as server:
        channel_id = made(office, "https", {"address": server.address}, {"secret": "s"})
        (channel,) = of(office, Channel)
        with office(), acting_as(system()):
            assert deliver(channel, ORDER).reference == ORDER.reference
            server.status = 403
            with pytest.raises(TransportError):
                deliver(channel, ORDER)
            channel.is_active = False
            with pytest.raises(TransportError, match="switched off"):
                deliver(channel, ORDER)
    (state,) = of(office, ChannelState, channel_id=channel_id)
    assert state.sent_at is not None
    assert state.failed_at is not None


@pytest.fixture(scope="module")
def pairs():
    return [certificates.make(name, clock.now(), bits=2048) for name in ("one", "two")]


def two_kontors(world, pairs, address, **sender):
    """Two AS2 channels that talk to each other over HTTP; both ends are of this application."""
    (one, one_key), (two, two_key) = pairs
    first = made(
        world, "as2", {"our_id": "ONE", "partner_id": "TWO", "address": f"{address}/as2", "own_certificate": one,
                       "partner_certificate": two, **sender}, {"own_key": one_key}, key="one",
    )  # fmt: skip
    made(
        world, "as2", {"our_id": "TWO", "partner_id": "ONE", "address": f"{address}/edi/one", "own_certificate": two,
                       "partner_certificate": one}, {"own_key": two_key}, key="two",
    )  # fmt: skip
    return of(world, Channel, id=first)[0]


def test_as2_between_two_kontors_with_a_receipt_at_once(isolated, office, pairs):
    with served(isolated) as address:
        channel = two_kontors(office, pairs, address)
        with office(), acting_as(system()):
            first, again = deliver(channel, ORDER), deliver(channel, ORDER)
    assert first.answer == again.answer, "the same message has the same receipt"
    (file,) = of(office, ExchangeFile)
    assert (file.name, file.via, file.sender) == ("order.xml", "as2", "ONE")
    assert file.facts["encryption"] == "aes256_cbc"


def test_as2_between_two_kontors_with_a_receipt_later(isolated, office, sent, pairs):
    with served(isolated) as address:
        channel = two_kontors(office, pairs, address, receipt="async")
        with office(), acting_as(system()):
            assert deliver(channel, replace(ORDER, answer_to=f"{address}/edi/one")).is_pending
        (late,) = of(office, LateAnswer)
        assert (late.state, of(office, AwaitedReceipt)[0].state) == ("due", "awaited")
        with office(), acting_as(system()):
            JOBS["exchange.send_late_answer"].run(late.id)
            JOBS["exchange.send_late_answer"].run(late.id)
    assert [(row.state, row.attempts) for row in of(office, LateAnswer)] == [("sent", 1)]
    (receipt,) = of(office, AwaitedReceipt)
    assert (receipt.state, receipt.fault, receipt.told_at) == ("confirmed", "", None)
    assert ("exchange.tell_receipt", (receipt.id,)) in [(name, ids) for name, ids, _bounds in sent.sent]


def test_a_late_receipt_that_nobody_takes_is_tried_again(isolated, office, pairs):
    with served(isolated) as address:
        channel = two_kontors(office, pairs, address, receipt="async")
        with office(), acting_as(system()):
            deliver(channel, replace(ORDER, answer_to="http://127.0.0.1:9/"))
    (late,) = of(office, LateAnswer)
    with office(), acting_as(system()):
        JOBS["exchange.send_late_answer"].run(late.id)
    (late,) = of(office, LateAnswer)
    assert (late.state, late.attempts) == ("due", 1)
    assert late.due_at > clock.now()
    assert late.error


def receipt_for(channel_id, fault="", check="abc=, sha-256"):
    return Incoming("receipt", b"", receipt_for="<1@x>", receipt_fault=fault, receipt_check=check)


@pytest.mark.parametrize(
    ("incoming", "state"),
    [(receipt_for(1), "confirmed"), (receipt_for(1, "decryption-failed"), "refused"), (receipt_for(1, check="x=, sha-256"), "refused")],
)  # fmt: skip
def test_what_receipts_say(office, incoming, state):
    channel_id = made(office, "as2", {})
    with office(), acting_as(system()):
        row = AwaitedReceipt(channel_id=channel_id, reference="<1@x>", check_value="abc=, sha256", due_at=clock.now())
        db.session.add(row)
        db.session.commit()
        note_receipt(channel_id, incoming)
    assert [row.state for row in of(office, AwaitedReceipt)] == [state]


def test_a_receipt_that_never_comes_is_overdue(office, sent):
    channel_id = made(office, "as2", {})
    with office(), acting_as(system()):
        db.session.add(AwaitedReceipt(channel_id=channel_id, reference="<1@x>", due_at=clock.now()))
        db.session.commit()
        with clock.frozen(clock.now() + timedelta(minutes=1)):
            assert mark_overdue() == 1
        JOBS["exchange.sweep_channels"].run()
    assert "exchange.tell_receipt" in [name for name, _ids, _bounds in sent.sent]
