"""Words, chips and moments that the pages of auctions share."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from app.sourcing.domain.auction_rounds import StageKind
from app.sourcing.domain.auction_rules import Kind, Rules
from app.sourcing.domain.auction_steps import REFUSED, Beat, Refusal
from app.sourcing.queries.auctions import AuctionHead, LogLine, StageView
from app.sourcing.views import blueprint
from app.web import filters
from app.web.texts import _, say, time_zone

KINDS = {
    Kind.ENGLISH: _("English auction"),
    Kind.ROUNDS: _("Auction in rounds"),
    Kind.DUTCH: _("Dutch auction"),
}
STATES = {
    "planned": ("info", _("Planned")),
    "running": ("seal", _("Running")),
    "ended": ("good", _("Ended")),
    "stopped": ("warn", _("Stopped")),
}
REASONS = {
    "late": _("A stage began too late. The auction was planned anew with the first prices."),
    "moved": _("The auction was moved. It is planned anew."),
    "cancelled": _("The tender was cancelled."),
}
EVENTS = {
    "begin": _("Bidding began"),
    "back": _("Price taken back"),
    "stage": _("Next stage"),
    "end": _("Auction ended"),
    "stop": _("Auction stopped"),
}
STAGES = {
    StageKind.PAUSE: _("Pause"),
    StageKind.TURN: _("Turn"),
    StageKind.PREPARING: _("The result is being prepared"),
    StageKind.RESULT: _("Result"),
}


@blueprint.app_template_filter("to_the_second")
def to_the_second(value: datetime) -> str:
    """The time of day in the reader's zone."""
    return value.astimezone(ZoneInfo(time_zone())).strftime("%H:%M:%S")


@blueprint.app_template_filter("end_words")
def end_words(value: datetime, now: datetime) -> str:
    """To the second today, with the day when it is another one."""
    zone = ZoneInfo(time_zone())
    is_today = value.astimezone(zone).date() == now.astimezone(zone).date()
    return str(_("at {time}", time=to_the_second(value))) if is_today else filters.moment(value)


@blueprint.app_template_filter("to_the_microsecond")
def to_the_microsecond(value: datetime) -> str:
    return value.astimezone(ZoneInfo(time_zone())).strftime("%Y-%m-%d %H:%M:%S.%f")


@blueprint.app_template_filter("as_milliseconds")
def as_milliseconds(value: datetime) -> int:
    """For scripts: milliseconds since 1970."""
    return int(value.timestamp() * 1000)


@blueprint.app_template_filter("auction_event")
def auction_event(line: LogLine) -> str:
    """What an entry says, in words."""
    if line.refusal:
        return str(_("Refused: {why}", why=say(REFUSED[Refusal(line.refusal)])))
    if line.event == "bid":
        return str(_("Price accepted, rank {rank}", rank=line.rank) if line.rank else _("Price kept for this turn"))
    return str(EVENTS[line.event])


def stage_words(stage: StageView) -> str:
    if stage.kind is StageKind.TURN:
        return str(_("Round {round}, turn of bidder {number}", round=stage.round, number=stage.number or "?"))
    if stage.kind is StageKind.PAUSE:
        return str(_("Pause before round {round}", round=stage.round))
    return str(STAGES[stage.kind])


def next_change(head: AuctionHead) -> datetime | None:
    """When the page changes by the clock alone; a script asks again then."""
    if head.is_over:
        return None
    if head.state == "planned":
        return head.starts_at
    if head.kind is Kind.DUTCH:
        return head.clock.next_rise(head.now) or head.ends_at
    return head.ends_at


def rule_facts(rules: Rules, currency: str) -> list[tuple[str, str]]:
    """The rules of an auction as pairs for a list."""
    if rules.kind is Kind.DUTCH:
        return [
            (str(_("First price")), filters.money(rules.floor, currency)),
            (str(_("Last price")), filters.money(rules.ceiling, currency)),
            (str(_("Rises")), str(_("{price} every {seconds} seconds", price=filters.money(rules.rise, currency),
                                    seconds=int(rules.interval.total_seconds())))),
        ]  # fmt: skip
    facts = [
        (str(_("Smallest step")), filters.money(rules.limit.step, currency)),
        (
            str(_("Below")),
            str(_("the leading price") if rules.limit.beat is Beat.LEADER else _("the bidder's own last price")),
        ),
    ]
    if rules.kind is Kind.ROUNDS:
        return [*facts, (str(_("Rounds")), str(_("3, with turns of 2 minutes")))]
    soft = rules.soft_close
    if not soft.trigger:
        return [*facts, (str(_("Extension")), str(_("none")))]
    spans = {
        "minutes": filters.quantity(_minutes(soft.trigger)),
        "extension": filters.quantity(_minutes(soft.extension)),
    }
    words = [
        str(
            _("a bid in the last {minutes} min moves the end by {extension} min", **spans)
            if soft.basis == "close"
            else _("a bid in the last {minutes} min moves the end to {extension} min after the bid", **spans)
        )
    ]
    if soft.lowest_rank is not None:
        words.append(str(_("if it reaches rank {rank}", rank=soft.lowest_rank)))
    if soft.cap is not None:
        words.append(str(_("at most {cap} times", cap=soft.cap)))
    return [*facts, (str(_("Extension")), ", ".join(words))]


def _minutes(span: timedelta) -> Decimal:
    return Decimal(span // timedelta(seconds=1)) / 60
