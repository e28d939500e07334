"""Codes on goods: check digits, SSCC and element strings (GS1 General Specifications, sections 3, 7.9 and 7.8).

An element string is an application identifier (AI) followed by its value. Strings of variable length end with the
separator, the function character 1 that scanners send as ASCII 29, or with the code.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

SEPARATOR = "\x1d"
SSCC_LENGTH = 18
_PREFIX_LENGTHS = range(4, 13)  # digits of a GS1 company prefix
_SYMBOLOGIES = ("]C1", "]d2", "]Q3", "]e0", "]J1")  # GS1-128, DataMatrix, QR, DataBar, DotCode
# AI -> (shortest, longest value); those in _FIXED need no separator behind them (figure 7.8.5-2).
_LENGTHS: dict[str, tuple[int, int]] = {
    "00": (18, 18), "01": (14, 14), "02": (14, 14), "10": (1, 20), "11": (6, 6), "12": (6, 6), "13": (6, 6),
    "15": (6, 6), "16": (6, 6), "17": (6, 6), "20": (2, 2), "21": (1, 20), "22": (1, 20), "240": (1, 30),
    "241": (1, 30), "250": (1, 30), "251": (1, 30), "30": (1, 8), "37": (1, 8), "400": (1, 30), "401": (1, 30),
    "402": (17, 17), "403": (1, 30), "410": (13, 13), "411": (13, 13), "412": (13, 13), "413": (13, 13),
    "414": (13, 13), "420": (1, 20), "421": (4, 12), "422": (3, 3),
    **{f"310{n}": (6, 6) for n in range(6)}, **{f"330{n}": (6, 6) for n in range(6)},
}  # fmt: skip
_FIXED = frozenset({"00", "01", "02", "11", "12", "13", "15", "16", "17", "20", "402", "410", "411", "412", "413", "414",
                    *(ai for ai in _LENGTHS if ai[:2] in ("31", "33"))})  # fmt: skip
_DIGITS_ONLY = frozenset({"00", "01", "02", "11", "12", "13", "15", "16", "17", "20", "30", "37", "402", "410", "411",
                          "412", "413", "414", "422", *(ai for ai in _LENGTHS if ai[:2] in ("31", "33"))})  # fmt: skip
_CHECKED = frozenset({"00", "01", "02", "402", "410", "411", "412", "413", "414"})
_AI_LENGTHS = (2, 3, 4)


class BadCode(ValueError):
    """A code that claims to be an element string and is not a right one."""


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def check_digit(digits: str) -> str:
    """The last digit of GTIN, GLN and SSCC: weights 3 and 1 from the right, made up to the next ten."""
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def has_check_digit(code: str) -> bool:
    """Whether the last digit of a number is right."""
    return len(code) > 1 and _is_digits(code) and check_digit(code[:-1]) == code[-1]


def serial_digits(prefix: str) -> int:
    """How many digits are left in an SSCC for the running number."""
    return SSCC_LENGTH - 2 - len(prefix)


def is_prefix(text: str) -> bool:
    """Whether it can be a company prefix: 4 to 12 digits."""
    return _is_digits(text) and len(text) in _PREFIX_LENGTHS


def make_sscc(prefix: str, serial: int, extension: int = 0) -> str:
    """Serial shipping container code: extension digit, company prefix, running number, check digit.

    The running number begins anew when its digits are used up, as the specifications allow after a year.
    """
    if not is_prefix(prefix) or extension not in range(10) or serial < 0:
        raise ValueError(f"no SSCC from {prefix!r}, {serial!r}, {extension!r}")
    width = serial_digits(prefix)
    body = f"{extension}{prefix}{serial % 10**width:0{width}d}"
    return body + check_digit(body)


def is_sscc(code: str) -> bool:
    """18 digits with the right check digit."""
    return len(code) == SSCC_LENGTH and has_check_digit(code)


@dataclass(frozen=True, slots=True)
class Elements:
    """What an element string says, by AI; the dates in it as dates."""

    values: Mapping[str, str]

    @property
    def sscc(self) -> str:
        return self.values.get("00", "")

    @property
    def gtin(self) -> str:
        """Of the article (01), or of what a pallet holds (02); 14 digits."""
        return self.values.get("01", "") or self.values.get("02", "")

    @property
    def batch(self) -> str:
        return self.values.get("10", "")

    @property
    def serial(self) -> str:
        return self.values.get("21", "")

    @property
    def count(self) -> int | None:
        """How many (30), or how many units of the GTIN a pallet holds (37)."""
        text = self.values.get("30", "") or self.values.get("37", "")
        return int(text) if text else None

    @property
    def expires_on(self) -> date | None:
        """Expiry (17), else best before (15)."""
        text = self.values.get("17", "") or self.values.get("15", "")
        return read_date(text) if text else None


def read_date(text: str, century_of: int = 2026) -> date:
    """YYMMDD; day 00 is the last of the month, the century the one that is nearest (section 7.12). Raises BadCode."""
    year, month, day = int(text[:2]), int(text[2:4]), int(text[4:])
    gap = year - century_of % 100
    century = century_of // 100 - (gap >= 51) + (gap <= -50)
    full = century * 100 + year
    try:
        return date(full, month, day or calendar.monthrange(full, month)[1])
    except (ValueError, calendar.IllegalMonthError):
        raise BadCode(text) from None


def looks_like_elements(code: str) -> bool:
    """Whether a scanned code says itself that it is an element string, or is a bare SSCC with its identifier."""
    return (
        code.startswith(_SYMBOLOGIES)
        or code.startswith(("(0", "(1", "(2", "(3", "(4"))
        or SEPARATOR in code
        or (len(code) == SSCC_LENGTH + 2 and code.startswith("00") and is_sscc(code[2:]))
        or (len(code) >= 16 and code.startswith(("01", "02")) and has_check_digit(code[2:16]))
    )


def parse(code: str) -> Elements:
    """Read an element string as scanners send it, or as people write it with brackets. Raises BadCode."""
    rest = code.strip(" \r\n\t")
    for mark in _SYMBOLOGIES:
        rest = rest.removeprefix(mark)
    pairs = _bracketed(rest) if rest.startswith("(") else _running(rest.lstrip(SEPARATOR))
    values: dict[str, str] = {}
    for ai, value in pairs:
        if values.get(ai, value) != value:
            raise BadCode(code)  # one article cannot have two batches
        values[ai] = value
    found = Elements(values)
    if not values:
        raise BadCode(code)
    _ = found.expires_on  # a date that is none makes the code wrong
    return found


def _bracketed(text: str) -> list[tuple[str, str]]:
    pairs = []
    for part in text[1:].split("("):
        ai, closed, value = part.partition(")")
        if not closed:
            raise BadCode(text)
        pairs.append((ai, _checked(ai, value.strip())))
    return pairs


def _running(text: str) -> list[tuple[str, str]]:
    pairs = []
    while text:
        ai = next((text[:size] for size in _AI_LENGTHS if text[:size] in _LENGTHS), "")
        if not ai:
            raise BadCode(text)
        longest = _LENGTHS[ai][1]
        if ai in _FIXED:
            value, text = text[len(ai) : len(ai) + longest], text[len(ai) + longest :].removeprefix(SEPARATOR)
        else:
            value, _, text = text[len(ai) :].partition(SEPARATOR)
        pairs.append((ai, _checked(ai, value)))
    return pairs


def _checked(ai: str, value: str) -> str:
    shortest, longest = _LENGTHS.get(ai, (1, 0))
    is_right = (
        shortest <= len(value) <= longest
        and value.isascii()
        and value.isprintable()
        and " " not in value
        and (ai not in _DIGITS_ONLY or _is_digits(value))
        and (ai not in _CHECKED or has_check_digit(value))
    )
    if not is_right:
        raise BadCode(f"({ai}){value}")
    return value


def element_string(pairs: Iterable[tuple[str, str]]) -> str:
    """The string a symbol carries: values one after another, the separator only where it is needed. Raises BadCode."""
    written: list[str] = []
    is_open = False
    for ai, value in pairs:
        if is_open:
            written.append(SEPARATOR)
        written += (ai, _checked(ai, value))
        is_open = ai not in _FIXED
    return "".join(written)


def readable(pairs: Iterable[tuple[str, str]]) -> str:
    """The line under the bars: identifiers in brackets."""
    return "".join(f"({ai}){value}" for ai, value in pairs)
