"""Shape of what is entered for saved and scheduled reports."""

from __future__ import annotations

from wtforms import BooleanField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from app.insights.domain.report_times import RHYTHMS
from app.web.forms import ClientRefField, Form, choices
from app.web.texts import _, say


class SaveForm(Form):
    """A name for the parameters."""

    client_ref = ClientRefField()
    name = StringField(_("Name"), validators=[InputRequired(), Length(max=120)])
    is_shared = BooleanField(_("Colleagues see it in their list"))


class ScheduleForm(Form):
    """When a report is sent, as what, and to whom; the choices of people are given by the view."""

    client_ref = ClientRefField()
    name = StringField(_("Name"), validators=[InputRequired(), Length(max=120)])
    form = SelectField(_("Format"), choices=choices([("xlsx", "XLSX"), ("csv", "CSV"), ("pdf", "PDF")]))
    rhythm = SelectField(_("Rhythm"))
    on_day = IntegerField(_("On day"), validators=[NumberRange(min=1, max=31)], default=1)
    hour = IntegerField(_("Hour"), validators=[NumberRange(min=0, max=23)], default=7)
    recipients = SelectMultipleField(
        _("Recipients"), coerce=int, option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )

    def offer(self, people: list[tuple[int, str]]) -> None:
        """Put the people and the rhythms into the pick lists."""
        self.recipients.choices = choices(people)
        self.rhythm.choices = choices((code, say(text)) for code, text in RHYTHMS)
