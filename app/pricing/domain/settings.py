"""What a sales manager sets about changes of prices."""

from __future__ import annotations

from app.core.operator_setting_kinds import Setting, declare_setting
from app.core.settings import settings
from app.core.texts import N_

APPROVAL_PERCENT = declare_setting(
    Setting(
        "prices.approval_percent",
        N_("A second person looks at price changes above"),
        lambda: settings().PRICE_APPROVAL_PERCENT,
        "number",
        "prices",
        help=N_("Percent by which a version of a price list may change a price without approval."),
        minimum=0,
        maximum=1000,
        unit=N_("percent"),
    )
)
NOTICE_DAYS = declare_setting(
    Setting(
        "prices.notice_days",
        N_("Customers hear of new prices so many days ahead"),
        lambda: settings().PRICE_NOTICE_DAYS,
        "number",
        "prices",
        help=N_("So many days ahead price managers also hear of lists that end."),
        minimum=1,
        maximum=90,
        unit=N_("days"),
    )
)
