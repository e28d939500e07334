"""The shop of an account: lists, and articles while somebody types."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Response, request

from app.catalog.queries.browse import CategoryNode, categories
from app.catalog.queries.search_suggest import suggest
from app.catalog.service.search import note_miss
from app.core.activity import note
from app.core.actor import Scope
from app.ordering.policy import Permission
from app.ordering.queries.ranked import is_ranked
from app.ordering.queries.shop import KEY_PARTS, shop_page
from app.ordering.views import blueprint
from app.ordering.views.shop_filters import SORT_NAMES, chosen_filters, look_from_request
from app.web.access import actor, requires
from app.web.fragments import render_page, render_part
from app.web.pagination import Sort, keyset_from_request, page_of

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where in the tree of categories the list stands."""

    path: Sequence[CategoryNode]
    children: Sequence[CategoryNode]
    counts: Mapping[int, int]

    @property
    def here(self) -> CategoryNode | None:
        return self.path[-1] if self.path else None


@blueprint.get("/shop")
@requires(Permission.SHOP, scope=Scope.TENANT)
def shop() -> Response:
    look = look_from_request()
    if look.sort == "place" and not is_ranked(actor()):
        look = replace(look, sort="name")
    keyset = keyset_from_request(size=PAGE_SIZE, parts=(KEY_PARTS.get(look.sort, str), int))
    listed = shop_page(actor(), look, after=keyset.after, before=keyset.before, limit=keyset.limit)
    text, found = look.query.text, listed.found
    if text and found is not None and not found.total and not (look.is_narrowed or look.query.category):
        note_miss(actor(), text)
    if text and found is not None and not (keyset.after or keyset.before):
        kind = "search" if found.total else "search_empty"
        note(actor(), kind, facts={"text": text.strip().lower(), "found": found.total})
    return render_page(
        "ordering/shop.html",
        page=page_of(listed.rows, keyset, key=lambda row: listed.keys[row.article.id]),
        shelf=_shelf(categories(actor()), look.query.category, found.by_category if found else {}),
        look=look,
        found=found,
        chosen=chosen_filters(found, look) if found else [],
        sorts=SORT_NAMES,
        text=text,
        category=look.query.category,
        sort=Sort(look.sort, look.is_descending),
        client_ref=str(uuid.uuid4()),
        currency=listed.rows[0].price.currency if listed.rows else "",
        can_buy=actor().can(Permission.FILL_CART),
    )


@blueprint.get("/shop/suggest")
@requires(Permission.SHOP, scope=Scope.TENANT)
def shop_suggest() -> Response:
    """Articles while somebody types, as options of a list."""
    found = suggest(actor(), request.args.get("q", "")[:60])
    return render_part("ordering/_suggestions.html", found=found)


def _shelf(tree: Sequence[CategoryNode], code: str, found: Mapping[int, int]) -> Shelf:
    """The way to a category and what lies directly under it, counted with all below; the roots where none is chosen."""
    by_code = {node.code: node for node in tree}
    path: list[CategoryNode] = []
    node = by_code.get(code)
    while node is not None:
        path.insert(0, node)
        node = by_code.get(node.parent_code)
    counts = {node.code: found.get(node.id, 0) for node in tree}
    for below in reversed(tree):  # what is below comes after its parent
        if below.parent_code in counts:
            counts[below.parent_code] += counts[below.code]
    parent = path[-1].code if path else ""
    children = [node for node in tree if node.parent_code == parent and (not found or counts[node.code])]
    return Shelf(path, children, {node.id: counts[node.code] for node in children} if found else {})
