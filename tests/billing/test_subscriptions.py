"""New documents go to those who subscribed, with their files."""

from __future__ import annotations

import hashlib

from sqlalchemy import text

from app.billing.service.subscriptions import subscribe, unsubscribe
from app.core.db import db
from tests.factories.billing import invoiced
from tests.support.mail import tray
from tests.support.work import drain


def test_subscribers_get_files_of_their_kinds(isolated, world, cast):
    with world():
        people = ("customer.bookkeeper", "stranger.bookkeeper", "customer.buyer")
        bookkeeper, stranger, buyer = (cast.actor(name) for name in people)
    with world(bookkeeper):
        subscribe(bookkeeper, "All@books.example", ["invoice"], ["pdf", "ubl"])
        subscribe(bookkeeper, "credits@books.example", ["credit_note"], ["pdf"])
        former = subscribe(bookkeeper, "former@books.example", ["invoice"], ["pdf"])
    with world(stranger):
        subscribe(stranger, "stranger@books.example", ["invoice"], ["pdf"])
    with world():
        _order, number = invoiced(buyer)
    with world(bookkeeper):
        unsubscribe(bookkeeper, former)
    with tray() as mails:
        drain(isolated)
    (mail,) = [mail for mail in mails if "books.example" in mail["To"]]
    assert (mail["To"].lower(), number in mail["Subject"]) == ("all@books.example", True)
    with world():
        hashes = set(db.session.scalars(text("SELECT sha256 FROM invoice_files WHERE form IN ('pdf', 'ubl')")))
    attached = list(mail.iter_attachments())
    assert {hashlib.sha256(one.get_payload(decode=True)).hexdigest() for one in attached} == hashes
    assert all(number in one.get_filename() for one in attached)
    assert mail["Content-Language"]
