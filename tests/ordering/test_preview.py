"""A bulk order judged row by row at own prices and stock; corrections; nothing stored."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.core.db import db, statements
from app.core.errors import Invalid
from app.core.tenancy import acting_as
from app.ordering.domain.carried_rows import Carried, Correction, correct, dump_rows, keep_only, load_rows
from app.ordering.domain.preview import Fix, Preview, Verdict, apply
from app.ordering.models.carts import Cart, CartLine
from app.ordering.queries.quick_order import preview, read_file, read_text
from tests.factories.ordering import article, buyer, own_number

pytestmark = pytest.mark.usefixtures("ctx")


def judged(actor, text: str | Carried) -> Preview:
    with acting_as(actor):
        return preview(actor, text if isinstance(text, Carried) else read_text(text))


def problems(seen: Preview) -> list[tuple[int, str, str]]:
    return [(problem.number, problem.reason, str(problem.messages[0])) for problem in seen.problems]


def options(seen: Preview, number: int) -> list[str]:
    return [option.value for problem in seen.problems if problem.number == number for option in problem.options]


def test_good_rows_become_lines_at_own_prices():
    article("BOLT", "2.50")
    article("NUT", "0.20", breaks={100: "0.15"})
    seen = judged(buyer(), "BOLT\t4\nNUT\t60\nnut\t40\n")
    assert [(line.article.sku, line.quantity, line.rows, line.price.net) for line in seen.lines] == [
        ("BOLT", Decimal(4), (1,), Decimal("10.00")),
        ("NUT", Decimal(100), (2, 3), Decimal("15.00")),
    ]
    assert [line.rows for line in seen.merged] == [(2, 3)]
    assert seen.problems == []
    assert seen.totals.net_total == Decimal("25.00")
    assert seen.ok_rows == 3


def test_every_kind_of_trouble_is_named_with_a_way_out():
    new = article("NEW")
    article("OLD", successor=new)
    article("LAST", status="discontinued")
    article("PACK", step=6)
    article("FEW", stock=7)
    article("NONE", stock=0)
    article("FREE", None)
    seen = judged(
        buyer(),
        "OLD\t1\nLAST\t1\nPACK\t8\nFEW\t9\nNONE\t1\nFREE\t1\nWHAT\t1\nNEW\tmany\nNEW\t1.5\n\t5\nNEW\t\n",
    )
    assert problems(seen) == [
        (1, "discontinued", "No longer sold. The successor is NEW."),
        (2, "discontinued", "No longer sold, and there is no successor."),
        (3, "quantity", "8 does not fit the packs. Take 6 or 12 pcs."),
        (4, "stock", "Only 7 pcs in stock."),
        (5, "stock", "Out of stock."),
        (6, "no_price", "There is no price for this article in EUR."),
        (7, "unknown_sku", "There is no article WHAT."),
        (8, "invalid_qty", "“many” is no quantity. Write digits only, without a unit."),
        (9, "qty_not_whole", "Only whole quantities can be ordered."),
        (10, "missing_sku", "The article number is missing."),
        (11, "missing_qty", "The quantity is missing."),
    ]
    assert [options(seen, number) for number in (1, 3, 4, 9)] == [["NEW"], ["6", "12"], ["7"], ["1", "2"]]
    assert [problem.number for problem in seen.problems if problem.verdict is Verdict.REFUSED] == [2, 5, 6, 7, 10]
    assert seen.lines == []


def test_gtin_of_a_pack_means_that_pack_and_own_numbers_are_known():
    made = article("TAPE", "3", units={"XBX": 10}, gtin="4006381333931")
    ann = buyer()
    own_number(made, ann.company_id, "MY-7")
    seen = judged(ann, "4006381333931\t2\nmy-7\t3\n")
    assert [(line.article.sku, line.unit, line.quantity) for line in seen.lines] == [("TAPE", "H87", Decimal(5))]


def test_own_number_of_two_articles_is_ambiguous():
    first, second = article("ONE", gtin="96385074"), article("TWO", gtin="96385074")
    seen = judged(buyer(), "96385074\t1\n")
    assert problems(seen)[0][1] == "ambiguous_sku"
    assert sorted(options(seen, 1)) == [first.sku, second.sku]


def test_units_are_read_in_words_and_unknown_ones_are_asked_back():
    article("TAPE", "3", units={"XBX": 10})
    seen = judged(buyer(), "Article\tQuantity\tUnit\nTAPE\t2\tBox\nTAPE\t5\tStück\nTAPE\t1\tbarrel\n")
    assert [(line.unit, line.quantity) for line in seen.lines] == [("XBX", Decimal(2)), ("H87", Decimal(5))]
    assert problems(seen) == [(4, "unknown_unit", "TAPE is not sold in “barrel”. Choose a unit.")]
    assert options(seen, 4) == ["H87", "XBX"]


def test_stock_counts_all_rows_of_an_article_together():
    article("TAPE", "3", units={"XBX": 10}, stock=24)
    seen = judged(buyer(), "Article\tQuantity\tUnit\nTAPE\t2\tBox\nTAPE\t5\tpcs\n")
    assert [(problem.number, problem.reason) for problem in seen.problems] == [(2, "stock"), (3, "stock")]


def test_corrections_are_judged_anew_and_nothing_else_is_lost():
    article("PACK", step=6)
    article("BOLT")
    ann = buyer()
    carried = read_text("PACK\t8\nBOLT\t3\nBOLD\t2\n")
    corrected = correct(carried, {1: Correction(quantity="12"), 3: Correction(code="bolt")})
    seen = judged(ann, corrected)
    assert [(line.article.sku, line.quantity, line.rows) for line in seen.lines] == [
        ("PACK", Decimal(12), (1,)), ("BOLT", Decimal(5), (2, 3)),
    ]  # fmt: skip
    assert seen.problems == []


def test_rows_of_one_line_are_corrected_by_their_total_and_stay_named():
    article("PACK", step=6)
    ann = buyer()
    seen = judged(ann, "PACK\t4\nPACK\t5\n")
    (problem,) = seen.problems
    assert (problem.number, problem.others, problem.quantity) == (1, (2,), "9")
    corrected = correct(seen.carried, {1: Correction(quantity="12", join=(2,))})
    seen = judged(ann, corrected)
    assert [(line.quantity, line.rows) for line in seen.lines] == [(Decimal(12), (1, 2))]
    assert correct(corrected, {1: Correction(quantity="12", join=(2,))}) == corrected


@pytest.mark.parametrize(
    ("fix", "expected"),
    [
        (Fix.UP, {"PACK": "12", "BULK": "10"}),
        (Fix.DOWN, {"PACK": "6"}),
        (Fix.IN_STOCK, {"FEW": "7"}),
        (Fix.SUCCESSOR, {"NEW": "1"}),
    ],
)
def test_one_choice_for_all_rows(fix, expected):
    new = article("NEW")
    article("OLD", successor=new)
    article("PACK", step=6)
    article("BULK", minimum=10)
    article("FEW", stock=7)
    ann = buyer()
    seen = judged(ann, "PACK\t8\nBULK\t2\nFEW\t9\nOLD\t1\n")
    assert seen.lines == []
    assert seen.fixes[fix] == len(expected)
    fixed = judged(ann, apply(seen.carried, seen.problems, fix))
    assert {line.article.sku: f"{line.quantity:f}" for line in fixed.lines} == expected


def test_rows_left_out_are_named():
    article("BOLT")
    ann = buyer()
    seen = judged(ann, correct(read_text("BOLT\t3\nBOLD\t2\nx\t1\n"), {3: Correction(code="", quantity="")}, drop=[2]))
    assert seen.carried.dropped == (2, 3)
    assert seen.problems == []


def test_rows_travel_as_text_unharmed():
    carried = read_file(
        b'sep=;\nPos;Artikelnummer;Menge;Bemerkung\n1;22423;1.944;"zwei\nZeilen;\t und \\t"\n2;;7;ohne\n\n4;85 123a;x;\n'
    )
    carried = replace(carried, also={3: (9, 11)}, dropped=(8,), taken=4, name="bestellung.csv")
    there = load_rows(dump_rows(carried).replace("\n", "\r\n"))
    assert there.order.reading == carried.order.reading
    assert [(row.number, row.sku, row.quantity, row.given_quantity) for row in there.order.rows] == [
        (row.number, row.sku, row.quantity, row.given_quantity) for row in carried.order.rows
    ]
    assert there.order.rows[0].quantity == 1944
    assert there.order.rows[0].cells == ("1", "22423", "1.944", "zwei\nZeilen;\t und \\t")
    assert there.order.ignored == carried.order.ignored
    assert (there.also, there.dropped, there.taken, there.name) == ({3: (9, 11)}, (8,), 4, "bestellung.csv")


@pytest.mark.parametrize("text", ["", "x", "[]", '{"reading": {}}', "{}\n1\t2"])
def test_damaged_text_is_refused(text):
    with pytest.raises(Invalid, match="damaged"):
        load_rows(text)


def test_kept_rows_are_those_that_wait():
    kept = keep_only(read_text("A\t1\nB\t2\nC\t3\n"), [2], taken=2)
    assert [row.number for row in kept.order.rows] == [2]
    assert kept.taken == 2


def test_a_preview_stores_nothing_and_takes_the_same_statements_for_any_number_of_rows():
    for number in range(40):
        article(f"A{number:02}")
    ann = buyer()
    counts = []
    for rows in (2, 40):
        text = "".join(f"A{number:02}\t1\n" for number in range(rows)) + "WHAT\t1\n"
        with acting_as(ann), statements() as seen:
            assert len(preview(ann, read_text(text)).lines) == rows
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 8
    with acting_as(ann):
        assert db.session.scalar(select(func.count()).select_from(Cart)) == 0
        assert db.session.scalar(select(func.count()).select_from(CartLine)) == 0
