"""Shape of what is entered in billing."""

from __future__ import annotations

from wtforms import BooleanField, DateField, StringField
from wtforms.validators import InputRequired, Length, Optional

from app.billing.domain.export import FORMS
from app.web.forms import ClientRefField, Form
from app.web.texts import _


class ExportForm(Form):
    """A period, what narrows it further (the customer: operator only), and the forms of the documents."""

    client_ref = ClientRefField()
    start = DateField(_("From"), validators=[InputRequired()])
    end = DateField(_("To"), validators=[InputRequired()])
    customer = StringField(_("Account number"), validators=[Optional(), Length(max=40)], default="")
    text = StringField(_("Number or PO contains"), validators=[Optional(), Length(max=80)], default="")
    pdf = BooleanField(_("PDF with embedded XML"), default=True)
    ubl = BooleanField(_("UBL 2.1"), default=True)
    cii = BooleanField(_("CII (Factur-X)"), default=True)

    @property
    def forms(self) -> tuple[str, ...]:
        """The chosen forms of the documents."""
        return tuple(form for form in FORMS if self[form].data)
