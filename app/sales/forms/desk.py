"""Shapes of notes, tasks, saved views and hand-overs; meaning is checked by the service."""

from __future__ import annotations

from wtforms import BooleanField, DateField, HiddenField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import InputRequired, Length, Optional

from app.sales.domain.tasks import TEXT_LENGTH, NoteKind, TaskKind
from app.web.forms import ClientRefField, Form, choices
from app.web.texts import _

TASK_KINDS = {
    TaskKind.CALL: _("Call"),
    TaskKind.MEETING: _("Meeting"),
    TaskKind.MAIL: _("Mail"),
    TaskKind.ERRAND: _("To do"),
}
NOTE_KINDS = {NoteKind.NOTE: _("Note"), NoteKind.CALL: _("Call"), NoteKind.MEETING: _("Meeting")}


class NoteForm(Form):
    """What was said or is to be known."""

    client_ref = ClientRefField()
    kind = SelectField(_("What it was"), choices=choices((str(kind), name) for kind, name in NOTE_KINDS.items()))
    text = TextAreaField(_("Note"), [InputRequired(_("Write something.")), Length(max=TEXT_LENGTH)])
    with_whom = StringField(_("With whom"), [Length(max=120)])
    on_day = DateField(_("On another day"), [Optional()])


class TaskForm(Form):
    """What is to be done, by when and by whom. Choices of people are set by the view."""

    client_ref = ClientRefField()
    kind = SelectField(_("What to do"), choices=choices((str(kind), name) for kind, name in TASK_KINDS.items()))
    text = TextAreaField(_("About what"), [InputRequired(_("Write something.")), Length(max=TEXT_LENGTH)])
    due_on = DateField(_("By"), [InputRequired(_("Enter a date."))])
    hour = TimeField(_("At, for a meeting"), [Optional()])
    assignee_id = SelectField(_("Who does it"), coerce=int)


class OutcomeForm(Form):
    """What came of a task."""

    outcome = TextAreaField(_("What came of it"), [Length(max=TEXT_LENGTH)])


class PostponeForm(Form):
    due_on = DateField(_("New day"), [InputRequired(_("Enter a date."))])


class AssignForm(Form):
    assignee_id = SelectField(_("Who does it"), coerce=int)


class ViewForm(Form):
    """A name for the filters and the sort of a list."""

    name = StringField(_("Name of the view"), [InputRequired(_("Give it a name.")), Length(max=60)])
    is_shared = BooleanField(_("For all colleagues"))
    query = HiddenField(validators=[Length(max=500)])


class HandoverForm(Form):
    """Who gives which accounts to whom, from when, and for how long. Choices of people are set by the view."""

    client_ref = ClientRefField()
    from_id = SelectField(_("From"), coerce=int)
    to_id = SelectField(_("To"), coerce=int)
    codes = TextAreaField(_("Only these accounts, by number"), [Length(max=20_000)])
    starts_on = DateField(_("From this day on"), [InputRequired(_("Enter a date."))])
    ends_on = DateField(_("Until, for an absence"), [Optional()])
    note = TextAreaField(_("Note"), [Length(max=TEXT_LENGTH)])
    is_told = BooleanField(_("Tell the customers by mail"))
