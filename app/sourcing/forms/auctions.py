"""Planning an auction, and naming a price in one."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from wtforms import DateTimeLocalField, IntegerField, SelectField
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional

from app.sourcing.domain.auction_english import Basis, SoftClose
from app.sourcing.domain.auction_rules import Kind, Rules, Shows
from app.sourcing.domain.auction_steps import Beat, Limit
from app.web.forms import ClientRefField, DecimalField, Form, choices
from app.web.texts import _

_STEP = _("Smallest step")
_SHOWS = [
    ("both", _("Own rank and the leading price")),
    ("rank", _("Own rank only")),
    ("leader", _("The leading price only")),
]


def _minutes(label: str, default: int, most: int = 7200) -> IntegerField:
    return IntegerField(
        label, [InputRequired(_("Enter a number of minutes.")), NumberRange(0, most)], default=default
    )  # fmt: skip


def given(field: DecimalField) -> Decimal:
    """What was entered; zero for nothing, which the rules refuse."""
    found: Decimal | None = field.data
    return Decimal(0) if found is None else found


class _Plan(Form):
    """What all kinds have; `rules()` makes the rules of the entered values."""

    starts_at = DateTimeLocalField(_("Begins"), [DataRequired(_("Say when bidding begins."))])
    shows = SelectField(_("Bidders see"), choices=choices(_SHOWS), default="both")

    def moment(self, zone: str) -> datetime | None:
        given: datetime | None = self.starts_at.data
        return given.replace(tzinfo=ZoneInfo(zone)) if given else None


class EnglishForm(_Plan):
    minutes = _minutes(_("Minutes of bidding"), 30)
    step = DecimalField(_STEP, [InputRequired(_("Enter the smallest step."))])
    beat = SelectField(
        _("A new price must be lower than"),
        choices=choices([("own", _("the bidder's own last price")), ("leader", _("the leading price"))]),
        default="own",
    )
    trigger = _minutes(_("Bids in the last minutes extend"), 5)
    extension = _minutes(_("Extension in minutes"), 5)
    basis = SelectField(
        _("Extension counted from"),
        choices=choices([("close", _("the end")), ("receipt", _("the bid"))]),
        default="close",
    )
    lowest_rank = IntegerField(_("Only if it reaches rank"), [Optional(), NumberRange(1, 500)])
    cap = IntegerField(_("Extensions at most"), [Optional(), NumberRange(0, 1000)])

    def rules(self) -> Rules:
        soft = SoftClose(
            timedelta(minutes=self.trigger.data), timedelta(minutes=self.extension.data), Basis(self.basis.data),
            self.lowest_rank.data, self.cap.data,
        )  # fmt: skip
        limit = Limit(given(self.step), Beat(self.beat.data))
        return Rules(Kind.ENGLISH, limit, Shows(self.shows.data), soft, timedelta(minutes=self.minutes.data))


class RoundsForm(_Plan):
    starts_at = DateTimeLocalField(
        _("Begins"), [Optional()], description=_("Empty: drawn on the next working day between 11:00 and 16:00.")
    )
    step = DecimalField(_STEP, [InputRequired(_("Enter the smallest step."))])

    def rules(self) -> Rules:
        return Rules(Kind.ROUNDS, Limit(given(self.step)), Shows(self.shows.data))


class DutchForm(_Plan):
    floor = DecimalField(_("First price"), [InputRequired(_("Enter the first price."))])
    ceiling = DecimalField(_("Last price"), [InputRequired(_("Enter the last price."))])
    rise = DecimalField(_("Price rises by"), [InputRequired(_("Enter by how much the price rises."))])
    seconds = IntegerField(_("Seconds between two rises"), [InputRequired(), NumberRange(5, 86400)], default=30)

    def rules(self) -> Rules:
        return Rules(
            Kind.DUTCH, Limit(Decimal(1)), Shows(self.shows.data), floor=given(self.floor), ceiling=given(self.ceiling),
            rise=given(self.rise), interval=timedelta(seconds=self.seconds.data),
        )  # fmt: skip


PLANS: dict[str, type[EnglishForm | RoundsForm | DutchForm]] = {
    "english": EnglishForm,
    "rounds": RoundsForm,
    "dutch": DutchForm,
}


class PriceForm(Form):
    client_ref = ClientRefField()
    price = DecimalField(_("Your new price"), [InputRequired(_("Enter a price."))])


class BackForm(Form):
    client_ref = ClientRefField()
