"""What holds for quotes, and the rights of one salesperson."""

from __future__ import annotations

from decimal import Decimal

from wtforms import BooleanField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from app.sourcing.domain.quote_rules import QuoteRight, QuoteRules
from app.web.forms import DecimalField, Form
from app.web.texts import _

_PERCENT = {"places": 4}
_ZERO = Decimal(0)


class QuoteRulesForm(Form):
    """The rules; days, counts and percent are checked below."""

    validity_days = IntegerField(_("An offer is valid for, in days"), [InputRequired(_("Give a number."))])
    reminder_days = IntegerField(_("Remind the buyer before its end, in days"), [InputRequired(_("Give a number."))])
    rounds = IntegerField(_("Counter-offers a buyer may make"), [InputRequired(_("Give a number."))])
    replaces = BooleanField(_("A counter-offer ends the offer it answers"))
    minimum_value = DecimalField(_("Smallest request at list prices"), [InputRequired(_("Give a number."))])
    minimum_currency = StringField(_("in the currency"), [Optional(), Length(min=3, max=3)])
    max_discount = DecimalField(
        _("Discount without a release, in percent"), [InputRequired(_("Give a number."))], **_PERCENT
    )
    min_margin = DecimalField(
        _("Least margin without a release, in percent"), [InputRequired(_("Give a number."))], **_PERCENT
    )
    allows_reopen = BooleanField(_("Expired offers may be opened again"))
    allows_links = BooleanField(_("Quotes may be sent as a link to people without an account"))
    link_days = IntegerField(_("Such a link works for, in days"), [InputRequired(_("Give a number."))])

    def rules(self) -> QuoteRules:
        return QuoteRules(
            validity_days=self.validity_days.data,
            reminder_days=self.reminder_days.data,
            rounds=self.rounds.data,
            replaces=self.replaces.data,
            minimum_value=self.minimum_value.data or _ZERO,
            minimum_currency=(self.minimum_currency.data or "").upper(),
            allows_reopen=self.allows_reopen.data,
            allows_links=self.allows_links.data,
            link_days=self.link_days.data,
            right=QuoteRight(self.max_discount.data or _ZERO, self.min_margin.data or _ZERO),
        )


class QuoteRightForm(Form):
    """Limits of one person; both empty: the common ones hold."""

    person = SelectField(_("Person"))
    own_discount = DecimalField(_("Discount without a release, in percent"), **_PERCENT)
    own_margin = DecimalField(_("Least margin without a release, in percent"), **_PERCENT)

    def right(self, common: QuoteRight) -> QuoteRight | None:
        discount, margin = self.own_discount.data, self.own_margin.data
        if discount is None and margin is None:
            return None
        return QuoteRight(
            common.max_discount if discount is None else discount, common.min_margin if margin is None else margin
        )
