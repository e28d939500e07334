"""Arithmetic that people write for scorecards: numbers, names, + - * /, brackets, min and max. Nothing else runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from app.core.errors import Invalid
from app.core.texts import N_

_TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[a-z_][a-z0-9_]*)|(?P<sign>[-+*/(),]))", re.ASCII)
_LONGEST = 200
_DEEPEST = 20
Values = Mapping[str, Fraction]
_Node = Callable[[Values], Fraction]
_FUNCTIONS: Mapping[str, Callable[..., Fraction]] = {"min": min, "max": max}


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that has been understood; `names` are the facts it asks for."""

    text: str
    names: frozenset[str]
    _run: _Node

    def __call__(self, values: Mapping[str, Decimal | Fraction | int]) -> Fraction | None:
        """Its value, or None where it divides by nothing. Every name must be among the values."""
        try:
            return self._run({name: Fraction(value) for name, value in values.items()})
        except ZeroDivisionError:
            return None


def parse(text: str, known: Collection[str]) -> Formula:
    """Understand a formula over the known names. Raises Invalid with what is wrong and where."""
    if len(text) > _LONGEST:
        raise Invalid("formula", N_("A formula has at most {length} characters.", length=_LONGEST))
    reader = _Reader(_tokens(text), frozenset(known))
    node = reader.sum(0)
    if reader.rest:
        raise Invalid("formula", N_("The formula is not understood at “{part}”.", part=reader.rest[0]))
    return Formula(text, frozenset(reader.names), node)


def _tokens(text: str) -> list[str]:
    found, place = [], 0
    text = text.strip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise Invalid("formula", N_("The formula is not understood at “{part}”.", part=text[place : place + 10]))
        found.append(match[0].strip())
        place = match.end()
    return found


class _Reader:
    """Recursive descent: sum of products of signed parts."""

    def __init__(self, tokens: list[str], known: frozenset[str]) -> None:
        self.rest = tokens
        self.known = known
        self.names: set[str] = set()

    def _take(self, *wanted: str) -> str:
        if self.rest and self.rest[0] in wanted:
            return self.rest.pop(0)
        return ""

    def _demand(self, sign: str) -> None:
        if not self._take(sign):
            raise Invalid("formula", N_("The formula lacks “{sign}”.", sign=sign))

    def sum(self, depth: int) -> _Node:
        node = self._product(depth)
        while sign := self._take("+", "-"):
            node = _joined(sign, node, self._product(depth))
        return node

    def _product(self, depth: int) -> _Node:
        node = self._part(depth)
        while sign := self._take("*", "/"):
            node = _joined(sign, node, self._part(depth))
        return node

    def _part(self, depth: int) -> _Node:
        if depth > _DEEPEST:
            raise Invalid("formula", N_("The formula has too many brackets."))
        if self._take("-"):
            inner = self._part(depth + 1)
            return lambda values: -inner(values)
        if self._take("("):
            node = self.sum(depth + 1)
            self._demand(")")
            return node
        if not self.rest:
            raise Invalid("formula", N_("The formula ends too early."))
        token = self.rest.pop(0)
        if token[0].isdigit():
            return _constant(Fraction(token))
        if token in _FUNCTIONS and self._take("("):
            return self._call(token, depth)
        if token not in self.known:
            raise Invalid("formula", N_("The formula does not know “{name}”. It knows: {known}.", name=token,
                                        known=", ".join(sorted(self.known))))  # fmt: skip
        self.names.add(token)
        return lambda values: values[token]

    def _call(self, name: str, depth: int) -> _Node:
        parts = [self.sum(depth + 1)]
        while self._take(","):
            parts.append(self.sum(depth + 1))
        self._demand(")")
        function = _FUNCTIONS[name]
        return lambda values: function([part(values) for part in parts])


def _constant(number: Fraction) -> _Node:
    def run(_values: Values) -> Fraction:
        return number

    return run


def _joined(sign: str, left: _Node, right: _Node) -> _Node:
    if sign == "+":
        return lambda values: left(values) + right(values)
    if sign == "-":
        return lambda values: left(values) - right(values)
    if sign == "*":
        return lambda values: left(values) * right(values)
    return lambda values: left(values) / right(values)
