"""The page of one article, and ordering many of its variants at once."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from decimal import Decimal

from flask import Response, request

from app.catalog.domain.attachment import KINDS, for_readers
from app.catalog.domain.hazard import SIGNAL_WORDS, pictograms
from app.catalog.queries.media import article_media
from app.core.activity import note
from app.core.actor import Scope
from app.core.errors import Conflict, Invalid
from app.core.texts import N_
from app.inventory.policy import Permission as StockPermission
from app.inventory.queries.watches import watches_article
from app.ordering.domain.cart import LineProblem, WantedLine
from app.ordering.domain.matrix import in_order, narrowed
from app.ordering.policy import Permission
from app.ordering.queries.compare import MOST
from app.ordering.queries.product import FamilyOffer, ProductPage, product
from app.ordering.queries.shop import ShopRow
from app.ordering.service.cart import add_lines
from app.ordering.views import blueprint
from app.ordering.views.answers import go
from app.ordering.views.panels import forget_cart
from app.ordering.views.texts import unit_choices
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import parse_decimal
from app.web.fragments import render_page
from app.web.texts import _, language, ngettext, say

PLACE = "/articles"


@dataclass(slots=True)
class EnteredCells:
    """What was typed into cells and why it does not do, by article."""

    texts: dict[int, str] = field(default_factory=dict)
    problems: dict[int, LineProblem] = field(default_factory=dict)
    refused: str = ""


@blueprint.get("/articles/<sku:sku>")
@requires(Permission.SHOP, scope=Scope.TENANT)
def article(sku: str) -> Response:
    found = product(actor(), sku)
    note(actor(), "article_view", subject="article", subject_id=found.row.article.id)
    return _shown(found, EnteredCells())


@blueprint.post("/articles/<sku:sku>/variants")
@requires(Permission.FILL_CART, scope=Scope.TENANT)
def add_variants(sku: str) -> Response:
    """Every cell with a quantity goes into the cart, or none does."""
    found = product(actor(), sku)
    entered = EnteredCells()
    wanted = _wanted(found, entered)
    if not wanted and not entered.problems:
        entered.refused = str(_("Enter how many you want of which."))
    if entered.problems or entered.refused:
        return _shown(found, entered, 422)
    try:
        add_lines(actor(), None, wanted, client_ref=request.form.get("client_ref", "")[:60], page=PLACE)
    except Invalid as error:
        entered.problems = {wanted[place].article_id: problem for place, problem in error.details or ()}
        entered.refused = "" if entered.problems else say(error.message)
        return _shown(found, entered, 422)
    except Conflict as error:
        entered.refused = say(error.message)
        return _shown(found, entered, 409)
    forget_cart()
    tell(ngettext("{n} article is in the cart.", "{n} articles are in the cart.", len(wanted)))
    return go("ordering.article", sku=sku, **_picked_names(found.family))


def _wanted(found: ProductPage, entered: EnteredCells) -> list[WantedLine]:
    """Lines of the cells that hold a quantity; cells that hold something else are problems."""
    wanted = []
    for _values, row in found.family.variants if found.family else ():
        text = request.form.get(f"quantity-{row.article.id}", "").strip()
        if not text:
            continue
        entered.texts[row.article.id] = text
        try:
            quantity = parse_decimal(text, language())
        except ValueError:
            entered.problems[row.article.id] = LineProblem("invalid", N_("“{given}” is not a number.", given=text))
            continue
        if quantity != Decimal(0):
            wanted.append(WantedLine(row.article.id, quantity, row.article.base_unit))
    return wanted


def _shown(found: ProductPage, entered: EnteredCells, status: int = 200) -> Response:
    media = article_media(actor(), found.row.article.id)
    picked = _picked(found.family)
    may_watch = _may_watch(found.row)
    listed = narrowed(found.family.variants, picked) if found.family else []
    return render_page(
        "ordering/product.html",
        status=status,
        product=found,
        media=media,
        files=for_readers(media.attachments, found.today, actor().locale),
        file_kinds=KINDS,
        signal_words=SIGNAL_WORDS,
        pictograms=pictograms,
        row=found.row,
        article=found.row.article,
        units=unit_choices(found.row.article),
        client_ref=str(uuid.uuid4()),
        can_buy=actor().can(Permission.FILL_CART),
        may_watch=may_watch,
        is_watched=may_watch and watches_article(actor(), found.row.article.id),
        entered=entered,
        picked=picked,
        pickers=_pickers(found.family),
        listed=listed,
        compared=[row.article.id for _values, row in listed[:MOST]],
    )


def _may_watch(row: ShopRow) -> bool:
    """Whether the page offers to tell when the article is back: it is not there, and will be."""
    article = row.article
    is_sold = article.is_active and not article.is_head and not article.is_running_out
    return is_sold and not row.promise.is_there and actor().can(StockPermission.WATCH)


def _pickers(family: FamilyOffer | None) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """For a family that is no grid: name and label of each axis with the values one can pick."""
    if family is None or family.grid is not None:
        return []
    return [
        (f"pick-{place}", axis.label(language()), [
            (value, axis.word(value, language()))
            for value in in_order({values[place] for values, _row in family.variants} - {""}, tuple(axis.choices))
        ])
        for place, axis in enumerate(family.axes)
    ]  # fmt: skip


def _picked(family: FamilyOffer | None) -> list[str]:
    if family is None or family.grid is not None:
        return []
    return [request.values.get(f"pick-{place}", "")[:200] for place in range(len(family.axes))]


def _picked_names(family: FamilyOffer | None) -> dict[str, str]:
    return {f"pick-{place}": value for place, value in enumerate(_picked(family)) if value}
