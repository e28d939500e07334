"""The shop of an account: lists, and articles while somebody types."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from flask import Response, request

from app.catalog.queries.browse import CategoryNode, categories, sort_key
from app.catalog.queries.search_suggest import suggest
from app.core.actor import Scope
from app.ordering.policy import Permission
from app.ordering.queries.shop import shop_rows
from app.ordering.views import blueprint
from app.web.access import actor, requires
from app.web.fragments import render_page, render_part
from app.web.pagination import keyset_from_request, page_of, sort_from_request

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where in the tree of categories the list stands."""

    path: Sequence[CategoryNode]
    children: Sequence[CategoryNode]

    @property
    def here(self) -> CategoryNode | None:
        return self.path[-1] if self.path else None


@blueprint.get("/shop")
@requires(Permission.SHOP, scope=Scope.TENANT)
def shop() -> Response:
    text, category = request.args.get("q", "").strip()[:100], request.args.get("category", "")[:40]
    sort = sort_from_request(("name", "sku"), "name")
    column = cast('Literal["name", "sku"]', sort.column)
    keyset = keyset_from_request(size=PAGE_SIZE)
    rows = shop_rows(
        actor(),
        text=text,
        category=category,
        sort=column,
        is_descending=sort.is_descending,
        after=keyset.after,
        before=keyset.before,
        limit=keyset.limit,
    )
    return render_page(
        "ordering/shop.html",
        page=page_of(rows, keyset, key=lambda row: sort_key(row.article, column)),
        shelf=_shelf(categories(actor()), category),
        text=text,
        category=category,
        sort=sort,
        client_ref=str(uuid.uuid4()),
        currency=rows[0].price.currency if rows else "",
        can_buy=actor().can(Permission.FILL_CART),
    )


@blueprint.get("/shop/suggest")
@requires(Permission.SHOP, scope=Scope.TENANT)
def shop_suggest() -> Response:
    """Articles while somebody types, as options of a list."""
    found = suggest(actor(), request.args.get("q", "")[:60])
    return render_part("ordering/_suggestions.html", found=found)


def _shelf(tree: Sequence[CategoryNode], code: str) -> Shelf:
    """The way to a category and what lies directly under it; the roots where none is chosen."""
    by_code = {node.code: node for node in tree}
    path: list[CategoryNode] = []
    node = by_code.get(code)
    while node is not None:
        path.insert(0, node)
        node = by_code.get(node.parent_code)
    parent = path[-1].code if path else ""
    return Shelf(path, [node for node in tree if node.parent_code == parent])
