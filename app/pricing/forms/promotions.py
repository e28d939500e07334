"""Promotions and their coupons."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from zoneinfo import ZoneInfo

from wtforms import BooleanField, DateTimeLocalField, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from app.pricing.domain.promotions import Kind, Off
from app.pricing.forms.lists import CODE_RULE
from app.pricing.service.coupons import Batch
from app.pricing.service.promotions import AudienceRow, PromotionRow, TargetRow
from app.web.forms import DecimalField, Form, choices
from app.web.texts import _

_MOMENT = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]  # as browsers send it, and want it back
PROMOTION_KINDS = {
    Kind.LINE: _("Articles in the cart, line by line"),
    Kind.CART: _("The whole cart"),
    Kind.BUNDLE: _("A bundle: goods that go together"),
}
PROMOTION_EFFECTS = {
    Off.PERCENT: _("percent off"),
    Off.AMOUNT: _("an amount off (each base unit, each bundle, or the cart)"),
    Off.FIXED_PRICE: _("a fixed price for the bundle"),
    Off.PAY_FEWER: _("pay only so many of the bundle's goods"),
}
TARGET_KINDS = {"article": _("Article"), "category": _("Category and below"), "brand": _("Brand")}
AUDIENCE_KINDS = {"account": _("Account"), "group": _("Group"), "segment": _("Segment")}


class PromotionForm(Form):
    """A promotion; goods and audience are read from repeated fields. Moments are in the reader's time zone."""

    code = StringField(_("Code"), [InputRequired(_("Give it a code.")), Length(max=40), CODE_RULE])
    name = StringField(_("Name for buyers"), [InputRequired(_("Give it a name.")), Length(max=120)])
    about = StringField(_("Note for staff"), [Length(max=500)])
    kind = RadioField(
        _("What it is for"),
        choices=choices([(str(kind), text) for kind, text in PROMOTION_KINDS.items()]),
        default="cart",
    )
    effect = SelectField(
        _("What it gives"), choices=choices([(str(effect), text) for effect, text in PROMOTION_EFFECTS.items()])
    )
    value = DecimalField(_("How much"), [InputRequired(_("Enter a number."))])
    currency = StringField(_("Currency of the amounts"), [Length(max=3)])
    min_quantity = DecimalField(_("From a quantity of one article"))
    min_net = DecimalField(_("From a net value of the goods"), places=4)
    starts_at = DateTimeLocalField(_("Starts"), [Optional()], format=_MOMENT)
    ends_at = DateTimeLocalField(_("Ends"), [Optional()], format=_MOMENT)
    is_active = BooleanField(_("In use"), default=True)
    needs_coupon = BooleanField(_("Only with a coupon"))
    on_agreed_prices = BooleanField(_("Also on contract and quoted prices"))
    priority = IntegerField(_("Priority"), [InputRequired(_("Enter a whole number."))], default=100)
    is_exclusive = BooleanField(_("Goes together with no other promotion"))
    exclusion_group = StringField(_("Group of which only one applies"), [Length(max=40)])
    budget_amount = DecimalField(_("Budget, net"), places=4)
    budget_uses = IntegerField(_("Orders in all"), [Optional()])
    account_uses = IntegerField(_("Orders of one account"), [Optional()])

    def row(
        self, zone: str, targets: tuple[TargetRow, ...], audience: tuple[AudienceRow, ...]
    ) -> PromotionRow:  # fmt: skip
        values = self.values()
        for name in ("code", "name", "about", "exclusion_group", "currency"):
            values[name] = (values[name] or "").strip()
        values["currency"] = values["currency"].upper()
        for name in ("min_quantity", "min_net"):
            values[name] = values[name] or Decimal(0)
        for name in ("starts_at", "ends_at"):
            if values[name] is not None:
                values[name] = values[name].replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        return PromotionRow(**values, targets=targets, audience=audience)


class CouponsForm(Form):
    """One coupon with a code of one's own, or a batch of random ones."""

    code = StringField(_("Code"), [Length(max=40)], description=_("Leave it empty to make random codes."))
    count = IntegerField(_("How many"), [Optional()], default=1)
    prefix = StringField(_("They begin with"), [Length(max=20)])
    label = StringField(_("Name of the batch"), [Length(max=80)])
    account = StringField(_("Only for the account"), [Length(max=40)])
    max_uses = IntegerField(_("Uses of each code"), [Optional()], default=1, description=_("Empty: without end."))
    account_uses = IntegerField(_("Uses by one account"), [Optional()])
    ends_at = DateTimeLocalField(_("Ends"), [Optional()], format=_MOMENT)

    def batch(self, zone: str, company_id: int | None) -> Batch:
        ends_at = self.ends_at.data
        return Batch(
            code=self.code.data or "", count=self.count.data or 1, prefix=self.prefix.data or "",
            label=self.label.data or "", company_id=company_id, max_uses=self.max_uses.data,
            account_uses=self.account_uses.data,
            ends_at=ends_at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) if ends_at else None,
        )  # fmt: skip
