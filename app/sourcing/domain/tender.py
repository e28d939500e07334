"""What a tender says: its parts as they are entered, what must hold before it is published, how versions differ."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.core.errors import Invalid
from app.core.texts import N_
from app.sourcing.domain.chain import canonical
from app.sourcing.domain.procedures import CHOICES, NUMBERS, PROCEDURES

# What nobody may change once the tender is published. Freezing only after the first bid would tell that there is one.
FROZEN = frozenset({
    "procedure", "currency", "currencies", "vat_basis", "visibility", "is_sealed", "envelopes", "has_prequalification",
    "has_auction", "award_mode", "multi_sourcing", "min_bids", "opening", "opening_quorum", "ranking", "price_weight",
    "amend_policy", "anonymise_losers", "parent_id", "value_ceiling",
})  # fmt: skip
# Amending these touches no bid: texts, papers and dates.
TEXTS = frozenset({
    "title", "description", "contact_name", "contact_email", "question_end", "clarif_end", "deadline", "start_at",
    "bond_terms",
})  # fmt: skip
_HUNDRED = Decimal(100)
MOST_LINES = 5000
MOST_LOTS = 100


@dataclass(frozen=True, slots=True)
class Head:
    """The first page of a tender. `flags` are those of its procedure; `parent` the number of a framework."""

    title: str
    procedure: str
    currency: str
    description: str = ""
    currencies: tuple[str, ...] = ()
    flags: Mapping[str, Any] = field(default_factory=dict)
    price_weight: Decimal | None = None
    start_at: datetime | None = None
    question_end: datetime | None = None
    clarif_end: datetime | None = None
    deadline: datetime | None = None
    delivery_terms: str = ""
    payment_terms: str = ""
    bid_bond: Decimal | None = None
    deposit: Decimal | None = None
    bond_terms: str = ""
    contract_from: date | None = None
    contract_to: date | None = None
    contact_name: str = ""
    contact_email: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True)
class LotEntry:
    """`id` of a lot that is there already."""

    title: str
    description: str = ""
    value: Decimal | None = None
    step: Decimal | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class LineEntry:
    """`lot` is the lot's number within the tender; `target` is never told to suppliers."""

    lot: int
    text: str
    quantity: Decimal
    unit: str
    article_id: int | None = None
    code: str = ""
    specification: str = ""
    need_by: date | None = None
    target: Decimal | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class RequirementEntry:
    """`lot` None: of the whole tender. `options`: (label, value) for choices."""

    kind: str
    title: str
    lot: int | None = None
    description: str = ""
    answer_type: str = "yes_no"
    is_mandatory: bool = True
    weight: Decimal | None = None
    options: tuple[tuple[str, str], ...] = ()
    envelope: int = 1
    id: int | None = None


def checked_flags(procedure: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """All flags of a tender: the given ones over those of its procedure; raises Invalid naming the flag."""
    if procedure not in PROCEDURES:
        raise Invalid("procedure", N_("There is no such procedure."))
    kind = PROCEDURES[procedure]
    start = kind.start()
    for flag, value in given.items():
        if flag in CHOICES:
            is_possible = value in CHOICES[flag]
        else:
            is_possible = flag in NUMBERS and NUMBERS[flag][0] <= value <= NUMBERS[flag][1]
        if not is_possible:
            raise Invalid(flag, N_("This value is not possible."))
        if flag in kind.fixed and value != start[flag]:
            raise Invalid(flag, N_("The procedure does not leave this open."))
    flags = start | dict(given)
    if flags["opening"] == "committee" and flags["opening_quorum"] < 1:
        raise Invalid("opening_quorum", N_("Say how many members open together."))
    if flags["min_bids"] < kind.min_bidders:
        raise Invalid("min_bids", N_("This procedure needs at least {n} bids.", n=kind.min_bidders))
    return flags


def check_dates(head: Mapping[str, Any], now: datetime, *, minimum_days: int = 0) -> None:
    """Order of the dates at publication and after a change; raises Invalid naming the date."""
    deadline = head["deadline"]
    if deadline is None:
        raise Invalid("deadline", N_("Say until when bids are accepted."))
    if deadline <= now:
        raise Invalid("deadline", N_("The deadline has passed."))
    if deadline < now + timedelta(days=minimum_days):
        raise Invalid("deadline", N_("Bidders have at least {n} days: choose a later deadline.", n=minimum_days))
    start, questions, answers = head["start_at"], head["question_end"], head["clarif_end"]
    if start is not None and start >= deadline:
        raise Invalid("start_at", N_("Bidding opens before the deadline."))
    if questions is not None and questions >= deadline:
        raise Invalid("question_end", N_("Questions end before the deadline."))
    if answers is not None and (answers > deadline or (questions is not None and answers < questions)):
        raise Invalid("clarif_end", N_("Answers end after the questions and not after the deadline."))


def check_needs(
    procedure: str,
    head: Mapping[str, Any],
    lots: Sequence[Mapping[str, Any]],
    requirements: Sequence[Mapping[str, Any]],
) -> None:
    """What the procedure must have before it is published; raises Invalid."""
    needs = PROCEDURES[procedure].needs
    if head["ranking"] == "points" or "criteria" in needs:
        check_weights(head["price_weight"], requirements)
    if "contract" in needs and not (head["contract_from"] and head["contract_to"]):
        raise Invalid("contract_to", N_("Say from when to when the contract runs."))
    if head["contract_from"] and head["contract_to"] and head["contract_to"] < head["contract_from"]:
        raise Invalid("contract_to", N_("The contract ends after it begins."))
    if "framework" in needs and not head["parent_id"]:
        raise Invalid("parent", N_("Name the framework whose suppliers compete."))
    if ("ceiling" in needs or head["value_ceiling"] != "none") and any(lot["value"] is None for lot in lots):
        raise Invalid("value", N_("Give each lot its highest value."))
    if head["ranking"] == "features":
        check_features(requirements)


def check_weights(price_weight: Decimal | None, requirements: Iterable[Mapping[str, Any]]) -> None:
    """Price and criteria make 100 percent, for the tender's own criteria together with those of each lot."""
    criteria = [one for one in requirements if one["kind"] == "criterion"]
    if any(one["weight"] is None for one in criteria):
        raise Invalid("weight", N_("Give each criterion a weight in percent."))
    shared = (price_weight or Decimal(0)) + _sum(one["weight"] for one in criteria if one["lot"] is None)
    lots = {one["lot"] for one in criteria if one["lot"] is not None}
    totals = [shared + _sum(one["weight"] for one in criteria if one["lot"] == lot) for lot in lots] or [shared]
    for total in totals:
        if total != _HUNDRED:
            raise Invalid(
                "price_weight",
                N_("The weights of price and criteria make {total} percent; they must make 100.", total=f"{total:f}"),
            )


def check_features(requirements: Iterable[Mapping[str, Any]]) -> None:
    """Values of features lie from 0 to 0.3, the largest of all together not above 0.3."""
    features = [one for one in requirements if one["kind"] == "feature"]
    largest = Decimal(0)
    for one in features:
        values = [Decimal(str(value)) for _label, value in one["options"]]
        if not values or min(values) < 0 or max(values) > Decimal("0.3"):
            raise Invalid("options", N_("A feature has options with values from 0 to 0.3."))
        largest += max(values)
    if largest > Decimal("0.3"):
        raise Invalid("options", N_("The largest values of all features together are at most 0.3."))


def _sum(values: Iterable[Decimal]) -> Decimal:
    return sum(values, Decimal(0))


def content_hash(content: Mapping[str, Any]) -> str:
    """What a release is bound to: any edit makes another."""
    return hashlib.sha256(canonical(content)).hexdigest()


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What changed between two contents: [{"where", "key", "before", "after"}], in the order of the content."""
    found: list[dict[str, Any]] = []
    for name in after["head"]:
        old, new = before["head"].get(name), after["head"][name]
        if old != new:
            found.append({"where": "head", "key": name, "before": old, "after": new})
    for part in ("lots", "lines", "requirements", "documents"):
        old_rows = {row["id"]: row for row in before[part]}
        new_rows = {row["id"]: row for row in after[part]}
        found += [
            {"where": part, "key": key, "before": old_rows.get(key), "after": new_rows.get(key)}
            for key in dict.fromkeys([*old_rows, *new_rows])
            if old_rows.get(key) != new_rows.get(key)
        ]
    return found


def touched_lots(changes: Iterable[Mapping[str, Any]], lots: Iterable[int]) -> set[int]:
    """The lots (by id) whose bids an amendment concerns: all of them when terms of the tender changed."""
    everything, found = set(lots), set()
    for change in changes:
        if change["where"] == "documents" or (change["where"] == "head" and change["key"] in TEXTS):
            continue
        row = change["after"] or change["before"]
        if change["where"] == "lots":
            found.add(change["key"])
        elif change["where"] in ("lines", "requirements") and row["lot_id"] is not None:
            found.add(row["lot_id"])
        else:
            return everything
    return found & everything


def participant_word(state: str, answer: str, *, has_seen: bool) -> str:
    """One word for where a supplier stands before the opening; whether it has bid is never part of it."""
    if state in ("applied", "refused"):
        return state
    return answer or ("seen" if has_seen and state == "invited" else state)
