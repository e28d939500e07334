"""What the operator sets for the order of the shop."""

from __future__ import annotations

from decimal import Decimal

from app.core.operator_setting_kinds import Setting, declare_setting
from app.core.texts import N_, Message

MOST = Decimal(10)


def _weight(code: str, title: Message, default: int) -> Setting:
    return declare_setting(
        Setting(
            f"ranking.{code}",
            title,
            Decimal(default),
            "decimal",
            "ranking",
            help=N_("0 switches this part off. The order is worked out anew within minutes."),
            minimum=Decimal(0),
            maximum=MOST,
        )
    )


WEIGHTS: dict[str, Setting] = {
    "bought": _weight("bought", N_("Weight of what the account buys"), 4),
    "stock": _weight("stock", N_("Weight of stock"), 2),
    "margin": _weight("margin", N_("Weight of the margin"), 1),
    "promotion": _weight("promotion", N_("Weight of promotions"), 2),
    "sold": _weight("sold", N_("Weight of what many accounts buy"), 1),
}
