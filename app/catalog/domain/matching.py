"""Which of our articles a supplier's article is, and how sure that is.

A bar code is the strongest sign, then maker and maker's number together, then our own number, then either alone, then
the words of the names. What speaks against it is said, too: other sizes in the names, another maker, another unit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.core.texts import N_, Message

SURE = 95
"""From this confidence on many may be confirmed at once."""
LEAST = 30
"""Below it nothing is proposed."""
_WORD = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)?")
_SIGNS = re.compile(r"[^0-9A-Za-zА-Яа-яЁёІіЇїЄєҐґ]")


@dataclass(frozen=True, slots=True)
class Offered:
    """A supplier's article as its file names it; empty where it does not say."""

    number: str
    name: str = ""
    brand: str = ""
    mpn: str = ""
    gtin: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of our articles with everything it can be known by. `names` in all languages."""

    article_id: int
    sku: str
    names: tuple[str, ...]
    brand: str = ""
    mpn: str = ""
    gtins: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Judgement:
    """How sure it is, in percent, and why."""

    article_id: int
    confidence: int
    reasons: tuple[Message, ...]


def plain(code: str) -> str:
    """A number without the signs people put between its parts."""
    return _SIGNS.sub("", code).upper()


def words_of(name: str) -> frozenset[str]:
    """Words and numbers of a name; "M8x40" is three of them."""
    return frozenset(_WORD.findall(name.lower().replace(",", ".")))


def judge(offered: Offered, candidate: Candidate) -> Judgement:
    """Weigh what speaks for and against it."""
    likeness, numbers_differ = _names(offered.name, candidate.names)
    same_mpn = len(plain(offered.mpn)) >= 3 and plain(offered.mpn) == plain(candidate.mpn)
    same_brand = bool(offered.brand) and offered.brand.strip().lower() == candidate.brand.strip().lower()
    other_brand = bool(offered.brand and candidate.brand) and not same_brand
    signs: list[tuple[int, Message]] = []
    if offered.gtin and offered.gtin.lstrip("0") in {gtin.lstrip("0") for gtin in candidate.gtins}:
        signs.append((96, N_("Same GTIN {gtin}", gtin=offered.gtin)))
    if same_mpn and same_brand:
        signs.append((93, N_("Same maker and maker's number {number}", number=offered.mpn)))
    elif same_mpn:
        signs.append((45 if other_brand else 75, N_("Same maker's number {number}", number=offered.mpn)))
    if plain(offered.number) and plain(offered.number) == plain(candidate.sku):
        signs.append((88, N_("The supplier uses our number")))
    if likeness >= 40:
        signs.append((likeness * 8 // 10, N_("Words of the names that agree: {percent} %", percent=likeness)))
    if not signs:
        return Judgement(candidate.article_id, 0, ())
    confidence = max(weight for weight, _reason in signs) + 2 * (len(signs) - 1)
    reasons = [reason for _weight, reason in sorted(signs, key=lambda sign: -sign[0])]
    is_coded = signs[0][0] == 96
    if other_brand and not same_mpn:
        confidence -= 5 if is_coded else 15
        reasons.append(N_("Another maker: {brand}", brand=candidate.brand))
    if numbers_differ:
        confidence -= 8 if is_coded else 20
        reasons.append(N_("Sizes or numbers in the names differ"))
    if offered.unit and candidate.units and offered.unit not in candidate.units:
        confidence -= 5
        reasons.append(N_("We do not sell it in the unit {unit}", unit=offered.unit))
    return Judgement(candidate.article_id, max(1, min(99, confidence)), tuple(reasons))


def _names(name: str, others: tuple[str, ...]) -> tuple[int, bool]:
    """The best likeness of words in percent, and whether the numbers in the names differ there."""
    own = words_of(name)
    if not own:
        return 0, False
    best, differ = 0, False
    for other in others:
        theirs = words_of(other)
        likeness = 100 * len(own & theirs) // max(1, len(own | theirs))
        if likeness > best:
            numbers, their_numbers = _numbers(own), _numbers(theirs)
            best, differ = likeness, bool(numbers and their_numbers and numbers != their_numbers)
    return best, differ


def _numbers(words: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in words if word[0].isdigit())


def best(offered: Offered, candidates: list[Candidate], *, limit: int = 5) -> list[Judgement]:
    """The likeliest articles, the surest first; those that only a word or two speak for are left out."""
    found = [judge(offered, candidate) for candidate in candidates]
    found.sort(key=lambda one: (-one.confidence, one.article_id))
    return [one for one in found if one.confidence >= LEAST][:limit]
