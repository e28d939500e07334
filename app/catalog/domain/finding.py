"""What is asked of the search and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from app.catalog.domain.article import Article
from app.catalog.domain.search_query import Plan

Sort = Literal["relevance", "name", "sku", "own"]
Bounds = tuple[Decimal | None, Decimal | None]
Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Query:
    """What a person looks for.

    `values` are ids of facet values: of one attribute any, of several attributes all must hold. `ranges` are by
    attribute code, both ends included. `is_literal` searches what was typed, also where nothing is found.
    """

    text: str = ""
    category: str = ""
    values: tuple[int, ...] = ()
    ranges: Mapping[str, Bounds] = field(default_factory=dict)
    is_literal: bool = False
    with_discontinued: bool = False
    with_variants: bool = True

    @property
    def is_narrowed(self) -> bool:
        return bool(self.values or self.ranges)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A condition that a higher slice adds, on the columns of `article_search s`; its values have names of their own.

    `is_counted` asks only how many of the found articles meet it.
    """

    code: str
    condition: str
    values: Mapping[str, Any] = field(default_factory=dict)
    is_counted: bool = False


@dataclass(frozen=True, slots=True)
class Ordering:
    """An order that a higher slice brings: `join` reaches from the found articles `h` to `key`, which is never NULL.

    `type` is PostgreSQL's type of the key, because pages go on after a key written as text.
    """

    join: str
    key: str
    type: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet and how many articles would be found with it."""

    id: int
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """An attribute to narrow the list by: values to tick, or a range for numbers of many values."""

    code: str
    label: str
    unit: str
    choices: tuple[Choice, ...]
    lowest: Decimal | None = None
    highest: Decimal | None = None
    chosen: Bounds = (None, None)

    @property
    def is_range(self) -> bool:
        return self.lowest is not None

    @property
    def is_chosen(self) -> bool:
        return self.chosen != (None, None) or any(choice.is_chosen for choice in self.choices)


@dataclass(frozen=True, slots=True)
class Found:
    """A page of articles and what can be said about all of them.

    `corrected` is what was searched instead of what was typed, else empty. `by_category` counts by category id,
    `counts` by code of a counted narrowing. `keys` say where a list goes on after an article. `plan` is how the words
    were understood.
    """

    articles: Sequence[Article]
    keys: Mapping[int, Key]
    total: int
    corrected: str = ""
    facets: tuple[Facet, ...] = ()
    by_category: Mapping[int, int] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    plan: Plan = field(default_factory=Plan)
