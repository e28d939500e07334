"""What a sales manager sets about carts that stand still."""

from __future__ import annotations

from app.core.operator_setting_kinds import Setting, declare_setting
from app.core.settings import settings
from app.core.texts import N_

CART_HOURS = declare_setting(
    Setting(
        "carts.hours",
        N_("A cart counts as abandoned after"),
        lambda: settings().ABANDONED_CART_HOURS,
        "number",
        "carts",
        help=N_("Hours without a change. An account can have its own limit in its terms."),
        minimum=0,
        maximum=8760,
        unit=N_("hours"),
    )
)
