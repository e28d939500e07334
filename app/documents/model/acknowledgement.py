"""That a message arrived, and what was wrong with it: CONTRL, APERAK, 997, 999, TA1, MLR, cXML Response."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import ClassVar

from app.documents.model.party import Party


class Verdict(StrEnum):
    RECEIVED = "received"
    ACCEPTED = "accepted"
    ACCEPTED_WITH_ERRORS = "accepted_with_errors"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgedFault:
    """One fault: `code` as the format names it, and where it stands (segment, element, component count from 1).

    `path` is the place in an XML document or the position of a line; `scheme` the list that the code is of.
    """

    code: str
    text: str = ""
    segment: str = ""
    segment_position: int | None = None
    element: int | None = None
    component: int | None = None
    loop: str = ""
    value: str = ""
    path: str = ""
    scheme: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgedMessage:
    """One message of the acknowledged interchange, by its control number."""

    control_number: str
    message_type: str
    verdict: Verdict
    faults: tuple[AcknowledgedFault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """`control_number` is that of the interchange (or group) answered, `issue_time` in a TA1 when it was made; `document_number` the business document's.

    `included`, `received` and `accepted` count the messages of the answered group, also those that are not listed.
    `status` is what became of an invoice where the format says more than the verdict (UNTDID 4343 in Peppol: IP in
    process, UQ under query, CA conditionally accepted, PD paid), `status_on` since when.
    """

    number: str
    issue_date: date | None
    control_number: str
    verdict: Verdict
    group_control_number: str = ""
    document_number: str = ""
    document_type: str = ""
    document_date: date | None = None
    status: str = ""
    status_on: date | None = None
    note: str = ""
    messages: tuple[AcknowledgedMessage, ...] = ()
    faults: tuple[AcknowledgedFault, ...] = ()
    sender: Party | None = None
    receiver: Party | None = None
    included: int | None = None
    received: int | None = None
    accepted: int | None = None
    issue_time: time | None = None

    kind: ClassVar[str] = "acknowledgement"
