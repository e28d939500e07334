"""Shape of what the catalogue's pages send."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.catalog.domain.article import Article
from app.catalog.domain.article_row import ArticleRow, PackRow
from app.catalog.queries.browse import ArticlePage, CategoryNode
from app.core.errors import Invalid
from app.core.texts import N_
from app.core.units import UNIT_NAMES, unit_name
from app.web.forms import DecimalField, Form, choices
from app.web.texts import _, say

_SPARE_PACKS = 2


class ArticleForm(Form):
    """The main fields of an article. Packs are read from repeated fields, see `packs_of`."""

    sku = StringField(_("Number"), [InputRequired(_("Give it a number.")), Length(max=60)])
    name = StringField(_("Name"), [InputRequired(_("Give it a name.")), Length(max=300)])
    name_ru = StringField(_("Name in Russian"), [Length(max=300)])
    name_uk = StringField(_("Name in Ukrainian"), [Length(max=300)])
    description = TextAreaField(_("Description"), [Length(max=20_000)])
    category = SelectField(_("Category"))
    brand = StringField(_("Brand"), [Length(max=100)])
    mpn = StringField(_("Maker's number"), [Length(max=80)])
    gtin = StringField(_("Bar code (GTIN)"), [Length(max=14)])
    state = RadioField(
        _("State"), choices=choices([("active", _("sold")), ("discontinued", _("no longer sold"))]), default="active"
    )
    successor_sku = StringField(_("Number of the successor"), [Length(max=60)])
    base_unit = SelectField(_("Base unit"))
    precision = IntegerField(_("Digits after the decimal sign"), [Optional(), NumberRange(0, 6)], default=0)
    minimum = DecimalField(_("Smallest quantity"))
    step = DecimalField(_("In steps of"))
    maximum = DecimalField(_("Largest quantity"))
    anchor = RadioField(
        _("Steps are counted from"),
        choices=choices([("zero", _("zero")), ("minimum", _("the smallest quantity"))]),
        default="zero",
    )
    stock_policy = RadioField(
        _("When the stock is used up"),
        choices=choices([("stock", _("it cannot be ordered")), ("backorder", _("it is ordered and waited for"))]),
        default="stock",
    )
    lead_time_days = IntegerField(_("Working days to get more"), [Optional(), NumberRange(0, 3650)])
    vat_category = SelectField(
        _("VAT"),
        choices=choices([("S", _("taxed")), ("Z", _("zero rate")), ("E", _("exempt")), ("O", _("not subject to VAT"))]),
        default="S",
    )
    vat_class = StringField(_("VAT class"), [InputRequired(_("Name the class.")), Length(max=12)], default="standard")
    weight_kg = DecimalField(_("Weight in kg per base unit"))
    seen = HiddenField()

    def offer(self, tree: list[CategoryNode]) -> None:
        """Fill the selects; a unit that is not in the list stays choosable where it is used."""
        indent = "\N{NO-BREAK SPACE}" * 4
        self.category.choices = choices([
            ("", str(_("none"))), *((node.code, f"{indent * node.depth}{node.code} {node.name}") for node in tree),
        ])  # fmt: skip
        units = sorted({*UNIT_NAMES, self.base_unit.data or "H87"})
        self.base_unit.choices = choices([(code, f"{code} {say(unit_name(code))}") for code in units])

    def row(self, packs: tuple[PackRow, ...]) -> ArticleRow:
        return ArticleRow(
            sku=self.sku.data or "", name=self.name.data, names={"ru": self.name_ru.data or "", "uk": self.name_uk.data or ""},
            description=self.description.data or "", category=self.category.data or "", brand=self.brand.data or "",
            mpn=self.mpn.data or "", gtin=self.gtin.data or "", base_unit=self.base_unit.data,
            precision=self.precision.data or 0, minimum=self.minimum.data or Decimal(0), step=self.step.data or Decimal(0),
            maximum=self.maximum.data, anchor=self.anchor.data, vat_category=self.vat_category.data,
            vat_class=self.vat_class.data, weight_kg=self.weight_kg.data, lead_time_days=self.lead_time_days.data,
            stock_policy=self.stock_policy.data, status=self.state.data, successor_sku=self.successor_sku.data or "",
            units=packs,
        )  # fmt: skip


def values_of(page: ArticlePage) -> dict[str, object]:
    """What the form shows of an article."""
    article: Article = page.article
    return {
        "sku": article.sku, "name": page.plain_name, "name_ru": page.names.get("ru", ""), "name_uk": page.names.get("uk", ""),
        "description": page.description, "category": page.path[-1][0] if page.path else "", "brand": article.brand,
        "mpn": article.mpn, "gtin": article.gtin, "state": article.status, "successor_sku": article.successor_sku,
        "base_unit": article.base_unit, "precision": article.precision, "minimum": article.rule.minimum or None,
        "step": article.rule.step or None, "maximum": article.rule.maximum, "anchor": str(article.rule.anchor),
        "stock_policy": article.stock_policy, "lead_time_days": article.lead_time_days,
        "vat_category": article.vat_category, "vat_class": article.vat_class, "weight_kg": page.weight_kg,
        "seen": page.updated_at.isoformat(),
    }  # fmt: skip


PackCells = tuple[str, str, str]


def pack_cells(page: ArticlePage | None) -> list[PackCells]:
    """Unit, content and bar code of each pack as text, and spare rows below."""
    cells = [
        (pack.unit, f"{pack.factor.numerator}" if pack.factor.denominator == 1 else f"{pack.factor.numerator}/{pack.factor.denominator}", pack.gtin)
        for pack in (page.packs if page else ())
    ]  # fmt: skip
    return cells + [("", "", "")] * _SPARE_PACKS


def sent_packs(columns: Mapping[str, list[str]]) -> list[PackCells]:
    """The rows as they were sent."""
    unit, size, gtin = (columns.get(f"pack-{name}", []) for name in ("unit", "size", "gtin"))
    return list(zip(unit, size, gtin, strict=False))


def packs_of(cells: list[PackCells]) -> tuple[PackRow, ...]:
    """Rows with a unit become packs; the content is a number or a fraction. Raises Invalid("units")."""
    packs = []
    for unit, size, gtin in cells:
        if not unit.strip() and not size.strip():
            continue
        try:
            content = Fraction(size.strip())
        except (ValueError, ZeroDivisionError, InvalidOperation):
            raise Invalid(
                "units", N_("How much is in a {unit}? Write a whole number or a fraction such as 7/3.", unit=unit)
            ) from None
        packs.append(PackRow(unit.strip().upper(), content.numerator, content.denominator, gtin.strip()))
    return tuple(packs)
