"""Variants as a grid: examples and properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ordering.domain.matrix import MOST_COLUMNS, arrange, in_order, narrowed


@pytest.mark.parametrize(
    ("variants", "rows", "columns"),
    [
        ([(("M10",), 1), (("M8",), 2)], ("M8", "M10"), ("",)),
        ([(("S", "red"), 1), (("M", "red"), 2), (("S", "blue"), 3)], ("M", "S"), ("blue", "red")),
        ([(("2.5", "10"), 1), (("10", "9,5"), 2)], ("2.5", "10"), ("9,5", "10")),
    ],
)
def test_grids(variants, rows, columns):
    grid = arrange(variants)
    assert (grid.rows, grid.columns) == (rows, columns)


def test_listed_values_keep_their_order():
    grid = arrange([(("XL",), 1), (("S",), 2), (("M",), 3), (("odd",), 4)], [("S", "M", "L", "XL")])
    assert grid.rows == ("S", "M", "XL", "odd")


def test_a_wide_grid_is_turned():
    grid = arrange([(("A", str(n)), n) for n in range(MOST_COLUMNS + 1)])
    assert grid.is_turned
    assert grid.columns == ("A",)
    assert grid.cell("3", "A") == 3


@pytest.mark.parametrize(
    "variants",
    [[], [((), 1)], [(("a", "b", "c"), 1)], [(("a", ""), 1)], [(("a", "b"), 1), (("a", "b"), 2)]],
)
def test_what_is_no_grid(variants):
    assert arrange(variants) is None


VALUE = st.text("M10.5,ab²½", min_size=1, max_size=6)


@given(st.dictionaries(st.tuples(VALUE, VALUE), st.integers(), min_size=1, max_size=30))
def test_every_variant_stands_in_one_cell_of_the_grid(cells):
    grid = arrange(list(cells.items()))
    shown = [grid.cell(row, column) for row in grid.rows for column in grid.columns]
    assert sorted(one for one in shown if one is not None) == sorted(cells.values())


@given(st.sets(VALUE, max_size=12), st.lists(VALUE, max_size=6))
def test_an_order_loses_and_doubles_nothing(values, listed):
    ordered = in_order(values, list(dict.fromkeys(listed)))
    assert len(ordered) == len(values)
    assert set(ordered) == values


@given(st.lists(st.tuples(st.tuples(VALUE, VALUE), st.integers()), max_size=20), VALUE)
def test_narrowing_keeps_just_what_fits(variants, picked):
    assert narrowed(variants, ["", ""]) == variants
    assert all(values[0] == picked for values, _one in narrowed(variants, [picked, ""]))
