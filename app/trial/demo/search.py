"""What helps the search of the invented wholesaler: synonyms, and searches that found nothing."""

from __future__ import annotations

from collections.abc import Sequence

from app.catalog.service.search import add_synonym, note_miss
from app.core.actor import Actor
from app.core.tenancy import acting_as

_SYNONYMS = (
    ("spanner", "wrench", True),
    ("inbus", "hex", False),
    ("шуруповерт", "дрель", False),
    ("свердло", "сверло", True),
)
_MISSES = ("left handed hammer", "tesa 4287", "left handed hammer", "паяльник")


def add_search(house: Actor, buyers: Sequence[Actor]) -> None:
    """Synonyms in four languages; what the first two buyers looked for in vain."""
    with acting_as(house):
        for term, meaning, is_two_way in _SYNONYMS:
            add_synonym(house, term, meaning, is_two_way=is_two_way)
    for buyer in buyers[:2]:
        with acting_as(buyer):
            for words in _MISSES:
                note_miss(buyer, words)
