"""ISO 20022 camt.053 (bank to customer statement), versions 02, 04, 08 and those between: read by local names.

CdtDbtInd says the direction of the entry as booked, also where RvslInd marks a reversal.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from lxml import etree

from app.billing.domain.references import creditor_reference, creditor_reference_in
from app.billing.domain.statements.model import (
    MAX_BYTES,
    Movement,
    Statement,
    StatementError,
    account_of,
    amount_of,
    bad_day,
    currency_of,
    demand_few,
    missing,
    plain,
    reference,
)
from app.core.texts import N_
from app.core.xml import parse

_SIGNS = {"CRDT": 1, "DBIT": -1}
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)
_TEXT = 1000


def looks_like(head: bytes) -> bool:
    """Whether the beginning of a file is this format."""
    return b"camt.053" in head or b"BkToCstmrStmt" in head


def read(data: bytes) -> list[Statement]:
    """All statements of a file; StatementError or XmlError says what is wrong and in which line."""
    root = parse(data, max_bytes=MAX_BYTES, max_depth=40)
    statements = [_statement(node) for node in _all(root, "BkToCstmrStmt", "Stmt")]
    if not statements:
        raise StatementError(N_("The file has no statement (Stmt)."))
    demand_few(statements)
    return statements


def _name(node: etree._Element) -> str:
    return etree.QName(node).localname


def _all(node: etree._Element, *path: str) -> Iterator[etree._Element]:
    if not path:
        yield node
        return
    for child in node:
        if isinstance(child.tag, str) and _name(child) == path[0]:
            yield from _all(child, *path[1:])


def _first(node: etree._Element | None, *path: str) -> etree._Element | None:
    return None if node is None else next(_all(node, *path), None)


def _text(node: etree._Element | None, *path: str) -> str:
    found = _first(node, *path)
    return "" if found is None else (found.text or "").strip()


def _line(node: etree._Element) -> int:
    return int(node.sourceline or 0)


def _day(node: etree._Element | None, *path: str) -> date | None:
    holder = _first(node, *path)
    if holder is None:
        return None
    given = _text(holder, "Dt") or _text(holder, "DtTm") or (holder.text or "").strip()
    try:
        return date.fromisoformat(given[:10])
    except ValueError:
        raise bad_day(given, line=_line(holder), name=path[-1]) from None


def _money(node: etree._Element, *path: str) -> tuple[Decimal, str] | None:
    found = _first(node, *path)
    if found is None:
        return None
    line = _line(found)
    currency = currency_of(found.get("Ccy", ""), line=line, name="Ccy")
    return amount_of(found.text or "", currency, line=line, name=path[-1]), currency


def _sign(node: etree._Element, default: int | None = None) -> int:
    given = _text(node, "CdtDbtInd")
    if not given and default is not None:
        return default
    if given not in _SIGNS:
        raise StatementError(
            N_("Line {line}, {name}: {given} is neither CRDT nor DBIT.", line=_line(node), name="CdtDbtInd",
               given=plain(given, 20) or "?"),
            line=_line(node), name="CdtDbtInd",
        )  # fmt: skip
    return _SIGNS[given]


def _statement(node: etree._Element) -> Statement:
    account = account_of(_text(node, "Acct", "Id", "IBAN") or _text(node, "Acct", "Id", "Othr", "Id"))
    if not account:
        raise missing("Acct/Id", line=_line(node))
    opening, closing = _balance(node, _OPENING), _balance(node, _CLOSING)
    given = _text(node, "Acct", "Ccy")
    known = next((balance[1] for balance in (opening, closing) if balance), "")
    first = _money(node, "Ntry", "Amt")
    currency = currency_of(given or known or (first[1] if first else ""), line=_line(node), name="Acct/Ccy")
    statement = Statement(
        account=account, currency=currency, number=plain(_text(node, "LglSeqNb") or _text(node, "ElctrncSeqNb")
                                                         or _text(node, "Id"), 60),
        opening=opening[0] if opening else None, closing=closing[0] if closing else None,
        from_on=_day(node, "FrToDt", "FrDtTm"), to_on=_day(node, "FrToDt", "ToDtTm"),
    )  # fmt: skip
    for entry in _all(node, "Ntry"):
        status = _text(entry, "Sts", "Cd") or _text(entry, "Sts")
        if status in ("", "BOOK"):  # what is only announced comes again when it is booked
            statement.movements.extend(_movements(entry, statement))
    statement.check_sums()
    return statement


def _balance(node: etree._Element, codes: tuple[str, ...]) -> tuple[Decimal, str] | None:
    for code in codes:
        for balance in _all(node, "Bal"):
            if _text(balance, "Tp", "CdOrPrtry", "Cd") == code:
                money = _money(balance, "Amt")
                if money is not None:
                    return money[0] * _sign(balance), money[1]
    return None


def _movements(entry: etree._Element, statement: Statement) -> list[Movement]:
    """One movement of an entry, or one for each of its transactions when these add up to it."""
    money = _money(entry, "Amt")
    booked_on = _day(entry, "BookgDt") or _day(entry, "ValDt")
    if money is None:
        raise missing("Amt", line=_line(entry))
    if booked_on is None:
        raise missing("BookgDt", line=_line(entry))
    amount, currency = money[0] * _sign(entry), money[1]
    details = list(_all(entry, "NtryDtls", "TxDtls"))
    if not amount:
        return []
    if len(details) > 1:
        amounts = [_detail_amount(detail, currency, _sign(entry)) for detail in details]
        if all(amounts) and sum(one for one in amounts if one) == amount:
            return [
                _movement(entry, detail, part, currency, booked_on)
                for detail, part in zip(details, amounts, strict=True)
                if part
            ]
        statement.problems.append(
            N_("Line {line}: the parts of a batch do not add up to it; it is taken as one.", line=_line(entry))
        )
    return [_movement(entry, details[0] if details else None, amount, currency, booked_on)]


def _detail_amount(detail: etree._Element, currency: str, sign: int) -> Decimal | None:
    money = _money(detail, "Amt") or _money(detail, "AmtDtls", "TxAmt", "Amt")
    return money[0] * _sign(detail, sign) if money is not None and money[1] == currency else None


def _movement(
    entry: etree._Element, detail: etree._Element | None, amount: Decimal, currency: str, booked_on: date
) -> Movement:
    is_return = _text(entry, "RvslInd") in ("true", "1") or _first(detail, "RtrInf") is not None
    # The other side: who paid in, or whom we paid; of a return the sides are those of the first payment.
    came_in = (amount > 0) is not is_return
    side = "Dbtr" if came_in else "Cdtr"
    parties = _first(detail, "RltdPties")
    name = (
        _text(parties, side, "Nm") or _text(parties, side, "Pty", "Nm")
        or _text(parties, f"Ultmt{side}", "Nm") or _text(parties, f"Ultmt{side}", "Pty", "Nm")
    )  # fmt: skip
    account = _text(parties, f"{side}Acct", "Id", "IBAN") or _text(parties, f"{side}Acct", "Id", "Othr", "Id")
    info = _first(detail, "RmtInf")
    words = [] if info is None else [node.text or "" for node in _all(info, "Ustrd")]
    structured = [] if info is None else [node.text or "" for node in _all(info, "Strd", "CdtrRefInf", "Ref")]
    documents = [] if info is None else [node.text or "" for node in _all(info, "Strd", "RfrdDocInf", "Nb")]
    told = " ".join([*words, *structured, *documents]) or _text(entry, "AddtlNtryInf")
    return Movement(
        booked_on=booked_on, value_on=_day(entry, "ValDt"), amount=amount, currency=currency,
        payer_name=plain(name, 200), payer_account=account_of(account), text=plain(told, _TEXT),
        creditor_reference=next(filter(None, map(creditor_reference, structured)), "") or creditor_reference_in(told),
        end_to_end=reference(_text(detail, "Refs", "EndToEndId")), mandate=reference(_text(detail, "Refs", "MndtId"), 35),
        bank_reference=reference(_text(detail, "Refs", "AcctSvcrRef") or _text(entry, "AcctSvcrRef")
                                 or _text(detail, "Refs", "TxId"), 80),
        code=_code(detail) or _code(entry), is_return=is_return,
        return_reason=plain(" ".join(filter(None, (_text(detail, "RtrInf", "Rsn", "Cd"),
                                                   _text(detail, "RtrInf", "AddtlInf")))), 200),
        line=_line(entry if detail is None else detail),
    )  # fmt: skip


def _code(node: etree._Element | None) -> str:
    domain = _first(node, "BkTxCd", "Domn")
    parts = [_text(domain, "Cd"), _text(domain, "Fmly", "Cd"), _text(domain, "Fmly", "SubFmlyCd")]
    return plain("-".join(filter(None, parts)) or _text(node, "BkTxCd", "Prtry", "Cd"), 40)
