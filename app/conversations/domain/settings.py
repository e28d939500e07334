"""What sales set about conversations."""

from __future__ import annotations

from app.core.operator_setting_kinds import Setting, declare_setting
from app.core.texts import N_

ANSWER_HOURS = declare_setting(
    Setting(
        "conversations.answer_hours", N_("Time for an answer"), 8, "number", "conversations",
        help=N_("Working hours until a message of a customer should be answered. Then its manager is told."),
        minimum=1, maximum=400, unit=N_("hours"),
    )
)  # fmt: skip
ALERT_HOURS = declare_setting(
    Setting(
        "conversations.alert_hours", N_("Then everybody at the desk is told after"), 4, "number", "conversations",
        help=N_("Working hours after the time for an answer is over."), minimum=1, maximum=400, unit=N_("hours"),
    )
)  # fmt: skip
DAY_BEGINS = declare_setting(
    Setting(
        "conversations.day_begins", N_("A working day begins at"), 8, "number", "conversations",
        help=N_("Full hour in the operator's time zone; Saturdays and Sundays do not count."), minimum=0, maximum=22,
        unit=N_("o'clock"),
    )
)  # fmt: skip
DAY_ENDS = declare_setting(
    Setting(
        "conversations.day_ends", N_("A working day ends at"), 17, "number", "conversations", minimum=1, maximum=24,
        unit=N_("o'clock"),
    )
)  # fmt: skip
