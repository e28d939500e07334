"""SEPA direct debits: bank days, the file's structure, runs that are made once, what the statement says of them."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from lxml import etree
from sqlalchemy import select

from app.accounts.models.companies import Company
from app.billing.domain.debits import VERSIONS, bank_day, easter, is_bank_day, is_creditor_identifier, plain
from app.billing.models.payments import DebitEntry, DebitRun
from app.billing.queries import debits as queries
from app.billing.service.bank_import import import_file
from app.billing.service.debits import add_mandate, collect, drop_entry, revoke_mandate
from app.core import clock, storage
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.errors import Conflict, Invalid
from app.core.settings import use_settings
from tests.billing.test_bank import lines, row, table
from tests.factories import accounts as make
from tests.factories.accounts import sign_in
from tests.factories.open_items import claim, item

SYSTEM = Actor.system()
NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
MONDAY = date(2026, 3, 16)
IBAN = "DE02120300000000202051"
# What EPC130-08 wants of a payment block and of an entry, in this order.
BLOCK = ["PmtInfId", "PmtMtd", "BtchBookg", "NbOfTxs", "CtrlSum", "PmtTpInf", "ReqdColltnDt", "Cdtr", "CdtrAcct",
         "CdtrAgt", "ChrgBr", "CdtrSchmeId"]  # fmt: skip
ENTRY = ["PmtId", "InstdAmt", "DrctDbtTx", "DbtrAgt", "Dbtr", "DbtrAcct", "RmtInf"]


def test_days_identifiers_and_texts():
    assert [easter(year) for year in (2024, 2025, 2026, 2038)] == [
        date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5), date(2038, 4, 25),
    ]  # fmt: skip
    for day, is_open in (((2026, 4, 3), False), ((2026, 4, 6), False), ((2026, 4, 7), True), ((2026, 5, 1), False),
                         ((2026, 12, 25), False), ((2026, 12, 24), True), ((2026, 3, 14), False)):  # fmt: skip
        assert is_bank_day(date(*day)) is is_open, day
    assert bank_day(date(2026, 4, 3)) == date(2026, 4, 7)
    assert bank_day(date(2026, 4, 2), 1) == date(2026, 4, 7)
    for text, fits in (("DE98ZZZ09999999999", True), ("DE98 ABC 0999 9999 999", True), ("DE97ZZZ09999999999", False),
                       ("", False), ("DE98", False)):  # fmt: skip
        assert is_creditor_identifier(text) is fits, text
    assert plain("Müller & Söhne GmbH – Kiel", 70) == "Mueller + Soehne GmbH Kiel"


@pytest.fixture
def house(config):
    """A creditor identifier; the operator has an account."""
    use_settings(config.changed(SEPA_CREDITOR_ID="DE98ZZZ09999999999"))
    yield
    use_settings(config)


@pytest.fixture
def debtor(ctx, house):
    operator = db.session.scalar(select(Company).where(Company.kind == "operator")) or make.operator()
    with transaction():
        operator.iban, operator.bic = "DE89370400440532013000", "COBADEFFXXX"
    company = make.customer(name="Möller & Co")
    add_mandate(SYSTEM, company.id, "M-1", scheme="CORE", holder="Möller & Co", iban=IBAN, signed_on=date(2026, 1, 2))
    return company


def run(items, version=VERSIONS[1], day=MONDAY, ref=""):
    with clock.frozen(NOW):
        return collect(SYSTEM, [one.id for one in items], day, version, client_ref=ref or str(uuid.uuid4()))


def names(element) -> list[str]:
    return [etree.QName(child).localname for child in element]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_file(debtor, version):
    other = make.customer(name="Beta")
    add_mandate(
        SYSTEM, other.id, "M-2", scheme="B2B", holder="Beta", iban=IBAN, bic="byladem1001", signed_on=date(2026, 1, 2)
    )
    items = [claim(debtor, "100.10"), claim(debtor, "20.00"), claim(other, "3.00")]
    found = db.session.get(DebitRun, run(items, version))
    root = etree.fromstring(storage.load(storage.find(SYSTEM, found.file_id)))
    assert etree.QName(root).namespace == f"urn:iso:std:iso:20022:tech:xsd:{version}"
    at = {"p": etree.QName(root).namespace}
    (whole,) = root
    assert names(whole) == ["GrpHdr", "PmtInf", "PmtInf", "PmtInf"]
    assert names(whole[0]) == ["MsgId", "CreDtTm", "NbOfTxs", "CtrlSum", "InitgPty"]
    assert [one.text for one in whole[0][:4]] == [found.message_id, "2026-03-12T09:00:00", "3", "123.10"]
    kinds = []
    for block in whole[1:]:
        entries = block.findall("p:DrctDbtTxInf", at)
        assert names(block) == BLOCK + ["DrctDbtTxInf"] * len(entries)
        assert [names(entry) for entry in entries] == [ENTRY] * len(entries)
        assert block.findtext("p:CdtrSchmeId/p:Id/p:PrvtId/p:Othr/p:Id", namespaces=at) == "DE98ZZZ09999999999"
        assert block.findtext("p:ReqdColltnDt", namespaces=at) == "2026-03-16"
        kinds.append(
            (block.findtext(".//p:LclInstrm/p:Cd", namespaces=at), block.findtext(".//p:SeqTp", namespaces=at))
        )
        assert Decimal(block.findtext("p:CtrlSum", namespaces=at)) == sum(
            Decimal(one.text) for one in block.iterfind(".//p:InstdAmt", at)
        )
    assert kinds == [("B2B", "FRST"), ("CORE", "FRST"), ("CORE", "RCUR")]
    bank = "BIC" if version.endswith(".02") else "BICFI"
    assert [one.text for one in whole[1].iterfind(f".//p:{bank}", at)] == ["COBADEFFXXX", "BYLADEM1001"]
    assert whole[2].findtext(".//p:DbtrAgt//p:Othr/p:Id", namespaces=at) == "NOTPROVIDED"
    assert whole[2].findtext(".//p:Dbtr/p:Nm", namespaces=at) == "Moeller + Co"


def test_a_run_is_made_once_and_no_claim_is_in_two(debtor):
    first, second = claim(debtor, "100.00"), claim(debtor, "50.00")
    with transaction():
        item(second.id).dispute_amount = Decimal(10)
    key = run([first], ref="r1")
    assert run([second], ref="r1") == key
    assert len(list(db.session.scalars(select(DebitRun)))) == 1
    with pytest.raises(Conflict):
        run([first, second])
    for day in (date(2026, 3, 12), date(2026, 3, 14), date(2026, 4, 3)):
        with pytest.raises(Invalid):
            run([second], day=day)
    with pytest.raises(Invalid):
        run([])
    again = db.session.get(DebitRun, run([second]))
    assert (again.message_id, again.total) == ("DD-2026-000002", 40)
    (entry,) = queries.run(SYSTEM, key)[1]
    drop_entry(SYSTEM, key, entry.id)
    assert [one.item_id for one in queries.due(SYSTEM, MONDAY)] == [first.id]
    for mandate in queries.mandates(SYSTEM, debtor.id):
        revoke_mandate(SYSTEM, debtor.id, mandate.id)
    assert queries.due(SYSTEM, MONDAY) == []
    with pytest.raises(Conflict):
        run([first])
    for wrong in ({"reference": "M-1"}, {"reference": "no blanks"}, {"iban": "DE00"}, {"scheme": "X"}):
        values = {
            "reference": "M-9",
            "scheme": "B2B",
            "holder": "H",
            "iban": IBAN,
            "signed_on": date(2026, 1, 2),
        } | wrong
        with pytest.raises(Invalid):
            add_mandate(SYSTEM, debtor.id, values.pop("reference"), **values)


def test_the_statement_says_what_was_paid_and_what_came_back(debtor):
    owed = claim(debtor, "100.00")
    (entry,) = queries.run(SYSTEM, run([owed]))[1]
    import_file(SYSTEM, table(row("100.00", "", "Somebody", end=entry.end_to_end)), "a.csv")
    assert (lines()[0].confidence, item(owed.id).open_amount) == (100, 0)
    assert db.session.scalar(select(DebitEntry.state)) == "paid"


def test_the_pages(client, world, cast, house):
    with world():
        operator = db.session.scalar(select(Company).where(Company.kind == "operator"))
        with transaction():
            operator.iban = "DE89370400440532013000"
        key, code = claim(cast.customer, "70.00").id, cast.customer.code
        day = bank_day(clock.today(), 5)
    own = f"/receivables/{code}/mandates"
    mandate = {"reference": "M-7", "scheme": "B2B", "holder": "Firma", "iban": IBAN, "signed_on": "2026-01-02"}
    sent = {"item": str(key), "collect_on": day.isoformat(), "version": VERSIONS[1], "client_ref": str(uuid.uuid4())}
    for name in ("sales", "warehouse", "customer.company_admin", "customer.bookkeeper"):
        sign_in(client, cast.people[name])
        for address in (own, "/bank/debits"):
            assert client.get(address).status in (403, 404)
            assert client.post(address, mandate).status in (403, 404)
    sign_in(client, cast.people["accountant"])
    assert client.post(own, {**mandate, "iban": "DE00"}).status == 422
    assert client.post(own, mandate).status == 303
    assert "M-7" in client.get(own).text
    assert "M-7" in client.get("/bank/debits").text
    assert client.post("/bank/debits", {**sent, "collect_on": "2026-01-03"}).status == 422
    done = client.post("/bank/debits", sent)
    assert done.status == 303
    assert client.post("/bank/debits", sent).location == done.location
    page = client.get(done.location)
    assert "FRST" in page.text
    assert client.get(f"{done.location}/file").status == 200
    with world():
        entry = db.session.scalar(select(DebitEntry.id))
    assert client.post(f"{done.location}/entries/{entry}/drop", {}).status == 303
    with world():
        (kept,) = [one.id for one in queries.mandates(SYSTEM, cast.customer.id)]
    assert client.post(f"{own}/{kept}/revoke", {}).status == 303
    assert "M-7" not in client.get("/bank/debits").text
