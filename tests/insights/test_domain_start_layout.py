"""Arranging the start page."""

from __future__ import annotations

from app.insights.domain.start_layout import arranged, changed


def test_what_is_new_comes_last_and_what_is_gone_goes():
    assert arranged(["a", "b", "c"], []) == (("a", True), ("b", True), ("c", True))
    assert arranged(["a", "b", "c"], [("c", False), ("old", True), ("a", True)]) == (
        ("c", False),
        ("a", True),
        ("b", True),
    )


def test_moving_hiding_and_showing():
    start = (("a", True), ("b", True), ("c", False))
    for code, change, wanted in (
        ("b", "up", (("b", True), ("a", True), ("c", False))),
        ("b", "down", (("a", True), ("c", False), ("b", True))),
        ("a", "up", start),
        ("c", "down", start),
        ("a", "hide", (("a", False), ("b", True), ("c", False))),
        ("c", "show", (("a", True), ("b", True), ("c", True))),
        ("x", "hide", start),
        ("a", "dance", start),
    ):
        assert changed(start, code, change) == wanted, (code, change)
