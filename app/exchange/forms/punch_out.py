"""Buyers' systems that open our shop, and shops of others."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, PasswordField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from app.web.forms import Form, choices
from app.web.texts import _

_PROTOCOLS = (("cxml", "cXML"), ("oci", "OCI"))
_NEEDED = DataRequired(_("Please fill in this field."))


class AccessForm(Form):
    company = StringField(_("Account"), validators=[_NEEDED, Length(max=40)], description=_("Its account number."))
    name = StringField(
        _("Name"), validators=[_NEEDED, Length(max=120)], description=_("Visitors read it: “You are shopping for …”.")
    )
    protocol = RadioField(_("It speaks"), choices=choices(_PROTOCOLS), default="cxml", validators=[_NEEDED])
    domain = StringField(
        _("Domain of its number"),
        validators=[Length(max=60)],
        description=_("cXML only: NetworkID, DUNS or what was agreed."),
    )
    identity = StringField(_("Its number or user name"), validators=[_NEEDED, Length(max=120)])
    secret = PasswordField(
        _("Shared secret or password"), validators=[Optional(), Length(max=200)],
        description=_("Only a fingerprint of it is kept. Empty: the known one stays."),
    )  # fmt: skip
    our_domain = StringField(_("Domain of our number"), validators=[Length(max=60)])
    our_identity = StringField(_("Our number there"), validators=[Length(max=120)])
    user_mail = StringField(
        _("Visitors act as"),
        validators=[_NEEDED, Length(max=254)],
        description=_("E-mail address of a person of the account who buys."),
    )
    matches_people = BooleanField(
        _("A visitor with the e-mail address of another person of the account acts as that person")
    )
    hosts = StringField(
        _("Carts go back to these hosts only"),
        validators=[Length(max=500)],
        description=_("Separated by blanks; empty: to any."),
    )
    frame_origin = StringField(
        _("Shown in a frame of"), validators=[Length(max=200)],
        description=_("Like https://purchasing.example; empty: never in a frame. Needs https here, too."),
    )  # fmt: skip
    partner = StringField(
        _("Partner for orders"), validators=[Length(max=40)],
        description=_("Code of the partner whose orders come by cXML; empty: the numbers in the order say it."),
    )  # fmt: skip
    units = TextAreaField(
        _("Units"), validators=[Length(max=5000)], description=_("One a row, theirs = ours: PCE = H87")
    )
    sources = TextAreaField(
        _("Fields"), validators=[Length(max=5000)],
        description=_("One a row: CUST_FIELD1 = VENDORMAT takes another field, CUST_FIELD2 = =1000 a fixed text."),
    )  # fmt: skip
    lengths = TextAreaField(
        _("Lengths of fields"), validators=[Length(max=5000)], description=_("One a row: DESCRIPTION = 60")
    )
    is_cutting = BooleanField(_("Shorten texts that are too long, and say so; else they are refused"), default=True)
    has_matnr = BooleanField(_("Give the buyer's own article number as MATNR"), default=True)
    vendor = StringField(_("Our vendor number"), validators=[Length(max=40)])
    material_group = StringField(_("Material group"), validators=[Length(max=40)])
    unspsc = StringField(_("UNSPSC of all articles"), validators=[Length(max=20)])
    is_active = BooleanField(_("May open the shop"), default=True)
    row_version = HiddenField()


class ShopForm(Form):
    company = StringField(
        _("Account"),
        validators=[_NEEDED, Length(max=40)],
        description=_("Number of the account whose people go there."),
    )
    name = StringField(_("Name"), validators=[_NEEDED, Length(max=120)])
    protocol = RadioField(_("It speaks"), choices=choices(_PROTOCOLS), default="cxml", validators=[_NEEDED])
    url = StringField(
        _("Address"), validators=[_NEEDED, Length(max=500)], description=_("Where to ask for the shop to be opened.")
    )
    domain = StringField(_("Domain of the shop's number"), validators=[Length(max=60)])
    identity = StringField(_("The shop's number"), validators=[Length(max=120)])
    our_domain = StringField(_("Domain of our number"), validators=[Length(max=60)])
    our_identity = StringField(_("Our number or user name there"), validators=[_NEEDED, Length(max=120)])
    secret = PasswordField(
        _("Shared secret or password"), validators=[Optional(), Length(max=200)],
        description=_("Kept sealed. Empty: the known one stays."),
    )  # fmt: skip
    is_active = BooleanField(_("In use"), default=True)
    row_version = HiddenField()
