"""Versions of a price list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from app.pricing.domain.versions import PercentChange, Selection
from app.web.forms import DecimalField, Form, choices
from app.web.texts import _


class WordsForm(Form):
    """What a version is called, and why it was made."""

    label = StringField(_("Name of the version"), [Length(max=80)])
    note = TextAreaField(_("Why"), [Length(max=500)])


class DraftForm(WordsForm):
    """A new version, and where its prices come from."""

    source = RadioField(_("Prices"), default="")

    def offer(self, numbers: Iterable[int], holding: int | None) -> None:
        first = (
            _("as in version {number}, which holds now", number=holding) if holding else _("as in the newest version")
        )
        others = [
            (str(number), str(_("as in version {number}", number=number))) for number in numbers if number != holding
        ]
        self.source.choices = choices(
            [("", str(first)), *others, ("empty", str(_("none yet: from a file or by hand")))]
        )


ROUNDINGS = {"half_up": _("to the nearest"), "up": _("up"), "down": _("down")}


class PercentForm(Form):
    """Prices of a draft by percent; nothing chosen: all of them."""

    percent = DecimalField(_("Change in percent"), [InputRequired(_("By how many percent?"))], places=3)
    step = DecimalField(_("Round to"), default=Decimal("0.01"))
    rounding = RadioField(_("Rounding"), choices=choices(list(ROUNDINGS.items())), default="half_up")
    category = SelectField(_("Category, with all below"))
    brand = StringField(_("Brand"), [Length(max=120)])
    sku_start = StringField(_("Article number begins with"), [Length(max=60)])

    def offer(self, categories: Iterable[tuple[str, str]]) -> None:
        self.category.choices = choices([("", str(_("all"))), *categories])

    def selection(self) -> Selection:
        return Selection(self.category.data or "", self.brand.data or "", self.sku_start.data or "")

    def change(self) -> PercentChange:
        step = Decimal("0.01") if self.step.data is None else self.step.data
        return PercentChange(self.percent.data or Decimal(0), step, self.rounding.data)


class SpanForm(Form):
    """The days a version shall hold; the last day is entered as the last one that counts."""

    valid_from = DateField(_("From"), [Optional()])
    last_day = DateField(_("Until and with"), [Optional()])

    def span(self) -> dict[str, date | None]:
        last_day = self.last_day.data
        return {"valid_from": self.valid_from.data, "valid_to": last_day + timedelta(days=1) if last_day else None}


class ReasonForm(Form):
    """Why a version is given back."""

    reason = TextAreaField(_("Reason"), [InputRequired(_("Say why.")), Length(max=500)])
