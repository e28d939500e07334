"""What is told once, at the top of the next page: "Saved", "3 lines removed — Undo"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, flash, get_flashed_messages

from app.core.texts import Message
from app.web.texts import say

LEVELS = ("good", "info", "warn", "bad")


@dataclass(frozen=True, slots=True)
class Banner:
    """`undo` is an address that takes a POST and reverses what the banner tells."""

    level: str
    text: str
    undo: str | None = None


def tell(text: Message | str, level: str = "good", *, undo: str | None = None) -> None:
    """Show a text at the top of the next page or part."""
    if level not in LEVELS:
        raise ValueError(f"a banner is one of {', '.join(LEVELS)}, not {level!r}")
    flash({"text": say(text), "undo": undo}, level)  # type: ignore[arg-type]  # flask stores any JSON


def banners() -> list[Banner]:
    """Take the waiting banners."""
    waiting = cast("list[tuple[str, Any]]", get_flashed_messages(with_categories=True))
    return [_banner(level, value) for level, value in waiting]


def _banner(level: str, value: Any) -> Banner:
    level = level if level in LEVELS else "info"
    if isinstance(value, dict):
        return Banner(level, value["text"], value["undo"])
    return Banner(level, str(value))


def init_app(app: Flask) -> None:
    app.jinja_env.globals["banners"] = banners
