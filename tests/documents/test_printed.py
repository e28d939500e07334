"""Every printed document: what must be on it, in which words, carried from page to page, nothing cut."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from pypdf import PdfReader

from app.core.units import UNIT_NAMES
from app.documents.model.despatch_advice import DespatchAdvice, DespatchLine, Package, Packed
from app.documents.model.line import AllowanceCharge
from app.documents.model.order import OrderTotals
from app.documents.model.order_response import Answer, LineAnswer, OrderResponse, OrderResponseLine
from app.documents.model.party import Address, Identifier, Party
from app.documents.model.payment import PaymentMeans
from app.documents.model.reconciliation import Reconciliation, ReconciliationEntry
from app.documents.model.reference import ItemIds, OrderRef
from app.documents.model.reminder import Reminder, ReminderLine
from app.documents.model.statement import Statement, StatementLine
from app.documents.model.totals import VatCategory
from app.documents.paper.brand import Brand
from app.documents.paper.german import GERMAN
from app.documents.paper.national import form_lines
from app.documents.rendering import (
    forms_for,
    print_invoice,
    render_delivery_note,
    render_invoice_html,
    render_national,
    render_order_confirmation,
    render_packing_list,
    render_reconciliation,
    render_reminder,
    render_statement,
)
from tests.factories.documents import NAMES, buyer, document, line, seller, sums

ROOT = Path(__file__).resolve().parents[2]
MOSCOW = Party(
    name="ООО «Контор»",
    address=Address(country="RU", region="77", postal_code="101000", city="Москва", street="ул. Мясницкая, 12"),
    tax_number="7707083893",
    identifiers=(Identifier("770701001", "KPP"), Identifier("00032537", "OKPO")),
)
PETERSBURG = Party(
    name="АО «Северный ветер»",
    address=Address(country="RU", region="78", postal_code="190000", city="Санкт-Петербург", street="Невский проспект, 1"),
    tax_number="7830002293",
)  # fmt: skip
KYIV = Party(
    name="ТОВ «Контор»",
    address=Address(country="UA", postal_code="01001", city="Київ", street="вул. Хрещатик, 22"),
    vat_id="UA123456789012",
    registration=Identifier("12345678"),
)
ODESA = replace(KYIV, name="ТОВ «Кит»", address=Address(country="UA", city="Одеса", postal_code="65000"))
TO_MOSCOW = (PaymentMeans(code="30", account="40702810400000012345", bic="044525225", text="ПАО Сбербанк"),)


def pages(pdf: bytes) -> list[str]:
    return [re.sub(r"\s+", " ", page.extract_text()) for page in PdfReader(BytesIO(pdf)).pages]


def russian(**values):
    return document(
        currency="RUB", seller=MOSCOW, buyer=PETERSBURG, payment_means=TO_MOSCOW, number="СФ-17", **values
    )  # fmt: skip


def despatch(count: int) -> DespatchAdvice:
    lines = tuple(
        DespatchLine(position=str(i), quantity=Decimal(i), unit="H87", ids=ItemIds(sku=f"K-{i}"), name=NAMES[i % 4],
                     batch="B7" if i == 2 else "", best_before=date(2027, 5, 1) if i == 2 else None,
                     outstanding=Decimal(4) if i == 3 else None)
        for i in range(1, count + 1)
    )  # fmt: skip
    first = Package(id="1", sscc="003401234500000001", contents=(Packed(position="1", quantity=Decimal(1)),))
    return DespatchAdvice(
        number="LS-45", issue_date=date(2026, 11, 22), lines=lines, orders=(OrderRef(number="PO-1", sales_number="SO-9"),),
        seller=seller(), buyer=buyer(), ship_to=buyer(name="Lager 3"), tracking=("NF1",), packages=(first,),
    )  # fmt: skip


def test_a_confirmation_says_what_comes_and_what_does_not():
    kinds = (LineAnswer.ACCEPTED, LineAnswer.BACKORDERED, LineAnswer.REJECTED)
    lines = tuple(
        OrderResponseLine(
            position=str(i), answer=answer, ids=ItemIds(sku=f"K-{i}"), name=f"Ware {i}", quantity=Decimal(2), unit="H87",
            backordered=Decimal(3) if answer is LineAnswer.BACKORDERED else None, unit_price=Decimal("1.25"), net=Decimal("2.50"),
        )
        for i, answer in enumerate(kinds, 1)
    )  # fmt: skip
    answer = OrderResponse(
        number="AB-1", issue_date=date(2026, 11, 22), order=OrderRef(number="PO-1", sales_number="SO-9"),
        answer=Answer.CHANGED, lines=lines, currency="EUR", seller=seller(), buyer=buyer(),
        totals=OrderTotals(net=Decimal(5), tax=Decimal("0.95"), total=Decimal("5.95")),
    )  # fmt: skip
    (page,) = pages(render_order_confirmation(answer, language="de"))
    for words in (
        "Auftragsbestätigung",
        "AB-1",
        "PO-1",
        "SO-9",
        "3 werden nachgeliefert",
        "Wird nicht geliefert",
        "5,95",
    ):
        assert words in page, words
    (declined,) = pages(render_order_confirmation(replace(answer, answer=Answer.REJECTED), language="en"))
    assert "Order declined" in declined


def test_delivery_notes_and_packing_lists_hold_the_same_goods():
    note = " ".join(pages(render_delivery_note(despatch(60), language="en")))
    packed = " ".join(pages(render_packing_list(despatch(60), language="en")))
    for words in ("LS-45", "Lager 3", "NF1", "Batch B7, Best before 1 May 2027", "4 will follow later", "K-60"):
        assert words in note, words
        assert words in packed, words
    assert "Received, name and signature" in note
    assert "SSCC 003401234500000001" in packed
    assert packed.index("SSCC") < packed.index("K-1 ") < packed.index("Without a package") < packed.index("K-2 ")


def test_the_balance_of_a_statement_goes_from_page_to_page():
    rows = 90
    lines = tuple(
        StatementLine(position=str(i), document_type="Invoice", document_number=f"INV-{i}", date=date(2026, 3, 1),
                      debit=Decimal(10) if i % 3 else None, credit=None if i % 3 else Decimal(5))
        for i in range(1, rows + 1)
    )  # fmt: skip
    debit, credit = sum(item.debit or 0 for item in lines), sum(item.credit or 0 for item in lines)
    statement = Statement(
        number="S-1", issue_date=date(2026, 11, 22), currency="EUR", lines=lines, seller=seller(), buyer=buyer(),
        opening=Decimal(100), closing=Decimal(100) + debit - credit, total_debit=debit, total_credit=credit,
    )  # fmt: skip
    found = pages(render_statement(statement, language="de"))
    assert len(found) > 1
    carried = [re.findall(r"Übertrag ([\d.]+,\d\d)", page) for page in found]
    for before, after in pairwise(carried):
        assert before[-1] == after[0]
    last = max(int(number) for number in re.findall(r"INV-(\d+)", found[0]))
    assert carried[0] == [f"{100 + sum((10 if i % 3 else -5) for i in range(1, last + 1)):.2f}".replace(".", ",")]
    assert "Saldo, EUR 550,00" in found[-1].replace("\xa0", " ") or "Saldo, EUR" in found[-1]


@pytest.mark.parametrize(("level", "title"), [(1, "Payment reminder"), (2, "Reminder"), (3, "Last reminder")])
def test_reminders_speak_by_level(level, title):
    reminder = Reminder(
        number="M-7", issue_date=date(2026, 11, 22), currency="EUR", seller=seller(), buyer=buyer(), level=level,
        lines=(ReminderLine(number="INV-1", date=None, due_on=date(2026, 10, 1), amount=Decimal(119), open_amount=Decimal(100)),),
        fee=Decimal(5), interest=Decimal("1.23"), payable=Decimal("106.23"), pay_by=date(2026, 12, 1),
        payment_means=(PaymentMeans(code="58", account="DE89370400440532013000"),),
    )  # fmt: skip
    (page,) = pages(render_reminder(reminder, language="en"))
    for words in (title, "INV-1", "100.00", "Reminder fee 5.00", "Interest 1.23", "106.23", "1 Dec 2026", "DE89 3704"):
        assert words in page, words


def act(currency: str, ours: Party, theirs: Party, count: int = 3) -> Reconciliation:
    entries = tuple(
        ReconciliationEntry(date=date(2026, 1, 1 + i % 28), text="Счёт", number=f"№{i}", debit=Decimal("1000.50"))
        for i in range(count)
    )
    total = Decimal("1000.50") * count
    return Reconciliation(
        number="АС-4", issue_date=date(2026, 11, 22), currency=currency, seller=ours, buyer=theirs, start=date(2026, 1, 1),
        end=date(2026, 9, 30), opening=Decimal("-0.50"), closing=total - Decimal("0.50"), total_debit=total,
        total_credit=Decimal(0), entries=entries,
    )  # fmt: skip


def test_acts_say_the_balance_in_words():
    (page,) = pages(render_reconciliation(act("RUB", MOSCOW, PETERSBURG), language="ru"))
    assert "Три тысячи один рубль 00 копеек" in page
    assert "owes ООО «Контор»" in page  # the sentence in the words of `translate`, here none
    (page,) = pages(render_reconciliation(act("UAH", KYIV, ODESA, 1), language="uk"))
    assert "Одна тисяча гривень 00 копійок" in page
    long = pages(render_reconciliation(act("RUB", MOSCOW, PETERSBURG, 150), language="de"))
    assert len(long) > 2
    assert sum(page.count("№") for page in long) == 150
    assert all("Saldenabstimmung" in page for page in long)  # its foot names it on every page


def test_russian_forms():
    invoice = russian(count=4)
    assert forms_for(invoice) == ("bill_ru", "invoice_ru", "upd", "torg12")
    wanted = {
        "bill_ru": ("Счёт на оплату № СФ-17 от 14 марта 2025 г.", "044525225", "40702810400000012345", "ИНН 7707083893",
                    "Всего четыре наименования", "Сто девять рублей 67 копеек"),
        "invoice_ru": ("СЧЁТ-ФАКТУРА № СФ-17", "7707083893/770701001", "российский рубль, 643", "Всего к оплате (9)"),
        "upd": ("Универсальный передаточный документ", "Статус: 1", "[15]", "109,67"),
        "torg12": ("ТОВАРНАЯ НАКЛАДНАЯ", "0330212", "00032537", "содержит четыре порядковых", "Всего по накладной"),
    }  # fmt: skip
    for form, texts in wanted.items():
        page = " ".join(pages(render_national(form, invoice)))
        for words in texts:
            assert words in page, (form, words)
    untaxed = russian(count=2, category=VatCategory.EXEMPT)
    assert "Статус: 2" in pages(render_national("upd", untaxed))[0]
    assert "без НДС" in pages(render_national("invoice_ru", untaxed))[0]


def test_ukrainian_forms():
    invoice = document(currency="UAH", seller=KYIV, buyer=ODESA, number="РФ-3", count=4)
    assert forms_for(invoice) == ("bill_ua", "note_ua")
    for form, title in (("bill_ua", "Рахунок-фактура № РФ-3"), ("note_ua", "Видаткова накладна № РФ-3")):
        page = " ".join(pages(render_national(form, invoice)))
        for words in (title, "ЄДРПОУ 12345678", "Всього чотири найменування", "Сто дев’ять гривень 67 копійок"):
            assert words in page, (form, words)


def test_long_forms_hold_every_line_once_and_sum_their_pages():
    found = pages(render_national("torg12", russian(count=90)))
    assert len(found) > 3
    whole = " ".join(found)
    for i in range(1, 91):
        assert whole.count(f"K-{10000 + i * 13} ") == 1, i
    amounts = [re.findall(r"Итого ([\d ,\xa0X]+)", page) for page in found]
    assert all(amounts)
    assert whole.count("Всего по накладной") == 1


def test_what_is_taken_off_the_whole_is_spread_to_the_cent():
    lines = tuple(line(i) for i in range(1, 6))
    vat, totals = sums(lines, "EUR")
    rate = next(item for item in vat if item.rate == 20)
    off = AllowanceCharge(amount=Decimal("1.00"), reason="Rabatt", vat_category=rate.category, vat_rate=rate.rate)
    base = rate.base - 1
    less = tuple(
        replace(item, base=base, tax=(base / 5).quantize(Decimal("0.01"))) if item is rate else item for item in vat
    )
    invoice = document(lines=lines, vat=less, allowances_charges=(off,))
    found = form_lines(invoice)
    assert sum(item.net for item in found) == totals.line_net - 1
    assert sum(item.tax for item in found) == sum(item.tax for item in less)


def test_a_brand_marks_its_papers():
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
        "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
    )
    brand = Brand(
        logo=pixel, logo_type="image/png", colour="#7a1f3d", name="Eigenmarke", below={"de": "Danke!"},
        above={"de": "Erste Zeile\nZweite Zeile"}, foot=("Sitz: Kiel",),
    )  # fmt: skip
    html = render_invoice_html(document(), "de", brand=brand)
    assert "#7a1f3d" in html
    (page,) = pages(print_invoice(document(), language="de", brand=brand))
    for words in ("Eigenmarke", "Erste Zeile", "Zweite Zeile", "Danke!", "Sitz: Kiel", "Rechnung"):
        assert words in page, words
    assert "Danke!" not in pages(print_invoice(document(), language="en", brand=brand))[0]


def test_titles_by_type_code():
    titles = (
        ("325", "Proforma invoice"),
        ("386", "Prepayment invoice"),
        ("384", "Corrected invoice"),
        ("380", "Invoice"),
    )
    for code, title in titles:
        assert title in render_invoice_html(document(type_code=code), "en")


def test_german_knows_every_word_of_the_papers():
    wanted = {message.text for message in UNIT_NAMES.values()}
    for path in (ROOT / "app" / "documents" / "paper").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if name in {"_", "words"}:
                    wanted.add(node.args[0].value)
    for path in (ROOT / "templates" / "documents").glob("*.html"):
        wanted |= set(re.findall(r'\b_\("([^"]+)"\)', path.read_text()))
    assert wanted - GERMAN.keys() == set()
    for text, german in GERMAN.items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", german)), text
