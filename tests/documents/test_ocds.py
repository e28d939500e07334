"""OCDS: what Kontor writes is valid by the official schema and by its own checks; what others write is read."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator, FormatChecker

from app.documents.formats import FormatError
from app.documents.model.procurement import (
    AwardDetail,
    BidDetail,
    ContractDetail,
    Enquiry,
    Organization,
    Period,
    Procurement,
    ProcurementItem,
    ProcurementLot,
    Requirement,
    Statistic,
    Value,
    Weight,
)
from app.documents.ocds import numbers
from app.documents.ocds.checks import findings
from app.documents.ocds.merging import merged
from app.documents.ocds.reading import procurement, releases
from app.documents.ocds.writing import record_package, release, release_package

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 20, 12, tzinfo=UTC)
ITEM = ProcurementItem(
    id="1", description="Cable ties", quantity=Decimal("12.5"), unit="C62", unit_scheme="UNCEFACT", unit_name="piece",
    lot="L1",
)  # fmt: skip
WHOLE = Procurement(
    ocid="ocds-kontor-T-2026-1",
    id="T-2026-1-3",
    date=LATER,
    tags=("tender", "award", "contract"),
    language="en",
    parties=(
        Organization(id="B", name="Brandt", roles=("buyer", "procuringEntity"), scheme="DE-VAT", identifier="DE1"),
        Organization(id="S1", name="One", roles=("tenderer", "supplier"), country="Germany"),
        Organization(id="S2", name="Two", roles=("tenderer",)),
    ),
    buyer="B",
    tender_id="T-2026-1",
    title="Cable ties",
    description="For the yard",
    status="complete",
    method="selective",
    submission_methods=("electronicSubmission",),
    value=Value(amount=Decimal("1000.10"), currency="EUR"),
    tender_period=Period(start=NOON, end=LATER),
    enquiry_period=Period(start=NOON, end=LATER),
    opened_at=LATER,
    auction="Three rounds",
    lots=(ProcurementLot(id="L1", title="Ties", status="complete", value=Value(amount=Decimal(900), currency="EUR")),),
    items=(ITEM,),
    requirements=(Requirement(id="R1", title="ISO 9001", data_type="boolean", lot="L1"),),
    weights=(Weight(name="Price", type="price", number=Decimal(70)), Weight(name="Quality", type="quality", number=Decimal(30))),
    enquiries=(Enquiry(id="Q1", asked_at=NOON, question="Black?", answer="Any", answered_at=NOON, lot="L1", item="1"),),
    bids=(
        BidDetail(id="B1", status="valid", bidder="S1", at=NOON, value=Value(amount=Decimal("812.345"), currency="EUR"),
                  lots=("L1",), rank=1),
        BidDetail(id="B2", status="disqualified", bidder="S2", at=NOON, lots=("L1",)),
    ),
    statistics=(Statistic(id="1", measure="bids", value=Decimal(2), lot="L1"),),
    awards=(
        AwardDetail(id="A1", title="Ties", status="active", suppliers=("S1",), at=LATER, items=(ITEM,), bids=("B1",),
                    value=Value(amount=Decimal("812.345"), currency="EUR"), lots=("L1",)),
    ),
    contracts=(ContractDetail(id="C1", award="A1", status="active", period=Period(start=LATER, end=None), signed_at=LATER),),
)  # fmt: skip


def test_what_is_written_holds_every_section_and_exact_numbers():
    written = json.loads(numbers.write(release(WHOLE)), parse_float=Decimal)
    assert written["tender"]["value"] == {"amount": Decimal("1000.1"), "currency": "EUR"}
    assert written["bids"]["details"][0]["value"]["amount"] == Decimal("812.345")
    assert written["tender"]["items"][0]["quantity"] == Decimal("12.5")
    assert written["tender"]["numberOfTenderers"] == 2
    assert written["tender"]["hasEnquiries"] is True
    assert "author" not in written["tender"]["enquiries"][0]
    assert [one["numbers"][0]["number"] for one in written["tender"]["lots"][0]["awardCriteria"]["criteria"]] == [
        70,
        30,
    ]
    assert written["tender"]["awardCriteria"] == "ratedCriteria"
    assert findings(written) == []


def test_a_release_is_read_back_as_it_was_written():
    data = numbers.write(release_package([WHOLE], uri="https://kontor.example/1", publisher="Kontor", at=LATER))
    (found,) = [procurement(one) for one in releases(data)]
    for name in ("ocid", "id", "date", "tags", "parties", "tender_id", "title", "description", "status", "method",
                 "value", "tender_period", "enquiry_period", "lots", "items", "weights", "enquiries"):  # fmt: skip
        assert getattr(found, name) == getattr(WHOLE, name), name
    assert [(one.title, one.data_type, one.lot) for one in found.requirements] == [("ISO 9001", "boolean", "L1")]


def test_a_record_compiles_to_the_last_release():
    first = replace(WHOLE, id="1", tags=("tender",), date=NOON, bids=(), awards=(), contracts=(), statistics=())
    whole = record_package([first, WHOLE], uri="https://kontor.example/1", publisher="Kontor", at=LATER)
    (record,) = whole["records"]
    assert record["compiledRelease"]["tag"] == ["compiled"]
    assert record["compiledRelease"]["awards"] == record["releases"][1]["awards"]
    assert merged(record["releases"])["awards"] == record["compiledRelease"]["awards"]


def test_later_releases_change_take_away_and_add():
    early = {"ocid": "o", "id": "1", "date": "2026-01-01", "tag": ["tender"], "tender": {
        "id": "T", "title": "Old", "description": "d", "items": [{"id": 1, "quantity": 5}, {"id": 2}]}}  # fmt: skip
    late = {"ocid": "o", "id": "2", "date": "2026-02-01", "tag": ["tenderUpdate"], "tender": {
        "title": "New", "description": None, "items": [{"id": "1", "quantity": 7}, {"id": 3}]}}  # fmt: skip
    assert merged([late, early])["tender"] == {
        "id": "T", "title": "New", "items": [{"id": "1", "quantity": 7}, {"id": 2}, {"id": 3}]
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda r: r["awards"][0].update(relatedBids=["nobody"]), "/awards/0/relatedBids/0"),
        (lambda r: r["awards"][0]["value"].update(amount=Decimal(5000)), "/awards/0/value/amount"),
        (lambda r: r["awards"][0]["value"].update(currency="USD"), "/awards/0/value/currency"),
        (lambda r: r["contracts"][0].update(awardID="A9"), "/contracts/0/awardID/0"),
        (lambda r: r["tender"]["items"][0].update(relatedLot="L9"), "/tender/items/0/relatedLot/0"),
        (lambda r: r["tender"]["items"][0].update(quantity=-1), "/tender/items/0/quantity"),
        (lambda r: r["bids"]["details"][1].update(rank=1), "/bids/details"),
        (lambda r: r["bids"]["details"][0].update(date="2026-03-21T00:00:00Z"), "/bids/details/0/date"),
        (lambda r: r["tender"].update(tenderPeriod={"startDate": "2026-03-02T00:00:00Z", "endDate": "2026-03-01T00:00:00Z"}),
         "/tender/tenderPeriod"),
        (lambda r: r["parties"][0].pop("roles"), "/parties/0"),
        (lambda r: r["buyer"].update(id="X"), "/buyer/id/0"),
        (lambda r: r["tag"].append("tender"), "/tag"),
        (lambda r: r.update(foo=1), "/foo"),
        (lambda r: r.update(date="2026-03-20T12:00:00"), "/date"),
        (lambda r: r["tender"].update(numberOfTenderers=7), "/tender/numberOfTenderers"),
        (lambda r: r["tender"].update(hasEnquiries=False), "/tender/hasEnquiries"),
        (lambda r: r["awards"].append(r["awards"][0] | {"title": "z"}), "/awards"),
    ],
)  # fmt: skip
def test_faults_the_schema_lets_pass_are_named_with_their_place(change, path):
    written = json.loads(numbers.write(release(WHOLE)), parse_float=Decimal)
    change(written)
    assert path in {one.path for one in findings(written)}


@pytest.mark.parametrize(
    ("data", "line"),
    [(b"", 1), (b"{", 1), (b"[]", 0), (b'{"a": 1}', 0), (b'{"ocid": "o",\n"tender": }', 2), (b"\xff", 1), (b"[" * 9999, 0),
     (b'{"ocid": "o", "tender": {"value": {"amount": NaN}}}', 0)],
)  # fmt: skip
def test_what_is_no_ocds_file_is_said_with_its_line(data, line):
    with pytest.raises(FormatError) as raised:
        [procurement(one) for one in releases(data)]
    assert raised.value.line == line


@pytest.mark.parametrize(
    ("tender", "path"),
    [({"items": "x"}, "/tender/items"), ({"items": ["x"]}, "/tender/items/0"), ({"title": ["x"]}, "/tender/title"),
     ({"value": {"amount": "much"}}, "/tender/value/amount"), ({"items": [{"quantity": -1}]}, "/tender/items/0/quantity"),
     ({"tenderPeriod": {"endDate": "soon"}}, "/tender/tenderPeriod/endDate")],
)  # fmt: skip
def test_what_kontor_needs_and_cannot_read_is_named_by_its_path(tender, path):
    data = json.dumps({"ocid": "o", "tender": tender}).encode()
    with pytest.raises(FormatError) as raised:
        [procurement(one) for one in releases(data)]
    assert raised.value.path == path


def test_numbers_of_publishers_who_export_their_database():
    data = b'{"ocid": "o", "tender": {"value": {"amount": {"$numberLong": "12"}, "currency": "MXN"}}}'
    (found,) = [procurement(one) for one in releases(data)]
    assert found.value == Value(amount=Decimal(12), currency="MXN")


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_no_bytes_bring_a_traceback(data):
    try:
        [procurement(one) for one in releases(data)]
    except FormatError:
        return


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "tender",
                        "items",
                        "lots",
                        "id",
                        "value",
                        "amount",
                        "unit",
                        "criteria",
                        "parties",
                        "awards",
                        "bids",
                        "details",
                        "tag",
                        "roles",
                        "relatedLots",
                        "date",
                    ]
                ),
                inner,
            )
        ),
    )
)
def test_no_json_brings_a_traceback(value):
    whole = value if isinstance(value, dict) else {"tender": value}
    findings(whole)
    try:
        [procurement(one) for one in releases(json.dumps({**whole, "ocid": "o"}).encode())]
    except FormatError:
        return


def schema(shared: Path) -> Draft4Validator:
    whole = json.loads((shared / "ocds/schema-1.1-with-extensions/release-schema.json").read_text())
    return Draft4Validator(whole, format_checker=FormatChecker())


@pytest.mark.shared
def test_what_is_written_is_valid_by_the_official_schema(shared):
    validator = schema(shared)
    for one in (
        WHOLE,
        replace(WHOLE, tags=("tender",), bids=(), awards=(), contracts=(), statistics=(), opened_at=None),
    ):
        written = json.loads(numbers.write(release(one)))
        assert [(list(error.path), error.message) for error in validator.iter_errors(written)] == []


@pytest.mark.shared
def test_every_official_example_and_real_file_is_read(shared):
    base = shared
    rows = [line.split("\t") for line in (base / "ocds/VERDICTS.tsv").read_text().splitlines()[1:]]
    packages = [base / "ocds" / row[0] for row in rows if row[1] != "snippet"]
    count = 0
    for path in [*packages, *sorted((base / "data/ocds-real").glob("*.json"))]:
        count += len([procurement(one) for one in releases(path.read_bytes())])
    assert len(packages) == 86
    assert count >= 90


@pytest.mark.shared
def test_schema_and_own_checks_together_find_every_fault_of_the_official_sample(shared):
    base = shared / "ocds/examples/own-sample"
    whole = numbers.read((base / "tender-lots-bids-award-contract.json").read_bytes())["releases"][0]
    validator = schema(shared)
    assert findings(whole) == []
    for one in numbers.read((base / "mutations.json").read_bytes())["mutations"]:
        changed = mutated(whole, one)
        plain = json.loads(numbers.write(changed))
        assert findings(changed) or list(validator.iter_errors(plain)), one["name"]


def mutated(whole: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    changed = copy.deepcopy(whole)
    node: Any = changed
    *way, last = change["path"]
    for key in way:
        node = node[key]
    if change["op"] == "set":
        node[last] = change["value"]
    elif change["op"] == "delete":
        del node[last]
    else:
        node[last].append(change["value"])
    return changed
