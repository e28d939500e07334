"""References on payments: ISO 11649 creditor references, IBANs, and document numbers inside a text."""

from __future__ import annotations

import re
from collections.abc import Iterable

_RF = re.compile(r"RF[0-9]{2}[A-Z0-9]{1,21}")
_RF_IN_TEXT = re.compile(r"(?<![A-Z0-9])RF ?[0-9]{2}(?: ?[A-Z0-9]){1,21}(?![A-Z0-9])")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_PAIRS = re.compile(r"[^\W_]+")
_SHORTEST = 5  # characters of a number that is looked for inside a text
_WORDS = 40


def _remainder(text: str) -> int:
    """ISO 7064 MOD 97-10 of letters (A = 10) and digits, the first four moved to the end."""
    turned = text[4:] + text[:4]
    return int("".join(str(int(one, 36)) for one in turned)) % 97


def creditor_reference(text: str) -> str:
    """An ISO 11649 reference (RF + check digits) without blanks; "" when the check digits are wrong."""
    kept = re.sub(r"\s", "", text.upper())
    return kept if _RF.fullmatch(kept) and _remainder(kept) == 1 else ""


def creditor_reference_in(text: str) -> str:
    """The first valid ISO 11649 reference inside a free text."""
    for found in _RF_IN_TEXT.findall(text.upper()[:2000]):
        words = found.split(" ")
        for last in range(len(words), 0, -1):
            valid = creditor_reference("".join(words[:last]))
            if valid:
                return valid
    return ""


def make_creditor_reference(number: str) -> str:
    """The ISO 11649 reference of a document number: RF, check digits, the number's letters and digits (at most 21)."""
    kept = squeezed(number)[-21:]
    return f"RF{98 - _remainder('RF00' + kept):02d}{kept}" if kept else ""


def is_iban(text: str) -> bool:
    """Whether the check digits (ISO 13616) fit."""
    kept = re.sub(r"\s", "", text.upper())
    return bool(_IBAN.fullmatch(kept)) and _remainder(kept) == 1


def squeezed(text: str) -> str:
    """Capital letters A-Z and digits only: how numbers are compared, whatever a bank did with dashes and blanks."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def candidates(text: str) -> list[str]:
    """What in a text may be the number of a document: words and runs of up to five neighbouring words, squeezed.

    A bank breaks lines inside a number, so neighbours are joined as well.
    """
    words = [word.upper() for word in _PAIRS.findall(text[:1000])][:_WORDS]
    found: dict[str, None] = {}
    for start in range(len(words)):
        joined = ""
        for word in words[start : start + 5]:
            joined += squeezed(word)
            if len(joined) > _WORDS:
                break
            if len(joined) >= _SHORTEST and any(one.isdigit() for one in joined):
                found[joined] = None
    return list(found)


def quotes(text: str, numbers: Iterable[str]) -> list[str]:
    """Which of the numbers the text quotes as whole words, in their order."""
    known = set(candidates(text))
    return [number for number in numbers if squeezed(number) in known]
