"""Partners: by what they are recognised, what was agreed with them, their codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Scheme(StrEnum):
    """How somebody is named in an envelope or a document."""

    GLN = "gln"
    VAT = "vat"
    DUNS = "duns"
    ENDPOINT = "endpoint"  # scheme and value: "0088:4012345000009"
    EDIFACT = "edifact"  # sender of UNB
    X12 = "x12"  # qualifier and code of ISA: "ZZ:ACME"
    AS2 = "as2"
    MAIL = "mail"
    CXML = "cxml"  # domain and identity: "NetworkId:AN0100001"
    ONE_C = "one_c"
    OTHER = "other"


class CodeKind(StrEnum):
    UNIT = "unit"
    TAX = "tax"
    ARTICLE = "article"
    SHIP_TO = "ship_to"
    PAYMENT = "payment"


class Terms(StrEnum):
    """When a syntax acknowledgement is sent."""

    NEVER = "never"
    ALWAYS = "always"
    FAULTS = "faults"


@dataclass(frozen=True, slots=True)
class Name:
    """One way somebody is named."""

    scheme: Scheme
    value: str


@dataclass(frozen=True, slots=True)
class Codes:
    """The code mappings of one partner, both ways."""

    ours: Mapping[tuple[str, str], str] = field(default_factory=lambda: MappingProxyType({}))
    theirs: Mapping[tuple[str, str], str] = field(default_factory=lambda: MappingProxyType({}))

    def our(self, kind: CodeKind, code: str) -> str:
        """What their code is here; empty where nothing is known of it."""
        return self.ours.get((kind.value, code), "")

    def their(self, kind: CodeKind, code: str) -> str:
        return self.theirs.get((kind.value, code), "")


@dataclass(frozen=True, slots=True)
class Agreed:
    """An agreement with what is needed of it. `options` are those of the format and of the way documents are taken."""

    id: int
    partner_id: int
    direction: str
    document: str
    format: str
    version: str
    channel_id: int | None
    options: Mapping[str, Any]
    acknowledge: Terms
    acknowledge_format: str
    user_id: int | None


@dataclass(frozen=True, slots=True)
class Whose:
    """A partner as recognised, and the account or supplier its document concerns."""

    partner_id: int
    code: str
    company_id: int | None
    is_test: bool
    is_active: bool
