"""Shape of a rule that warns; meaning is checked by the service."""

from __future__ import annotations

from wtforms import SelectField, SelectMultipleField
from wtforms.validators import InputRequired

from app.accounts.domain.roles import OPERATOR_ROLES, ROLE_NAMES
from app.sales.domain.alerts import FIGURES
from app.web.forms import ClientRefField, DecimalField, Form
from app.web.texts import _, say


class AlertRuleForm(Form):
    client_ref = ClientRefField()
    figure = SelectField(_("Figure"), [InputRequired()])
    threshold = DecimalField(
        _("Warn from"), [InputRequired(_("Enter a number."))], places=0, description=_("In the unit of the figure.")
    )
    roles = SelectMultipleField(_("Who is told"))

    def __init__(self, *args: object, **values: object) -> None:
        super().__init__(*args, **values)
        self.figure.choices = [
            (code, str(_("{figure} ({unit})", figure=say(one.title), unit=say(one.unit))))
            for code, one in FIGURES.items()
        ]
        self.roles.choices = [(str(role), say(ROLE_NAMES[role])) for role in OPERATOR_ROLES]
