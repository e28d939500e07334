"""What the operator sets about recommendations, stock that does not move and its clearance."""

from __future__ import annotations

from app.core.operator_setting_kinds import Setting, declare_setting
from app.core.texts import N_

SHOW = declare_setting(
    Setting("recommend.show", N_("Recommend articles on product and cart pages"), True, "switch", "recommend")
)
LEAST_ACCOUNTS = declare_setting(
    Setting(
        "recommend.accounts",
        N_("Companies that bought two articles before one is recommended with the other"),
        3,
        "number",
        "recommend",
        help=N_("Fewer could be recognised by what they buy."),
        minimum=2,
        maximum=1000,
    )
)
DEAD_DAYS = declare_setting(
    Setting(
        "recommend.dead_days", N_("Stock is dead after days without a sale"), 180, "number", "recommend",
        minimum=30, maximum=3650, unit=N_("days"),
    )
)  # fmt: skip
SLOW_DAYS = declare_setting(
    Setting(
        "recommend.slow_days", N_("Stock is slow when it lasts longer than"), 365, "number", "recommend",
        minimum=30, maximum=3650, unit=N_("days"),
    )
)  # fmt: skip
CLEARANCE_PERCENT = declare_setting(
    Setting(
        "recommend.clearance_percent", N_("Deepest discount of a clearance, in percent"), 40, "number", "recommend",
        minimum=1, maximum=90,
    )
)  # fmt: skip
