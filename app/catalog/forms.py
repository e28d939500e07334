"""Shape of what the catalogue's pages send."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from itertools import zip_longest

from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from app.catalog.domain.article import Article
from app.catalog.domain.article_row import ArticleRow, PackRow
from app.catalog.domain.attachment import KINDS, LANGUAGES, Attachment, FileFacts
from app.catalog.domain.attributes import AttributeType, parse_choices, written_choices
from app.catalog.domain.bulk import FIELDS as BULK_FIELDS
from app.catalog.domain.bulk import BulkChange, quantities
from app.catalog.domain.hazard import PACKING_GROUPS, SIGNAL_WORDS, Hazard, read_hazard
from app.catalog.domain.own_fields import KINDS as OWN_KINDS
from app.catalog.domain.own_fields import OwnField
from app.catalog.queries.browse import ArticlePage, CategoryNode
from app.catalog.queries.categories import CategoryLine
from app.catalog.queries.media import ArticleMedia
from app.catalog.service.assortments import AssortmentFacts
from app.catalog.service.attributes import AttributeRow
from app.catalog.service.categories import CategoryRow
from app.core.errors import Invalid
from app.core.texts import N_
from app.core.units import UNIT_NAMES, unit_name
from app.web.formats import quantity
from app.web.forms import DecimalField, Form, choices, parse_decimal
from app.web.texts import _, language, say

ATTRIBUTE_KINDS = {
    "text": _("words"), "number": _("a number, with a unit"), "flag": _("yes or no"), "choice": _("one of a list"),
}  # fmt: skip
LANGUAGE_NAMES = {"en": _("English"), "ru": _("Russian"), "uk": _("Ukrainian"), "de": _("German")}
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


class PicturesForm(Form):
    """New pictures of an article."""

    files = MultipleFileField(_("Pictures"))

    def validate_files(self, field: MultipleFileField) -> None:
        field.data = [file for file in field.data or [] if getattr(file, "filename", "")]
        if not field.data:
            raise ValidationError(_("Choose a file."))


class FileForm(Form):
    """A file of an article and what is said about it."""

    file = FileField(_("File"))
    kind = SelectField(_("Kind"))
    title = StringField(_("Title"), [Length(max=200)])
    language = SelectField(_("Language"))
    valid_from = DateField(_("Holds from"), [Optional()])
    valid_to = DateField(_("Holds until"), [Optional()])

    def offer(self) -> None:
        self.kind.choices = choices((code, say(name)) for code, name in KINDS.items())
        self.language.choices = choices(
            [("", _("for all readers")), *((code, LANGUAGE_NAMES[code]) for code in LANGUAGES)]
        )

    def demand_file(self) -> None:
        self.file.validators = [FileRequired(_("Choose a file."))]

    def facts(self) -> FileFacts:
        return FileFacts(
            self.kind.data, self.title.data or "", self.language.data or "", self.valid_from.data, self.valid_to.data
        )


def facts_of(held: Attachment) -> dict[str, object]:
    """What the form shows of a file."""
    facts = held.facts
    return {"kind": facts.kind, "title": facts.title, "language": facts.language, "valid_from": facts.valid_from,
            "valid_to": facts.valid_to}  # fmt: skip


class ZipForm(Form):
    """A ZIP of pictures and files."""

    file = FileField(_("ZIP file"), [FileRequired(_("Choose a file."))])


class BulkForm(Form):
    """Which field of the chosen articles is to say what; only the part of the chosen field counts."""

    field = SelectField(_("Change"), [InputRequired(_("Choose what is to be changed."))])
    category = SelectField(_("Category"))
    brand = StringField(_("Brand"), [Length(max=100)])
    state = SelectField(
        _("State"),
        choices=choices([
            ("active", _("sold")), ("run_out", _("sold until the stock is gone")), ("discontinued", _("no longer sold")),
        ]),
    )  # fmt: skip
    vat_class = StringField(_("VAT class"), [Length(max=12)])
    minimum = DecimalField(_("Smallest quantity"))
    step = DecimalField(_("In steps of"))
    stock_policy = SelectField(
        _("When the stock is used up"),
        choices=choices([("stock", _("it cannot be ordered")), ("backorder", _("it is ordered and waited for"))]),
    )
    lead_time_days = IntegerField(_("Working days to get more"), [Optional(), NumberRange(0, 3650)])
    discount_group = StringField(_("Discount group"), [Length(max=10)])
    attribute = SelectField(_("Property"))
    value = StringField(_("Value of the property"), [Length(max=1000)])

    def offer(self, tree: list[CategoryNode], attributes: list[AttributeType], locale: str) -> None:
        indent = "\N{NO-BREAK SPACE}" * 4
        nodes = ((node.code, f"{indent * node.depth}{node.code} {node.name}") for node in tree)
        self.field.choices = choices([("", "–"), *((code, say(name)) for code, name in BULK_FIELDS.items())])
        self.category.choices = choices([("", str(_("none"))), *nodes])
        known = sorted((one.label(locale), one.code) for one in attributes if one.code != "brand")
        self.attribute.choices = choices([("", "–"), *((code, label) for label, code in known)])

    def change(self) -> BulkChange:
        field = self.field.data
        if field == "quantities":
            return quantities(self.minimum.data, self.step.data)
        if field == "attribute":
            return BulkChange("attribute", {}, self.attribute.data or "", self.value.data or "")
        value = self["state" if field == "status" else field].data
        return BulkChange(field, {field: value.strip() if isinstance(value, str) else value})


class OwnFieldForm(Form):
    """A definition of the operator's own field."""

    code = StringField(_("Code"), [InputRequired(_("Give it a code.")), Length(max=30)])
    name = StringField(_("Name"), [InputRequired(_("Give it a name.")), Length(max=100)])
    name_ru = StringField(_("Name in Russian"), [Length(max=100)])
    name_uk = StringField(_("Name in Ukrainian"), [Length(max=100)])
    kind = SelectField(_("What stands in it"))
    is_public = BooleanField(_("Shown to buyers"), default=True)
    position = IntegerField(_("Position"), [Optional(), NumberRange(0, 9999)], default=0)

    def offer(self) -> None:
        self.kind.choices = choices((code, say(name)) for code, name in OWN_KINDS.items())

    def definition(self) -> OwnField:
        names = {"ru": (self.name_ru.data or "").strip(), "uk": (self.name_uk.data or "").strip()}
        return OwnField(
            (self.code.data or "").strip().lower(), (self.name.data or "").strip(), self.kind.data,
            {language: name for language, name in names.items() if name}, bool(self.is_public.data), self.position.data or 0,
        )  # fmt: skip


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


class NamesFields(Form):
    """A name in the languages of the portal."""

    name = StringField(_("Name"), [InputRequired(_("Give it a name.")), Length(max=200)])
    name_ru = StringField(_("Name in Russian"), [Length(max=200)])
    name_uk = StringField(_("Name in Ukrainian"), [Length(max=200)])
    name_de = StringField(_("Name in German"), [Length(max=200)])

    def names(self) -> dict[str, str]:
        """Names by language; empty ones, too, because they take a name out."""
        fields = (("ru", self.name_ru), ("uk", self.name_uk), ("de", self.name_de))
        return {language: (field.data or "").strip() for language, field in fields}


def names_of(names: Mapping[str, str]) -> dict[str, str]:
    """What these fields show."""
    return {f"name_{language}": names.get(language, "") for language in ("ru", "uk", "de")}


class CategoryForm(NamesFields):
    """A category; the attributes of its articles are read from repeated fields, see `template_of`."""

    code = StringField(_("Code"), [InputRequired(_("Give it a code.")), Length(max=40)])
    parent = SelectField(_("Stands below"))
    position = IntegerField(_("Position among its siblings"), [Optional(), NumberRange(0, 99_999)], default=0)

    def offer(self, tree: Iterable[CategoryLine], itself: str = "") -> None:
        """Every category may be the parent, but the one itself."""
        indent = "\N{NO-BREAK SPACE}" * 4
        self.parent.choices = choices([
            ("", str(_("none: it is a root"))),
            *((line.code, f"{indent * line.depth}{line.name}") for line in tree if line.code != itself),
        ])  # fmt: skip

    def row(self) -> CategoryRow:
        return CategoryRow(
            (self.code.data or "").strip(), (self.name.data or "").strip(), self.names(), self.parent.data or "",
            self.position.data or 0,
        )  # fmt: skip


def template_of(codes: Iterable[str], required: Iterable[str]) -> dict[str, bool]:
    """Attributes in the order of the rows with whether they are required; empty rows are left out."""
    needed = set(required)
    return {code: code in needed for code in codes if code}


class AttributeForm(NamesFields):
    """The definition of an attribute."""

    code = StringField(_("Code"), [InputRequired(_("Give it a code.")), Length(max=40)])
    kind = RadioField(_("What it takes"), choices=choices(ATTRIBUTE_KINDS.items()), default="text")
    unit = SelectField(_("Unit"))
    choices_text = TextAreaField(_("Choices, one a line"), [Length(max=20_000)])
    is_facet = BooleanField(_("Articles are filtered by it"))
    position = IntegerField(_("Position"), [Optional(), NumberRange(0, 99_999)], default=0)

    def offer(self) -> None:
        units = sorted({*UNIT_NAMES, *([self.unit.data] if self.unit.data else [])})
        self.unit.choices = choices(
            [("", str(_("none"))), *((code, f"{say(unit_name(code))} ({code})") for code in units)]
        )

    def row(self) -> AttributeRow:
        """Raises Invalid("choices_text")."""
        try:
            listed = parse_choices(self.choices_text.data or "")
        except Invalid as error:
            raise Invalid("choices_text", error.message) from None
        return AttributeRow(
            (self.code.data or "").strip(), (self.name.data or "").strip(), self.names(), self.kind.data,
            self.unit.data or "", listed, bool(self.is_facet.data), self.position.data or 0,
        )  # fmt: skip


def definition_values(one: AttributeType) -> dict[str, object]:
    """What the form shows of a definition."""
    return {
        "code": one.code, "name": one.name, **names_of(one.names), "kind": one.kind, "unit": one.unit,
        "choices_text": written_choices(one.choices), "is_facet": one.is_facet, "position": one.position,
    }  # fmt: skip


class BrandForm(Form):
    """A brand; its code stays."""

    name = StringField(_("Name"), [InputRequired(_("Give it a name.")), Length(max=100)])
    about = TextAreaField(_("About the brand"), [Length(max=5_000)])
    website = StringField(_("Address on the web"), [Length(max=300)])


class PartsForm(Form):
    """What belongs to an article: its fields are made by the page. `seen` is when the article had changed last."""

    seen = HiddenField()


class AssortmentForm(Form):
    """An assortment; `last_day` is the last day on which it counts."""

    code = StringField(_("Code"), [InputRequired(_("Give it a code.")), Length(max=40)])
    name = StringField(_("Name"), [InputRequired(_("Give it a name.")), Length(max=120)])
    about = TextAreaField(_("What it is for"), [Length(max=2_000)])
    valid_from = DateField(_("Counts from"), [Optional()])
    last_day = DateField(_("Counts to"), [Optional()])
    is_active = BooleanField(_("In use"), default=True)

    def facts(self) -> AssortmentFacts:
        last_day = self.last_day.data
        return AssortmentFacts(
            self.code.data or "", self.name.data or "", self.about.data or "", bool(self.is_active.data),
            self.valid_from.data, last_day + timedelta(days=1) if last_day else None,
        )  # fmt: skip


class RulesForm(Form):
    """What an assortment allows or denies more: numbers pasted or in a file, a category, a brand."""

    effect = RadioField(
        _("These are"), choices=choices([("allow", _("allowed")), ("deny", _("denied"))]), default="allow"
    )
    skus = TextAreaField(_("Article numbers"), [Length(max=400_000)])
    file = FileField(_("Or a table with the numbers in its first column"))
    category = SelectField(_("Category, with all below it"), [Optional()])
    brand = StringField(_("Brand"), [Length(max=100)])

    def offer(self, tree: Iterable[CategoryNode]) -> None:
        indent = "\N{NO-BREAK SPACE}" * 4
        self.category.choices = choices(
            [("", str(_("none"))), *((node.code, f"{indent * node.depth}{node.name}") for node in tree)]
        )


class ReachForm(Form):
    """Whom an assortment is given to."""

    kind = RadioField(
        _("Give it to"),
        choices=choices([
            ("everybody", _("everybody")), ("group", _("a group")), ("segment", _("a segment")), ("account", _("one account")),
        ]),
        default="group",
    )  # fmt: skip
    code = StringField(_("Code of the group or segment, or account number"), [Length(max=40)])


class SynonymForm(Form):
    """Two words or groups of words that mean the same to the search."""

    term = StringField(_("Who searches for"), [InputRequired(_("Enter at least one word.")), Length(max=100)])
    meaning = StringField(_("also finds"), [InputRequired(_("Enter at least one word.")), Length(max=100)])
    is_two_way = BooleanField(_("and the other way round"))
