"""Places on a page that other slices fill: `@slot("ordering.order.side")` below, `{{ slot("...", order=order) }}` above.

A panel function gets the context of the place as keyword arguments and returns markup, or None for nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from flask import Flask
from markupsafe import Markup

Panel = Callable[..., str | None]

_panels: dict[str, list[tuple[int, str, Panel]]] = defaultdict(list)


def slot(name: str, *, order: int = 100) -> Callable[[Panel], Panel]:
    """Register a panel; lower `order` comes first, equal ones by name."""

    def register(panel: Panel) -> Panel:
        key = f"{panel.__module__}.{panel.__qualname__}"
        if any(key == known for _, known, _ in _panels[name]):
            raise RuntimeError(f"the panel {key} fills the slot {name!r} twice")
        _panels[name].append((order, key, panel))
        _panels[name].sort(key=lambda entry: entry[:2])
        return panel

    return register


def render_slot(name: str, /, **context: object) -> Markup:
    """All panels of a place, one after the other."""
    parts = (panel(**context) for _, _, panel in _panels.get(name, ()))
    return Markup("\n").join(Markup(part) for part in parts if part)  # noqa: S704 -- panels are rendered templates


def init_app(app: Flask) -> None:
    app.jinja_env.globals["slot"] = render_slot
