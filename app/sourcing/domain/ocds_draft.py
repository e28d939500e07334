"""An OCDS tender of somebody else as the draft of one of ours: what is taken over, and what a person must look at.

Dates that have passed, results, documents and parties are not taken over; whatever is changed or left out is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.core.texts import N_, Message
from app.core.units import UNIT_NAMES, UNIT_SINGULARS
from app.documents.model.procurement import Period, Procurement, ProcurementItem, ProcurementLot
from app.sourcing.domain.tender import MOST_LINES, MOST_LOTS, Head, LineEntry, LotEntry, RequirementEntry

_VISIBILITY = {"open": "public", "selective": "registered", "limited": "invited", "direct": "invited"}
_ANSWERS = {"boolean": "yes_no", "number": "number", "integer": "number", "date-time": "date"}
_UNITS = "C62"  # "one": what a thing is counted in when nobody says
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class DraftParts:
    """What `service.tenders` is given; `notes` are for the person who looks the draft through."""

    head: Head
    lots: tuple[LotEntry, ...]
    lines: tuple[LineEntry, ...]
    requirements: tuple[RequirementEntry, ...]
    notes: tuple[Message, ...]


def draft_parts(found: Procurement, *, currency: str, now: datetime) -> DraftParts | None:
    """None where the file has no tender: nothing that could be asked for. `currency` is that of the asking company."""
    if not (found.title or found.items or found.lots):
        return None
    notes: list[Message] = []
    used = found.value.currency if found.value and len(found.value.currency) == len("EUR") else ""
    if not used:
        notes.append(N_("No currency is named: {currency} was entered.", currency=currency))
    lots = _lots(found, notes)
    requirements, weight = _requirements(found, notes, lots=[lot.id for lot in found.lots])
    is_weighed = weight is not None
    head = Head(
        title=(found.title or found.tender_id or found.ocid)[:200],
        procedure="proposals" if is_weighed else "sealed-prices",
        currency=used or currency,
        description=_description(found),
        flags={"visibility": _VISIBILITY.get(found.method, "invited")},
        price_weight=weight,
        **_dates(found, now, notes),
    )
    if found.bids or found.awards or found.contracts or found.enquiries:
        notes.append(N_("Questions, bids, awards and contracts of the file were left out: a draft has none."))
    return DraftParts(head, lots, _lines(found, notes, len(lots)), requirements, tuple(notes))


def _description(found: Procurement) -> str:
    origin = f"OCDS {found.ocid}" + (f", {found.buyer}" if found.buyer else "")
    return "\n\n".join(part for part in (found.description, origin) if part)


def _dates(found: Procurement, now: datetime, notes: list[Message]) -> Mapping[str, Any]:
    tender, enquiry, contract = (
        one or Period() for one in (found.tender_period, found.enquiry_period, found.contract_period)
    )
    dates: dict[str, Any] = {}
    if tender.end is not None and tender.end > now:
        dates["deadline"] = tender.end
        if tender.start is not None and now < tender.start < tender.end:
            dates["start_at"] = tender.start
        if enquiry.end is not None and now < enquiry.end < tender.end:
            dates["question_end"] = enquiry.end
    elif tender.end is not None:
        notes.append(N_("The dates of the file have passed: enter new ones."))
    else:
        notes.append(N_("The file names no deadline: enter one."))
    start, end = _day(contract.start), _day(contract.end)
    if start and end and start < end:
        dates |= {"contract_from": start, "contract_to": end}
    return dates


def _day(at: datetime | None) -> date | None:
    return at.date() if at else None


def _lots(found: Procurement, notes: list[Message]) -> tuple[LotEntry, ...]:
    if len(found.lots) > MOST_LOTS:
        notes.append(N_("Lots beyond the first {n} were left out.", n=MOST_LOTS))
    made = tuple(_lot(lot, place) for place, lot in enumerate(found.lots[:MOST_LOTS], 1))
    amount = found.value.amount if found.value and found.value.amount > 0 and len(made) == 0 else None
    return made or (LotEntry((found.title or found.tender_id or found.ocid)[:200], value=amount),)


def _lot(lot: ProcurementLot, place: int) -> LotEntry:
    value = lot.value.amount if lot.value and lot.value.amount > 0 else None
    return LotEntry((lot.title or lot.description or lot.id or str(place))[:200], lot.description, value)


def _lines(found: Procurement, notes: list[Message], lots: int) -> tuple[LineEntry, ...]:
    if len(found.items) > MOST_LINES:
        notes.append(N_("Items beyond the first {n} were left out.", n=MOST_LINES))
    places = {lot.id: place for place, lot in enumerate(found.lots[:lots], 1)}
    return tuple(_line(item, places, notes) for item in found.items[:MOST_LINES])


def _line(item: ProcurementItem, places: Mapping[str, int], notes: list[Message]) -> LineEntry:
    quantity = item.quantity
    if quantity is None or quantity <= 0:
        quantity = Decimal(1)
        notes.append(N_("Item {id} has no quantity: 1 was entered.", id=item.id))
    if item.lot and item.lot not in places:
        notes.append(N_("Item {id} belongs to a lot that is not there: it stands in the first.", id=item.id))
    unit = _unit(item)
    if unit is None:
        unit = _UNITS
        said = item.unit_name or item.unit
        if said:
            notes.append(
                N_("Item {id}: the unit “{unit}” is not known here, units were entered.", id=item.id, unit=said)
            )
    target = item.unit_value.amount if item.unit_value and item.unit_value.amount > 0 else None
    return LineEntry(
        lot=places.get(item.lot, 1), text=(item.description or item.id)[:300], quantity=quantity, unit=unit,
        code=item.classification[:64], specification=_long(item), target=target,
    )  # fmt: skip


def _long(item: ProcurementItem) -> str:
    """What does not go into the short text."""
    kind = f"{item.classification_scheme} {item.classification}".strip()
    return "\n".join(part for part in (item.description[300:], kind) if part)


def _unit(item: ProcurementItem) -> str | None:
    """By code of Recommendation 20 or by its English name."""
    if item.unit.upper() in UNIT_NAMES:
        return item.unit.upper()
    wanted = item.unit_name.strip().casefold()
    for names in (UNIT_NAMES, UNIT_SINGULARS):
        for code, name in names.items():
            if str(name).casefold() == wanted:
                return code
    words = {"unidad": "C62", "unit": "C62", "units": "C62", "piece": "H87", "pieces": "H87", "kilogram": "KGM",
             "metre": "MTR", "meter": "MTR", "litre": "LTR", "liter": "LTR"}  # fmt: skip
    return words.get(wanted)


def _requirements(
    found: Procurement, notes: list[Message], *, lots: Sequence[str]
) -> tuple[tuple[RequirementEntry, ...], Decimal | None]:
    """Requirements and criteria; the weight of the price where all weights are percent and make a hundred."""
    places = {lot: place for place, lot in enumerate(lots, 1)}
    asked = [
        RequirementEntry(
            "eligibility", (need.title or need.description or need.id)[:200], places.get(need.lot), need.description,
            _ANSWERS.get(need.data_type, "text"), is_mandatory=False,
        )
        for need in found.requirements
    ]  # fmt: skip
    weights = found.weights
    price = sum((one.number for one in weights if one.type in ("price", "cost")), Decimal(0))
    total = sum((one.number for one in weights), Decimal(0))
    if not weights:
        return tuple(asked), None
    if any(one.kind != "percentageExact" for one in weights) or total != _HUNDRED:
        notes.append(N_("The weights of the file are no percentages that make 100: enter them."))
        return tuple(asked), None
    asked += [
        RequirementEntry("criterion", one.name[:200], description=one.description, answer_type="text",
                         is_mandatory=False, weight=one.number)
        for one in weights if one.type not in ("price", "cost")
    ]  # fmt: skip
    return tuple(asked), price
