"""The seller's title of a UPD: СЧФ and СЧФДОП are invoices, ДОП is a despatch advice."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from app.core.texts import N_
from app.documents.model.despatch_advice import DespatchAdvice, DespatchLine
from app.documents.model.invoice import BillingDocument, Delivery, Invoice, InvoiceReference
from app.documents.model.line import Attribute, Classification, Line
from app.documents.model.order import Reference
from app.documents.model.party import Party
from app.documents.model.reference import ItemIds, OrderRef
from app.documents.model.totals import Totals, VatBreakdown, VatCategory
from app.documents.okei import from_okei
from app.documents.reading import Reading
from app.documents.upd.codes import BY_AGENT, RATE, WITHOUT_VAT, country_code, currency_code, is_plain_rate, read_rate
from app.documents.upd.party import read_bank, read_party
from app.documents.upd.title import NOTE, read_attributes, read_signer, read_texts, read_title, with_participant
from app.documents.xml_taking import Part, Taking

ZERO = Decimal(0)
_GTIN_NAMES = ("GTIN", "ГТИН", "Штрихкод", "ШтрихКод")
_OWN_DOCUMENT = "Универсальный передаточный документ"
BUYER_SKU, ORDER_LINE = "КодПокупателя", "СтрокаЗаказа"
DESPATCH, PAYMENT, CORRECTION, FILE = "AAK", "СвПРД", "ИспрДок", "ИдФайл"
_REASONS = {VatCategory.EXEMPT: WITHOUT_VAT, VatCategory.REVERSE_CHARGE: BY_AGENT}
SPECIAL = frozenset({*_GTIN_NAMES, BUYER_SKU, ORDER_LINE, NOTE})
FUNCTIONS = ("СЧФ", "СЧФДОП", "ДОП", "СвРК", "СвЗК")


def read_upd(data: bytes) -> Reading[BillingDocument | DespatchAdvice]:
    taking = Taking.of(data)
    root = taking.root
    head = root.find("Документ")
    bill = head.find("СвСчФакт") if head else None
    if root.name != "Файл" or head is None or bill is None:
        raise root.error(N_("This is no UPD."))
    function = head.need_text("@Функция")
    if function not in FUNCTIONS:
        raise head.error(N_("{path}: {value} is not known.", path="@Функция", value=function), "@Функция")
    document: BillingDocument | DespatchAdvice
    document = _despatch(root, head, bill) if function == "ДОП" else _invoice(root, head, bill, function)
    return Reading(document, tuple(taking.faults), tuple(taking.leftovers()))


def _parties(root: Part, head: Part, bill: Part) -> tuple[Party, Party]:
    """Seller and buyer. In 5.01 the sender's id is that of the seller."""
    sender, recipient = read_title(root)
    seller = with_participant(read_party(bill.need("СвПрод")), sender, read_signer(head))
    return seller, with_participant(read_party(bill.need("СвПокуп")), recipient)


def _references(root: Part, head: Part, bill: Part) -> tuple[Reference, ...]:
    """Payments, shipping documents, the corrected version, what the transfer is based on, the file itself."""
    found = [Reference(FILE, root.text("@ИдФайл"), "", head.day("@ДатаИнфПр"))]
    found += [
        Reference(CORRECTION, one.text("@НомИспрСчФ", "@НомИспр"), "", one.day("@ДатаИспрСчФ", "@ДатаИспр"))
        for one in (*bill.all("ИспрСчФ"), *bill.all("ИспрДок"))
    ]
    found += [Reference(PAYMENT, one.text("@НомерПРД"), "", one.day("@ДатаПРД")) for one in bill.all("СвПРД")]
    for one in (*bill.all("ДокПодтвОтгр"), *bill.all("ДокПодтвОтгрНом")):
        if one.element.get("РеквНаимДок") == _OWN_DOCUMENT:
            one.text("@РеквНаимДок")
        found.append(
            Reference(DESPATCH, one.text("@НомДокОтгр", "@РеквНомерДок"), "", one.day("@ДатаДокОтгр", "@РеквДатаДок"))
        )
    for one in head.all("СвПродПер/СвПер/ОснПер"):
        name, number = one.text("@НаимОсн", "@РеквНаимДок"), one.text("@НомОсн", "@РеквНомерДок")
        found.append(Reference(name, number, "", one.day("@ДатаОсн", "@РеквДатаДок")))
    head.text("СвПродПер/СвПер/БезДокОснПер")
    own = bill.text("@НомерСчФ", "@НомерДок")
    return tuple(one for one in found if one.number and not (one.kind == DESPATCH and one.number == own))


def _based_on(references: Iterable[Reference], *words: str) -> Reference | None:
    return next((one for one in references if any(word in one.kind.casefold() for word in words)), None)


def _currency(bill: Part) -> str:
    for path in ("ДенИзм/@НаимОКВ", "ДопСвФХЖ1/@НаимОКВ"):
        bill.text(path)
    return currency_code(bill.need_text("ДенИзм/@КодОКВ", "@КодОКВ"))


def _invoice(root: Part, head: Part, bill: Part, function: str) -> Invoice:
    seller, buyer = _parties(root, head, bill)
    references = _references(root, head, bill)
    order, contract = _based_on(references, "заказ", "order"), _based_on(references, "договор", "контракт")
    despatch = next((one for one in references if one.kind == DESPATCH), None)
    table = head.need("ТаблСчФакт")
    lines = tuple(read_line(one) for one in table.all("СведТов"))
    vat = breakdown(lines)
    total = table.find("ВсегоОпл")
    bank = read_bank(bill.need("СвПрод"))
    issued = bill.day("@ДатаСчФ", "@ДатаДок")
    if issued is None:
        raise bill.error(N_("{path} is missing.", path="@ДатаДок"), "@ДатаДок")
    corrects = next((one for one in references if one.kind == CORRECTION), None)
    number = bill.need_text("@НомерСчФ", "@НомерДок")
    return Invoice(
        number=number, issue_date=issued, currency=_currency(bill), seller=seller, buyer=buyer,
        lines=lines, vat=vat, totals=_totals(total, lines, vat), function=function,
        type_code="384" if corrects else "380", preceding=(InvoiceReference(number, issued),) if corrects else (),
        order_reference=order.number if order else "", contract_reference=contract.number if contract else "",
        despatch_reference=despatch.number if despatch else "", delivery=_delivery(head, bill, buyer),
        payment_means=(bank,) if bank else (), references=references,
        notes=(*read_texts(bill, "ИнфПолФХЖ1/ТекстИнф"), *read_texts(head, "СвПродПер/ИнфПолФХЖ3/ТекстИнф")),
    )  # fmt: skip


def _delivery(head: Part, bill: Part, buyer: Party) -> Delivery | None:
    bill.text("ГрузОт/ОнЖе")
    head.text("СвПродПер/СвПер/@СодОпер")
    place = bill.find("ГрузПолуч")
    party = read_party(place) if place else None
    delivery = Delivery(
        date=head.day("СвПродПер/СвПер/@ДатаПер"),
        name=party.name if party and party.name != buyer.name else "",
        address=party.address if party and party.address != buyer.address else None,
    )
    return delivery if delivery != Delivery() else None


def read_line(one: Part) -> Line:
    more = one.find("ДопСведТов") or one
    category, rate, attributes = _rate(one)
    net, tax = one.number("@СтТовБезНДС"), read_tax(one, "СумНал")
    gross = one.number("@СтТовУчНал")
    if net is None and gross is not None:
        net = gross - (tax or ZERO)
    net = ZERO if net is None else net
    amount, price = one.number("@КолТов"), one.number("@ЦенаТов")
    one.text("Акциз/БезАкциз")
    named = (*attributes, *read_attributes(one, "ИнфПолФХЖ2"), *_marks(more))
    values = {attribute.name: attribute.value for attribute in named}
    sku, article = more.text("@КодТов"), more.text("@АртикулТов")
    if sku and article and sku != article:
        named = (*named, Attribute("АртикулТов", article))
    return Line(
        position=one.text("@НомСтр"), name=one.text("@НаимТов") or sku or article, unit=_unit(one, more),
        quantity=Decimal(1) if amount is None else amount,
        unit_price=(net if amount is None else ZERO) if price is None else price,
        net=net, vat_category=category, vat_rate=rate, tax=tax, sku=sku or article,
        gtin=more.text("@ГТИН") or gtin_of(values),
        buyer_sku=values.get(BUYER_SKU, ""), order_line=values.get(ORDER_LINE, ""), note=values.get(NOTE, ""),
        description=more.text("@ХарактерТов"), country_of_origin=_origin(one),
        attributes=tuple(attribute for attribute in named if attribute.name not in SPECIAL),
        classifications=tuple(
            Classification(text, scheme)
            for name, scheme in (("@КодВидТов", "HS"), ("@КодТовОКПД2", "OKPD2"))
            if (text := more.text(name))
        ),
    )  # fmt: skip


def gtin_of(values: dict[str, str]) -> str:
    """A GTIN among the named values of a line, for versions without a field for it."""
    return next((values[name] for name in _GTIN_NAMES if name in values), "")


def _rate(one: Part) -> tuple[VatCategory, Decimal | None, tuple[Attribute, ...]]:
    text = one.text("@НалСт")
    found = read_rate(text)
    if found is None:
        one.fault("RATE", N_("{path}: {value} is not known.", path="@НалСт", value=text[:40]), "@НалСт")
        return VatCategory.OUT_OF_SCOPE, None, ()
    return (*found, () if is_plain_rate(text) else (Attribute(RATE, text),))


def _unit(one: Part, more: Part) -> str:
    number, name = one.text("@ОКЕИ_Тов"), one.text("@НаимЕдИзм") or more.text("@НаимЕдИзм")
    one.text("@ДефОКЕИ_Тов")
    return from_okei(number if number.strip("0") else "", name)


def _origin(one: Part) -> str:
    for declared in (*one.all("СвТД"), *one.all("СвДТ")):
        if found := declared.text("@КодПроисх"):
            return country_code(found)
    return ""


def _marks(more: Part) -> Iterable[Attribute]:
    """Codes of marked goods, each by itself, and the packages they are in."""
    for group in more.all("НомСредИдентТов"):
        for name in ("КИЗ", "НомУпак"):
            yield from (Attribute(name, text) for text in group.texts(name))
        if package := group.text("@ИдентТрансУпак"):
            yield Attribute("ИдентТрансУпак", package)


def read_tax(parent: Part, path: str) -> Decimal | None:
    """СумНал: an amount, zero where there is no VAT, None where a dash stands for it."""
    if parent.text(f"{path}/БезНДС"):
        return ZERO
    parent.text(f"{path}/ДефНДС")
    return parent.number(f"{path}/СумНал", f"{path}/СумНДС")


def breakdown(lines: Iterable[Line]) -> tuple[VatBreakdown, ...]:
    """Net and VAT of each rate, in the order of the lines."""
    sums: dict[tuple[VatCategory, Decimal | None], tuple[Decimal, Decimal]] = {}
    for line in lines:
        net, tax = sums.get((line.vat_category, line.vat_rate), (ZERO, ZERO))
        sums[line.vat_category, line.vat_rate] = (net + line.net, tax + (line.tax or ZERO))
    return tuple(
        VatBreakdown(category=category, rate=rate, base=net, tax=tax, exemption_reason=_REASONS.get(category, ""))
        for (category, rate), (net, tax) in sums.items()
    )


def _totals(total: Part | None, lines: Iterable[Line], vat: tuple[VatBreakdown, ...]) -> Totals:
    """As the document says; what it leaves out is the sum of its lines."""
    net = total.number("@СтТовБезНДСВсего") if total else None
    tax = read_tax(total, "СумНалВсего") if total else None
    gross = total.number("@СтТовУчНалВсего") if total else None
    net = sum((line.net for line in lines), ZERO) if net is None else net
    tax = sum((one.tax for one in vat), ZERO) if tax is None else tax
    gross = net + tax if gross is None else gross
    return Totals(line_net=net, net=net, tax=tax, gross=gross, payable=gross)


def _despatch(root: Part, head: Part, bill: Part) -> DespatchAdvice:
    """Prices of a ДОП have no place in a despatch advice and are left over."""
    seller, buyer = _parties(root, head, bill)
    references = _references(root, head, bill)
    order, place, carrier = _based_on(references, "заказ", "order"), bill.find("ГрузПолуч"), None
    if found := head.find("СвПродПер/СвПер/ТранГруз/Перевозчик"):
        carrier = read_party(found)
    sent_from = bill.find("ГрузОт/ГрузОтпр")
    bill.text("ГрузОт/ОнЖе")
    head.text("СвПродПер/СвПер/@СодОпер")
    orders = (OrderRef(number=order.number, date=order.date),) if order else ()
    head.text("ТаблСчФакт/ВсегоОпл/СумНалВсего/БезНДС")
    bill.text("ДенИзм/@КодОКВ", "@КодОКВ")
    bill.text("ДенИзм/@НаимОКВ", "ДопСвФХЖ1/@НаимОКВ")
    return DespatchAdvice(
        number=bill.need_text("@НомерСчФ", "@НомерДок"), issue_date=bill.day("@ДатаСчФ", "@ДатаДок"),
        lines=tuple(_despatch_line(one, orders) for one in head.all("ТаблСчФакт/СведТов")), orders=orders,
        function="ДОП", seller=seller, buyer=buyer, ship_to=read_party(place) if place else None, carrier=carrier,
        ship_from=read_party(sent_from) if sent_from else None,
        despatched_on=head.day("СвПродПер/СвПер/@ДатаПер"), references=references,
        tracking=tuple(one.text("@НомТранНакл") for one in head.all("СвПродПер/СвПер/ТранГруз/ТранНакл")),
        notes=(*read_texts(bill, "ИнфПолФХЖ1/ТекстИнф"), *read_texts(head, "СвПродПер/ИнфПолФХЖ3/ТекстИнф")),
    )  # fmt: skip


def _despatch_line(one: Part, orders: tuple[OrderRef, ...]) -> DespatchLine:
    more = one.find("ДопСведТов") or one
    named = read_attributes(one, "ИнфПолФХЖ2")
    values = {attribute.name: attribute.value for attribute in named}
    for path in ("Акциз/БезАкциз", "СумНал/БезНДС", "СумНал/ДефНДС", "@ДефСтТовУчНал"):
        one.text(path)
    if one.element.get(RATE) == WITHOUT_VAT:
        one.text(f"@{RATE}")
    at = values.get(ORDER_LINE, "")
    return DespatchLine(
        position=one.text("@НомСтр"), quantity=one.number("@КолТов"), unit=_unit(one, more), name=one.text("@НаимТов"),
        order_line=OrderRef(number=orders[0].number if orders else "", line=at) if at else None,
        ids=ItemIds(
            sku=more.text("@КодТов", "@АртикулТов"), buyer_sku=values.get(BUYER_SKU, ""),
            gtin=more.text("@ГТИН") or gtin_of(values),
        ),
        batch=more.text("@СерияТов"), country_of_origin=_origin(one),
        serials=tuple(mark.value for mark in _marks(more) if mark.name == "КИЗ"),
    )  # fmt: skip
