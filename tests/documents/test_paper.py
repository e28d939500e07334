"""Exact widths, pages that hold what they should, figures in the words of a language."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.core.errors import Unavailable
from app.documents.model.payment import PaymentMeans
from app.documents.paper import fonts
from app.documents.paper.figures import NBSP, figures
from app.documents.paper.forms_ru import bill, dark_runs
from app.documents.paper.pages import Measured, Room, fill
from app.documents.paper.payment_code import _russian_text, payment_code, payment_squares
from app.documents.paper.typeset import MILLIMETRE, POINT, Align, Column, clean, pad, set_row, width, wrap
from app.documents.pdf import _fonts, _Sheets, _styles
from app.documents.rendering import render_invoice_html
from tests.factories.documents import credit_note, document, line

SIZE = 9 * POINT
WIDTH = 175 * MILLIMETRE


@settings(deadline=None)
@given(st.integers(0, 200 * POINT))
def test_pad_is_as_wide_as_asked(length):
    assert abs(width(pad(length, SIZE), SIZE) - length) <= 2 * SIZE // 1000


@settings(deadline=None)
@example(["-0000"], 20)
@given(st.lists(st.text("abcdefg ШЩюж0123456789.,-×²", min_size=1, max_size=30), max_size=6), st.integers(20, 200))
def test_wrapped_lines_fit_and_lose_nothing(words, limit):
    text = clean(" ".join(words))
    lines = wrap(text, limit * POINT, SIZE)
    assert all(width(part, SIZE) <= limit * POINT for part in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_cells_meet_their_columns():
    columns = (Column(30 * POINT, Align.RIGHT), Column(40 * POINT, Align.LEFT), Column(200 * POINT, Align.DECIMAL))
    for cells in (("1", "K-1", "12.5"), ("1000", "K", "1,234.125"), ("", "", "7")):
        text = set_row(columns, cells, ".", SIZE)
        before = text[: len(text) - len(cells[2])]
        assert abs(width(before, SIZE) + width(cells[2].partition(".")[0], SIZE) - 200 * POINT) < 100


def test_foreign_spaces_and_control_characters_become_plain():
    assert clean("a\tb\nc\u2003d\u202fe\x00f") == f"a b c d{NBSP}e f"
    assert clean("10 \u2264 x") == "10 <= x"


@pytest.mark.parametrize("language", ["en", "ru", "uk"])
@pytest.mark.parametrize("currency", ["EUR", "JPY"])
def test_layout_agrees_with_what_was_measured(language, currency):
    """Rows end at the right edge, and there are as many pages as were filled."""
    invoice = document(count=120, currency=currency)
    html = render_invoice_html(invoice, language, translate=str)
    _styles()
    pages = _Sheets(html).render(font_config=_fonts(), pdf_variant="pdf/a-3b").pages
    assert len(pages) == html.count("<section>")
    rows = [box for page in pages for box in page._page_box.descendants(placeholders=True) if _is_row(box)]
    assert len(rows) == 120 + html.count('class="carry"')
    for box in rows:
        text = next(part for part in box.descendants(placeholders=True) if getattr(part, "text", ""))
        assert abs(text.width - WIDTH / POINT * 4 / 3) < 0.2, text.text
    for page in pages:
        boxes = list(page._page_box.descendants(placeholders=True))
        foot = next(box for box in boxes if _name(box) == "foot")
        ledger = next(box for box in boxes if _name(box) == "ledger")
        assert ledger.position_y + ledger.height <= foot.position_y


def _name(box) -> str:
    return box.element.get("class", "") if getattr(box, "element", None) is not None else ""


def _is_row(box) -> bool:
    parent_is_ledger = box.element_tag == "p" and type(box).__name__ == "BlockBox"
    return parent_is_ledger and box.style["font_size"] == 12 and _name(box) in ("", "carry")


def test_signs_our_fonts_lack_leave_the_figures_in_their_columns():
    html = render_invoice_html(document(lines=(line(1, name="Widerstand 汉字 10 k"),)), "en", translate=str)
    assert 'class="apart"' in html
    assert "<i>" in html


@given(
    st.lists(st.tuples(st.integers(5, 40), st.integers(-100, 100)), max_size=60),
    st.lists(st.integers(5, 90), max_size=6),
)
def test_pages_hold_everything_once_in_order_and_carry_the_sum(rows, blocks):
    room = Room(first=100, later=150, head=10, carry=5)
    pages = fill(
        [Measured(i, height, Decimal(amount)) for i, (height, amount) in enumerate(rows)],
        [Measured(i, height) for i, height in enumerate(blocks)],
        room,
    )
    assert [row for page in pages for row in page.rows] == list(range(len(rows)))
    assert [block for page in pages for block in page.blocks] == list(range(len(blocks)))
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    running = Decimal(0)
    for number, page in enumerate(pages):
        running += sum((Decimal(rows[row][1]) for row in page.rows), Decimal(0))
        used = sum(rows[row][0] for row in page.rows) + sum(blocks[block] for block in page.blocks)
        used += room.carry * ((page.brought is not None) + (page.carried is not None))
        used += room.head if number == 0 or page.brought is not None else 0
        assert used <= (room.first if number == 0 else room.later) or len(page.rows) + len(page.blocks) == 1
        if page.carried is not None:
            assert page.carried == pages[number + 1].brought == running
        if page.rows and number + 1 < len(pages) and pages[number + 1].rows:
            assert page.carried is not None


@pytest.mark.parametrize(
    ("language", "amount", "day", "percent", "country"),
    [
        ("en", "1,234,567.50", "14 Mar 2025", "20%", "Germany"),
        ("ru", "1 234 567,50", "14 мар. 2025 г.", "20 %", "Германия"),
        ("uk", "1 234 567,50", "14 бер. 2025 р.", "20 %", "Німеччина"),
    ],
)
def test_figures_in_the_words_of_the_language(language, amount, day, percent, country):
    words = figures(language)
    plain = str.maketrans({NBSP: " "})
    assert words.amount(Decimal("1234567.5"), "EUR").translate(plain) == amount
    assert words.day(date(2025, 3, 14)).translate(plain) == day
    assert words.percent(Decimal("20.00")).translate(plain) == percent
    assert words.country("DE") == country


def test_figures_never_lose_digits():
    words = figures("en")
    assert words.amount(Decimal(1234567), "JPY") == "1,234,567"
    assert words.price(Decimal("0.123456"), "EUR") == "0.123456"
    assert words.price(Decimal("12.500000"), "EUR") == "12.50"
    assert words.quantity(Decimal("1E+3")) == "1,000"
    assert words.quantity(Decimal("2.500000")) == "2.5"


def test_payment_code_is_drawn_for_euro_transfers_only():
    assert payment_code(document()).startswith("<svg")
    assert payment_code(document(currency="PLN")) == ""
    assert payment_code(credit_note()) == ""
    assert payment_code(document(payment_means=())) == ""


def test_payment_code_of_russian_banks():
    means = PaymentMeans(code="30", account="40702810938000012345", bic="044525225", account_name="ООО «Ромашка»",
                         text="ПАО Сбербанк, к/с 30101810400000000225", reference="СЧ-1")  # fmt: skip
    paper = document(currency="RUB", payment_means=(means,))
    text = _russian_text(paper)
    assert text.startswith(
        "ST00012|Name=ООО «Ромашка»|PersonalAcc=40702810938000012345|BankName=ПАО Сбербанк|BIC=044525225"
        f"|CorrespAcc=30101810400000000225|Sum={int(paper.totals.payable * 100)}|Purpose=Оплата по счету № СЧ-1 от 14.03.2025"
    )
    assert payment_code(paper).startswith("<svg")
    rows = payment_squares(paper)
    assert [sum(end - start for start, end in dark_runs(row)) for row in rows] == [sum(row) for row in rows]
    squares = sum(len(dark_runs(row)) for row in rows)
    plain = bill(document(currency="RUB", payment_means=(replace(means, text="ПАО Сбербанк"),)))
    assert sum(map(len, bill(paper).pages)) == sum(map(len, plain.pages)) + squares + 1
    for wrong in ({"bic": "SABRRUMM"}, {"account": "DE1"}, {"text": "ПАО Сбербанк"}):
        assert payment_code(document(currency="RUB", payment_means=(replace(means, **wrong),))) == ""


def test_missing_fonts_say_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(fonts, "FOLDER", tmp_path)
    fonts.faces.cache_clear()
    try:
        with pytest.raises(Unavailable, match="make install"):
            fonts.faces()
    finally:
        fonts.faces.cache_clear()
