"""Shape of what is entered about the books."""

from __future__ import annotations

import re

from wtforms import IntegerField, TextAreaField
from wtforms.validators import InputRequired, NumberRange

from app.billing.domain.bookings import KINDS, BookingAccount
from app.core.errors import Invalid
from app.core.texts import N_
from app.web.forms import Form
from app.web.texts import _

_LINE = re.compile(
    r"(?P<kind>[a-z_]+)(?:\s+(?P<case>[A-Z]+[0-9.]*))?\s+(?P<account>[0-9]{4,9})(?:\s*/\s*(?P<key>[0-9]{1,4}))?"
)


class BooksForm(Form):
    """`accounts`: one a line, a kind, perhaps a VAT case, the account, perhaps a VAT key: `revenue S19 8400 / 3`."""

    consultant = IntegerField(_("Consultant number"), [InputRequired(), NumberRange(1001, 9999999)])
    client = IntegerField(_("Client number"), [InputRequired(), NumberRange(1, 99999)])
    first_month = IntegerField(_("First month of the fiscal year"), [InputRequired(), NumberRange(1, 12)])
    account_length = IntegerField(_("Digits of an account"), [InputRequired(), NumberRange(4, 8)])
    debtors = IntegerField(_("Customers' accounts from"), [InputRequired(), NumberRange(10000, 699999999)])
    accounts = TextAreaField(_("Accounts"), [InputRequired()])
    own_debtors = TextAreaField(_("Customers that had an account before"))

    def chart(self) -> dict[tuple[str, str], BookingAccount]:
        """The accounts as entered; raises Invalid with the line that cannot be read."""
        found = {}
        for place, line in enumerate((self.accounts.data or "").splitlines(), start=1):
            if not line.strip():
                continue
            match = _LINE.fullmatch(line.strip())
            if match is None or match["kind"] not in KINDS:
                raise Invalid("accounts", N_("Row {row}: write kind, VAT case and account.", row=place))
            found[match["kind"], match["case"] or ""] = BookingAccount(match["account"], match["key"] or "")
        return found

    def debtors_by_code(self) -> dict[str, str]:
        """Accounts of customers as entered, by code; raises Invalid with the line that cannot be read."""
        found: dict[str, str] = {}
        for place, line in enumerate((self.own_debtors.data or "").splitlines(), start=1):
            code, _sign, number = line.strip().rpartition(" ")
            if not line.strip():
                continue
            if not code.strip() or not re.fullmatch("[0-9]{5,9}", number) or code.strip() in found:
                raise Invalid(
                    "own_debtors", N_("Row {row}: write the customer's number and its account, once.", row=place)
                )
            found[code.strip()] = number
        return found


def account_lines(accounts: dict[tuple[str, str], BookingAccount]) -> str:
    """The accounts as `BooksForm` reads them."""
    order = sorted(accounts.items(), key=lambda item: (KINDS.index(item[0][0]), item[0][1]))
    return "\n".join(
        " ".join(filter(None, (kind, case, one.account))) + (f" / {one.vat_key}" if one.vat_key else "")
        for (kind, case), one in order
    )
