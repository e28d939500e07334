"""The table of a UPD: lines with their VAT, and the sums."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from lxml import etree

from app.core.money import round_amount
from app.core.texts import N_
from app.documents.formats import FormatError
from app.documents.model.invoice import BillingDocument
from app.documents.model.line import Line
from app.documents.model.totals import VatCategory
from app.documents.okei import okei_name, to_okei
from app.documents.upd.codes import BY_AGENT, RATE, WITHOUT_VAT, country_number, rate_text
from app.documents.upd.reading import BUYER_SKU, ORDER_LINE, ZERO
from app.documents.upd.title import NOTE
from app.documents.upd.tree import amount, put, put_text, quantity

_MARKS = ("КИЗ", "НомУпак", "ИдентТрансУпак")
_CLASSES = {"HS": "КодВидТов", "OKPD2": "КодТовОКПД2"}
_TAXED = (VatCategory.STANDARD, VatCategory.ZERO, VatCategory.EXPORT, VatCategory.INTRA_COMMUNITY)


def lines_of(document: BillingDocument) -> tuple[Line, ...]:
    """The lines, and charges of the document as further lines; a UPD has no deductions of the document."""
    if any(not one.is_charge for one in document.allowances_charges):
        raise FormatError(N_("A UPD has no allowance for the whole document: spread it over the lines."))
    start = len(document.lines) + 1
    charges = (
        Line(
            position=str(at), name=one.reason or one.reason_code or "-", quantity=Decimal(1), unit="C62",
            unit_price=one.amount, net=one.amount, vat_category=one.vat_category or VatCategory.EXEMPT,
            vat_rate=one.vat_rate,
        )
        for at, one in enumerate(document.allowances_charges, start)
    )  # fmt: skip
    return (*document.lines, *charges)


def taxes_of(document: BillingDocument, lines: tuple[Line, ...]) -> tuple[Decimal, ...]:
    """VAT of each line. Where lines do not say it, that of each rate is spread so that its sum is exact."""
    if all(line.tax is not None for line in lines):
        return tuple(line.tax or ZERO for line in lines)
    taxes = [round_amount(line.net * (line.vat_rate or ZERO) / 100, document.currency) for line in lines]
    for group in document.vat:
        mine = [
            at for at, line in enumerate(lines) if (line.vat_category, line.vat_rate) == (group.category, group.rate)
        ]
        if not mine:
            continue
        largest = max(mine, key=lambda at: abs(lines[at].net))
        taxes[largest] += group.tax - sum((taxes[at] for at in mine), ZERO)
    return tuple(taxes)


def write_table(parent: etree._Element, document: BillingDocument, version: str) -> None:
    table = put(parent, "ТаблСчФакт")
    lines = lines_of(document)
    taxes = taxes_of(document, lines)
    for at, (line, tax) in enumerate(zip(lines, taxes, strict=True), 1):
        _write_line(table, line, tax, str(at), version)
    totals = document.totals
    gross = totals.gross - (totals.rounding or ZERO)
    values = {"СтТовБезНДСВсего": amount(totals.net), "СтТовУчНалВсего": amount(gross)}
    _write_tax(put(table, "ВсегоОпл", values), "СумНалВсего", lines, sum(taxes, ZERO))


def _write_line(table: etree._Element, line: Line, tax: Decimal, position: str, version: str) -> None:
    is_old = version == "5.01"
    number = to_okei(line.unit)
    values = {"НомСтр": line.position if _is_number(line.position) else position, "НаимТов": line.name[:1000]}
    values["ОКЕИ_Тов"] = number or ("" if is_old else "0000")
    if is_old and not number:
        values["ДефОКЕИ_Тов"] = "-"
    if not is_old:
        values["НаимЕдИзм"] = okei_name(line.unit)[:255] or "-"
    price = line.unit_price / (line.price_base_quantity or 1)
    values |= {
        "КолТов": quantity(line.quantity), "ЦенаТов": quantity(price), "СтТовБезНДС": amount(line.net),
        "НалСт": line_rate(line, version), "СтТовУчНал": amount(line.net + tax),
    }  # fmt: skip
    element = put(table, "СведТов", values)
    if is_old:
        _write_excise(element)
        _write_tax(element, "СумНал", (line,), tax, is_old=is_old)
        _write_origin(element, line, "СвТД", "НомерТД")
        _write_details(element, line, is_old=is_old)
    else:
        _write_origin(element, line, "СвДТ", "НомерДТ")
        _write_details(element, line, is_old=is_old)
        _write_excise(element)
        _write_tax(element, "СумНал", (line,), tax)
    _write_fields(element, line, is_old=is_old)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < len(text) <= 6


def line_rate(line: Line, version: str) -> str:
    """As it came in (20/120), else as the version lists it."""
    given = next((one.value for one in line.attributes if one.name == RATE), "")
    text = given or rate_text(line.vat_category, line.vat_rate, version)
    if not text:
        rate = format((line.vat_rate or ZERO).normalize(), "f")
        raise FormatError(N_("UPD {version} has no such VAT rate: {rate} %", version=version, rate=rate))
    return text


def _write_excise(element: etree._Element) -> None:
    put_text(put(element, "Акциз"), "БезАкциз", "без акциза")


def _write_tax(parent: etree._Element, tag: str, lines: Iterable[Line], tax: Decimal, *, is_old: bool = False) -> None:
    """`без НДС` where none of the lines has VAT."""
    categories = {line.vat_category for line in lines}
    element = put(parent, tag)
    if is_old and categories == {VatCategory.REVERSE_CHARGE}:
        put_text(element, "ДефНДС", "-")
    elif categories.isdisjoint(_TAXED):
        put_text(element, "БезНДС", WITHOUT_VAT)
    else:
        put_text(element, "СумНал", amount(tax))


def _write_origin(element: etree._Element, line: Line, tag: str, number_name: str) -> None:
    declared = next((one.value for one in line.attributes if one.name in ("НомерТД", "НомерДТ")), "")
    country = country_number(line.country_of_origin)
    if country:
        put(element, tag, {"КодПроисх": country, number_name: declared[:29]})


def _write_details(element: etree._Element, line: Line, *, is_old: bool) -> None:
    values = {"НаимЕдИзм": okei_name(line.unit)[:255]} if is_old else {}
    values |= {"ХарактерТов": line.description[:1000], "КодТов": line.sku[:100]}
    values["АртикулТов"] = next((one.value for one in line.attributes if one.name == "АртикулТов"), "")[:50]
    if not is_old:
        values["ГТИН"] = line.gtin
    for one in line.classifications:
        if (name := _CLASSES.get(one.scheme)) and (name == "КодВидТов" or not is_old):
            values[name] = one.code
    codes = [one for one in line.attributes if one.name in _MARKS]
    if not any(values.values()) and not codes:
        return
    details = put(element, "ДопСведТов", values)
    for name in ("КИЗ", "НомУпак"):  # either codes or packages in one element
        found = [one.value for one in codes if one.name == name]
        if found:
            group = put(details, "НомСредИдентТов")
            for value in found:
                put_text(group, name, value)
    for code in codes:
        if code.name == "ИдентТрансУпак":
            put(details, "НомСредИдентТов", {"ИдентТрансУпак": code.value[:255]})


def _write_fields(element: etree._Element, line: Line, *, is_old: bool) -> None:
    known = {*_MARKS, RATE, "АртикулТов", "НомерТД", "НомерДТ", BY_AGENT}
    pairs = [(BUYER_SKU, line.buyer_sku), (ORDER_LINE, line.order_line), (NOTE, line.note)]
    pairs += [("GTIN", line.gtin)] if is_old else []
    pairs += [(one.name, one.value) for one in line.attributes if one.name not in known]
    for name, value in pairs:
        if name and value:
            put(element, "ИнфПолФХЖ2", {"Идентиф": name[:50], "Значен": value[:2000]})
