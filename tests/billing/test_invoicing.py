"""Rules of invoicing, collective runs that survive a kill, closed books, legal entities, credit for what came back."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from app.billing.domain.crediting import Invoiced, credited
from app.billing.domain.rules import Discount, Mode, Rule, RunPeriod, checked_discounts, demand_issue_day, last_end
from app.billing.domain.shares import allowance_share
from app.billing.models.invoices import Invoice
from app.billing.models.lines import Billable, InvoiceLine
from app.billing.models.open_items import OpenItem
from app.billing.service import collective
from app.billing.service.credit_notes import Wanted, cancel_invoice, credit_invoice
from app.billing.service.deposits import NewPackaging, book_packaging, set_packaging
from app.billing.service.issue import issue_invoice
from app.billing.service.making_good import credit_return
from app.billing.service.periods import close_books, reopen_books
from app.billing.service.prepayments import issue_prepayment
from app.billing.service.rules import EntityFacts, save_entity, set_rule
from app.billing.service.sent import note_sent
from app.billing.service.settling import settle as settle_item
from app.billing.service.settling import unsettle
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.documents.model.stored import from_json
from app.fulfilment.service.return_goods import settle
from app.ordering.models.orders import Order
from tests.factories.accounts import customer
from tests.factories.cases import inspected, return_lines
from tests.factories.open_items import payment
from tests.factories.ordering import article, buyer, order, ref, sales, shop
from tests.factories.shipments import lines_of, shipped
from tests.support.work import drain

SYSTEM = Actor.system()
_amounts = st.decimals(Decimal("0.01"), Decimal(9999), places=2)


def test_days_and_discounts():
    for today, weekly, half, monthly in (
        ((2026, 11, 22), (2026, 11, 15), (2026, 11, 15), (2026, 10, 31)),
        ((2026, 11, 15), (2026, 11, 8), (2026, 10, 31), (2026, 10, 31)),
        ((2027, 1, 4), (2027, 1, 3), (2026, 12, 31), (2026, 12, 31)),
    ):
        ends = [last_end(period, date(*today)) for period in RunPeriod]
        assert ends == [date(*weekly), date(*half), date(*monthly)]
    good = (Discount(20, Decimal(1)), Discount(10, Decimal(3)), Discount(5, Decimal(0)))
    assert [one.days for one in checked_discounts(good, 30)] == [10, 20]
    for bad in (
        (Discount(30, Decimal(2)),), (Discount(10, Decimal(100)),), (Discount(10, Decimal(2)), Discount(20, Decimal(2))),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            checked_discounts(bad, 30)
    day = date(2026, 11, 22)
    demand_issue_day(day, day, day, day - timedelta(1), day)
    for facts in (
        (day + timedelta(1), day, day, None, None), (day, day, day + timedelta(1), None, None), (day, day, day, day, None),
        (day, day, day, None, day + timedelta(1)),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            demand_issue_day(*facts)


@given(_amounts, st.lists(st.integers(1, 9), min_size=1, max_size=6), _amounts)
@settings(max_examples=50)
def test_credits_of_a_line_come_to_the_line(price, parts, allowance):
    """However a line is credited piece by piece: the pieces come to its net, and the shares of an allowance to it."""
    total = Decimal(sum(parts))
    net = (price * total / 7).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
    done, taken, given_back = Decimal(0), Decimal(0), Decimal(0)
    for part in parts:
        line = Invoiced(1, total, done, net, taken, total, price, Decimal(7))
        one = credited(line, Decimal(part), Decimal(100), "EUR")
        extra = sum((a.amount if a.is_charge else -a.amount for a in one.allowances), Decimal(0))
        priced = (one.priced * price / 7).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
        assert one.net == priced + extra
        done, taken = done + part, taken + one.net
        given_back += allowance_share(allowance, given_back, done, total, "EUR")
        assert taken <= net
        assert given_back <= allowance
    assert (taken, given_back) == (net, allowance)
    with pytest.raises(Conflict):
        credited(Invoiced(1, total, done, net, taken, total, price, Decimal(7)), Decimal(1), Decimal(100), "EUR")


@pytest.fixture
def firm(isolated, world, sent):
    """A customer whose shipments are invoiced, an article, somebody who buys."""
    with world():
        shop()
        made = customer()
        set_rule(SYSTEM, made.id, Rule(Mode.SHIPMENT))
        return made, article("A-1", "3.333", stock=100_000), buyer(made)


def net_of(line_id):
    asked = text("""
        SELECT coalesce(sum(CASE WHEN i.kind = 'credit_note' THEN -l.quantity ELSE l.quantity END), 0)
        FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
        WHERE l.order_line_id = :line AND l.kind = 'goods'""")
    return db.session.scalar(asked, {"line": line_id})


@given(st.data())
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_invoiced_is_shipped_less_credited(isolated, world, firm, data):
    """Parts are sent, credited, cancelled and invoiced anew in any order; of a cancelled invoice its goods wait again."""
    _company, made, actor = firm
    with world(actor):
        order_id = order(actor, [(made, 60)]).id
    credits_ = Decimal(0)
    with world():
        (line,) = lines_of(order_id)
        for step in data.draw(st.lists(st.sampled_from(["send", "credit", "cancel"]), min_size=2, max_size=6)):
            asked = select(Invoice.id).where(
                Invoice.order_id == order_id, Invoice.kind == "invoice", Invoice.cancelled_by_id.is_(None)
            )
            open_ones = db.session.scalars(asked.order_by(Invoice.id)).all()
            if step == "send":
                note_sent(SYSTEM, shipped(order_id, {1: data.draw(st.integers(1, 9))}))
            elif open_ones and step == "credit":
                row = db.session.scalars(select(InvoiceLine).where(InvoiceLine.invoice_id == open_ones[0])).one()
                left = row.quantity - row.credited_quantity
                if left:
                    part = Decimal(data.draw(st.integers(1, int(left))))
                    credit_invoice(SYSTEM, open_ones[0], {row.id: part}, reason="back", client_ref=ref())
                    credits_ += part
            elif open_ones:
                try:
                    cancel_invoice(SYSTEM, open_ones[-1], reason="wrong", client_ref=ref())
                except Conflict:
                    continue
            (line,) = lines_of(order_id)
            waiting = db.session.scalar(
                text("SELECT coalesce(sum(quantity), 0) FROM billables WHERE order_id = :o AND invoice_id IS NULL"),
                {"o": order_id},
            )
            assert net_of(line.id) == line.invoiced_quantity == line.shipped_quantity - credits_ - waiting


def collecting(world, count):
    with world():
        shop()
        made = article("A-1", "9.99")
        people = [buyer(customer()) for _ in range(count)]
        for one in people:
            set_rule(SYSTEM, one.company_id, Rule(Mode.COLLECTIVE))
    for one in people:
        with world(one):
            order_id = order(one, [(made, 5)]).id
        with world():
            shipped(order_id, {1: 2})
            shipped(order_id, {1: 3})
    return people


def test_killed_run_goes_on_without_a_double_or_a_gap(isolated, world, sent, monkeypatch):
    people = collecting(world, 4)
    drain(isolated)
    real, calls = collective.invoice_sent, []

    def dying(*arguments, **options):
        """Dies before the second invoice, later behind the third, whose transaction is not committed then."""
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        made = real(*arguments, **options)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return made

    monkeypatch.setattr(collective, "invoice_sent", dying)
    with world():
        assert db.session.scalars(select(Invoice)).all() == [], "a collecting account waits"
        today = clock.today("Europe/Berlin")
        key = ref()
        run_id = collective.request_run(SYSTEM, RunPeriod.MONTHLY, today, today, client_ref=key)
        assert collective.request_run(SYSTEM, RunPeriod.MONTHLY, today, today, client_ref=key) == run_id
        empty = collective.request_run(SYSTEM, RunPeriod.MONTHLY, today, today, client_ref=ref())
        assert collective.work_off(SYSTEM, empty) == "done", "what a run has planned, no other takes"
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                collective.work_off(SYSTEM, run_id)
        assert collective.work_off(SYSTEM, run_id) == "done"
        assert collective.work_off(SYSTEM, run_id) == "done"
    with world():
        found = db.session.scalars(select(Invoice).order_by(Invoice.id)).all()
        assert [one.number[-6:] for one in found] == ["000001", "000002", "000003", "000004"]
        assert sorted(one.company_id for one in found) == sorted(one.company_id for one in people)
        assert {len(from_json(one.document).lines) for one in found} == {2}
        assert db.session.scalars(select(Billable.id).where(Billable.invoice_id.is_(None))).all() == []


def test_closed_books_take_no_document(isolated, world, firm, monkeypatch):
    _company, made, actor = firm
    with world(actor):
        order_id = order(actor, [(made, 5)]).id
    with world():
        today = clock.today("Europe/Berlin")
        close_books(SYSTEM, None, today - timedelta(days=1), reason="October")
        for day in (today, today - timedelta(days=1)):
            with pytest.raises((Conflict, Invalid)):
                close_books(SYSTEM, None, day)
        monkeypatch.setattr("app.billing.service.issuing.clock.today", lambda _zone: today - timedelta(days=1))
        with pytest.raises(Conflict, match="closed"):
            issue_invoice(SYSTEM, order_id)
        with pytest.raises(Invalid):
            reopen_books(SYSTEM, None, reason=" ")
        reopen_books(SYSTEM, None, reason="A late invoice")
        assert issue_invoice(SYSTEM, order_id) is not None


def test_entities_count_for_themselves(isolated, world, firm):
    company, made, actor = firm
    with world():
        facts = EntityFacts(
            "AT", "AT", "Kontor Wien GmbH", "AT", "EUR", vat_id="ATU12345675", city="Wien", street="Ring 1",
            email="wien@kontor.example", time_zone="Europe/Vienna", iban="AT611904300234573201",
        )  # fmt: skip
        entity_id = save_entity(SYSTEM, facts)
        with pytest.raises(Conflict):
            save_entity(SYSTEM, facts)
        set_rule(SYSTEM, company.id, Rule(Mode.SHIPMENT, entity_id=entity_id))
    with world(actor):
        order_id = order(actor, [(made, 4)]).id
    with world():
        for quantity in (1, 3):
            note_sent(SYSTEM, shipped(order_id, {1: quantity}))
        rows = db.session.scalars(select(Invoice).order_by(Invoice.id)).all()
        assert [row.number[:7] + row.number[-3:] for row in rows] == ["AT-INV-001", "AT-INV-002"]
        seller = from_json(rows[0].document).seller
        assert (seller.name, seller.vat_id) == ("Kontor Wien GmbH", "ATU12345675")
        assert {row.entity_id for row in rows} == {entity_id}


def test_what_came_back_is_credited_once(isolated, world, firm):
    _company, made, actor = firm
    with world(actor):
        order_id = order(actor, [(made, 10)]).id
    with world():
        shipment_id = shipped(order_id, {1: 10})
        note_sent(SYSTEM, shipment_id)
    return_id = _accepted(world, actor, shipment_id)
    with world():
        (note_id,) = credit_return(SYSTEM, return_id)
        assert credit_return(SYSTEM, return_id) == [note_id]
        (note,) = db.session.scalars(select(Invoice).where(Invoice.kind == "credit_note")).all()
        (line,) = from_json(note.document).lines
        assert (line.quantity, line.net) == (4, Decimal("13.33"))
        (invoice,) = db.session.scalars(select(Invoice).where(Invoice.kind == "invoice")).all()
        row = db.session.scalars(select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id)).one()
        value = {row.id: Wanted(Decimal(6), Decimal(50), is_value=True)}
        credit_invoice(SYSTEM, invoice.id, value, reason="Scratched", client_ref=ref())
        credit_invoice(SYSTEM, invoice.id, None, reason="The rest", client_ref=ref())
        notes = db.session.scalars(select(Invoice).where(Invoice.kind == "credit_note")).all()
        assert sum(one.net_total for one in notes) == invoice.net_total
        with pytest.raises(Conflict):
            credit_invoice(SYSTEM, invoice.id, None, reason="Again", client_ref=ref())


def _accepted(world, actor, shipment_id):
    with world(actor):
        return_id = inspected(actor, shipment_id, {1: 4})
    with world():
        desk = sales()
    with world(desk):
        settle(desk, return_id, {line.id: Decimal(100) for line in return_lines(return_id)})
    return return_id


def test_deposits_and_prepayments_have_bounds(isolated, world, firm):
    company, made, actor = firm
    with world(actor):
        order_id = order(actor, [(made, 5)]).id
    with world():
        set_packaging(SYSTEM, NewPackaging("BOX", "Crate", Decimal("3.50"), "EUR"))
        key = ref()
        first = book_packaging(SYSTEM, company.id, "BOX", Decimal(2), client_ref=key)
        assert book_packaging(SYSTEM, company.id, "BOX", Decimal(2), client_ref=key) == first
        for wrong in (Decimal(-3), Decimal("0.5"), Decimal(0)):
            with pytest.raises(Invalid):
                book_packaging(SYSTEM, company.id, "BOX", wrong, client_ref=ref())
        prepayment_id = issue_prepayment(SYSTEM, order_id, Decimal(60), client_ref=ref())
        with pytest.raises(Invalid):
            issue_prepayment(SYSTEM, order_id, Decimal(60), client_ref=ref())
        claimed = db.session.get_one(Invoice, prepayment_id).gross_total
        assert prepay_open(order_id) == claimed > 0
    drain(isolated)
    with world():  # picking may begin when it is paid, and not before
        (item,) = db.session.scalars(select(OpenItem).where(OpenItem.invoice_id == prepayment_id))
        paid = payment(company, claimed)
        settle_item(SYSTEM, item.id, paid.id, claimed - 1)
        assert prepay_open(order_id) == 1
        last = settle_item(SYSTEM, item.id, paid.id, Decimal(1))
        assert prepay_open(order_id) == 0
        unsettle(SYSTEM, last)
        assert prepay_open(order_id) == 1
        cancel_invoice(SYSTEM, prepayment_id, reason="Delivered without", client_ref=ref())
        assert prepay_open(order_id) == 0


def prepay_open(order_id):
    return db.session.scalar(select(Order.prepay_open).where(Order.id == order_id))
