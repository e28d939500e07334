"""Addresses, contact details, legal facts, terms, decisions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms import (
    BooleanField,
    IntegerField,
    MultipleFileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.accounts.domain.own_fields import OwnField
from app.accounts.domain.registration import EXTRA_FIELDS, ExtraField
from app.accounts.forms.fields import (
    CountryField,
    CurrencyField,
    LanguageField,
    TimeZoneField,
    email_field,
    required,
)
from app.accounts.forms.own_fields import with_own_fields
from app.web.forms import ClientRefField, DecimalField, Form, choices
from app.web.texts import _, say


def _text(label: Any, length: int = 200) -> StringField:
    return StringField(label, [Optional(), Length(max=length)])


class AddressForm(Form):
    label = StringField(_("Short name"), required(80))
    name = _text(_("Name on the parcel"))
    street = StringField(_("Street and number"), required())
    street2 = _text(_("Further line"))
    postcode = _text(_("Postcode"), 20)
    city = StringField(_("City"), required(100))
    region = _text(_("Region"), 100)
    country = CountryField(_("Country"), [InputRequired()])
    contact = _text(_("Contact"), 120)
    phone = _text(_("Phone"), 40)
    gln = _text(_("GLN"), 13)
    is_ship_to = BooleanField(_("We take delivery here"), default=True)
    is_default_ship_to = BooleanField(_("Suggest it for deliveries"))
    is_bill_to = BooleanField(_("Invoices go here"))
    is_default_bill_to = BooleanField(_("It is our billing address"))


class ContactForm(Form):
    email = StringField(_("E-mail address"), [Optional(), Length(max=254)], render_kw={"type": "email"})
    invoice_email = StringField(_("Invoices by mail to"), [Optional(), Length(max=254)], render_kw={"type": "email"})
    phone = _text(_("Phone"), 40)
    locale = LanguageField(_("Language of documents"), [InputRequired()])
    time_zone = TimeZoneField(_("Time zone"), [InputRequired()])


class BankForm(Form):
    bank_name = _text(_("Bank"), 120)
    iban = _text(_("IBAN"), 42)
    bic = _text(_("BIC"), 11)


class FactsForm(Form):
    code = StringField(_("Account number"), required(40))
    name = _text(_("Name"))
    legal_name = StringField(_("Legal name"), required())
    country = CountryField(_("Country"), [InputRequired()])
    vat_id = _text(_("VAT id"), 20)
    tax_number = _text(_("Tax number"), 40)
    registration_number = _text(_("Company register"), 60)
    gln = _text(_("GLN"), 13)
    endpoint_scheme = _text(_("Electronic address, scheme"), 4)
    endpoint_id = _text(_("Electronic address"), 100)


class NewAccountForm(FactsForm):
    kind = RadioField(
        _("Kind"), choices=choices([("customer", _("Customer")), ("supplier", _("Supplier"))]), default="customer"
    )
    currency = CurrencyField(_("Currency"), [InputRequired()])
    email = StringField(_("E-mail address"), [Optional(), Length(max=254)], render_kw={"type": "email"})


class TermsForm(Form):
    currency = CurrencyField(_("Currency"), [InputRequired()])
    payment_days = IntegerField(_("Payment term in days"), [InputRequired(), NumberRange(0, 365)])
    credit_limit = DecimalField(_("Credit limit"), [Optional()], places=2)
    vat_mode = RadioField(_("Prices are"), choices=choices([("net", _("net of VAT")), ("gross", _("with VAT"))]))
    stock_display = RadioField(
        _("Buyers see of the stock"),
        choices=choices([("number", _("the number")), ("band", _("much, some, little")), ("light", _("a light only"))]),
        default="number",
    )
    group_id = SelectField(_("Group"), coerce=int)
    segment_ids = SelectMultipleField(_("Segments"), coerce=int, widget=ListWidget(prefix_label=False),
                                      option_widget=CheckboxInput())  # fmt: skip
    locale = LanguageField(_("Language of documents"), [InputRequired()])
    time_zone = TimeZoneField(_("Time zone"), [InputRequired()])
    manager_id = SelectField(_("Sales manager"), coerce=int)
    parent_code = _text(_("Belongs to account"), 40)


class DecisionForm(Form):
    """Approve or refuse; the button pressed says which."""

    decision = StringField()
    code = _text(_("Account number"), 40)
    payment_days = IntegerField(_("Payment term in days"), [Optional(), NumberRange(0, 365)], default=30)
    reason = TextAreaField(_("Reason"), [Optional(), Length(max=2000)])


class SetForm(Form):
    """A group or a segment."""

    code = StringField(_("Code"), required(40))
    name = StringField(_("Name"), required(120))
    about = TextAreaField(_("What it is for"), [Optional(), Length(max=2000)])
    position = IntegerField(_("Asked in place"), [Optional(), NumberRange(0, 10_000)], default=0)


class MembersForm(Form):
    """Account numbers to put into a group or segment."""

    accounts = TextAreaField(_("Account numbers"), [InputRequired(_("Enter account numbers.")), Length(max=200_000)])


class ReasonForm(Form):
    reason = TextAreaField(_("Reason"), [Optional(), Length(max=300)])


class RegistrationForm(Form):
    """The legal facts; the operator's own questions are added by `registration_form()`."""

    legal_name = StringField(_("Legal name of the company"), required())
    name = _text(_("Trade name, if it differs"))
    country = CountryField(_("Country"), required(2), blank=_("Choose the country"))
    vat_id = _text(_("VAT id"), 20)
    registration_number = _text(_("Number in the company register"), 60)
    street = StringField(_("Street and number"), required())
    street2 = _text(_("Further line"))
    postcode = _text(_("Postcode"), 20)
    city = StringField(_("City"), required(100))
    contact_name = StringField(_("Your name"), required(120))
    email = email_field(_("Your e-mail address"))
    phone = StringField(_("Phone"), required(40))
    files = MultipleFileField(_("Documents"))
    client_ref = ClientRefField()
    homepage = StringField(_("Leave this empty"))  # people do not see it; who fills it in is a program

    def extra(self) -> dict[str, str]:
        """Answers to the operator's own questions."""
        return {question.code: self[f"extra_{question.code}"].data or "" for question in EXTRA_FIELDS}


def _question(question: ExtraField) -> Any:
    label = say(question.label)
    if question.kind == "choice":
        options = [("", ""), *((code, say(text)) for code, text in question.choices)]
        return SelectField(label, [Optional()], choices=choices(options))
    kind = TextAreaField if question.kind == "long" else StringField
    return kind(label, [Optional(), Length(max=2000)])


def registration_form(own: Iterable[OwnField] = ()) -> RegistrationForm:
    """The form with the operator's questions and own fields, in the reader's language."""
    questions = {f"extra_{question.code}": _question(question) for question in EXTRA_FIELDS}
    form: type[RegistrationForm] = type("RegistrationFormHere", (RegistrationForm,), questions)
    return with_own_fields(form, own)()
