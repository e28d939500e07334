"""The seller's title of a UPD in the versions 5.01, 5.02 and 5.03."""

from __future__ import annotations

from lxml import etree

from app.core.texts import N_
from app.documents.formats import FormatError
from app.documents.model.despatch_advice import DespatchAdvice, DespatchLine
from app.documents.model.invoice import BillingDocument, CreditNote
from app.documents.model.order import Reference
from app.documents.model.party import Party
from app.documents.model.payment import PaymentMeans
from app.documents.okei import okei_name, to_okei
from app.documents.upd.codes import WITHOUT_VAT, country_number, currency_number
from app.documents.upd.line_out import write_table
from app.documents.upd.party import put_name, tax_number, write_party
from app.documents.upd.reading import BUYER_SKU, CORRECTION, DESPATCH, FILE, ORDER_LINE, PAYMENT
from app.documents.upd.title import NOTE, UpdOptions, file_id, participant, signer_of
from app.documents.upd.tree import day, put, put_text, quantity, written

PROGRAM = "Kontor"
SHIPMENT = "Документ об отгрузке товаров (выполнении работ), передаче имущественных прав (документ об оказании услуг)"
INVOICE = "Счет-фактура"
BOTH = f"{INVOICE} и документ об отгрузке товаров (выполнении работ), передаче имущественных прав (документ об оказании услуг)"
_OWN_KINDS = (CORRECTION, DESPATCH, FILE, PAYMENT)
_CURRENCY_NAMES = {"643": "Российский рубль", "978": "Евро", "840": "Доллар США", "156": "Юань"}


def write_upd(document: BillingDocument | DespatchAdvice, options: UpdOptions | None = None) -> bytes:
    """An invoice as СЧФДОП (or СЧФ, where its `function` says so), a despatch advice as ДОП."""
    options = (options or UpdOptions()).checked()
    if isinstance(document, CreditNote):
        raise FormatError(N_("A UPD holds no credit note; a UKD does."))
    seller, buyer, issued = document.seller, document.buyer, document.issue_date
    if seller is None or buyer is None or issued is None:
        raise FormatError(N_("A UPD needs a day, a seller and a buyer."))
    if not document.lines:
        raise FormatError(N_("A UPD needs lines."))
    is_despatch = isinstance(document, DespatchAdvice)
    function = "ДОП" if is_despatch else document.function or "СЧФДОП"
    ends = (participant(seller, options.sender_id), participant(buyer, options.recipient_id))
    made_on = options.made_on or issued
    name = file_id("ON_NSCHFDOPPR", ends, made_on, options, f"{function}/{document.number}/{issued}")
    root = start(name, ends, options)
    titles = {"СЧФ": INVOICE, "СЧФДОП": BOTH, "ДОП": SHIPMENT}
    head = put(root, "Документ", {
        "КНД": "1115131", "Функция": function, "ПоФактХЖ": "" if function == "СЧФ" else SHIPMENT,
        "НаимДокОпр": titles.get(function, BOTH), "ДатаИнфПр": day(made_on), "ВремИнфПр": options.made_at,
        "НаимЭконСубСост": composer(seller),
    })  # fmt: skip
    if isinstance(document, DespatchAdvice):
        _write_bill(head, document, (seller, buyer), options.version, "RUB")
        _write_goods(head, document, options.version)
    else:
        bank = next((one for one in document.payment_means if one.account or one.bic), None)
        _write_bill(head, document, (seller, buyer), options.version, document.currency, bank=bank)
        write_table(head, document, options.version)
    if function != "СЧФ":
        _write_transfer(head, document, options.version)
    write_signer(head, seller, options)
    return written(root)


def start(name: str, ends: tuple[str, str], options: UpdOptions) -> etree._Element:
    """Файл; in 5.01 with the participants of the exchange, which later are in the name only."""
    root = etree.Element("Файл")
    for key, value in (("ИдФайл", name), ("ВерсФорм", options.version), ("ВерсПрог", PROGRAM)):
        root.set(key, value)
    if options.version == "5.01":
        exchange = put(root, "СвУчДокОбор", {"ИдОтпр": ends[0], "ИдПол": ends[1]})
        if options.operator_inn and options.operator_id:
            values = {
                "НаимОрг": options.operator_name or "-",
                "ИННЮЛ": options.operator_inn,
                "ИдЭДО": options.operator_id,
            }
            put(exchange, "СвОЭДОтпр", values)
    return root


def composer(party: Party) -> str:
    number = tax_number(party)
    return (f"{party.name}, ИНН: {number}" if number else party.name)[:1000]


def _write_bill(
    head: etree._Element, document: BillingDocument | DespatchAdvice, parties: tuple[Party, Party], version: str,
    currency: str, *, bank: PaymentMeans | None = None,
) -> None:  # fmt: skip
    """СвСчФакт: the children stand in another order in 5.01."""
    is_old, (seller, buyer) = version == "5.01", parties
    number = currency_number(currency)
    if not number:
        raise FormatError(N_("UPD has no number for the currency {currency}.", currency=currency))
    names = ("НомерСчФ", "ДатаСчФ") if is_old else ("НомерДок", "ДатаДок")
    values = {names[0]: document.number, names[1]: day(document.issue_date)}
    bill = put(head, "СвСчФакт", values | ({"КодОКВ": number} if is_old else {}))
    for one in _of_kind(document.references, CORRECTION):
        suffix = "СчФ" if is_old else ""
        put(bill, f"Испр{suffix or 'Док'}", {f"НомИспр{suffix}": one.number, f"ДатаИспр{suffix}": day(one.date)})
    write_party(bill, "СвПрод", seller, version, bank)
    _write_places(bill, document, buyer, version)
    for one in _of_kind(document.references, PAYMENT):
        put(bill, "СвПРД", {"НомерПРД": one.number[:30], "ДатаПРД": day(one.date)})
    shipping = _shipping(document)
    if not is_old:
        for one in shipping:
            put(bill, "ДокПодтвОтгрНом", {
                "РеквНаимДок": "Универсальный передаточный документ", "РеквНомерДок": one.number, "РеквДатаДок": day(one.date),
            })  # fmt: skip
    write_party(bill, "СвПокуп", buyer, version)
    if is_old:
        put(bill, "ДопСвФХЖ1", {"НаимОКВ": _CURRENCY_NAMES.get(number, currency)})
        for one in _of_kind(document.references, DESPATCH):
            values = {"НаимДокОтгр": SHIPMENT, "НомДокОтгр": one.number, "ДатаДокОтгр": day(one.date)}
            put(bill, "ДокПодтвОтгр", values)
    else:
        put(bill, "ДенИзм", {"КодОКВ": number, "НаимОКВ": _CURRENCY_NAMES.get(number, currency)})
    if document.notes:
        field = put(bill, "ИнфПолФХЖ1")
        for note in document.notes:
            put(field, "ТекстИнф", {"Идентиф": (note.subject or NOTE)[:50], "Значен": note.text[:2000]})


def _of_kind(references: tuple[Reference, ...], kind: str) -> list[Reference]:
    return [one for one in references if one.kind == kind]


def _shipping(document: BillingDocument | DespatchAdvice) -> list[Reference]:
    """What proves the shipment: named documents, else the UPD itself."""
    found = _of_kind(document.references, DESPATCH)
    if found:
        return found
    number = document.despatch_reference if isinstance(document, BillingDocument) else ""
    return [Reference(DESPATCH, number or document.number, "", document.issue_date)]


def _write_places(bill: etree._Element, document: BillingDocument | DespatchAdvice, buyer: Party, version: str) -> None:
    """From where and to whom the goods go: the seller and the buyer where nobody else is named."""
    origin = put(bill, "ГрузОт")
    if isinstance(document, DespatchAdvice):
        place = document.ship_to
        if document.ship_from is not None:
            write_party(origin, "ГрузОтпр", document.ship_from, version)
        else:
            put_text(origin, "ОнЖе", "он же")
        if place is not None:
            write_party(bill, "ГрузПолуч", place, version)
        return
    put_text(origin, "ОнЖе", "он же")
    delivery = document.delivery
    address = delivery.address if delivery and delivery.address else buyer.address
    name = delivery.name if delivery and delivery.name else buyer.name
    own = name == buyer.name
    receiver = Party(
        name=name, address=address, tax_number=buyer.tax_number if own else "", vat_id=buyer.vat_id if own else "",
        identifiers=buyer.identifiers if own else (), registration=buyer.registration if own else None,
    )  # fmt: skip
    write_party(bill, "ГрузПолуч", receiver, version)


def _write_goods(head: etree._Element, document: DespatchAdvice, version: str) -> None:
    """The table of a ДОП without prices."""
    is_old = version == "5.01"
    table = put(head, "ТаблСчФакт")
    for at, line in enumerate(document.lines, 1):
        _write_good(table, line, str(at), is_old=is_old)
    put_text(put(put(table, "ВсегоОпл"), "СумНалВсего"), "БезНДС", WITHOUT_VAT)


def _write_good(table: etree._Element, line: DespatchLine, position: str, *, is_old: bool) -> None:
    number, given = to_okei(line.unit), line.position
    is_number = given.isascii() and given.isdecimal() and len(given) <= 6
    values = {"НомСтр": given if is_number else position, "НаимТов": line.name[:1000] or line.ids.sku[:1000]}
    values["ОКЕИ_Тов"] = number or ("" if is_old else "0000")
    if is_old:
        values["ДефОКЕИ_Тов"] = "" if number else "-"
    else:
        values["НаимЕдИзм"] = okei_name(line.unit)[:255] or "-"
    values |= {"КолТов": quantity(line.quantity), "НалСт": WITHOUT_VAT, "ДефСтТовУчНал": "-" if is_old else ""}
    element = put(table, "СведТов", values)
    details = etree.Element("ДопСведТов")
    more = {"НаимЕдИзм": okei_name(line.unit)[:255]} if is_old else {"СерияТов": line.batch, "ГТИН": line.ids.gtin}
    for name, value in (more | {"КодТов": line.ids.sku[:100]}).items():
        if value:
            details.set(name, value)
    if line.serials:
        group = put(details, "НомСредИдентТов")
        for serial in line.serials:
            put_text(group, "КИЗ", serial)
    if country := country_number(line.country_of_origin):
        origin = put(element, "СвТД" if is_old else "СвДТ", {"КодПроисх": country})
        element.remove(origin)
    else:
        origin = None
    excise, tax = etree.Element("Акциз"), etree.Element("СумНал")
    put_text(excise, "БезАкциз", "без акциза")
    put_text(tax, "БезНДС", WITHOUT_VAT)
    parts = [excise, tax, origin, details] if is_old else [origin, details, excise, tax]
    for part in parts:
        if part is not None and (len(part) or part.attrib):
            element.append(part)
    order_line = line.order_line.line if line.order_line else ""
    for name, value in (
        (BUYER_SKU, line.ids.buyer_sku),
        (ORDER_LINE, order_line),
        ("GTIN", line.ids.gtin if is_old else ""),
    ):
        if value:
            put(element, "ИнфПолФХЖ2", {"Идентиф": name, "Значен": value})


def _write_transfer(head: etree._Element, document: BillingDocument | DespatchAdvice, version: str) -> None:
    """СвПродПер: when the goods were handed over, and on what order or contract that rests."""
    is_old = version == "5.01"
    if isinstance(document, DespatchAdvice):
        handed_over, orders = document.despatched_on, [(one.number, one.date) for one in document.orders]
        contract = ""
    else:
        handed_over = document.delivery.date if document.delivery else None
        orders = [(document.order_reference, None)] if document.order_reference else []
        contract = document.contract_reference
    based_on = [one for one in document.references if one.kind not in _OWN_KINDS]
    known = {one.number for one in based_on}
    based_on += [Reference("Заказ", number, "", on) for number, on in orders if number not in known]
    based_on += [Reference("Договор", contract)] if contract and contract not in known else []
    transfer = put(put(head, "СвПродПер"), "СвПер", {"СодОпер": "Товары переданы", "ДатаПер": day(handed_over)})
    for one in based_on:
        names = ("НаимОсн", "НомОсн", "ДатаОсн") if is_old else ("РеквНаимДок", "РеквНомерДок", "РеквДатаДок")
        put(transfer, "ОснПер", dict(zip(names, (one.kind[:255] or "-", one.number[:255], day(one.date)), strict=True)))
    if not based_on and is_old:
        put(transfer, "ОснПер", {"НаимОсн": "Без документа-основания"})
    elif not based_on:
        put_text(transfer, "БезДокОснПер", "1")


def write_signer(head: etree._Element, party: Party, options: UpdOptions) -> None:
    name = signer_of(party, options)
    position = options.signer_position or "Ответственное лицо"
    if options.version != "5.01":
        signer = put(head, "Подписант", {"Должн": position[:255], "СпосПодтПолном": "1"})
        put_name(signer, name)
        return
    signer = put(head, "Подписант", {"ОблПолн": "5", "Статус": "1", "ОснПолн": options.signer_grounds[:255]})
    number = tax_number(party)
    if len(number) == 12:
        put_name(put(signer, "ИП", {"ИННФЛ": number}), name)
    elif number:
        put_name(put(signer, "ЮЛ", {"ИННЮЛ": number, "НаимОрг": party.name[:1000], "Должн": position[:128]}), name)
    else:
        put_name(put(signer, "ФЛ"), name)
