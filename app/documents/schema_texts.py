"""What a broken XML schema means, in our words: the messages of the XML library, each kind as a marked message."""

from __future__ import annotations

import re
from collections.abc import Callable

from app.core.texts import N_, Message

_ELEMENT = r"Element '([^']+)'"
_ATTRIBUTE = rf"{_ELEMENT}(?:, attribute '([^']+)')?"
_NAMESPACE = re.compile(r"\{[^}]*\}")


def _named(element: str, attribute: str | None) -> str:
    return f"{element}/@{attribute}" if attribute else element


_SAID: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Message]], ...] = (
    (
        re.compile(rf"{_ELEMENT}: This element is not expected\. Expected is (?:one of )?\(\s*(.+?)\s*\)\.?$"),
        lambda found: N_("{element} is not allowed at this place; expected: {expected}", element=found[1], expected=found[2]),
    ),
    (
        re.compile(rf"{_ELEMENT}: This element is not expected"),
        lambda found: N_("{element} is not allowed at this place.", element=found[1]),
    ),
    (
        re.compile(rf"{_ELEMENT}: Missing child element\(s\)\. Expected is (?:one of )?\(\s*(.+?)\s*\)\.?$"),
        lambda found: N_("Something is missing in {element}: {expected}", element=found[1], expected=found[2]),
    ),
    (
        re.compile(rf"{_ATTRIBUTE}: \[facet 'enumeration'\] The value '(.*?)' is not an element of the set"),
        lambda found: N_("{element} has a value that is not in its list: {value}", element=_named(found[1], found[2]), value=found[3]),
    ),
    (
        re.compile(rf"{_ATTRIBUTE}: \[facet '(?:minLength|maxLength|length)'\] The value (?:'.*?' )?has a length of '([0-9]+)'"),
        lambda found: N_("{element} is too long or too short: {length} characters", element=_named(found[1], found[2]), length=found[3]),
    ),
    (
        re.compile(rf"{_ATTRIBUTE}: \[facet '[A-Za-z]+'\] The value '(.*?)' "),
        lambda found: N_("{element} has a value of the wrong form: {value}", element=_named(found[1], found[2]), value=found[3]),
    ),
    (
        re.compile(rf"{_ATTRIBUTE}: '(.*?)' is not a valid value of the"),
        lambda found: N_("{element} has a value of the wrong form: {value}", element=_named(found[1], found[2]), value=found[3]),
    ),
    (
        re.compile(rf"{_ELEMENT}: The attribute '([^']+)' is required but missing"),
        lambda found: N_("{element} lacks the attribute {attribute}.", element=found[1], attribute=found[2]),
    ),
    (
        re.compile(rf"{_ELEMENT}, attribute '([^']+)': The attribute '[^']+' is not allowed"),
        lambda found: N_("{element} must not have the attribute {attribute}.", element=found[1], attribute=found[2]),
    ),
    (
        re.compile(rf"{_ELEMENT}: Character content (?:other than whitespace )?is not allowed"),
        lambda found: N_("{element} must hold no text of its own.", element=found[1]),
    ),
    (
        re.compile(rf"{_ELEMENT}: No matching global declaration available"),
        lambda found: N_("{element} is not how such a document begins.", element=found[1]),
    ),
)  # fmt: skip


def explain_schema(text: str) -> Message | None:
    """None for a message of another kind."""
    plain = _NAMESPACE.sub("", text)
    for pattern, make in _SAID:
        found = pattern.match(plain)
        if found:
            return make(found)
    return None
