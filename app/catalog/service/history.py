"""Every change of articles is told: who, when, each fact before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from app.catalog.domain.facts import Portrait, changes_of
from app.catalog.queries.portraits import portraits
from app.core import audit
from app.core.actor import Actor


def tell_changes(
    actor: Actor,
    before: Mapping[int, Portrait],
    after: Mapping[int, Portrait],
    *,
    action: str = "changed",
    about: Mapping[str, Any] | None = None,
) -> int:
    """Write one entry for each article that differs; returns how many do. `about` stands in every entry, too."""
    entries = [
        (article_id, action, actor.company_id, {**changes, **(about or {})})
        for article_id, now in after.items()
        if article_id in before and (changes := changes_of(before[article_id], now))
    ]
    audit.record_many(actor, "article", entries)
    return len(entries)


@contextmanager
def told(actor: Actor, article_id: int, *, action: str = "changed", **about: Any) -> Iterator[None]:
    """Tell what the block changes of an article. The caller has taken its turn."""
    before = portraits(actor, [article_id])
    yield
    tell_changes(actor, before, portraits(actor, [article_id]), action=action, about=about)
