"""The buyer's title: that the goods of a UPD were accepted, accepted with differences, or not accepted."""

from __future__ import annotations

from lxml import etree

from app.core.texts import N_
from app.documents.formats import FormatError
from app.documents.model.invoice import Note
from app.documents.model.order import Reference
from app.documents.model.party import Identifier, Party
from app.documents.model.receipt_advice import ReceiptAdvice
from app.documents.reading import Reading
from app.documents.upd.codes import EDO
from app.documents.upd.party import put_name, tax_number
from app.documents.upd.reading import FILE
from app.documents.upd.title import (
    UpdOptions,
    file_id,
    participant,
    read_signer,
    read_texts,
    read_title,
    signer_of,
    with_participant,
)
from app.documents.upd.tree import day, put, put_text, written
from app.documents.upd.writing import BOTH, composer, start, write_signer
from app.documents.xml_taking import Taking

ACCEPTED, WITH_DIFFERENCES, REFUSED = "1", "2", "3"
_DIFFERENCES = "Расхождения"
_RESULTS = {
    ACCEPTED: "Товары (работы, услуги, права) приняты без расхождений (претензий)",
    WITH_DIFFERENCES: "Товары (работы, услуги, права) приняты с расхождениями (претензией)",
    REFUSED: "Товары (работы, услуги, права) не приняты",
}


def read_answer(data: bytes) -> Reading[ReceiptAdvice]:
    """`type_code` is the result (КодИтога 1, 2 or 3), `despatch_number` the number of the UPD."""
    taking = Taking.of(data)
    root = taking.root
    head = root.find("ИнфПок") or root.find("Документ")
    content = head.find("СодФХЖ4") if head else None
    if root.name != "Файл" or head is None or content is None:
        raise root.error(N_("This is no buyer's title of a UPD."))
    sender, recipient = read_title(root)
    seller_file = head.need("ИдИнфПрод")
    accepted = content.need("СвПрин")
    references = [
        Reference(FILE, seller_file.text("@ИдФайлИнфПр"), "", seller_file.day("@ДатаФайлИнфПр")),
        Reference(
            "380", content.text("@НомСчФИнфПр", "@ПорНомДокИнфПр"), "", content.day("@ДатаСчФИнфПр", "@ДатаДокИнфПр")
        ),
    ]
    result = accepted.find("КодСодОпер") or accepted
    differences = accepted.find("РеквДокРасх") or result
    if number := differences.text("@НомДокРасх", "@РеквНомерДок"):
        references.append(Reference(_DIFFERENCES, number, "", differences.day("@ДатаДокРасх", "@РеквДатаДок")))
    buyer = Party(
        name=head.text("Подписант/ЮЛ/@НаимОрг", "@НаимЭконСубСост"), address=None,
        tax_number=head.text("Подписант/ЮЛ/@ИННЮЛ", "Подписант/ИП/@ИННФЛ"),
    )  # fmt: skip
    operation = accepted.text("@СодОпер")
    document = ReceiptAdvice(
        number=root.need_text("@ИдФайл"), issue_date=head.day("@ДатаИнфПок"), lines=(), function=content.text("@Функция"),
        despatch_number=content.text("@НомСчФИнфПр", "@ПорНомДокИнфПр"), type_code=result.text("@КодИтога"),
        buyer=with_participant(buyer, sender, read_signer(head)),
        seller=Party(name="", address=None, endpoint=Identifier(recipient, EDO)) if recipient else None,
        received_on=accepted.day("@ДатаПрин"), references=tuple(one for one in references if one.number),
        notes=(*((Note(operation),) if operation else ()), *read_texts(content, "ИнфПолФХЖ4/ТекстИнф")),
    )  # fmt: skip
    content.text("@НаимДокОпрПр")
    return Reading(document, tuple(taking.faults), tuple(taking.leftovers()))


def result_of(document: ReceiptAdvice) -> str:
    """КодИтога: as given, else by what the lines say."""
    if document.type_code in _RESULTS:
        return document.type_code
    if document.lines and all((line.accepted or 0) == 0 and (line.received or 0) == 0 for line in document.lines):
        return REFUSED
    differs = any(line.short or line.over or line.damaged or line.refused for line in document.lines)
    return WITH_DIFFERENCES if differs else ACCEPTED


def write_answer(document: ReceiptAdvice, options: UpdOptions | None = None) -> bytes:
    """Names the seller's file by the reference of kind `ИдФайл`; its signature comes with the options."""
    options = (options or UpdOptions()).checked()
    seller_file = next((one for one in document.references if one.kind == FILE), None)
    buyer, seller, issued = document.buyer, document.seller, document.issue_date
    if seller_file is None or buyer is None or issued is None:
        raise FormatError(N_("A buyer's title needs a day, the buyer and the file of the seller that it answers."))
    invoice = next((one for one in document.references if one.kind == "380"), None)
    of = invoice or Reference("380", document.despatch_number, "", seller_file.date)
    ends = (participant(buyer, options.sender_id), participant(seller or buyer, options.recipient_id))
    made_on = options.made_on or issued
    name = file_id("ON_NSCHFDOPPOK", ends, made_on, options, f"{seller_file.number}/{document.number}")
    is_old = options.version == "5.01"
    root = start(name, ends, options)
    head = put(root, "ИнфПок" if is_old else "Документ", {
        "КНД": "1115132", "ДатаИнфПок": day(made_on), "ВремИнфПок": options.made_at, "НаимЭконСубСост": composer(buyer),
    })  # fmt: skip
    found = put(head, "ИдИнфПрод", {
        "ИдФайлИнфПр": seller_file.number, "ДатаФайлИнфПр": day(seller_file.date or issued),
        "ВремФайлИнфПр": options.seller_file_made_at,
    })  # fmt: skip
    put_text(found, "ЭП", options.seller_file_signature or "-")
    names = ("НомСчФИнфПр", "ДатаСчФИнфПр") if is_old else ("ПорНомДокИнфПр", "ДатаДокИнфПр")
    content = put(head, "СодФХЖ4", {
        "НаимДокОпрПр": BOTH, "Функция": document.function or "СЧФДОП", names[0]: of.number, names[1]: day(of.date or issued),
    })  # fmt: skip
    _write_result(content, document, is_old=is_old)
    _write_buyer_signer(head, buyer, options)
    return written(root)


def _write_result(content: etree._Element, document: ReceiptAdvice, *, is_old: bool) -> None:
    result = result_of(document)
    text = document.notes[0].text if document.notes else _RESULTS[result]
    accepted = put(content, "СвПрин", {"СодОпер": text[:255], "ДатаПрин": day(document.received_on)})
    differences = next((one for one in document.references if one.kind == _DIFFERENCES), None)
    values = {"КодИтога": result}
    if differences and is_old:
        values |= {"НаимДокРасх": "Акт о расхождениях", "ВидДокРасх": "3", "НомДокРасх": differences.number}
        values["ДатаДокРасх"] = day(differences.date)
    put(accepted, "КодСодОпер", values)
    if differences and not is_old:
        put(accepted, "РеквДокРасх", {
            "РеквНаимДок": "Акт о расхождениях", "РеквНомерДок": differences.number, "РеквДатаДок": day(differences.date),
        })  # fmt: skip
    if len(document.notes) > 1:
        field = put(content, "ИнфПолФХЖ4")
        for note in document.notes[1:]:
            put(field, "ТекстИнф", {"Идентиф": (note.subject or "Примечание")[:50], "Значен": note.text[:2000]})


def _write_buyer_signer(head: etree._Element, buyer: Party, options: UpdOptions) -> None:
    """In 5.01 the codes of authority are other ones than the seller's."""
    if options.version != "5.01":
        write_signer(head, buyer, options)
        return
    name, number = signer_of(buyer, options), tax_number(buyer)
    signer = put(head, "Подписант", {"ОблПолн": "3", "Статус": "5", "ОснПолн": options.signer_grounds[:255]})
    position = options.signer_position or "Ответственное лицо"
    if len(number) == 12:
        put_name(put(signer, "ИП", {"ИННФЛ": number}), name)
    elif number:
        put_name(put(signer, "ЮЛ", {"ИННЮЛ": number, "НаимОрг": buyer.name[:1000], "Должн": position[:128]}), name)
    else:
        put_name(put(signer, "ФЛ"), name)
