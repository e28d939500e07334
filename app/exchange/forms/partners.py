"""Partners, their names, agreements and codes; the settings form of a channel, made from its transport."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, IntegerField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional, Regexp

from app.core.errors import Invalid
from app.exchange.transports import Transport
from app.web.forms import Form, choices
from app.web.texts import _, say

_SET = "set_"
_NEEDED = DataRequired(_("This is needed."))


class PartnerForm(Form):
    code = StringField(
        _("Short name"),
        validators=[
            _NEEDED,
            Length(max=40, message=_("At most 40 characters.")),
            Regexp(r"[A-Za-z0-9][A-Za-z0-9._-]*$", message=_("Letters, digits, point and dash only.")),
        ],
        description=_("Stands in addresses, such as ACME"),
    )
    name = StringField(_("Name"), validators=[_NEEDED, Length(max=200, message=_("At most 200 characters."))])
    account = StringField(
        _("Account"),
        validators=[Optional(), Length(max=40)],
        description=_("Number of the account or supplier; empty when it speaks for several."),
    )
    is_test = BooleanField(_("Test: nothing it sends is done for real"))
    is_active = BooleanField(_("Switched on"), default=True)
    note = TextAreaField(_("Note"), validators=[Optional(), Length(max=2000)])


class IdentifierForm(Form):
    side = SelectField(_("Whose name"))
    scheme = SelectField(_("Kind"))
    value = StringField(_("Name"), validators=[_NEEDED, Length(max=120, message=_("At most 120 characters."))])
    account = StringField(
        _("Account"),
        validators=[Optional(), Length(max=40)],
        description=_("Only where the partner speaks for several: whose name this is."),
    )


class AgreementForm(Form):
    direction = SelectField(_("Way"))
    document = SelectField(_("Document"))
    format = SelectField(_("Format"))
    version = StringField(
        _("Version"),
        validators=[Optional(), Length(max=40)],
        description=_("Such as D96A or 004010; empty: the usual one"),
    )
    channel = SelectField(_("Channel"))
    acknowledge = SelectField(_("Acknowledge receipt"))
    acknowledge_format = SelectField(_("Acknowledge with"))
    person = SelectField(_("Order in the name of"))
    on_invalid = SelectField(_("What breaks a rule shall"))
    ship_to = SelectField(_("With an unknown delivery address it shall"))
    unknown = SelectField(_("Articles and units that are not known shall"))
    quantities = SelectField(_("Quantities that cannot be had shall"))
    is_active = BooleanField(_("Switched on"), default=True)


class CodesFileForm(Form):
    file = FileField(_("File"), validators=[FileRequired(_("Choose a file."))])


class TransportForm(Form):
    transport = SelectField(_("Transport"))


class ChannelForm(Form):
    """What every channel has; the settings of its transport stand beside as `set_` and their names."""

    channel_name = StringField(_("Name"), validators=[_NEEDED, Length(max=120, message=_("At most 120 characters."))])
    channel_shared = BooleanField(_("For all partners"))
    channel_test = BooleanField(_("Test"))
    channel_active = BooleanField(_("Switched on"), default=True)
    channel_poll = IntegerField(
        _("Ask every so many seconds"),
        validators=[Optional(), NumberRange(min=5, max=86_400, message=_("Between 5 and 86,400."))],
    )
    setting_names: tuple[str, ...] = ()

    def settings(self) -> dict[str, Any]:
        return {name.removeprefix(_SET): self._fields[name].data for name in self.setting_names}

    def refuse(self, error: Invalid) -> None:
        name = _SET + error.field
        super().refuse(Invalid(name, error.message) if name in self._fields else error)


def channel_form(transport: Transport, values: Mapping[str, Any], known_secrets: set[str], **head: Any) -> ChannelForm:
    """The form of a transport. A secret is never shown again: left empty it stays as it is."""
    members: dict[str, Any] = {}
    data = dict(head)
    for one in fields(transport.settings):
        members[_SET + one.name] = _setting(one, is_known=one.name in known_secrets)
        default = "" if one.default is MISSING else one.default
        if not one.metadata["secret"]:
            data[_SET + one.name] = values.get(one.name, default)
    members["setting_names"] = tuple(members)
    if transport.poll is None:
        members["channel_poll"] = None
    made: ChannelForm = type("ChannelForm", (ChannelForm,), members)(data=data)
    return made


def _setting(one: Any, *, is_known: bool) -> Any:
    label, help_text = say(one.metadata["label"]), say(one.metadata["help"]) if one.metadata["help"] else ""
    if one.metadata["secret"]:
        words = _("Kept. Leave empty to keep it.") if is_known else ""
        is_needed = one.default is MISSING and not is_known
        kind = TextAreaField if one.metadata["long"] else PasswordField
        return kind(
            label,
            validators=[_NEEDED if is_needed else Optional()],
            description=" ".join(filter(None, [str(help_text), str(words)])),
        )
    needed = [_NEEDED] if one.default is MISSING else [Optional()]
    type_name = str(getattr(one.type, "__name__", one.type))
    if type_name == "bool":
        return BooleanField(label, description=help_text)
    if one.metadata["choices"]:
        offered = [(code, say(word)) for code, word in one.metadata["choices"]]
        return SelectField(label, choices=choices(offered), description=help_text)
    kind = TextAreaField if one.metadata["long"] else StringField
    return kind(label, validators=needed, description=help_text)
