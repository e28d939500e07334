"""Lines of carts, their names, and with whom they are shared."""

from __future__ import annotations

from wtforms import (
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length

from app.web.forms import DecimalField, Form
from app.web.texts import _


class LineForm(Form):
    """One line of the cart in full."""

    quantity = DecimalField(_("Quantity"), validators=[InputRequired(_("Enter a quantity."))])
    unit = SelectField(_("Unit"))
    note = StringField(_("Note to this line"), validators=[Length(max=300, message=_("At most 300 characters."))])
    was = HiddenField()  # what the page showed: a colleague's change is not overwritten unseen


class CartNameForm(Form):
    """A cart's name."""

    name = StringField(_("Name"), validators=[Length(max=80, message=_("At most 80 characters."))])


class ShareForm(Form):
    """Whom a cart is shared with; the choices are set by the view."""

    user = SelectField(_("With"), validators=[InputRequired(_("Choose somebody."))])
    right = RadioField(_("They may"), validators=[InputRequired(_("Choose a right."))])


class HandOverForm(Form):
    """What goes along with a cart that is handed over."""

    note = TextAreaField(_("Message"), validators=[Length(max=500, message=_("At most 500 characters."))])
