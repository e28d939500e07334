"""Dangerous goods and where things come from: transport class (ADR), labels (GHS), country, customs code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from app.core.texts import N_, Message

# UN Globally Harmonized System: codes of pictograms and what they say
GHS: Mapping[str, Message] = MappingProxyType({
    "GHS01": N_("exploding bomb"), "GHS02": N_("flame"), "GHS03": N_("flame over circle"), "GHS04": N_("gas cylinder"),
    "GHS05": N_("corrosion"), "GHS06": N_("skull and crossbones"), "GHS07": N_("exclamation mark"),
    "GHS08": N_("health hazard"), "GHS09": N_("environment"),
})  # fmt: skip
SIGNAL_WORDS: Mapping[str, Message] = MappingProxyType({"danger": N_("Danger"), "warning": N_("Warning")})
PACKING_GROUPS = ("I", "II", "III")
# Classes of UN Model Regulations 2.0.1.1; class 1 with its compatibility group, such as 1.4S
_CLASS = re.compile(r"1(\.[1-6][A-HJKLNS]?)?|2(\.[1-3])?|3|4\.[1-3]|5\.[12]|6\.[12]|7|8|9")
_UN = re.compile(r"\d{4}")
_SPLIT = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class Hazard:
    """Hazard data of an article; all empty: none. `ghs` are codes of pictograms in their order."""

    un_number: str = ""
    hazard_class: str = ""
    packing_group: str = ""
    ghs: tuple[str, ...] = ()
    signal_word: str = ""

    def as_json(self) -> dict[str, Any]:
        """What the database keeps: filled facts only."""
        values = {
            "un_number": self.un_number, "hazard_class": self.hazard_class, "packing_group": self.packing_group,
            "ghs": list(self.ghs), "signal_word": self.signal_word,
        }  # fmt: skip
        return {name: value for name, value in values.items() if value}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Hazard:
        return cls(
            values.get("un_number", ""), values.get("hazard_class", ""), values.get("packing_group", ""),
            tuple(values.get("ghs", ())), values.get("signal_word", ""),
        )  # fmt: skip

    def __bool__(self) -> bool:
        return bool(self.as_json())


def read_hazard(*, un_number: str, hazard_class: str, packing_group: str, ghs: str, signal_word: str) -> Hazard:
    """Hazard data as people write them: "UN 1263", "3", "ii", "GHS02, ghs07", "Danger"."""
    codes = [code.upper() for code in _SPLIT.split(ghs.strip()) if code]
    return Hazard(
        un_number.upper().removeprefix("UN").strip(), hazard_class.strip().upper(), packing_group.strip().upper(),
        tuple(sorted(set(codes))), signal_word.strip().lower(),
    )  # fmt: skip


def hazard_problem(hazard: Hazard) -> tuple[str, Message] | None:
    """The field at fault and what to do about it, or None."""
    if hazard.un_number and not _UN.fullmatch(hazard.un_number):
        return "un_number", N_("{given} is no UN number: it has four digits, such as 1263.", given=hazard.un_number)
    if hazard.hazard_class and not _CLASS.fullmatch(hazard.hazard_class):
        return "hazard_class", N_("{given} is no hazard class, such as 3, 6.1 or 1.4S.", given=hazard.hazard_class)
    if hazard.un_number and not hazard.hazard_class:
        return "hazard_class", N_("A UN number needs its hazard class.")
    if hazard.packing_group and hazard.packing_group not in PACKING_GROUPS:
        return "packing_group", N_("{given} is not one of {allowed}.", given=hazard.packing_group,
                                   allowed=", ".join(PACKING_GROUPS))  # fmt: skip
    if hazard.packing_group and not hazard.un_number:
        return "packing_group", N_("A packing group needs a UN number.")
    unknown = [code for code in hazard.ghs if code not in GHS]
    if unknown:
        return "ghs", N_("{given} is no pictogram: they are GHS01 to GHS09.", given=", ".join(unknown))
    if hazard.signal_word and hazard.signal_word not in SIGNAL_WORDS:
        return "signal_word", N_("{given} is not one of {allowed}.", given=hazard.signal_word,
                                 allowed=", ".join(SIGNAL_WORDS))  # fmt: skip
    return None


def pictograms(codes: Iterable[str]) -> list[tuple[str, Message]]:
    """Code and name of each pictogram."""
    return [(code, GHS[code]) for code in codes if code in GHS]


# ISO 3166-1 alpha-2, officially assigned
_ASSIGNED = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC "
    "CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD "
    "GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH "
    "KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW "
    "MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC "
    "SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY "
    "UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"
)
COUNTRIES = frozenset(_ASSIGNED.split())


def origin_problem(country: str | None, customs_code: str | None) -> tuple[str, Message] | None:
    """What is wrong with country and customs code (HS 6, CN 8, TARIC 10 digits; national ones up to 12)."""
    if country and country not in COUNTRIES:
        return "origin_country", N_("{given} is no country code of two letters, such as DE.", given=country)
    if customs_code and not (customs_code.isascii() and customs_code.isdigit() and 6 <= len(customs_code) <= 12):
        return "customs_code", N_("{given} is no customs code: it has 6 to 12 digits.", given=customs_code)
    return None
