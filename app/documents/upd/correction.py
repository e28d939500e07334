"""The corrective document (UKD: КСЧФ, КСЧФДИС, ДИС): each line as it was and as it is now."""

from __future__ import annotations

from decimal import Decimal

from app.core.texts import N_
from app.documents.model.invoice import BillingDocument, CreditNote, Invoice, InvoiceReference
from app.documents.model.line import Attribute, Line, LineState
from app.documents.model.order import Reference
from app.documents.model.totals import Totals, VatCategory
from app.documents.okei import from_okei
from app.documents.reading import Reading
from app.documents.upd.codes import RATE, currency_code, is_plain_rate, read_rate
from app.documents.upd.party import read_bank, read_party
from app.documents.upd.reading import BUYER_SKU, FILE, ORDER_LINE, SPECIAL, ZERO, breakdown, gtin_of, read_tax
from app.documents.upd.title import NOTE, read_attributes, read_signer, read_texts, read_title, with_participant
from app.documents.xml_taking import Part, Taking

BEFORE, AFTER = "До", "После"
TRANSFER, GROUNDS = "ПередатДокум", "ОснКор"
FUNCTIONS = ("КСЧФ", "КСЧФДИС", "ДИС", "СвИСРК", "СвИСЗК")


def read_correction(data: bytes) -> Reading[BillingDocument]:
    """A credit note where the sum falls or stays, else a corrected invoice (384) with what is owed in addition."""
    taking = Taking.of(data)
    root = taking.root
    head = root.find("Документ")
    bill = head.find("СвКСчФ") if head else None
    if root.name != "Файл" or head is None or bill is None:
        raise root.error(N_("This is no UKD."))
    function = head.need_text("@Функция")
    if function not in FUNCTIONS:
        raise head.error(N_("{path}: {value} is not known.", path="@Функция", value=function), "@Функция")
    sender, recipient = read_title(root)
    issued = bill.day("@ДатаКСчФ", "@ДатаДок")
    if issued is None:
        raise bill.error(N_("{path} is missing.", path="@ДатаКСчФ"), "@ДатаКСчФ")
    table = head.need("ТаблКСчФ")
    found = [_line(one) for one in table.all("СведТов")]
    more, less = _total(table, "ВсегоУвел"), _total(table, "ВсегоУм")
    net, tax = (added - taken for added, taken in zip(more, less, strict=True))
    is_credit = net + tax <= 0
    lines = tuple(_difference(line, is_credit=is_credit) for line in found)
    if is_credit:
        net, tax = ZERO - net, ZERO - tax
    kind: type[BillingDocument] = CreditNote if is_credit else Invoice
    bill.text("ДопСвФХЖ1/@НаимОКВ")
    document = kind(
        number=bill.need_text("@НомерКСчФ", "@НомерДок"), issue_date=issued, type_code="381" if is_credit else "384",
        currency=currency_code(bill.need_text("@КодОКВ", "ДенИзм/@КодОКВ")), function=function, lines=lines,
        seller=with_participant(read_party(bill.need("СвПрод")), sender, read_signer(head)),
        buyer=with_participant(read_party(bill.need("СвПокуп")), recipient), vat=breakdown(lines),
        totals=Totals(
            line_net=net, net=net, tax=tax, gross=net + tax, payable=net + tax
        ),
        preceding=_corrected(bill), references=_references(root, head), notes=read_texts(bill, "ИнфПолФХЖ1/ТекстИнф"),
        payment_means=(bank,) if (bank := read_bank(bill.need("СвПрод"))) else (),
    )  # fmt: skip
    return Reading(document, tuple(taking.faults), tuple(taking.leftovers()))


def _corrected(bill: Part) -> tuple[InvoiceReference, ...]:
    return tuple(
        InvoiceReference(one.text("@НомерСчФ", "@НомерДок"), one.day("@ДатаСчФ", "@ДатаДок")) for one in bill.all("СчФ")
    )


def _references(root: Part, head: Part) -> tuple[Reference, ...]:
    """The file itself, what was handed over, and what the correction rests on."""
    found = [Reference(FILE, root.text("@ИдФайл"), "", head.day("@ДатаИнфПр"))]
    event = head.find("СодФХЖ3")
    if event is not None:
        event.text("@СодОпер")
        found.append(Reference(TRANSFER, event.text("@ПередатДокум")))
        found += [
            Reference(one.text("@НаимОсн", "@РеквНаимДок") or TRANSFER, one.text("@НомОсн", "@РеквНомерДок"), "",
                      one.day("@ДатаОсн", "@РеквДатаДок"))
            for one in event.all("ПередатДокум")
        ]  # fmt: skip
        found += [
            Reference(GROUNDS, one.text("@НаимОсн") + (f" {number}" if (number := one.text("@НомОсн")) else ""), "",
                      one.day("@ДатаОсн"))
            for one in (*event.all("ОснКор"), *event.all("ДокумОснКор"))
        ]  # fmt: skip
    return tuple(one for one in found if one.number)


def _total(table: Part, path: str) -> tuple[Decimal, Decimal]:
    """Net and VAT by which the document grows or shrinks."""
    total = table.find(path)
    if total is None:
        return ZERO, ZERO
    net = total.number("@СтТовБезНДСВсего") or ZERO
    gross, tax = total.number("@СтТовУчНалВсего"), read_tax(total, "СумНал")
    if tax is None and gross is not None:
        tax = gross - net
    return net, tax or ZERO


def _state(one: Part, when: str) -> tuple[LineState, tuple[Attribute, ...]]:
    text = one.text(f"@НалСт{when}")
    found = read_rate(text)
    if found is None and text:
        one.fault("RATE", N_("{path}: {value} is not known.", path=f"@НалСт{when}", value=text[:40]), f"@НалСт{when}")
    category, rate = found or (VatCategory.OUT_OF_SCOPE, None)
    unit = from_okei(one.text(f"@ОКЕИ_Тов{when}"), one.text(f"@НаимЕдИзм{when}", f"ДопСведТов/@НаимЕдИзм{when}"))
    value = "СтоимДоИзм" if when == BEFORE else "СтоимПослеИзм"
    state = LineState(
        quantity=one.number(f"@КолТов{when}"), unit=unit, unit_price=one.number(f"@ЦенаТов{when}"),
        net=one.number(f"СтТовБезНДС/@{value}"), gross=one.number(f"СтТовУчНал/@{value}"),
        tax=read_tax(one, f"СумНал{when}"), vat_category=category, vat_rate=rate,
    )  # fmt: skip
    return state, () if not text or is_plain_rate(text) else (Attribute(RATE, text),)


def _line(one: Part) -> Line:
    """The line with its two states; what it is itself is worked out by `_difference`."""
    before, attributes = _state(one, BEFORE)
    after, _ = _state(one, AFTER)
    for path in ("СтТовБезНДС", "СтТовУчНал"):
        one.number(f"{path}/@СтоимУвел")
        one.number(f"{path}/@СтоимУм")
    for path in ("СумНалРазн/СумУвел", "СумНалРазн/СумУм"):
        one.number(path)
    for path in ("АкцизДо/БезАкциз", "АкцизПосле/БезАкциз", "АкцизРазн/БезАкциз"):
        one.text(path)
    more = one.find("ДопСведТов") or one
    named = read_attributes(one, "ИнфПолФХЖ2")
    values = {attribute.name: attribute.value for attribute in named}
    return Line(
        position=one.text("@НомСтр"), name=one.text("@НаимТов"), quantity=ZERO, unit=after.unit or before.unit,
        unit_price=ZERO, net=ZERO, vat_category=after.vat_category or VatCategory.OUT_OF_SCOPE, vat_rate=after.vat_rate,
        before=before, after=after, sku=more.text("@КодТов", "@АртикулТов"),
        attributes=(*attributes, *(attribute for attribute in named if attribute.name not in SPECIAL)),
        buyer_sku=values.get(BUYER_SKU, ""), order_line=values.get(ORDER_LINE, ""), note=values.get(NOTE, ""),
        gtin=gtin_of(values),
    )  # fmt: skip


def _difference(line: Line, *, is_credit: bool) -> Line:
    """What is credited, or owed in addition: by quantity where that changed, else by price."""
    before, after = line.before or LineState(), line.after or LineState()
    one, other = (before, after) if is_credit else (after, before)
    net, tax = _less(one.net, other.net), _less(one.tax, other.tax)
    amount, price = _less(one.quantity, other.quantity), _less(one.unit_price, other.unit_price)
    if price == 0 and amount:
        quantity, unit_price = amount, after.unit_price or ZERO
    elif amount == 0 and price:
        quantity, unit_price = after.quantity or ZERO, price
    else:
        quantity, unit_price = Decimal(1) if net else ZERO, net
    return Line(**{
        **{name: getattr(line, name) for name in Line.__slots__},
        "quantity": quantity, "unit_price": unit_price, "net": net, "tax": tax,
    })  # fmt: skip


def _less(one: Decimal | None, other: Decimal | None) -> Decimal:
    return (one or ZERO) - (other or ZERO)
