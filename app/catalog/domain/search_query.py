"""From what a person typed to conditions on words and numbers of articles (text of PostgreSQL's tsquery)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.catalog.domain.search_text import has_digit, number_of, words_of

LONGEST = 12  # words of one search; further ones are left out
_PHRASE = 4  # words of a synonym
_PART = 3  # characters of an inner part of a number
# Words that say nothing about an article where there are others.
_FILLING = frozenset(
    re.findall(
        r"\S+",
        "a an and for in of on per the to with und fur mit von aus zu der den dem im zum zur die das "
        "и в во на с со для из к от по под без або у до від з зі із і й та про",
    )
)


@dataclass(frozen=True, slots=True)
class Known:
    """What the vocabulary has for a word: how many articles with it, whether longer words begin so, words of the same
    stem, compounds that end so.
    """

    frequency: int = 0
    is_beginning: bool = False
    mates: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()

    @property
    def is_there(self) -> bool:
        return bool(self.frequency or self.is_beginning or self.mates or self.endings)


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: `query` holds for the words of an article, or `part` is in one of its numbers (if not empty).

    `strict` holds for whole words of the names only, `named` also for their beginnings. `mates`, `endings` and
    `meanings` say by which other words it may hold.
    """

    typed: str
    query: str
    strict: str
    named: str
    part: str = ""
    mates: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    meanings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """All conditions of a search.

    `number` is everything typed as one number, empty when it is too short; `joined` the same where it may be a number
    written with blanks.
    """

    terms: tuple[Term, ...] = ()
    number: str = ""
    joined: str = ""

    @property
    def has_parts(self) -> bool:
        return bool(self.joined) or any(term.part for term in self.terms)

    @property
    def query(self) -> str:
        """What the index is asked for."""
        every = " & ".join(f"({_either(term.query, term.part)})" for term in self.terms)
        return f"{every} | ({_grams(self.joined)})" if self.joined else every

    @property
    def strict(self) -> str:
        return " & ".join(f"({term.strict})" for term in self.terms)

    @property
    def named(self) -> str:
        return " & ".join(f"({term.named})" for term in self.terms)


def phrases(words: Sequence[str]) -> list[str]:
    """What may be the term of a synonym: each word, and words in a row."""
    return [" ".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, min(i + _PHRASE, len(words)) + 1)]


def plan_of(
    text: str, known: Mapping[str, Known], meanings: Mapping[str, Sequence[str]], *, with_parts: bool = False
) -> Plan:
    """Conditions for a text; `meanings` are those of its phrases.

    Digits in a search of several words are parts of numbers only where no word begins so, because 931 is inside many
    bar codes; `with_parts` takes them as such also then.
    """
    words = words_of(text)[:LONGEST]
    telling = [word for word in words if word not in _FILLING] or list(words)
    terms = tuple(_terms(telling, known, meanings, with_parts=with_parts))
    number = number_of(text)
    if len(number) < _PART:
        return Plan(terms)
    return Plan(terms, number, number if len(words) > 1 and has_digit(number) else "")


def _terms(
    words: Sequence[str], known: Mapping[str, Known], meanings: Mapping[str, Sequence[str]], *, with_parts: bool
) -> Iterator[Term]:
    place = 0
    while place < len(words):
        size = next(
            (
                n
                for n in range(min(_PHRASE, len(words) - place), 1, -1)
                if " ".join(words[place : place + n]) in meanings
            ),
            1,
        )
        phrase = words[place : place + size]
        is_alone = len(words) == 1
        yield _term(phrase, known, meanings.get(" ".join(phrase), ()), with_parts=with_parts or is_alone)
        place += size


def _term(
    words: Sequence[str], known: Mapping[str, Known], meanings: Sequence[str], *, with_parts: bool
) -> Term:  # fmt: skip
    also = [" & ".join(_word(word, known) for word in meaning.split(" ")) for meaning in meanings]
    query = _any([" & ".join(_word(word, known) for word in words), *also])
    strict = " & ".join(f"({_any(_whole(word, known))})" for word in words)
    named = " & ".join(f"({_any([_start(word, 'A'), *_whole(word, known)])})" for word in words)
    first = known.get(words[0], Known())
    part = ""
    if len(words) == 1 and len(number := number_of(words[0])) >= _PART:
        is_number = has_digit(number) and (with_parts or not (first.frequency or first.is_beginning))
        part = number if is_number or not (first.is_there or meanings) else ""
    return Term(" ".join(words), query, strict, named, part, first.mates, first.endings, tuple(meanings))


def _word(word: str, known: Mapping[str, Known]) -> str:
    held = known.get(word, Known())
    return f"({_any([_start(word), *(_quoted(mate) for mate in held.mates + held.endings)])})"


def _whole(word: str, known: Mapping[str, Known]) -> list[str]:
    held = known.get(word, Known())
    return [f"{_quoted(name)}:A" for name in (word, *held.mates, *held.endings)]


def _start(word: str, weight: str = "") -> str:
    """A word or its beginning; one letter or two digits are a word of their own."""
    is_short = len(word) < 2 or (word.isdecimal() and len(word) < _PART)
    mark = weight if is_short else "*" + weight
    return f"{_quoted(word)}:{mark}" if mark else _quoted(word)


def _either(query: str, part: str) -> str:
    return f"({query}) | ({_grams(part)})" if part else query


def _grams(number: str) -> str:
    """Pieces of three characters that cover a number; whether they stand in a row is seen afterwards."""
    last = len(number) - _PART
    return " & ".join(_quoted("#" + number[n : n + _PART]) for n in sorted({*range(0, last, _PART), last}))


def _any(queries: Sequence[str]) -> str:
    return " | ".join(dict.fromkeys(queries))


def _quoted(word: str) -> str:
    return f"'{word}'"
