"""OCI: a basket as form fields with their lengths, read back; nothing is cut silently."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.conversion import convert
from app.documents.formats import FormatError, formats
from app.documents.model.basket import Basket, BasketLine
from app.documents.model.line import Attribute, Classification
from app.documents.model.reference import ItemIds
from app.documents.oci.call import Function, read_call
from app.documents.oci.fields import LENGTHS, OciTerms, form_fields, read_form

LINE = BasketLine(
    position="1", quantity=Decimal("2.500"), unit="H87", ids=ItemIds(sku="A-1", buyer_sku="M-1", manufacturer_sku="W1"),
    auxiliary_id="7.1", name="Hammer", description="Ein guter Hammer. " * 12, unit_price=Decimal("12.3456"), currency="EUR",
    lead_time_days=3, manufacturer="Wera", vendor="4711", material_group="007", is_service=True, contract="46", contract_line="10",
    quote="Q-1", quote_line="2", classifications=(Classification("27110000", "TSP"),), custom=(Attribute("CUST_FIELD3", "x"),),
)  # fmt: skip


def basket(*lines):
    return Basket(lines=lines or (LINE,), currency="EUR")


def test_every_field_by_its_name():
    form = form_fields(basket())
    named = dict(form.fields)
    assert form.cuts == ()
    assert named["NEW_ITEM-QUANTITY[1]"] == "2.5"
    assert (named["NEW_ITEM-PRICE[1]"], named["NEW_ITEM-PRICEUNIT[1]"]) == (
        "123.456",
        "10",
    )  # four decimals need ten units
    assert named["NEW_ITEM-SERVICE[1]"] == "X"
    assert named["NEW_ITEM-CUST_FIELD3[1]"] == "x"
    texts = [value for name, value in form.fields if name == "NEW_ITEM-LONGTEXT_1:132[]"]
    assert all(len(one) <= 132 for one in texts)
    assert len(texts) == 2
    read = read_form(form.fields)
    assert read.faults == ()
    assert read.leftovers == ()
    line = read.document.lines[0]
    assert replace(line, unit_price=LINE.unit_price, price_base_quantity=None, description=LINE.description) == replace(
        LINE, quantity=line.quantity
    )
    assert line.unit_price / line.price_base_quantity == Decimal("12.3456")
    assert line.description.strip() == LINE.description.strip()


@pytest.mark.parametrize("name", ["DESCRIPTION", "MANUFACTCODE", "CUST_FIELD3"])
def test_what_is_too_long_is_cut_by_characters_and_said_or_refused(name):
    long = "Grüße " * 40
    fields = {
        "DESCRIPTION": {"name": long},
        "MANUFACTCODE": {"manufacturer": long},
        "CUST_FIELD3": {"custom": (Attribute(name, long),)},
    }
    line = replace(LINE, **fields[name])
    form = form_fields(basket(line))
    (cut,) = [one for one in form.cuts if one.name == name]
    limit = LENGTHS[name]
    assert dict(form.fields)[f"NEW_ITEM-{name}[1]"] == cut.kept == " ".join(long.split())[:limit]
    assert str(limit) in str(cut.message)
    with pytest.raises(FormatError, match=name):
        form_fields(basket(line), OciTerms(is_cutting=False))
    wide = form_fields(basket(line), OciTerms(lengths={name: 1000}))
    assert name not in {one.name for one in wide.cuts}


@pytest.mark.parametrize("changes", [{"unit": "PIECES"}, {"auxiliary_id": "x" * 41}, {"quantity": Decimal(10) ** 15}])
def test_numbers_and_codes_are_never_cut(changes):
    with pytest.raises(FormatError):
        form_fields(basket(replace(LINE, **changes)))


@pytest.mark.parametrize(
    "changes", [{"unit_price": None, "contract": ""}, {"name": "", "description": "", "ids": ItemIds(sku="A")}]
)
def test_what_a_buyers_system_needs_must_be_there(changes):
    with pytest.raises(FormatError):
        form_fields(basket(replace(LINE, **changes)))


def test_units_and_sources_by_agreement():
    terms = OciTerms(
        units={"PCE": "H87"}, sources={"CUST_FIELD1": "VENDORMAT", "CUST_FIELD2": "=1000"}, has_matnr=False
    )
    named = dict(form_fields(basket(), terms).fields)
    assert (named["NEW_ITEM-UNIT[1]"], named["NEW_ITEM-CUST_FIELD1[1]"], named["NEW_ITEM-CUST_FIELD2[1]"]) == (
        "PCE",
        "A-1",
        "1000",
    )
    assert "NEW_ITEM-MATNR[1]" not in named
    assert read_form(named.items(), terms).document.lines[0].unit == "H87"


def test_faults_of_a_form_are_named():
    fields = [
        ("NEW_ITEM-DESCRIPTION[1]", "a"), ("NEW_ITEM-QUANTITY[1]", "two"), ("NEW_ITEM-DESCRIPTION[3]", "c"),
        ("NEW_ITEM-QUANTITY[3]", "1"), ("SOMETHING", "else"), ("~caller", "CTLG"),
    ]  # fmt: skip
    reading = read_form(fields)
    assert {fault.rule for fault in reading.faults} == {"NUMBER", "MISSING", "GAP"}
    assert [(one.path, one.value) for one in reading.leftovers] == [("SOMETHING", "else")]
    with pytest.raises(FormatError):
        read_form([("NEW_ITEM-QUANTITY[99999]", "1")])


def test_a_basket_goes_from_one_way_to_the_other():
    data = formats["cxml-punchout-order"].dumps(basket(replace(LINE, description="", unit_price=Decimal("12.34"))))
    converted = convert(data, "oci-basket", "cxml-punchout-order")
    back = formats["oci-basket"].loads(converted.data).document
    assert (back.lines[0].ids.sku, back.lines[0].quantity, back.lines[0].unit_price) == (
        "A-1",
        Decimal("2.5"),
        Decimal("12.34"),
    )


def test_a_call_is_read_whatever_the_case_of_its_names():
    call = read_call([("hook_url", "https://b.example"), ("UserName", "u"), ("PASSWORD", "p"), ("FUNCTION", "validate"),
                      ("ProductID", "A-1"), ("quantity", "3"), ("~target", "_top"), ("PLANT", "1000")])  # fmt: skip
    assert (call.function, call.product, call.quantity, call.target, call.extras) == (
        Function.VALIDATE, "A-1", Decimal(3), "_top", (("PLANT", "1000"),),
    )  # fmt: skip
    assert "p" not in repr(call).replace("OciCall(u VALIDATE)", "")
    for broken in (
        [("username", "u")],
        [("HOOK_URL", "x"), ("FUNCTION", "NO")],
        [("HOOK_URL", "x"), ("QUANTITY", "NaN")],
    ):
        with pytest.raises(FormatError):
            read_call(broken)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data):
    for one in (data, b"NEW_ITEM-" + data, b"NEW_ITEM-QUANTITY%5B1%5D=" + data):
        try:
            formats["oci-basket"].loads(one)
        except FormatError as error:
            assert str(error)
