"""A bank statement with what an accountant sees on a morning: two booked by themselves, a likely one, a stranger, too much."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from app.accounts.queries.accounts import account
from app.accounts.queries.companies import account_id, operator_zone
from app.billing.domain.references import make_creditor_reference
from app.billing.queries.bank import lines
from app.billing.service.bank_import import accept, import_file
from app.billing.service.open_items import NewItem, post
from app.core import clock
from app.core.actor import Actor
from app.core.tenancy import acting_as

_PAYS, _ALSO = "10001", "10007"
_OURS = "DE89370400440532013000"
_HEAD = ("Auftragskonto;Buchungstag;Verwendungszweck;Beguenstigter/Zahlungspflichtiger;Kontonummer/IBAN;Betrag;Währung;"
         "Bankreferenz\n")  # fmt: skip
# Taken over from the books before Kontor: account, number, gross amount.
_CLAIMS = ((_PAYS, "RE-25-0711", "1190.00"), (_PAYS, "RE-25-0724", "357.00"), (_PAYS, "RE-25-0730", "500.00"),
           (_ALSO, "RE-25-0718", "842.52"))  # fmt: skip


def add_payments(house: Actor) -> None:
    """Needs the accounts. The customer that paid too much has the rest in its favour: pay it back, or leave it."""
    with acting_as(house):
        today = clock.today(operator_zone(house))
        for code, number, amount in _CLAIMS:
            company_id = account_id(house, code)
            post(house, NewItem(
                company_id=company_id, kind="invoice", number=number, amount=Decimal(amount), currency="EUR",
                issued_on=today - timedelta(days=20), due_on=today + timedelta(days=10),
                source=f"taken-over:{company_id}:{number}",
            ))  # fmt: skip
        import_file(house, _statement(house, today), "Umsaetze.csv")
        too_much = next(row for row in lines(house, "waiting") if "0730" in row.text)
        accept(house, too_much.id)


def _statement(house: Actor, today: date) -> bytes:
    pays, also = account(house, _PAYS).name, account(house, _ALSO).name
    rows = (
        ("Rechnung RE-25-0711", pays, "DE75512108001245126199", "1.190,00"),
        (make_creditor_reference("RE-25-0724"), pays, "DE75512108001245126199", "357,00"),
        ("Rg. RE-25-0730 und Vorschuss", pays, "DE75512108001245126199", "620,00"),
        ("Unsere Zahlung vom Freitag", also, "DE02500105170137075030", "842,52"),
        ("Danke", "M. Unbekannt", "DE02120300000000202051", "63,80"),
        ("Entgelt Kontoführung", "Hansebank Hamburg", "", "-4,90"),
    )
    day = today.strftime("%d.%m.%Y")
    text = "".join(
        f"{_OURS};{day};{words};{name};{iban};{amount};EUR;U-{place}\n"
        for place, (words, name, iban, amount) in enumerate(rows, start=1)
    )
    return (_HEAD + text).encode()
