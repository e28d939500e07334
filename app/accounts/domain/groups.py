"""Groups and segments: sets of accounts that prices, assortments and reports refer to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from app.core.errors import Invalid
from app.core.texts import N_

_CODE = re.compile(r"(?!new$)[A-Za-z0-9][A-Za-z0-9._\-]{0,39}")  # "new" is the address of the empty form


class SetKind(StrEnum):
    """An account is in one group or none, but in any number of segments."""

    GROUP = "groups"
    SEGMENT = "segments"


@dataclass(frozen=True, slots=True)
class SetFacts:
    """A group or segment as entered; `position` orders segments, the lower is asked first."""

    code: str
    name: str
    about: str = ""
    position: int = 0


def checked(facts: SetFacts) -> SetFacts:
    """The same without blanks around; raises Invalid."""
    code, name = facts.code.strip(), facts.name.strip()
    if not _CODE.fullmatch(code):
        raise Invalid("code", N_("A code has up to 40 letters, digits, points and hyphens, without blanks."))
    if not name or len(name) > 120:
        raise Invalid("name", N_("Give it a name of at most {most} characters.", most=120))
    return SetFacts(code, name, facts.about.strip(), facts.position)


def codes_in(text: str) -> list[str]:
    """Account numbers as pasted: one a line (of a table the first column), or apart by commas; each once, in order."""
    found: dict[str, None] = {}
    for line in text.splitlines():
        cells = line.split("\t")[:1] if "\t" in line else re.split(r"[,;]", line)
        found.update(dict.fromkeys(cell.strip() for cell in cells if cell.strip()))
    return list(found)
