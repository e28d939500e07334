"""What matching needs to know, for many bank lines at once: a constant number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import text

from app.billing.domain.matching import Claim, Paid, Proposal, Reason, name_key, proposals, quoted_keys
from app.billing.domain.settling import Discount
from app.billing.models.statements import BankLine
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound

_KNOWN = text("""
SELECT key, company_id FROM known_payers WHERE key = ANY(CAST(:keys AS text[])) ORDER BY times DESC, company_id""")
_COMPANIES = text("""
SELECT id, upper(regexp_replace(vat_id, '[^A-Za-z0-9]', '', 'g')) AS vat_id,
    regexp_replace(tax_number, '[^0-9]', '', 'g') AS tax_number,
    regexp_replace(lower(legal_name), '[[:space:][:punct:]]+', '', 'g') AS legal_name,
    regexp_replace(lower(name), '[[:space:][:punct:]]+', '', 'g') AS name
FROM companies
WHERE kind = 'customer' AND (
    (tax_number <> '' AND regexp_replace(tax_number, '[^0-9]', '', 'g') = ANY(CAST(:tax AS text[])))
    OR (vat_id <> '' AND regexp_replace(vat_id, '[^0-9]', '', 'g') = ANY(CAST(:tax AS text[])))
    OR regexp_replace(lower(legal_name), '[[:space:][:punct:]]+', '', 'g') = ANY(CAST(:names AS text[]))
    OR regexp_replace(lower(name), '[[:space:][:punct:]]+', '', 'g') = ANY(CAST(:names AS text[])))""")
# Claims that a text quotes, those of accounts that may have paid, those of an amount that only one claim has, those of
# our direct debits.
_CLAIMS = text("""
SELECT i.id, i.company_id, i.match_key, i.currency, i.amount, i.open_amount, i.due_on, i.discounts
FROM open_items i
WHERE i.open_amount > 0 AND i.kind <> 'refund' AND (
    i.match_key = ANY(CAST(:keys AS text[])) OR right(i.match_key, 21) = ANY(CAST(:references AS text[]))
    OR i.company_id = ANY(CAST(:companies AS bigint[]))
    OR i.open_amount = ANY(CAST(:amounts AS numeric[])) OR i.id = ANY(CAST(:items AS bigint[])))
ORDER BY i.due_on, i.id LIMIT 20000""")
_DEBITS = text("""
SELECT end_to_end, item_id FROM debit_entries
WHERE end_to_end = ANY(CAST(:references AS text[])) AND state IN ('sent', 'paid')""")
_PAID_BEFORE = text("""
SELECT l.id, l.end_to_end, l.amount, l.currency, l.company_id FROM bank_lines l
WHERE l.end_to_end = ANY(CAST(:references AS text[])) AND l.state = 'booked' AND l.amount > 0
ORDER BY l.id DESC""")
_REFUNDS = text("""
SELECT i.id, i.company_id, i.match_key, i.amount, i.currency FROM open_items i
WHERE i.kind = 'refund' AND i.source LIKE 'refund:%' AND i.amount = ANY(CAST(:amounts AS numeric[]))
  AND NOT EXISTS (SELECT 1 FROM bank_lines l WHERE l.item_id = i.id)
ORDER BY i.id""")


@dataclass(frozen=True, slots=True)
class Back:
    """For money that went out: the line whose payment it takes back, or the refund that it is."""

    confidence: int
    reasons: tuple[Reason, ...]
    company_id: int
    line_id: int | None = None
    item_id: int | None = None


def propose(actor: Actor, lines: Sequence[BankLine]) -> dict[int, list[Proposal]]:
    """Proposals for lines that came in, by line id. Operator only; five statements."""
    _demand_operator(actor)
    came = [line for line in lines if line.amount > 0]
    if not came:
        return {}
    payers = _payers(came)
    debits = {
        row.end_to_end: row.item_id
        for row in db.session.execute(_DEBITS, {"references": [line.end_to_end for line in came if line.end_to_end]})
    }
    facts = {line.id: _paid(line, debits) for line in came}
    claims = _claims(list(facts.values()), {company for found in payers.values() for company in found})
    keys: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        for key in {claim.key, claim.key[-21:]}:
            keys[key].append(claim)
    by_company: dict[int, list[Claim]] = defaultdict(list)
    by_amount: dict[Decimal, list[Claim]] = defaultdict(list)
    by_id = {claim.item_id: claim for claim in claims}
    for claim in claims:
        by_company[claim.company_id].append(claim)
        by_amount[claim.open].append(claim)
    found = {}
    for line in came:
        paid, known = facts[line.id], payers[line.id]
        near = [one for key in quoted_keys(paid.text, paid.creditor_reference) for one in keys.get(key, ())]
        near += [one for company in known for one in by_company[company]] + by_amount[paid.amount]
        if paid.debit_item in by_id:
            near.append(by_id[paid.debit_item])
        found[line.id] = proposals(paid, list({one.item_id: one for one in near}.values()), known)
    return found


def _paid(line: BankLine, debits: dict[str, int]) -> Paid:
    return Paid(
        amount=line.amount, currency=line.currency, booked_on=line.booked_on, text=line.text,
        creditor_reference=line.creditor_reference, debit_item=debits.get(line.end_to_end),
    )  # fmt: skip


def payer_keys(line: BankLine) -> list[str]:
    """What is learned of who paid a line: the account, and the name."""
    keys = [f"account:{line.payer_account}"] if line.payer_account else []
    name = name_key(line.payer_name)
    return [*keys, f"name:{name}"] if name else keys


def _payers(lines: Sequence[BankLine]) -> dict[int, dict[int, Reason]]:
    """For each line the accounts that may have paid, and how we know; the surest reason wins."""
    keys = sorted({key for line in lines for key in payer_keys(line)})
    known: dict[str, list[int]] = defaultdict(list)
    for row in db.session.execute(_KNOWN, {"keys": keys}):
        known[row.key].append(row.company_id)
    tax = sorted({line.payer_tax_number for line in lines if line.payer_tax_number})
    names = sorted({name_key(line.payer_name) for line in lines} - {""})
    by_tax: dict[str, list[int]] = defaultdict(list)
    by_name: dict[str, list[int]] = defaultdict(list)
    for row in db.session.execute(_COMPANIES, {"tax": tax, "names": names}):
        for number in {row.tax_number, "".join(one for one in row.vat_id if one.isdigit())} - {""}:
            by_tax[number].append(row.id)
        for name in {row.legal_name, row.name} - {""}:
            by_name[name].append(row.id)
    found = {}
    for line in lines:
        mine: dict[int, Reason] = {}
        for company in known[f"account:{line.payer_account}"] if line.payer_account else ():
            mine.setdefault(company, Reason.PAYER_ACCOUNT)
        for company in by_tax[line.payer_tax_number] if line.payer_tax_number else ():
            mine.setdefault(company, Reason.TAX_NUMBER)
        name = name_key(line.payer_name)
        for company in [*by_name[name], *known[f"name:{name}"]] if name else ():
            mine.setdefault(company, Reason.PAYER_NAME)
        found[line.id] = mine
    return found


def _claims(paid: Sequence[Paid], companies: set[int]) -> list[Claim]:
    keys = sorted({key for one in paid for key in quoted_keys(one.text, one.creditor_reference)})
    rows = db.session.execute(_CLAIMS, {
        "keys": keys, "references": sorted({one.creditor_reference[4:] for one in paid if one.creditor_reference}),
        "companies": sorted(companies), "amounts": sorted({one.amount for one in paid}),
        "items": sorted({one.debit_item for one in paid if one.debit_item}),
    })  # fmt: skip
    return [
        Claim(
            row.id, row.company_id, row.match_key, row.currency, row.amount, row.open_amount, row.due_on,
            tuple(Discount.from_json(one) for one in row.discounts),
        )
        for row in rows
    ]  # fmt: skip


def propose_back(actor: Actor, lines: Sequence[BankLine]) -> dict[int, Back]:
    """For lines that went out: what they take back or pay out, by line id. Operator only; two statements."""
    _demand_operator(actor)
    went = [line for line in lines if line.amount < 0]
    if not went:
        return {}
    before = db.session.execute(
        _PAID_BEFORE, {"references": [line.end_to_end for line in went if line.is_return and line.end_to_end]}
    ).all()  # fmt: skip
    refunds = db.session.execute(_REFUNDS, {"amounts": sorted({-line.amount for line in went})}).all()
    found = {}
    for line in went:
        keys = set(quoted_keys(line.text, ""))
        if line.is_return:
            for row in before:
                if (row.end_to_end, row.currency) == (line.end_to_end, line.currency) and row.amount <= -line.amount:
                    confidence = 98 if row.amount == -line.amount else 90
                    found[line.id] = Back(confidence, (Reason.RETURNED,), row.company_id, line_id=row.id)
                    break
            continue
        meant = [row for row in refunds if (row.amount, row.currency) == (-line.amount, line.currency)]
        quoted = [row for row in meant if row.match_key in keys]
        if len(quoted) == 1 or len(meant) == 1:
            row = (quoted or meant)[0]
            reasons = (Reason.REFUND, Reason.NUMBER if quoted else Reason.AMOUNT)
            found[line.id] = Back(98 if quoted else 70, reasons, row.company_id, item_id=row.id)
    return found


def _demand_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise NotFound
