"""Delivery, payment and order values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from wtforms import (
    BooleanField,
    IntegerField,
    SelectField,
    StringField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, Optional

from app.ordering.domain.delivery_cost import CostRule
from app.ordering.domain.terms import DeliveryKind, PaymentKind, PoRepeats
from app.ordering.domain.thresholds import ThresholdEffect, ThresholdKind
from app.ordering.service.terms import (
    Audience,
    DeliveryMethodRow,
    OrderTermsRow,
    PaymentMethodRow,
    RateRow,
    ThresholdRow,
)
from app.web.forms import DecimalField, Form, choices
from app.web.texts import _

DELIVERY_WORDS = {
    DeliveryKind.DELIVERY: _("Delivery"),
    DeliveryKind.PICK_UP: _("Pick-up from a warehouse"),
    DeliveryKind.DIRECT: _("Straight from the supplier"),
}
PAYMENT_WORDS = {
    PaymentKind.ON_ACCOUNT: _("On account"),
    PaymentKind.PREPAYMENT: _("Prepayment"),
    PaymentKind.CASH: _("Cash on pick-up"),
    PaymentKind.DIRECT_DEBIT: _("Direct debit"),
}
THRESHOLD_WORDS = {
    ThresholdKind.SOFT_MIN: _("Minimum, orders below are taken"),
    ThresholdKind.HARD_MIN: _("Minimum, orders below are not taken"),
    ThresholdKind.HARD_MAX: _("Maximum, orders above are not taken"),
}
EFFECT_WORDS = {
    ThresholdEffect.MESSAGE: _("the buyer is told"),
    ThresholdEffect.AMOUNT: _("a fixed surcharge is taken"),
    ThresholdEffect.PERCENT: _("a surcharge in percent of the goods is taken"),
}
PO_WORDS = {
    PoRepeats.WARN: _("is warned of"),
    PoRepeats.BLOCK: _("is refused"),
    PoRepeats.FREE: _("is fine"),
}

RULE_WORDS = {
    CostRule.FLAT: _("fixed"),
    CostRule.WEIGHT: _("by weight in kg"),
    CostRule.VALUE: _("by value of the goods"),
    CostRule.PERCENT: _("percent of the goods"),
}


class _RuleForm(Form):
    """What all rules of the operator have: a code, names in the three languages, whom they are for."""

    code = StringField(_("Code"), [InputRequired(_("Give it a code.")), Length(max=40)])
    name = StringField(_("Name"), [InputRequired(_("Give it a name.")), Length(max=120)])
    name_ru = StringField(_("Name in Russian"), [Length(max=120)])
    name_uk = StringField(_("Name in Ukrainian"), [Length(max=120)])
    accounts = StringField(_("Only for the accounts"), [Length(max=2000)])
    groups = StringField(_("Only for the groups"), [Length(max=500)])
    is_active = BooleanField(_("In use"), default=True)

    @property
    def common(self) -> dict[str, Any]:
        """The values of these fields as the services take them."""
        return {
            "code": (self.code.data or "").strip(),
            "name": (self.name.data or "").strip(),
            "names": {"ru": self.name_ru.data or "", "uk": self.name_uk.data or ""},
            "audience": Audience(_codes(self.accounts.data), _codes(self.groups.data)),
            "is_active": bool(self.is_active.data),
        }


def _codes(text: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in (text or "").replace(",", " ").split() if part))


class DeliveryMethodForm(_RuleForm):
    """A way of delivery; its rates are read from repeated fields."""

    kind = SelectField(_("Kind"), choices=choices([(str(kind), text) for kind, text in DELIVERY_WORDS.items()]))
    warehouse = SelectField(_("Picked up at"), validators=[Optional()])
    is_per_delivery = BooleanField(_("Each delivery of an order costs; else the order once"), default=True)
    lead_days = IntegerField(
        _("Working days on the way"), [InputRequired(_("Enter a whole number."))], default=1
    )  # fmt: skip
    cut_off = TimeField(_("Leaves the same day until"), [Optional()])
    position = IntegerField(_("Place in the list"), [InputRequired(_("Enter a whole number."))], default=100)

    def row(self, rates: tuple[RateRow, ...]) -> DeliveryMethodRow:
        return DeliveryMethodRow(
            **self.common, kind=DeliveryKind(self.kind.data), warehouse=self.warehouse.data or "", rates=rates,
            is_per_delivery=bool(self.is_per_delivery.data), lead_days=self.lead_days.data or 0,
            cut_off=self.cut_off.data, position=self.position.data or 0,
        )  # fmt: skip


class PaymentMethodForm(_RuleForm):
    """A way of payment."""

    kind = SelectField(_("Kind"), choices=choices([(str(kind), text) for kind, text in PAYMENT_WORDS.items()]))
    net_days = IntegerField(_("Days to pay"), [Optional()])
    change = DecimalField(_("Surcharge, below zero a discount"))
    is_percent = BooleanField(_("In percent of the goods"), default=True)
    currency = StringField(_("Currency of the amount"), [Length(max=3)])
    position = IntegerField(_("Place in the list"), [InputRequired(_("Enter a whole number."))], default=100)

    def row(self) -> PaymentMethodRow:
        return PaymentMethodRow(
            **self.common, kind=PaymentKind(self.kind.data), net_days=self.net_days.data,
            change=self.change.data or Decimal(0), is_percent=bool(self.is_percent.data),
            currency=(self.currency.data or "").strip().upper(), position=self.position.data or 0,
        )  # fmt: skip


class ThresholdForm(_RuleForm):
    """A threshold."""

    kind = SelectField(_("What it is"), choices=choices([(str(kind), text) for kind, text in THRESHOLD_WORDS.items()]))
    currency = StringField(_("Currency"), [InputRequired(_("Enter a currency.")), Length(max=3)], default="EUR")
    amount = DecimalField(_("Goods worth, net before discounts"), [InputRequired(_("Enter an amount."))])
    effect = SelectField(_("And then"), choices=choices([(str(one), text) for one, text in EFFECT_WORDS.items()]))
    fee = DecimalField(_("Surcharge"))

    def row(self) -> ThresholdRow:
        return ThresholdRow(
            **self.common, kind=ThresholdKind(self.kind.data), currency=(self.currency.data or "").strip().upper(),
            amount=self.amount.data or Decimal(0), effect=ThresholdEffect(self.effect.data),
            fee=self.fee.data or Decimal(0),
        )  # fmt: skip


class OrderTermsForm(Form):
    """What an account must fill in when it orders."""

    needs_po = BooleanField(_("It orders under an order number of its own only"))
    po_repeats = SelectField(
        _("An order number it has used before"),
        choices=choices([(str(one), text) for one, text in PO_WORDS.items()]),
    )
    needs_cost_centre = BooleanField(_("It books every line to a cost centre"))
    delivery_method = SelectField(_("Way of delivery when it does not say"), validators=[Optional()])
    payment_method = SelectField(_("Way of payment when it does not say"), validators=[Optional()])

    def row(self) -> OrderTermsRow:
        return OrderTermsRow(
            needs_po=bool(self.needs_po.data), needs_cost_centre=bool(self.needs_cost_centre.data),
            po_repeats=PoRepeats(self.po_repeats.data), delivery_method=self.delivery_method.data or "",
            payment_method=self.payment_method.data or "",
        )  # fmt: skip
