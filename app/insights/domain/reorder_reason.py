"""Why an article is suggested for reordering, in words a buyer can check against his own orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import median

from app.core.texts import N_, Message

LAST_ORDERS = 10
_OFTEN_ENOUGH = 3  # purchases before a rhythm is spoken of
_FORTNIGHT = 14
_ALIKE_ENOUGH = 5  # similar accounts before they are spoken of: none can be recognised


@dataclass(frozen=True, slots=True)
class Habit:
    """`days` on which an account ordered the article, oldest first; in how many of its last `orders` it was."""

    days: Sequence[date]
    in_last: int
    orders: int
    alike: int = 0


def reason(habit: Habit, today: date) -> Message:
    """The strongest true sentence: a rhythm, how many of the last orders, what similar accounts do, the last time."""
    days = habit.days
    ago = (today - days[-1]).days
    gaps = sorted((after - before).days for before, after in pairwise(days))
    if len(days) >= _OFTEN_ENOUGH and _is_steady(gaps):
        return _rhythm(round(median(gaps)), ago)
    if habit.in_last >= _OFTEN_ENOUGH:
        return N_("In {n} of your last {orders} orders", n=habit.in_last, orders=habit.orders)
    if len(days) > 1:
        return N_("Ordered on {n} days, last time {ago}", n=len(days), ago=_ago(ago))
    if habit.alike >= _ALIKE_ENOUGH:
        return N_("Companies that buy like you order it, too; you did {ago}", ago=_ago(ago))
    return N_("Ordered {ago}", ago=_ago(ago))


def _is_steady(gaps: Sequence[int]) -> bool:
    """Whether the middle half of the gaps is within half and double the usual one."""
    usual = median(gaps)
    low, high = gaps[len(gaps) // 4], gaps[-1 - len(gaps) // 4]
    return usual > 0 and low * 2 >= usual and high <= usual * 2


def _rhythm(usual: int, ago: int) -> Message:
    if usual == 1:
        return N_("Nearly every day, last time {ago}", ago=_ago(ago))
    if usual < _FORTNIGHT:
        return N_("Every {usual} days, last time {ago}", usual=usual, ago=_ago(ago))
    return N_("Every {usual} weeks, last time {ago}", usual=round(usual / 7), ago=_ago(ago))


def _ago(days: int) -> Message:
    """How long ago; of one day or week there is no plural to get wrong."""
    if days <= 1:
        return N_("yesterday") if days == 1 else N_("today")
    if days < _FORTNIGHT:
        return N_("{n} days ago", n=days)
    return N_("{n} weeks ago", n=round(days / 7))
