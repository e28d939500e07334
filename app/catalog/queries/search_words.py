"""What the vocabulary and the synonyms make of a text, and what was meant where nothing is found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import text

from app.catalog.domain.search_layouts import other_layouts
from app.catalog.domain.search_query import LONGEST, Known, Plan, phrases, plan_of
from app.catalog.domain.search_spelling import allowed_distance, nearest
from app.catalog.domain.search_text import LETTERS, has_digit, words_of
from app.core.db import db

# Words of the same stem, and compounds by their end, are asked for by a few looks into indexes for each word.
_LOOK_UP = text("""
WITH asked AS MATERIALIZED (
    SELECT word, search_stems(word) AS stems FROM unnest(CAST(:words AS text[])) AS w (word)
), also AS MATERIALIZED (
    SELECT p AS typed, s.meaning FROM unnest(CAST(:phrases AS text[])) AS p JOIN search_synonyms s ON s.term = p
    UNION SELECT p, s.term FROM unnest(CAST(:phrases AS text[])) AS p
          JOIN search_synonyms s ON s.meaning = p AND s.is_two_way
    UNION SELECT q.word, s.meaning FROM asked q JOIN search_synonyms s ON s.term_stems && q.stems
    UNION SELECT q.word, s.term FROM asked q JOIN search_synonyms s ON s.meaning_stems && q.stems AND s.is_two_way
), every AS (
    SELECT word, stems FROM asked
    UNION SELECT m.word, search_stems(m.word) FROM also, unnest(string_to_array(also.meaning, ' ')) AS m (word)
)
SELECT e.word, '',
       coalesce((SELECT v.frequency FROM search_words v WHERE v.word = e.word), 0),
       EXISTS (SELECT FROM search_words v WHERE v.word > e.word COLLATE "C" AND v.word < e.word || chr(1114111)),
       ARRAY(SELECT v.word FROM search_words v WHERE v.stems && e.stems AND v.word <> e.word ORDER BY v.word LIMIT 40),
       CASE WHEN length(e.stems[cardinality(e.stems)]) > 4 THEN ARRAY(
           SELECT v.word FROM search_words v
           WHERE v.ending > reverse(e.stems[cardinality(e.stems)]) COLLATE "C"
             AND v.ending < reverse(e.stems[cardinality(e.stems)]) || chr(1114111)
           ORDER BY v.frequency DESC, v.word LIMIT 40) ELSE '{}' END
FROM every e
UNION ALL SELECT typed, meaning, 0, false, '{}', '{}' FROM also""")

_NEAR = text("""
WITH asked AS MATERIALIZED (
    SELECT word, search_pairs(word) AS pairs FROM unnest(CAST(:words AS text[])) AS w (word)
)
SELECT a.word, v.word, v.frequency
FROM asked a CROSS JOIN LATERAL (
    SELECT c.word, c.frequency FROM search_words c, unnest(c.pairs) AS p
    WHERE c.pairs && a.pairs AND p = ANY(a.pairs)
      AND length(c.word) BETWEEN length(a.word) - 2 AND length(a.word) + 2
    GROUP BY c.word, c.frequency
    ORDER BY count(*) DESC, c.frequency DESC LIMIT 60
) v""")


class Vocabulary:
    """What is known about the words of one search."""

    def __init__(self) -> None:
        self.known: dict[str, Known] = {}
        self.meanings: dict[str, list[str]] = {}

    def look_up(self, words: Iterable[str], of_phrases: Sequence[str] = ()) -> None:
        """Ask for words not asked for yet; one statement."""
        new = [word for word in dict.fromkeys(words) if word not in self.known]
        if not new:
            return
        for word, meaning, frequency, is_beginning, mates, endings in db.session.execute(
            _LOOK_UP, {"words": new, "phrases": list(of_phrases)}
        ):
            if meaning:
                self.meanings.setdefault(word, []).append(meaning)
            else:
                # Who typed a word that is there means no compounds: board is no keyboard.
                whole = () if frequency else tuple(endings)
                longer = tuple(mate for mate in mates if not mate.startswith(word))
                self.known[word] = Known(frequency, is_beginning, longer, whole)

    def knows(self, word: str) -> bool:
        return word in self.meanings or self.known.get(word, Known()).is_there

    def plan(self, typed: str, *, with_parts: bool = False) -> Plan:
        return plan_of(typed, self.known, self.meanings, with_parts=with_parts)


def understand(typed: str) -> Vocabulary:
    """Look the words of a text up; one statement."""
    vocabulary = Vocabulary()
    words = words_of(typed)[:LONGEST]
    vocabulary.look_up([*words, *_without_umlauts(words)], phrases(words))
    for word in words:
        other = word.replace("ae", "a").replace("oe", "o").replace("ue", "u")
        if other != word and vocabulary.known[other].is_there:
            held = vocabulary.known[word]
            vocabulary.known[word] = Known(
                held.frequency, held.is_beginning, (*held.mates, other, *vocabulary.known[other].mates), held.endings
            )
    return vocabulary


def _without_umlauts(words: Sequence[str]) -> list[str]:
    """Saege is Säge, which stands as sage."""
    return [word.replace("ae", "a").replace("oe", "o").replace("ue", "u") for word in words]


def corrected(typed: str, vocabulary: Vocabulary) -> str:
    """The text as it was probably meant, empty where nobody knows; two statements.

    Of each piece between blanks whose words nobody knows: what the same keys give on another keyboard, else the
    nearest words.
    """
    pieces = typed.split()[:LONGEST]
    unknown = [piece for piece in pieces if any(_is_strange(word, vocabulary) for word in words_of(piece))]
    if not unknown:
        return ""
    layouts = {piece: [words for other in other_layouts(piece) if (words := words_of(other))] for piece in unknown}
    vocabulary.look_up(word for variants in layouts.values() for words in variants for word in words)
    meant: dict[str, str] = {}
    for piece, variants in layouts.items():
        fitting = [words for words in variants if all(vocabulary.knows(word) and len(word) > 1 for word in words)]
        if fitting:
            meant[piece] = " ".join(fitting[0])
        elif has_digit(piece) and variants and not piece.isascii():
            meant[piece] = " ".join(variants[0])  # a number typed on the Cyrillic keyboard
    left = [piece for piece in unknown if piece not in meant]
    near = _near_words([words_of(piece) for piece in left] + [v for piece in left for v in layouts[piece]], vocabulary)
    for piece in left:
        for words in (words_of(piece), *layouts[piece]):
            if all(vocabulary.knows(word) or word in near for word in words):
                meant[piece] = " ".join(near.get(word, word) for word in words)
                break
    return " ".join(meant.get(piece, piece) for piece in pieces) if meant else ""


def _is_strange(word: str, vocabulary: Vocabulary) -> bool:
    return len(word) > 1 and not vocabulary.knows(word)


def _near_words(groups: Iterable[Sequence[str]], vocabulary: Vocabulary) -> dict[str, str]:
    asked = {
        word
        for words in groups
        for word in words
        if LETTERS.fullmatch(word) and allowed_distance(word) and not vocabulary.knows(word)
    }
    candidates: dict[str, list[tuple[str, int]]] = {}
    if asked:
        for word, candidate, frequency in db.session.execute(_NEAR, {"words": sorted(asked)}):
            candidates.setdefault(word, []).append((candidate, frequency))
    found = {word: nearest(word, offered) for word, offered in candidates.items()}
    return {word: other for word, other in found.items() if other is not None}
