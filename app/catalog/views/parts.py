"""What belongs to one article, each on a page of its own: properties, variants, parts of a kit, related articles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import zip_longest

from flask import Response, request

from app.catalog.domain.article_row import MAX_AXES, ArticleRow
from app.catalog.forms.articles import PartsForm
from app.catalog.policy import Permission
from app.catalog.queries.attributes import Expected, attribute_book, expected
from app.catalog.queries.browse import ArticlePage, article_page
from app.catalog.queries.families import Family, family, kit_lines, kits_with, related
from app.catalog.service.editing import amend_article
from app.catalog.service.kits import RELATIONS, set_kit, set_relations
from app.catalog.views import blueprint
from app.catalog.views.answers import see
from app.core.actor import Scope
from app.core.errors import Conflict, Invalid
from app.core.texts import N_
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.formats import quantity
from app.web.forms import parse_decimal
from app.web.fragments import render_page
from app.web.texts import _, language

_SPARE = 3


@dataclass(frozen=True, slots=True)
class ValueField:
    """A field of the page of properties."""

    expected: Expected
    value: str


@blueprint.route("/catalog/articles/<sku:sku>/properties", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def properties(sku: str) -> Response:
    page = article_page(actor(), sku)
    form = PartsForm(seen=page.updated_at.isoformat())
    fields = _value_fields(page)
    spare = _pairs("extra-code", "extra-value") if request.method == "POST" else []
    if form.validate_on_submit():
        with form.catching():
            said = {field.expected.definition.code: field.value for field in fields if field.value}
            said |= {code: value for code, value in spare if code and value}
            return _done(amend_article(actor(), ArticleRow(sku, attributes=said), seen=_moment(form)), sku)
    return render_page(
        "catalog/article_properties.html", form=form, article=page.article, fields=fields,
        spare=spare + [("", "")] * _SPARE, book=attribute_book(actor()), status=form.status,
    )  # fmt: skip


def _value_fields(page: ArticlePage) -> list[ValueField]:
    """One for each attribute of the category and for whatever else the article says, as sent or as kept."""
    category = page.path[-1][0] if page.path else ""
    held = request.form if request.method == "POST" else {f"value-{code}": v for code, v in page.attributes.items()}
    return [
        ValueField(one, held.get(f"value-{one.definition.code}", "").strip())
        for one in expected(actor(), category, page.attributes)
    ]


@blueprint.route("/catalog/articles/<sku:sku>/variants", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def variants(sku: str) -> Response:
    page = article_page(actor(), sku)
    form = PartsForm(seen=page.updated_at.isoformat())
    sent = request.method == "POST"
    axes = [code for code in request.form.getlist("axis") if code] if sent else list(page.axes)
    head = request.form.get("variant_of", "").strip() if sent else page.variant_of
    if form.validate_on_submit():
        with form.catching():
            row = ArticleRow(sku, axes=tuple(axes), variant_of=head)
            return _done(amend_article(actor(), row, seen=_moment(form)), sku)
    found = family(actor(), page.article.id)
    return render_page(
        "catalog/article_variants.html", form=form, article=page.article, family=found,
        axes=axes + [""] * (MAX_AXES - len(axes)), variant_of=head, book=attribute_book(actor()),
        twins=_twins(found), status=form.status,
    )  # fmt: skip


def _twins(found: Family | None) -> list[str]:
    """Numbers of variants that do not differ from one before on any axis."""
    seen: set[tuple[str, ...]] = set()
    twins = []
    for variant in found.variants if found else ():
        if variant.values in seen:
            twins.append(variant.article.sku)
        seen.add(variant.values)
    return twins


@blueprint.route("/catalog/articles/<sku:sku>/kit", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def kit(sku: str) -> Response:
    page = article_page(actor(), sku)
    form = PartsForm()
    lines = kit_lines(actor(), page.article.id)
    rows = [(line.article.sku, quantity(line.quantity, language())) for line in lines]
    if request.method == "POST":
        rows = _pairs("part", "quantity")
    if form.validate_on_submit():
        with form.catching():
            return _done(set_kit(actor(), sku, [(part, _amount(part, text)) for part, text in rows]), sku)
    return render_page(
        "catalog/article_kit.html", form=form, article=page.article, rows=rows + [("", "")] * _SPARE,
        names={line.article.sku: line.article for line in lines}, kits=kits_with(actor(), page.article.id),
        status=form.status,
    )  # fmt: skip


@blueprint.route("/catalog/articles/<sku:sku>/related", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def related_articles(sku: str) -> Response:
    page = article_page(actor(), sku)
    form = PartsForm()
    found = related(actor(), page.article.id)
    held = {kind: [one.article.sku for one in found if one.kind == kind] for kind in RELATIONS}
    if request.method == "POST":
        held = {kind: _lines(request.form.get(kind, "")) for kind in RELATIONS}
    if form.validate_on_submit():
        with form.catching():
            return _done(set_relations(actor(), sku, held), sku)
    return render_page(
        "catalog/article_related.html", form=form, article=page.article, held=held, found=found, status=form.status
    )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _pairs(first: str, second: str) -> list[tuple[str, str]]:
    """Rows of two repeated fields as they were sent, empty ones left out."""
    rows = zip_longest(request.form.getlist(first), request.form.getlist(second), fillvalue="")
    return [(one.strip(), other.strip()) for one, other in rows if one.strip()]


def _amount(part: str, text: str) -> Decimal:
    try:
        amount = parse_decimal(text, language())
    except ValueError:
        amount = Decimal(0)
    if amount <= 0:
        raise Invalid("parts", N_("How many of {sku}? Write a quantity above zero.", sku=part))
    return amount


def _done(is_changed: bool, sku: str) -> Response:
    tell(_("Saved.") if is_changed else _("Nothing has changed."))
    return see("catalog.show", sku=sku)


def _moment(form: PartsForm) -> datetime:
    try:
        return datetime.fromisoformat(form.seen.data or "")
    except ValueError:
        raise Conflict(N_("This form is damaged. Open the page again.")) from None
