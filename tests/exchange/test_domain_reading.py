"""Headers, mappings, parts: what of a file goes where."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.core.errors import Invalid, RowProblem
from app.core.tables.opening import open_table
from app.core.texts import N_
from app.exchange.domain.chunks import Item, chunks
from app.exchange.domain.fields import Field, Shape, Variants, header_key
from app.exchange.domain.outcome import Outcome, RowState, Tally
from app.exchange.domain.reading import guess, is_header_for, make_plan, read_sample

FIELDS = (
    Field("sku", N_("Article number"), ("article", "Artikelnummer", "артикул"), is_required=True, length=8),
    Field("name", N_("Name"), ("name", "Bezeichnung", "название"), variants=Variants.LANGUAGE),
    Field("price", N_("Price"), ("list price", "Preis", "цена", "ціна"), shape=Shape.NUMBER, is_required=True),
    Field(
        "stock", N_("Stock"), ("stock", "Bestand"), shape=Shape.NUMBER, variants=Variants.CODE, is_plain_allowed=False
    ),
)


def opened(text: str):
    return open_table(text.encode(), is_header=is_header_for(FIELDS))


def plan_of(table, mapping=None, **options):
    reading = read_sample(table, FIELDS)
    return make_plan(reading, FIELDS, mapping if mapping is not None else guess(reading, FIELDS), **options)


def parts_of(text: str, **options):
    with opened(text) as table:
        plan = plan_of(table)
        return list(chunks(table.rows(), plan, FIELDS, {}, **{"size": 100, **options}))


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("SKU", "sku"),
        ("Article", "sku"),
        ("ARTIKELNUMMER", "sku"),
        ("Артикул", "sku"),
        ("list_price", "price"),
        ("List-Price (EUR)", "price"),
        ("name_en", "name:en"),
        ("Name (de)", "name:de"),
        ("Name [mm]", "name"),
        ("название_ru", "name:ru"),
        ("stock_central", "stock:central"),
        ("name_xx", None),
        ("stock", None),
        ("", None),
    ],
)
def test_headers_are_known_in_many_writings(header, key):
    found = [field.key_for(header) for field in FIELDS if field.key_for(header)] if header else []
    assert found == ([key] if key else [])


def test_header_keys_ignore_case_signs_and_brackets():
    assert header_key("  Unit_Price [net] (GBP) ") == "unit price"
    assert header_key("(42)") == "42"


def test_the_header_may_stand_below_a_title():
    with opened("Prices of spring\n\nprinted 2026\nArticle;Preis;Farbe\nA-1;1,50;red\n") as table:
        reading = read_sample(table, FIELDS)
        assert (reading.header_row, reading.delimiter, reading.encoding) == (4, ";", "utf-8")
        assert guess(reading, FIELDS) == {"sku": "Article", "price": "Preis"}
        assert [column.header for column in reading.columns] == ["Article", "Preis", "Farbe"]
        assert reading.columns[2].samples == ("red",)
        assert make_plan(reading, FIELDS, guess(reading, FIELDS)).conventions.decimal_sign == ","


def test_a_file_without_header_is_mapped_by_place():
    with opened("A-1,2.50,x\nA-2,3.75,y\n") as table:
        reading = read_sample(table, FIELDS, has_header=False)
        assert [column.name for column in reading.columns] == ["#1", "#2", "#3"]
        plan = make_plan(reading, FIELDS, {"sku": "#1", "price": "#2"})
        (part,) = chunks(table.rows(), plan, FIELDS, {}, size=10)
    assert [item.values for item in part.items] == [
        {"sku": "A-1", "price": Decimal("2.50")},
        {"sku": "A-2", "price": Decimal("3.75")},
    ]


def test_two_columns_of_one_name_are_told_apart_by_place():
    with opened("sku,price,price\nA-1,1,2\n") as table:
        plan = plan_of(table, {"sku": "sku", "price": "#3"})
        (part,) = chunks(table.rows(), plan, FIELDS, {}, size=10)
    assert part.items[0].values["price"] == Decimal(2)


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ({"sku": "sku"}, "No column gives “Price”"),
        ({"sku": "sku", "price": "Wert"}, "no column “Wert”"),
        ({"sku": "sku", "price": "price", "colour": "name"}, "no field “colour”"),
        ({"sku": "sku", "price": "#9"}, "no column “#9”"),
    ],
)
def test_a_mapping_that_does_not_fit_says_why(mapping, says):
    with opened("sku,price,name\nA-1,1,x\n") as table, pytest.raises(Invalid, match=says):
        plan_of(table, mapping)


def test_a_mapping_finds_its_column_whatever_the_case():
    with opened("SKU,List Price\nA-1,1\n") as table:
        assert plan_of(table, {"sku": "sku", "price": "list_price"}).columns["price"].index == 1


def test_an_empty_file_is_refused():
    with pytest.raises(Invalid), opened("\n\n") as table:
        read_sample(table, FIELDS)


def test_rows_keep_their_numbers_and_what_is_wrong_with_them():
    (part,) = parts_of("sku,price,stock_north\nA-1,1.5,3\n\n,2,\nA-3,cheap,x\nA-123456789,1,\n")
    assert part.items == [Item(2, 0, {"sku": "A-1", "price": Decimal("1.5"), "stock:north": Decimal(3)})]
    assert [(problem.row, problem.column, problem.code, problem.given) for problem in part.problems] == [
        (4, "sku", "empty", ""),
        (5, "price", "not_a_number", "cheap"),
        (5, "stock_north", "not_a_number", "x"),
        (6, "sku", "too_long", "A-123456789"),
    ]
    assert part.rows[5] == ("A-3", "cheap", "x")
    assert part.next_row == 7


def test_parts_start_again_at_a_row_and_count_groups_over_the_whole_file():
    text = "sku,price\n" + "".join(f"{sku},1\n" for sku in "AABBBCA")
    parts = parts_of(text, size=2, group=("sku",))
    assert [[item.row for item in part.items] for part in parts] == [[2, 3], [4, 5, 6], [7, 8]]
    assert [item.ordinal for part in parts for item in part.items] == [1, 2, 1, 2, 3, 1, 3]
    resumed = parts_of(text, size=2, group=("sku",), from_row=7)
    assert [(item.row, item.ordinal) for part in resumed for item in part.items] == [(7, 1), (8, 3)]


def test_a_group_without_end_is_cut_at_twice_the_size():
    parts = parts_of("sku,price\n" + "A,1\n" * 10, size=3, group=("sku",))
    assert [len(part.items) for part in parts] == [6, 4]


def test_a_row_that_does_several_things_has_the_strongest_state():
    outcome = Outcome()
    for state in (RowState.SAME, RowState.CREATED, RowState.CHANGED):
        outcome.note(2, state)
    assert outcome.states == {2: RowState.CREATED}
    outcome.refuse(RowProblem(2, "sku", "bad", N_("No.")))
    outcome.note(2, RowState.CHANGED)
    assert outcome.states == {2: RowState.REFUSED}


def test_a_tally_counts_rows_and_keeps_problems_while_there_is_room():
    (part,) = parts_of("sku,price\nA,1\nB,\nC,x\nD,2\n")
    outcome = Outcome(states={2: RowState.CREATED}, figures={"net": Decimal(1)})
    outcome.refuse(RowProblem(5, "sku", "unknown", N_("No.")))
    tally = Tally(room=2)
    tally.add(part, outcome)
    assert (tally.read, tally.created, tally.refused) == (4, 1, 3)
    assert [problem.row for problem in tally.problems] == [3, 4]
    assert tally.rows == {3: ("B", None), 4: ("C", "x")}
    tally.add(part, outcome)
    assert tally.refused == 6
    assert len(tally.problems) == 2
    assert tally.figures == {"net": Decimal(2)}
