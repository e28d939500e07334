"""Shape of what is entered about bank statements."""

from __future__ import annotations

from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from app.billing.domain.statements.table import Columns
from app.web.forms import ClientRefField, DecimalField, Form, choices
from app.web.texts import _

_SHORT = [Optional(), Length(max=60)]


class StatementForm(Form):
    """A file; the rest is for tables whose header does not say everything."""

    file = FileField(_("Bank statement"), [FileRequired(_("Choose a file."))])
    account = StringField(_("Our account"), [Optional(), Length(max=64)])
    currency = StringField(_("Currency"), [Optional(), Length(max=3)])
    booked_on = StringField(_("Column of the day"), _SHORT)
    amount = StringField(_("Column of the amount"), _SHORT)
    payer_name = StringField(_("Column of the payer"), _SHORT)
    payer_account = StringField(_("Column of the payer's account"), _SHORT)
    text = StringField(_("Column of the text"), _SHORT)
    decimal = SelectField(_("Decimal sign"), choices=choices([("", _("As it looks")), (",", ","), (".", ".")]))
    day_format = SelectField(
        _("Date format"), choices=choices([("", _("As it looks")), ("dmy", "31/12/2026"), ("mdy", "12/31/2026")])
    )

    def mapping(self) -> Columns:
        """What was said of the table."""
        kept: dict[str, str] = {}
        for name in ("booked_on", "amount", "payer_name", "payer_account", "text"):
            given = (self[name].data or "").strip()
            if given:
                kept[name] = given
        return Columns(
            columns=kept, account=self.account.data or "", currency=self.currency.data or "",
            decimal=self.decimal.data or "", day_format=self.day_format.data or "",
        )  # fmt: skip


class BookForm(Form):
    """Whose money it is; the amounts for claims are fields of their own."""

    account = StringField(_("Account number"), [InputRequired(_("Enter the number of the account.")), Length(max=40)])


class NoteForm(Form):
    note = StringField(_("Reason"), [InputRequired(_("Say why.")), Length(max=300)])


class RefundForm(Form):
    client_ref = ClientRefField()
    amount = DecimalField(_("Amount"), [InputRequired(_("Enter an amount."))], places=4)
    note = StringField(_("Note"), [Optional(), Length(max=300)])


class PayForm(Form):
    client_ref = ClientRefField()
