"""An article in its editor, with packs, origin, hazard and own fields."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from itertools import zip_longest

from wtforms import (
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.catalog.domain.article import Article
from app.catalog.domain.article_row import ArticleRow, PackRow
from app.catalog.domain.hazard import PACKING_GROUPS, SIGNAL_WORDS, Hazard, read_hazard
from app.catalog.domain.own_fields import OwnField
from app.catalog.forms.vocabulary import names_of
from app.catalog.queries.browse import ArticlePage, CategoryNode
from app.catalog.queries.media import ArticleMedia
from app.core.errors import Invalid
from app.core.texts import N_
from app.core.units import UNIT_NAMES, unit_name
from app.web.formats import quantity
from app.web.forms import DecimalField, Form, choices, parse_decimal
from app.web.texts import _, language, say

_SPARE_PACKS = 2


class GoodsFields(Form):
    """Origin and hazard of an article; values of the operator's own fields are read beside, see `sent_own`."""

    origin_country = StringField(_("Country of origin"), [Length(max=2)])
    customs_code = StringField(_("Customs code"), [Length(max=20)])
    un_number = StringField(_("UN number"), [Length(max=7)])
    hazard_class = StringField(_("Hazard class"), [Length(max=4)])
    packing_group = SelectField(
        _("Packing group"), choices=choices([("", _("none")), *((g, g) for g in PACKING_GROUPS)])
    )
    ghs = StringField(_("Pictograms (GHS)"), [Length(max=100)])
    signal_word = SelectField(_("Signal word"))

    def offer_goods(self) -> None:
        self.signal_word.choices = choices(
            [("", _("none")), *((code, say(word)) for code, word in SIGNAL_WORDS.items())]
        )

    def hazard(self) -> Hazard:
        return read_hazard(
            un_number=self.un_number.data or "", hazard_class=self.hazard_class.data or "",
            packing_group=self.packing_group.data or "", ghs=self.ghs.data or "", signal_word=self.signal_word.data or "",
        )  # fmt: skip


def goods_of(media: ArticleMedia) -> dict[str, object]:
    """What these fields show of an article."""
    hazard = media.hazard
    return {
        "origin_country": media.origin_country, "customs_code": media.customs_code, "un_number": hazard.un_number,
        "hazard_class": hazard.hazard_class, "packing_group": hazard.packing_group, "ghs": ", ".join(hazard.ghs),
        "signal_word": hazard.signal_word,
    }  # fmt: skip


def sent_own(fields: Mapping[str, OwnField], columns: Mapping[str, str]) -> dict[str, str]:
    """Values of own fields as they were sent, by code."""
    return {code: columns[f"own-{code}"].strip() for code in fields if f"own-{code}" in columns}


class ArticleForm(GoodsFields):
    """The main fields of an article. Packs are read from repeated fields, see `packs_of`."""

    sku = StringField(_("Number"), [InputRequired(_("Give it a number.")), Length(max=60)])
    name = StringField(_("Name"), [InputRequired(_("Give it a name.")), Length(max=300)])
    name_ru = StringField(_("Name in Russian"), [Length(max=300)])
    name_uk = StringField(_("Name in Ukrainian"), [Length(max=300)])
    name_de = StringField(_("Name in German"), [Length(max=300)])
    description = TextAreaField(_("Description"), [Length(max=20_000)])
    description_ru = TextAreaField(_("Description in Russian"), [Length(max=20_000)])
    description_uk = TextAreaField(_("Description in Ukrainian"), [Length(max=20_000)])
    description_de = TextAreaField(_("Description in German"), [Length(max=20_000)])
    category = SelectField(_("Category"))
    brand = StringField(_("Brand"), [Length(max=100)])
    mpn = StringField(_("Maker's number"), [Length(max=80)])
    gtin = StringField(_("Bar code (GTIN)"), [Length(max=14)])
    state = RadioField(
        _("State"),
        choices=choices([
            ("active", _("sold")), ("run_out", _("sold until the stock is gone")), ("discontinued", _("no longer sold")),
        ]),
        default="active",
    )  # fmt: skip
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
    length_mm = DecimalField(_("Length in mm"))
    width_mm = DecimalField(_("Width in mm"))
    height_mm = DecimalField(_("Height in mm"))
    seen = HiddenField()

    def offer(self, tree: list[CategoryNode]) -> None:
        """Fill the selects; a unit that is not in the list stays choosable where it is used."""
        self.offer_goods()
        indent = "\N{NO-BREAK SPACE}" * 4
        self.category.choices = choices([
            ("", str(_("none"))), *((node.code, f"{indent * node.depth}{node.code} {node.name}") for node in tree),
        ])  # fmt: skip
        units = sorted({*UNIT_NAMES, self.base_unit.data or "H87"})
        self.base_unit.choices = choices([(code, f"{code} {say(unit_name(code))}") for code in units])

    def row(self, packs: tuple[PackRow, ...], own: Mapping[str, str]) -> ArticleRow:
        return ArticleRow(
            sku=self.sku.data or "", name=self.name.data,
            names={"ru": self.name_ru.data or "", "uk": self.name_uk.data or "", "de": self.name_de.data or ""},
            descriptions={
                "ru": (self.description_ru.data or "").strip(), "uk": (self.description_uk.data or "").strip(),
                "de": (self.description_de.data or "").strip(),
            },
            length_mm=self.length_mm.data, width_mm=self.width_mm.data, height_mm=self.height_mm.data,
            description=self.description.data or "", category=self.category.data or "", brand=self.brand.data or "",
            mpn=self.mpn.data or "", gtin=self.gtin.data or "", base_unit=self.base_unit.data,
            precision=self.precision.data or 0, minimum=self.minimum.data or Decimal(0), step=self.step.data or Decimal(0),
            maximum=self.maximum.data, anchor=self.anchor.data, vat_category=self.vat_category.data,
            vat_class=self.vat_class.data, weight_kg=self.weight_kg.data, lead_time_days=self.lead_time_days.data,
            stock_policy=self.stock_policy.data, status=self.state.data, successor_sku=self.successor_sku.data or "",
            units=packs, origin_country=(self.origin_country.data or "").strip().upper(),
            customs_code="".join((self.customs_code.data or "").split()), hazard=self.hazard(), custom=own,
        )  # fmt: skip


def values_of(page: ArticlePage) -> dict[str, object]:
    """What the form shows of an article."""
    article: Article = page.article
    return {
        "sku": article.sku, "name": page.plain_name, **names_of(page.names),
        **{f"description_{language}": page.descriptions.get(language, "") for language in ("ru", "uk", "de")},
        "length_mm": page.size_mm[0], "width_mm": page.size_mm[1], "height_mm": page.size_mm[2],
        "description": page.plain_description, "category": page.path[-1][0] if page.path else "", "brand": article.brand,
        "mpn": article.mpn, "gtin": article.gtin, "state": article.status, "successor_sku": article.successor_sku,
        "base_unit": article.base_unit, "precision": article.precision, "minimum": article.rule.minimum or None,
        "step": article.rule.step or None, "maximum": article.rule.maximum, "anchor": str(article.rule.anchor),
        "stock_policy": article.stock_policy, "lead_time_days": article.lead_time_days,
        "vat_category": article.vat_category, "vat_class": article.vat_class, "weight_kg": page.weight_kg,
        "seen": page.updated_at.isoformat(),
    }  # fmt: skip


PACK_FIELDS = ("unit", "size", "gtin", "digits", "weight", "length", "width", "height")


PackCells = tuple[str, ...]


def pack_cells(page: ArticlePage | None) -> list[PackCells]:
    """Each pack as text in the order of PACK_FIELDS, and spare rows below."""
    cells = [
        (
            pack.unit,
            f"{pack.factor.numerator}" if pack.factor.denominator == 1 else f"{pack.factor.numerator}/{pack.factor.denominator}",
            pack.gtin, str(pack.precision or ""), *(_digits(size) for size in (pack.weight_kg, *pack.size_mm)),
        )
        for pack in (page.packs if page else ())
    ]  # fmt: skip
    return cells + [("",) * len(PACK_FIELDS)] * _SPARE_PACKS


def _digits(size: Decimal | None) -> str:
    return "" if size is None else quantity(size, language())


def sent_packs(columns: Mapping[str, list[str]]) -> list[PackCells]:
    """The rows as they were sent."""
    return list(zip_longest(*(columns.get(f"pack-{name}", []) for name in PACK_FIELDS), fillvalue=""))


def packs_of(cells: list[PackCells]) -> tuple[PackRow, ...]:
    """Rows with a unit become packs; the content is a number or a fraction. Raises Invalid("units")."""
    packs = []
    for unit, size, gtin, digits, *sizes in cells:
        if not unit.strip() and not size.strip():
            continue
        try:
            content = Fraction(size.strip())
        except (ValueError, ZeroDivisionError, InvalidOperation):
            raise Invalid(
                "units", N_("How much is in a {unit}? Write a whole number or a fraction such as 7/3.", unit=unit)
            ) from None
        if digits.strip() not in ("", *"0123456"):
            raise Invalid("units", N_("From 0 to 6 digits after the decimal sign."))
        weight, length, width, height = (_size(unit, text) for text in sizes)
        packs.append(PackRow(
            unit.strip().upper(), content.numerator, content.denominator, gtin.strip(), int(digits.strip() or 0), weight,
            length, width, height,
        ))  # fmt: skip
    return tuple(packs)


def _size(unit: str, text: str) -> Decimal | None:
    try:
        return parse_decimal(text, language()) if text.strip() else None
    except ValueError:
        raise Invalid("units", N_("{unit}: “{given}” is not a number.", unit=unit, given=text)) from None


class PartsForm(Form):
    """What belongs to an article: its fields are made by the page. `seen` is when the article had changed last."""

    seen = HiddenField()
