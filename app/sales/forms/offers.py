"""An offer as entered; audience and goods are read from repeated fields. Moments are in the reader's time zone."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

from flask_wtf.file import FileField
from wtforms import BooleanField, DateTimeLocalField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from app.sales.domain.offers import KIND_NAMES, LANGUAGES, Audience, Goods, OfferRow
from app.web.forms import ClientRefField, DecimalField, Form, choices
from app.web.texts import _, say

_MOMENT = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


class OfferForm(Form):
    """Shape only; the service checks the meaning."""

    client_ref = ClientRefField()
    name = StringField(_("Name for staff"), [InputRequired(_("Give it a name.")), Length(max=120)])
    kind = RadioField(_("What it is"), default="banner")
    title_en = StringField(_("Title in English"), [Length(max=120)])
    title_ru = StringField(_("Title in Russian"), [Length(max=120)])
    title_uk = StringField(_("Title in Ukrainian"), [Length(max=120)])
    text_en = TextAreaField(_("Text in English"), [Length(max=1000)])
    text_ru = TextAreaField(_("Text in Russian"), [Length(max=1000)])
    text_uk = TextAreaField(_("Text in Ukrainian"), [Length(max=1000)])
    link = StringField(_("Leads to"), [Length(max=300)])
    picture = FileField(_("Picture"))
    percent = DecimalField(_("Percent off"), places=2)
    currency = StringField(_("Currency of the amounts"), [Length(max=3)])
    budget_amount = DecimalField(_("Budget, net"), places=4)
    promotion_code = StringField(_("Code of the promotion"), [Length(max=40)])
    starts_at = DateTimeLocalField(_("Starts"), [InputRequired(_("Say when it starts."))], format=_MOMENT)
    ends_at = DateTimeLocalField(_("Ends"), [Optional()], format=_MOMENT)
    is_for_all = BooleanField(_("For all accounts"))
    priority = IntegerField(_("Priority"), [InputRequired(_("Enter a whole number."))], default=100)
    shows_per_person = IntegerField(_("Shown to a person at most so many times"), [Optional()])
    holdout_percent = IntegerField(_("Percent of the accounts held out"), [Optional()], default=0)
    with_mail = BooleanField(_("Also by mail, to people who agreed to it"))

    def __init__(self, *arguments: object, **keywords: object) -> None:
        super().__init__(*arguments, **keywords)
        self.kind.choices = choices([(str(kind), say(name)) for kind, name in KIND_NAMES.items()])

    def row(
        self, zone: str, audience: tuple[Audience, ...], goods: tuple[Goods, ...], file_id: int | None
    ) -> OfferRow:  # fmt: skip
        values = self.values()
        values.pop("picture")
        titles = {code: (values.pop(f"title_{code}") or "").strip() for code in LANGUAGES}
        texts = {code: (values.pop(f"text_{code}") or "").strip() for code in LANGUAGES}
        for name in ("link", "currency", "promotion_code"):
            values[name] = (values[name] or "").strip()
        values["currency"] = values["currency"].upper()
        values["holdout_percent"] = values["holdout_percent"] or 0
        for name in ("starts_at", "ends_at"):
            if values[name] is not None:
                values[name] = values[name].replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        return OfferRow(**values, titles=titles, texts=texts, audience=audience, goods=goods, file_id=file_id)


class StopForm(Form):
    """Why an offer ends before its time."""

    reason = StringField(_("Reason"), [InputRequired(_("Say why.")), Length(max=300)])
