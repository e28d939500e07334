"""A week of carts left behind, in minutes: does the desk find why, and is nobody written to who must not be?

Time is the trial's own: it stops at each minute in which something is due, as the periodic job would find it.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from app import create_app
from app.core import clock
from app.core.actor import Actor, Via
from app.core.db import db, transaction
from app.core.errors import Conflict, Invalid
from app.core.jobs import JOBS, MemorySender, actor_of, sender, use_sender
from app.core.local.instance import temporary_instance
from app.core.migrate import upgrade
from app.core.operator_settings import setting_value
from app.core.outbox import deliver_due
from app.core.tenancy import acting_as
from app.insights.domain.cart_settings import CART_HOURS, CONTACTS
from app.insights.models.carts import AbandonedCart
from app.insights.service.carts import watch
from app.notifications.models import Notice
from app.notifications.service.sending import due_ids
from app.notifications.service.telling import SEND
from app.ordering.domain.cart import WantedLine
from app.ordering.service.cart import visit_cart
from app.sales.service.cart_actions import write_message
from app.trial.cart_ground import LATER, Account, Ground, cart_ground, order, run, second_cart

_BEGINS = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_TO_BUYERS = ("cart_waiting", "cart_message")
# The outbox goes by the clock of the database, which this week does not follow.
_DUE = text("UPDATE outbox SET next_attempt_at = :now WHERE done_at IS NULL AND next_attempt_at > :now")
RECALL_LEAST, FALSE_MOST = 90, 5  # percent


@dataclass(slots=True)
class WeekReport:
    """`planted` reasons that can be found and how many were; `false_reasons` among all `named`.

    The other numbers are faults. `listed_wrongly`: carts that must not count. `not_noticed`: that never came on the list.
    """

    accounts: int = 0
    planted: int = 0
    found: int = 0
    named: int = 0
    false_reasons: int = 0
    contacted: int = 0
    held_out: int = 0
    contacted_twice: int = 0
    contacted_after_order: int = 0
    contacted_against_wish: int = 0
    contacted_held_out: int = 0
    noticed_late: int = 0
    not_noticed: int = 0
    listed_wrongly: int = 0
    recovered_missed: int = 0

    @property
    def is_ok(self) -> bool:
        faults = (
            self.contacted_twice, self.contacted_after_order, self.contacted_against_wish, self.contacted_held_out,
            self.noticed_late, self.not_noticed, self.listed_wrongly, self.recovered_missed,
        )  # fmt: skip
        is_found = self.planted > 0 and self.found * 100 >= RECALL_LEAST * self.planted
        return is_found and self.false_reasons * 100 <= FALSE_MOST * self.named and not any(faults)

    def as_json(self) -> dict[str, Any]:
        return {"ok": self.is_ok, **asdict(self), "recall": _share(self.found, self.planted),
                "false_rate": _share(self.false_reasons, self.named)}  # fmt: skip


def _share(part: int, whole: int) -> str:
    """As a decimal number with three digits."""
    thousandths = (part * 2000 + whole) // (2 * whole) if whole else 0
    return f"{thousandths // 1000}.{thousandths % 1000:03d}"


def cart_week(*, accounts: int, seed: int, say: Callable[[str], None]) -> WeekReport:
    """The week on a private database that is thrown away afterwards."""
    settings: dict[str, Any] = {"BROKER_URL": "memory://", "SECRET_KEY": "w" * 40, "MAIL_URL": "null://"}
    with temporary_instance(broker=False, **settings) as config:
        upgrade(config.database_owner_url)
        app = create_app(config)
        use_sender(MemorySender())
        with app.app_context(), acting_as(Actor.system(via=Via.CLI)):
            return run_week(accounts=accounts, seed=seed, say=say)


def run_week(*, accounts: int, seed: int, say: Callable[[str], None]) -> WeekReport:
    """The same in the database at hand, which must be empty; call in the system's scope."""
    chance = random.Random(seed)  # noqa: S311 -- no secret
    house = Actor.system(via=Via.CLI)
    ground = cart_ground(house, accounts, _BEGINS, chance)
    work_off(_BEGINS)
    say(f"{accounts} accounts have left their carts")
    for moment, act in _agenda(ground, chance):
        _minute(moment)
        if act is not None:
            with clock.frozen(moment):
                act()
            _minute(moment)
    say("the week is over")
    return _examined(ground)


def _agenda(ground: Ground, chance: random.Random) -> Iterator[tuple[datetime, Callable[[], None] | None]]:
    """Every minute in which a limit or a reminder is due, and what people do between; in order."""
    with acting_as(ground.house):
        limit = timedelta(hours=setting_value(CART_HOURS))
    found: list[tuple[datetime, int, Callable[[], None] | None]] = []
    for account in ground.accounts:
        noticed = _next_minute(account.left_at + limit)
        found += [
            (noticed, 0, None),
            (noticed + timedelta(minutes=61), 0, None),
            (noticed + timedelta(hours=6), 0, None),
        ]
        if account.later in LATER:
            at = noticed + timedelta(minutes=chance.choice((5, 30, 59, 90)))
            found.append((at, account.number, _later(ground, account, at)))
        if chance.randrange(3) == 0:
            for minutes in (12, 40, 75, 80):
                at = noticed + timedelta(minutes=minutes)
                found.append((at, account.number, _written(ground, account)))
    for moment, _number, act in sorted(found, key=lambda one: one[:2]):
        yield moment, act


def _next_minute(moment: datetime) -> datetime:
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + _MINUTE


def _minute(moment: datetime) -> None:
    """What the periodic jobs do in this minute."""
    with clock.frozen(moment):
        watch(Actor.system())
        work_off(moment)


def work_off(moment: datetime) -> None:
    """Deliver events and send what is due, until nothing is left."""
    jobs = sender()
    assert isinstance(jobs, MemorySender)
    with clock.frozen(moment):
        while True:
            with acting_as(Actor.system()), transaction() as session:
                session.execute(_DUE, {"now": moment})
            delivered = deliver_due()
            for notice_id in due_ids():
                JOBS[SEND].run(notice_id)
            waiting, jobs.sent[:] = list(jobs.sent), []
            for name, ids, bounds in waiting:
                if name == SEND:
                    with acting_as(actor_of(bounds)):
                        JOBS[name].run(*ids)
            if not delivered and not waiting:
                return


def _later(ground: Ground, account: Account, at: datetime) -> Callable[[], None]:
    """What the buyer does after his cart was noticed."""

    def act() -> None:
        if account.later == "opts_out":
            account.opted_out_at, account.wants_messages = at, False
            with acting_as(ground.house):
                run(account, "UPDATE users SET may_be_contacted = false WHERE id = :user")
        elif account.later == "goes_on":
            with acting_as(account.buyer):
                visit_cart(account.buyer, account.cart_id, "/cart")
        else:
            try:
                order(ground.house, account, _to_order(account), at)
            except (Conflict, Invalid):
                return  # what kept him from ordering still does
            account.ordered_at = at

    return act


def _to_order(account: Account) -> int:
    """The cart itself, or another one with one of its articles."""
    if account.later == "orders_the_cart":
        return account.cart_id
    with acting_as(account.buyer):
        return second_cart(account, [WantedLine(account.articles[2], Decimal(1), "H87")])


def _written(ground: Ground, account: Account) -> Callable[[], None]:
    """Somebody at the desk writes, whether one may or not."""

    def act() -> None:
        with acting_as(ground.seller):
            found = db.session.scalar(
                select(AbandonedCart.id)
                .where(AbandonedCart.cart_id == account.cart_id)
                .order_by(AbandonedCart.id.desc())
            )
            if found is None:
                return
            try:
                write_message(ground.seller, found, "Can we help?", client_ref=str(uuid.uuid4()))
            except Conflict:
                return  # refused, as it should be where it may not be

    return act


def _examined(ground: Ground) -> WeekReport:
    report = WeekReport(accounts=len(ground.accounts))
    with acting_as(ground.house):
        most, hours = setting_value(CONTACTS), setting_value(CART_HOURS)
        rows: dict[int, list[AbandonedCart]] = {}
        for row in db.session.scalars(select(AbandonedCart).order_by(AbandonedCart.id)):
            rows.setdefault(row.cart_id, []).append(row)
        sent: dict[int, list[tuple[str, datetime]]] = {}
        notices = select(Notice.parameters, Notice.code, Notice.sent_at).where(
            Notice.code.in_(_TO_BUYERS), Notice.way == "mail", Notice.state == "sent"
        )
        for parameters, code, sent_at in db.session.execute(notices):
            if sent_at is not None:
                sent.setdefault(parameters["abandonment_id"], []).append((code, sent_at))
        for account in ground.accounts:
            _judge(report, account, rows.get(account.cart_id, []), timedelta(hours=hours))
            letters = [one for row in rows.get(account.cart_id, []) for one in sent.get(row.id, [])]
            _judge_letters(
                report, account, letters, most, is_held=any(row.is_held_out for row in rows.get(account.cart_id, []))
            )
    return report


def _judge(report: WeekReport, account: Account, rows: list[AbandonedCart], limit: timedelta) -> None:
    """Whether the cart was noticed in time, and for the right reason."""
    counted = [row for row in rows if row.state != "left_out"]
    if account.is_spared:
        report.listed_wrongly += len(counted)
        return
    first = next((row for row in counted if row.idle_since <= account.left_at + _MINUTE), None)
    if first is None:
        report.not_noticed += 1
        return
    report.held_out += first.is_held_out
    report.noticed_late += first.noticed_at > first.idle_since + limit + _MINUTE
    codes = [code for code, _weight, _words in first.reasons]
    report.named += len(codes)
    if account.reason:
        report.planted += 1
        report.found += account.reason in codes
    report.false_reasons += sum(1 for code in codes if code != account.plant)
    if account.ordered_at and account.later == "orders_the_cart":
        report.recovered_missed += counted[-1].recovered_at is None


def _judge_letters(
    report: WeekReport, account: Account, letters: list[tuple[str, datetime]], most: int, *, is_held: bool
) -> None:
    """Whether a letter went out that must not have."""
    report.contacted += bool(letters)
    reminders = [sent_at for code, sent_at in letters if code == "cart_waiting"]
    is_reminded_late = any(
        other < sent_at for sent_at in reminders for code, other in letters if code == "cart_message"
    )
    report.contacted_twice += len(letters) > most or len(reminders) > 1 or is_reminded_late
    if account.ordered_at is not None:
        report.contacted_after_order += any(sent_at > account.ordered_at for _code, sent_at in letters)
    since = account.opted_out_at or _BEGINS
    if not account.wants_messages:
        report.contacted_against_wish += any(sent_at > since for _code, sent_at in letters)
    report.contacted_held_out += bool(letters) and is_held
