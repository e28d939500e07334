"""`kontor exchange convert`: the same meaning in another format, and every value named that is left out."""

from __future__ import annotations

import gzip
import json
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.cli import exchange
from app.documents.conversion import convert
from app.documents.formats import FormatError, formats
from app.documents.model.catalogue import Catalogue, CatalogueItem
from app.documents.model.reference import ItemIds
from app.documents.rendering import print_invoice
from tests.factories.documents import credit_note, document

PAIRS = [("ubl-invoice", "cii-invoice"), ("cii-invoice", "ubl-invoice")]


@pytest.mark.parametrize(("source", "target"), PAIRS)
@pytest.mark.parametrize("make", [document, credit_note])
def test_invoices_go_both_ways_with_equal_meaning(source, target, make):
    invoice = formats[source].loads(formats[source].dumps(make(count=3)))
    made = convert(formats[source].dumps(invoice), target)
    assert (made.source, made.target, made.lost) == (source, target, ())
    assert formats[target].loads(made.data) == invoice


def test_what_the_document_does_not_hold_is_named_with_its_line():
    data = formats["ubl-invoice"].dumps(document(count=1))
    at = data.index(b"<cac:AccountingSupplierParty>")
    extra = b"<cac:Signature><cbc:ID>sig-1</cbc:ID></cac:Signature>"
    made = convert(data[:at] + extra + data[at:], "cii-invoice")
    (lost,) = made.lost
    assert (lost.path, lost.value) == ("/Invoice/Signature/ID", "sig-1")
    assert lost.line == data[:at].count(b"\n") + 1


def test_comments_instructions_extensions_and_attachments_are_named():
    data = formats["ubl-invoice"].dumps(document(count=1))
    start, end = data.index(b"<cbc:CustomizationID>"), data.index(b"<cac:AccountingSupplierParty>")
    extensions = (
        b'<ext:UBLExtensions xmlns:ext="urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2">'
        b'<ext:UBLExtension><ext:ExtensionContent><own xmlns="urn:own">more</own></ext:ExtensionContent></ext:UBLExtension>'
        b"</ext:UBLExtensions>"
    )
    attachment = (
        b"<cac:AdditionalDocumentReference><cbc:ID>A-1</cbc:ID><cbc:DocumentType>sheet</cbc:DocumentType><cac:Attachment>"
        b'<cbc:EmbeddedDocumentBinaryObject mimeCode="text/csv" filename="a.csv">YTtiCg==</cbc:EmbeddedDocumentBinaryObject>'
        b"</cac:Attachment></cac:AdditionalDocumentReference>"
    )
    odd = data[:start] + b"<?render wide?><!-- by hand -->" + extensions + data[start:end] + attachment + data[end:]
    odd = odd.replace(b"<cbc:ID>INV", b"<cbc:ID><!-- in the middle -->INV", 1)
    made = convert(odd, "cii-invoice")
    (attached,) = formats["cii-invoice"].loads(made.data).supporting
    assert (attached.number, attached.content, attached.file_name) == ("A-1", "YTtiCg==", "a.csv")
    lost = {(item.path, item.value) for item in made.lost}
    assert lost == {
        ("/Invoice/processing-instruction()", "render wide"), ("/Invoice/comment()", "by hand"),
        ("/Invoice/UBLExtensions/UBLExtension/ExtensionContent/own", "more"), ("/Invoice/ID/comment()", "in the middle"),
        ("/Invoice/AdditionalDocumentReference/DocumentType", "sheet"),
    }  # fmt: skip
    assert all(item.line for item in made.lost)


ENVELOPE = b"""<?xml version="1.0"?>
<StandardBusinessDocument xmlns="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader">
<StandardBusinessDocumentHeader><HeaderVersion>1.0</HeaderVersion></StandardBusinessDocumentHeader>
%s</StandardBusinessDocument>"""


def test_what_is_packed_or_enveloped_is_taken_out():
    invoice = formats["ubl-invoice"].dumps(document(count=1))
    enveloped = ENVELOPE % invoice.partition(b"\n")[2]
    for packed in (enveloped, gzip.compress(invoice), gzip.compress(enveloped)):
        made = convert(packed, "cii-invoice")
        assert (made.source, made.lost) == ("ubl-invoice", ())
    broken = enveloped.replace(b"<cbc:PriceAmount", b"<cbc:Other", 1).replace(b"</cbc:PriceAmount", b"</cbc:Other", 1)
    with pytest.raises(FormatError) as caught:
        convert(broken, "cii-invoice")
    assert caught.value.line >= enveloped[: enveloped.index(b"<cac:Price>")].count(b"\n") + 1
    for bad in (ENVELOPE % b"", ENVELOPE % (invoice.partition(b"\n")[2] * 2), gzip.compress(invoice)[:-20]):
        with pytest.raises(FormatError):
            convert(bad, "cii-invoice")


def test_the_items_of_a_catalogue_are_compared_one_by_one():
    item = CatalogueItem(ids=ItemIds(sku="A"), names={"": "Tie"}, brand="Acme", vat_rate=Decimal(19))
    made = Catalogue(
        number="C-1", issue_date=date(2026, 4, 1), items=(item, replace(item, ids=ItemIds(sku="B"))), currency="EUR"
    )
    data = formats["ubl-catalogue"].dumps(made)
    converted = convert(data, "edifact-pricat")
    assert converted.source == "ubl-catalogue"
    assert ("items[2].brand", "Acme") in {(one.path, one.value) for one in converted.lost}
    assert convert(data, "ubl-catalogue").lost == ()


def test_what_the_target_does_not_hold_is_named(monkeypatch):
    invoice = document(count=1)
    data = formats["ubl-invoice"].dumps(invoice)
    narrow = formats["cii-invoice"]
    emptied = formats["cii-invoice"].dumps(invoice).replace(b"<ram:BuyerReference>", b"<ram:X>")
    emptied = emptied.replace(b"</ram:BuyerReference>", b"</ram:X>")
    changed = type(narrow)(narrow.code, narrow.media_type, narrow.documents, lambda _: emptied, narrow.loads)
    monkeypatch.setitem(formats._items, "cii-invoice", changed)
    lost = convert(data, "cii-invoice").lost
    expected = [("buyer_reference", invoice.buyer_reference)] if invoice.buyer_reference else []
    assert [(item.path, item.value) for item in lost] == expected


def test_a_pdf_is_read_by_the_xml_inside():
    assert convert(print_invoice(document(count=1)), "ubl-invoice").source == "cii-invoice"


@pytest.mark.parametrize(
    ("data", "target"),
    [
        (b"", "ubl-invoice"), (b"a;b", "ubl-invoice"), (b"<a/>", "ubl-invoice"), (b"<a>", "ubl-invoice"),
        (b"UNH+1'", "ubl-invoice"), (b"ISA*", "cii-invoice"), (b"%PDF-1.4", "cii-invoice"), (b"<a/>", "no-format"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_an_error(data, target):
    with pytest.raises(FormatError):
        convert(data, target)


def test_the_command(tmp_path):
    file, out = tmp_path / "in.xml", tmp_path / "out.xml"
    file.write_bytes(formats["ubl-invoice"].dumps(document(count=2)))
    arguments = ["convert", str(file), "--to", "cii-invoice", "-o", str(out), "--json"]
    result = CliRunner().invoke(exchange, arguments)
    assert result.exit_code == 0, result.output
    said = json.loads(result.output)
    assert (said["path"], said["from"], said["to"], said["lost"]) == (str(file), "ubl-invoice", "cii-invoice", [])
    assert formats["cii-invoice"].loads(out.read_bytes()).number == document(count=2).number
    plain = CliRunner().invoke(exchange, ["convert", str(file), "--to", "cii-invoice"])
    assert plain.exit_code == 0, plain.output
    assert plain.stdout_bytes == out.read_bytes()
    assert "0 values not carried" in plain.stderr
    refused = CliRunner().invoke(exchange, ["convert", str(file), "--to", "nothing"])
    assert refused.exit_code == 1
    assert "no format nothing" in refused.output


WHOLE = formats["ubl-invoice"].dumps(document(count=1)).rstrip()


def test_cut_at_every_byte_is_refused():
    for end in range(len(WHOLE)):
        with pytest.raises(FormatError):
            convert(WHOLE[:end], "cii-invoice")


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_changed_bytes_are_read_or_refused(changes):
    data = bytearray(WHOLE)
    for at, value in changes:
        data[at] = value
    with suppress(FormatError):
        convert(bytes(data), "cii-invoice")
