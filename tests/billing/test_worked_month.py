"""A month of a wholesaler: every VAT case, part deliveries, returns, a prepayment, cash discount, two currencies.

Documents pass the official rules in both syntaxes; their sums are recomputed from the standard's formulas; quantities,
credit and the ledger of open items agree with them to the cent.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from sqlalchemy import select, text

from app.billing.domain.rules import Discount, Mode, Rule, RunPeriod
from app.billing.models.invoices import Invoice, InvoiceFile
from app.billing.models.lines import InvoiceLine
from app.billing.queries.bookings import journal
from app.billing.service.collective import request_run
from app.billing.service.corrections import Correction, correct_invoice
from app.billing.service.credit_notes import cancel_invoice, credit_invoice
from app.billing.service.deposits import NewPackaging, book_packaging, set_packaging
from app.billing.service.issue import issue_invoice
from app.billing.service.prepayments import issue_prepayment, issue_proforma
from app.billing.service.rules import set_rule
from app.core import clock, storage
from app.core.actor import Actor
from app.core.db import db
from app.core.models import StoredFile
from app.documents.arithmetic import check_arithmetic
from app.documents.formats import formats
from app.documents.model.stored import from_json
from app.pricing.service.tax_status import ExemptionRow, add_exemption
from tests.factories.accounts import customer
from tests.factories.ordering import article, buyer, order, ref, shop
from tests.factories.pricing import buys_by, chain, exchange_rate, price_list, vat_checked
from tests.factories.promotions import promotion
from tests.factories.shipments import lines_of, order_of, shipped
from tests.support.en16931 import recomputed, said
from tests.support.work import drain

SYSTEM = Actor.system()
ONE = Decimal(1)


def goods():
    return {
        "S": article("DRILL", "99.95"), "R": article("BOOK", "12.35", vat_class="reduced"),
        "Z": article("PV", "250.00", vat_category="Z"), "AE": article("SCRAP", "3.333", vat_category="AE"),
        "X": article("SCREW", "0.0375", stock=100_000),
    }  # fmt: skip


def accounts():
    """One account for each case that the seller, the buyer and the place make."""
    made = {
        "home": customer(payment_days=30), "french": customer(country="FR", vat_id="FR40303265045"), "swiss": customer(country="CH"),
        "exempt": customer(), "scrap": customer(vat_id="DE136695976"), "dollar": customer(country="US", currency="USD"),
        "collects": customer(payment_days=30), "parts": customer(), "pays_first": customer(),
    }  # fmt: skip
    vat_checked(made["french"].id, "FR40303265045")
    vat_checked(made["scrap"].id, "DE136695976")
    row = ExemptionRow(certificate="7", valid_from=date(2020, 1, 1), reason="Armed forces", reason_code="VATEX-EU-151")
    add_exemption(SYSTEM, made["exempt"].id, row)
    price_list("USD", {"DRILL": "110.00", "SCREW": "0.0412"}, currency="USD")
    buys_by(made["dollar"].id, chain("USD", "USD"))
    exchange_rate("USD/EUR", "0.9217")
    discounts = (Discount(10, Decimal(3)), Discount(20, Decimal("1.5")))
    set_rule(SYSTEM, made["home"].id, Rule(discounts=discounts))
    set_rule(SYSTEM, made["parts"].id, Rule(Mode.SHIPMENT))
    set_rule(SYSTEM, made["collects"].id, Rule(Mode.COLLECTIVE, RunPeriod.MONTHLY, discounts=discounts[:1]))
    return made


def month(world, isolated):
    """What happened in it; by name the ids of orders and documents."""
    with world():
        shop()
        wares, firms = goods(), accounts()
        promotion("CART", "10.01", effect="amount")
        people = {name: buyer(firm) for name, firm in firms.items()}
        set_packaging(SYSTEM, NewPackaging("EUR", "Euro pallet", Decimal("12.50"), "EUR"))
    facts = {}

    def buys(name, key, *lines):
        with world(people[name]):
            facts[key] = order(people[name], [(wares[code], quantity) for code, quantity in lines]).id

    buys("home", "mixed", ("S", 3), ("R", 7), ("Z", 1), ("X", 12345))
    buys("french", "k", ("S", 2), ("R", 3))
    buys("swiss", "g", ("S", 1))
    buys("exempt", "e", ("S", 2), ("R", 1))
    buys("scrap", "ae", ("AE", 777), ("S", 1))
    buys("dollar", "usd", ("S", 2), ("X", 1001))
    buys("parts", "parts", ("S", 10), ("X", 1001))
    buys("collects", "first", ("S", 4), ("R", 2))
    buys("collects", "second", ("X", 333), ("S", 1))
    buys("pays_first", "prepaid", ("S", 5), ("R", 5))
    return firms, facts


def documents(isolated):
    """All rows with their neutral documents and files; every one of them ready and valid."""
    found = []
    for invoice in db.session.scalars(select(Invoice).order_by(Invoice.id)):
        assert invoice.state == "ready", (invoice.number, invoice.findings, invoice.last_error)
        stored = select(InvoiceFile.form, StoredFile).join(StoredFile, StoredFile.id == InvoiceFile.file_id)
        rows = db.session.execute(stored.where(InvoiceFile.invoice_id == invoice.id))
        found.append((invoice, from_json(invoice.document), {form: storage.load(file) for form, file in rows}))
    return found


def of_order(order_id, kind="invoice"):
    asked = select(Invoice).where(Invoice.order_id == order_id, Invoice.kind == kind).order_by(Invoice.id)
    return db.session.scalars(asked).all()


def line_ids(invoice_id):
    asked = select(InvoiceLine.position, InvoiceLine.id).where(InvoiceLine.invoice_id == invoice_id)
    return dict(iter(db.session.execute(asked)))


def live(world, isolated):
    firms, facts = month(world, isolated)
    with world():
        issue_proforma(SYSTEM, facts["prepaid"], client_ref=ref())
        issue_prepayment(SYSTEM, facts["parts"], Decimal(30), client_ref=ref())
    drain(isolated)  # the accounts with the usual rule are invoiced
    with world():
        for key, quantities in (("parts", {1: 4}), ("parts", {1: 6, 2: 1001}), ("first", {1: 3}), ("second", None)):
            shipped(facts[key], quantities)
        drain(isolated)
        book_packaging(SYSTEM, firms["collects"].id, "EUR", Decimal(4), client_ref=ref())
        book_packaging(SYSTEM, firms["collects"].id, "EUR", Decimal(-1), client_ref=ref())
        today = clock.today("Europe/Berlin")
        facts["run"] = request_run(SYSTEM, RunPeriod.MONTHLY, today, today, client_ref=ref())
    drain(isolated)
    with world():
        (mixed,) = of_order(facts["mixed"])
        lines = line_ids(mixed.id)
        credit_invoice(SYSTEM, mixed.id, {lines[1]: ONE, lines[4]: Decimal(45)}, reason="Came back", client_ref=ref())
        (french,) = of_order(facts["k"])
        key = line_ids(french.id)[2]
        correct_invoice(
            SYSTEM, french.id, {key: Correction(Decimal(3), Decimal("11.30"))}, reason="Price", client_ref=ref()
        )
        (swiss,) = of_order(facts["g"])
        cancel_invoice(SYSTEM, swiss.id, reason="Wrong address", client_ref=ref())
        facts["anew"] = issue_invoice(SYSTEM, facts["g"])
        (exempt,) = of_order(facts["e"])
        credit_invoice(SYSTEM, exempt.id, None, reason="All came back", client_ref=ref())
    drain(isolated)
    return firms, facts


def test_month_agrees_to_the_cent(isolated, world, sent):
    _firms, facts = live(world, isolated)
    with world():
        found = documents(isolated)
        kinds = defaultdict(int)
        for invoice, document, files in found:
            kinds[invoice.kind] += 1
            sums = recomputed(files["ubl"])
            assert sums == said(files["ubl"]), invoice.number
            assert (invoice.net_total, invoice.vat_total, invoice.gross_total, invoice.payable_total) == (
                sums.net, sums.vat, sums.gross, sums.payable,
            ), invoice.number  # fmt: skip
            assert check_arithmetic(document) == []
            assert formats["cii-invoice"].loads(files["cii"]).totals == document.totals
            assert files["pdf"].startswith(b"%PDF")
        assert kinds == {"invoice": 11, "credit_note": 3, "corrective": 1, "prepayment": 1, "proforma": 1}
        categories = {(str(vat.category), vat.rate) for _row, document, _files in found for vat in document.vat}
        assert {category for category, _rate in categories} == {"S", "Z", "E", "AE", "K", "G"}
        assert {("S", 19), ("S", 7)} <= categories
        check_quantities(facts)
        check_ledger(found)
        check_journal(found)
        check_special(facts, found)


def check_quantities(facts):
    """What is invoiced and not credited is what the order's lines say; of accounts that are invoiced when it is sent, it
    is what was sent.
    """
    asked = text("""
        SELECT l.order_line_id, sum(CASE WHEN i.kind = 'credit_note' THEN -l.quantity ELSE l.quantity END)
        FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
        WHERE l.kind = 'goods' AND i.kind IN ('invoice', 'corrective', 'credit_note') GROUP BY l.order_line_id""")
    net = dict(iter(db.session.execute(asked)))
    for key in ("mixed", "k", "g", "e", "ae", "usd", "parts", "first", "second"):
        for line in lines_of(facts[key]):
            assert net.get(line.id, 0) == line.invoiced_quantity, (key, line.position)
            if key in ("parts", "first", "second"):
                assert line.invoiced_quantity == line.shipped_quantity


def check_ledger(found):
    """The ledger is the documents: by account and currency, claims less credits."""
    owed = defaultdict(Decimal)
    for invoice, _document, _files in found:
        sign = {"credit_note": -1, "proforma": 0}.get(invoice.kind, 1)
        owed[invoice.company_id, invoice.currency] += sign * invoice.payable_total
    rows = db.session.execute(text("SELECT company_id, currency, sum(amount) FROM open_items GROUP BY 1, 2"))
    assert {(row[0], row[1]): row[2] for row in rows if row[2]} == {key: sum_ for key, sum_ in owed.items() if sum_}


def check_journal(found):
    """The journal is the ledger, and its VAT is that of the documents less what prepayments had claimed already."""
    day = clock.today("Europe/Berlin")
    entries = list(journal(SYSTEM, day.replace(year=day.year - 1), day.replace(year=day.year + 1)))
    booked, taxes, claimed = defaultdict(Decimal), defaultdict(Decimal), defaultdict(Decimal)
    for entry in entries:
        booked[entry.customer_code, entry.currency] += entry.signed
        if entry.kind not in ("prepayment", "rounding"):
            taxes[entry.currency] += entry.vat if entry.is_debit else -entry.vat
    rows = db.session.execute(text(
        "SELECT c.code, o.currency, sum(o.amount) FROM open_items o JOIN companies c ON c.id = o.company_id GROUP BY 1, 2"
    ))  # fmt: skip
    assert {(row[0], row[1]): row[2] for row in rows if row[2]} == {key: sum_ for key, sum_ in booked.items() if sum_}
    for invoice, _document, _files in found:
        sign = {"credit_note": -1, "proforma": 0, "prepayment": 0}.get(invoice.kind, 1)
        claimed[invoice.currency] += sign * invoice.vat_total
    assert taxes == claimed
    assert not [entry for entry in entries if not entry.contra or entry.kind == "rounding"]
    assert {"8400", "8300", "8100", "8337", "8125", "8120", "1718"} <= {entry.contra for entry in entries}
    prepaid = [entry.signed for entry in entries if entry.contra == "1718"]
    assert prepaid
    assert sum(prepaid) == 0, "what was claimed before is deducted"


def check_special(facts, found):
    by_order = defaultdict(list)
    for invoice, document, _files in found:
        by_order[invoice.order_id].append((invoice, document))
    prepayment, first, second = (document for _invoice, document in by_order[facts["parts"]])
    assert (prepayment.type_code, first.totals.prepaid) == ("386", min(prepayment.totals.gross, first.totals.gross))
    assert [one.number for one in first.preceding] == [prepayment.number]
    rest = prepayment.totals.gross - first.totals.prepaid
    assert (second.totals.prepaid or 0) == rest
    whole = order_of(facts["parts"])
    assert first.totals.net + second.totals.net == whole.net_total, "allowances went along with their goods"
    (collective,) = (row for row in found if row[0].client_ref.startswith("run:"))
    names = [line.name for line in collective[1].lines]
    assert names == ["Article DRILL", "Article SCREW", "Article DRILL", "Euro pallet"]
    assert collective[1].lines[-1].quantity == 3
    assert collective[1].period is not None
    assert [one.percent for one in collective[1].payment_terms.discounts] == [3]
    (dollar,) = by_order[facts["usd"]]
    assert (dollar[0].currency, dollar[0].tax_currency, dollar[0].exchange_rate) == ("USD", "EUR", Decimal("0.9217"))
    assert dollar[1].totals.tax_in_tax_currency == dollar[0].vat_total_local == 0
    cancelled, note, anew = (invoice for invoice, _document in by_order[facts["g"]])
    assert cancelled.cancelled_by_id == note.id
    assert (anew.id, anew.gross_total) == (facts["anew"], cancelled.gross_total)
    credited = by_order[facts["e"]][1][0]
    assert credited.gross_total == by_order[facts["e"]][0][0].gross_total
