"""The corrective document written: ON_NKORSCHFDOPPR 5.01."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from lxml import etree

from app.core.texts import N_
from app.documents.formats import FormatError
from app.documents.model.invoice import BillingDocument, CreditNote
from app.documents.model.line import Line, LineState
from app.documents.model.totals import VatCategory
from app.documents.okei import okei_name, to_okei
from app.documents.upd.codes import RATE, WITHOUT_VAT, currency_number, rate_text
from app.documents.upd.correction import AFTER, BEFORE, GROUNDS, TRANSFER
from app.documents.upd.line_out import lines_of, taxes_of
from app.documents.upd.party import write_party
from app.documents.upd.reading import BUYER_SKU, FILE, ORDER_LINE, ZERO
from app.documents.upd.title import NOTE, UpdOptions, file_id, participant
from app.documents.upd.tree import amount, day, put, put_text, quantity, written
from app.documents.upd.writing import composer, start, write_signer

_VERSION = "5.01"
_CHANGE = "Документ об изменении стоимости отгруженных товаров (выполненных работ, оказанных услуг), переданных имущественных прав"
_CORRECTION = "Корректировочный счет-фактура"
_BOTH = f"{_CORRECTION} и документ об изменении стоимости отгруженных товаров (выполненных работ, оказанных услуг), переданных имущественных прав"


def write_correction(document: BillingDocument, options: UpdOptions | None = None) -> bytes:
    """A credit note, or a corrected invoice. A line that does not say what was invoiced stands as wholly credited."""
    options = replace(options or UpdOptions(), version=_VERSION)
    if not document.preceding:
        raise FormatError(N_("A UKD names the invoices that it corrects."))
    if not document.lines:
        raise FormatError(N_("A UKD needs lines."))
    seller, buyer, issued = document.seller, document.buyer, document.issue_date
    number = currency_number(document.currency)
    if not number:
        raise FormatError(N_("UPD has no number for the currency {currency}.", currency=document.currency))
    function = document.function if document.function in ("КСЧФ", "КСЧФДИС", "ДИС") else "КСЧФДИС"
    ends = (participant(seller, options.sender_id), participant(buyer, options.recipient_id))
    made_on = options.made_on or issued
    name = file_id("ON_NKORSCHFDOPPR", ends, made_on, options, f"{function}/{document.number}/{issued}")
    root = start(name, ends, options)
    head = put(root, "Документ", {
        "КНД": "1115127", "Функция": function, "ПоФактХЖ": "" if function == "КСЧФ" else _CHANGE,
        "НаимДокОпр": {"КСЧФ": _CORRECTION, "ДИС": _CHANGE}.get(function, _BOTH), "ДатаИнфПр": day(made_on),
        "ВремИнфПр": options.made_at, "НаимЭконСубСост": composer(seller),
    })  # fmt: skip
    names = {"НомерКСчФ": document.number, "ДатаКСчФ": day(issued), "КодОКВ": number}
    bill = put(head, "СвКСчФ", names)
    for one in document.preceding:
        put(bill, "СчФ", {"НомерСчФ": one.number, "ДатаСчФ": day(one.issue_date or issued)})
    bank = next((one for one in document.payment_means if one.account or one.bic), None)
    write_party(bill, "СвПрод", seller, _VERSION, bank)
    write_party(bill, "СвПокуп", buyer, _VERSION)
    if document.notes:
        field = put(bill, "ИнфПолФХЖ1")
        for note in document.notes:
            put(field, "ТекстИнф", {"Идентиф": (note.subject or NOTE)[:50], "Значен": note.text[:2000]})
    _write_table(head, document)
    if function != "КСЧФ":
        _write_event(head, document)
    write_signer(head, seller, options)
    return written(root)


def _write_table(head: etree._Element, document: BillingDocument) -> None:
    table = put(head, "ТаблКСчФ")
    lines = lines_of(document)
    is_credit = isinstance(document, CreditNote)
    states = [
        _states(line, tax, is_credit=is_credit) for line, tax in zip(lines, taxes_of(document, lines), strict=True)
    ]
    for at, (line, (before, after)) in enumerate(zip(lines, states, strict=True), 1):
        _write_line(table, line, before, after, at)
    categories = {state.vat_category for pair in states for state in pair}
    for path, wanted in (("ВсегоУвел", 1), ("ВсегоУм", -1)):
        net = sum((abs(d) for one, other in states if (d := _diff(one.net, other.net)) * wanted > 0), ZERO)
        tax = sum((abs(d) for one, other in states if (d := _diff(one.tax, other.tax)) * wanted > 0), ZERO)
        total = put(table, path, {"СтТовБезНДСВсего": amount(net), "СтТовУчНалВсего": amount(net + tax)})
        _write_tax(total, "СумНал", tax, categories)


def _states(line: Line, tax: Decimal, *, is_credit: bool) -> tuple[LineState, LineState]:
    """Before and after; where the line does not say, what is credited was there before and is gone."""
    if line.before is not None and line.after is not None:
        return line.before, line.after
    price = line.unit_price / (line.price_base_quantity or 1)
    full = LineState(
        quantity=line.quantity, unit=line.unit, unit_price=price, net=line.net, vat_category=line.vat_category,
        vat_rate=line.vat_rate, tax=tax, gross=line.net + tax,
    )  # fmt: skip
    none = LineState(
        quantity=ZERO, unit=line.unit, unit_price=price, net=ZERO, vat_category=line.vat_category,
        vat_rate=line.vat_rate, tax=ZERO, gross=ZERO,
    )  # fmt: skip
    return (full, none) if is_credit else (none, full)


def _diff(one: Decimal | None, other: Decimal | None) -> Decimal:
    return (other or ZERO) - (one or ZERO)


def _write_line(table: etree._Element, line: Line, before: LineState, after: LineState, at: int) -> None:
    given = line.position
    is_number = given.isascii() and given.isdecimal() and len(given) <= 6
    values = {"НомСтр": given if is_number else str(at), "НаимТов": line.name[:1000]}
    for when, state in ((BEFORE, before), (AFTER, after)):
        unit = to_okei(state.unit)
        values |= {f"ОКЕИ_Тов{when}": unit, f"ДефОКЕИ_Тов{when}": "" if unit else "-"}
        values |= {f"КолТов{when}": quantity(state.quantity), f"ЦенаТов{when}": quantity(state.unit_price)}
        values[f"НалСт{when}"] = _rate(state)
    element = put(table, "СведТов", values)
    _write_values(element, "СтТовБезНДС", before.net, after.net)
    for when in (BEFORE, AFTER):
        put_text(put(element, f"Акциз{when}"), "БезАкциз", "без акциза")
    put_text(put(element, "АкцизРазн"), "СумУвел", "0.00")
    for when, state in ((BEFORE, before), (AFTER, after)):
        _write_tax(element, f"СумНал{when}", state.tax or ZERO, {state.vat_category})
    change = _diff(before.tax, after.tax)
    difference = put(element, "СумНалРазн")
    put_text(difference, "СумУм" if change < 0 else "СумУвел", amount(abs(change)))
    gross = (_gross(before), _gross(after))
    _write_values(element, "СтТовУчНал", *gross)
    details = {f"НаимЕдИзм{when}": okei_name(state.unit)[:255] for when, state in ((BEFORE, before), (AFTER, after))}
    put(element, "ДопСведТов", {**details, "КодТов": line.sku[:100]})
    pairs = [(BUYER_SKU, line.buyer_sku), (ORDER_LINE, line.order_line), (NOTE, line.note), ("GTIN", line.gtin)]
    pairs += [(one.name, one.value) for one in line.attributes if one.name != RATE]
    for name, value in pairs:
        if name and value:
            put(element, "ИнфПолФХЖ2", {"Идентиф": name[:50], "Значен": value[:2000]})


def _gross(state: LineState) -> Decimal:
    return (state.net or ZERO) + (state.tax or ZERO) if state.gross is None else state.gross


def _rate(state: LineState) -> str:
    text = rate_text(state.vat_category or VatCategory.EXEMPT, state.vat_rate, "5.03")
    if not text:
        rate = format((state.vat_rate or ZERO).normalize(), "f")
        raise FormatError(N_("UPD {version} has no such VAT rate: {rate} %", version=_VERSION, rate=rate))
    return text


def _write_values(element: etree._Element, tag: str, before: Decimal | None, after: Decimal | None) -> None:
    change = _diff(before, after)
    put(element, tag, {
        "СтоимДоИзм": amount(before or ZERO), "СтоимПослеИзм": amount(after or ZERO),
        "СтоимУвел": amount(max(change, ZERO)), "СтоимУм": amount(max(-change, ZERO)),
    })  # fmt: skip


def _write_tax(parent: etree._Element, tag: str, tax: Decimal, categories: set[VatCategory | None]) -> None:
    element = put(parent, tag)
    if not tax and categories.isdisjoint({VatCategory.STANDARD, VatCategory.ZERO}):
        put_text(element, "БезНДС", WITHOUT_VAT)
    else:
        put_text(element, "СумНДС", amount(tax))


def _write_event(head: etree._Element, document: BillingDocument) -> None:
    """СодФХЖ3: what had been handed over, and what the change rests on."""
    event = put(head, "СодФХЖ3", {"СодОпер": "Изменение стоимости товаров"})
    handed = [one for one in document.references if one.kind not in (FILE, GROUNDS)]
    for one in handed:
        name = "Универсальный передаточный документ" if one.kind == TRANSFER else one.kind
        put(event, "ПередатДокум", {"НаимОсн": name[:255], "НомОсн": one.number[:255], "ДатаОсн": day(one.date)})
    if not handed:
        for earlier in document.preceding:
            put(event, "ПередатДокум", {
                "НаимОсн": "Универсальный передаточный документ", "НомОсн": earlier.number[:255],
                "ДатаОсн": day(earlier.issue_date),
            })  # fmt: skip
    grounds = [one for one in document.references if one.kind == GROUNDS]
    for one in grounds:
        put(event, "ДокумОснКор", {"НаимОсн": one.number[:255], "ДатаОсн": day(one.date)})
    if not grounds:
        put(event, "ДокумОснКор", {"НаимОсн": "Без документа-основания"})
