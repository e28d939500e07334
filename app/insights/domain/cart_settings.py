"""What the sales manager sets for carts left behind."""

from __future__ import annotations

from app.core.operator_setting_kinds import Setting, declare_setting
from app.core.settings import settings
from app.core.texts import N_


def _hours() -> int:
    return settings().ABANDONED_CART_HOURS


def _hold_out() -> int:
    return settings().ABANDONED_CART_HOLD_OUT


CART_HOURS = declare_setting(
    Setting(
        "carts.hours", N_("A cart counts as abandoned after"), _hours, "number", "carts",
        help=N_("Accounts may have a number of their own: it is set on the page of a cart."),
        minimum=0, maximum=8760, unit=N_("hours"),
    )
)  # fmt: skip
REMIND_MINUTES = declare_setting(
    Setting(
        "carts.remind_minutes", N_("The buyer is reminded by mail after"), 60, "number", "carts",
        help=N_("Counted from the moment the cart is noticed, so that sales can call first."),
        minimum=0, maximum=20160, unit=N_("minutes"),
    )
)  # fmt: skip
HOLD_OUT = declare_setting(
    Setting(
        "carts.hold_out", N_("Share of carts that nobody contacts"), _hold_out, "number", "carts",
        help=N_("They show what would have been ordered anyway. Without them the effect cannot be told."),
        minimum=0, maximum=50, unit=N_("percent"),
    )
)  # fmt: skip
CONTACTS = declare_setting(
    Setting(
        "carts.contacts", N_("Messages to a buyer about one cart"), 2, "number", "carts",
        help=N_("The reminder counts. When somebody of us has written, no reminder follows."),
        minimum=1, maximum=5,
    )
)  # fmt: skip
LATE_DAYS = declare_setting(
    Setting(
        "carts.late_days", N_("Goods are late when they leave later than in"), 7, "number", "carts",
        minimum=1, maximum=180, unit=N_("days"),
    )
)  # fmt: skip
