"""Which codes of a partner a message was held or refused for: what a mapping would mend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.exchange.domain.partners import CodeKind

# How problems name the code they are about: by a parameter of their message. The unit before the article it is of.
_NAMED = (("unit", CodeKind.UNIT), ("sku", CodeKind.ARTICLE), ("name", CodeKind.SHIP_TO))
_TEXTS = {
    "There is no article {sku}.",
    "{sku} stands for more than one article. Give our article number.",
    "{sku} is not sold in the unit {unit}.",
    "The delivery address {name} is not known.",
}


@dataclass(frozen=True, slots=True)
class UnknownCode:
    """`line` is the position in the partner's document; empty for the head."""

    kind: str
    theirs: str
    line: str = ""


def unknown_codes(reason: Mapping[str, Any] | None, report: Mapping[str, Any]) -> list[UnknownCode]:
    """Each once, in the order of the document."""
    found: dict[tuple[str, str], UnknownCode] = {}
    for problem, line in _problems(reason, report):
        if problem.get("text") not in _TEXTS:
            continue
        parameters = problem.get("parameters", {})
        for name, kind in _NAMED:
            value = parameters.get(name)
            if isinstance(value, str) and value:
                found.setdefault((kind.value, value), UnknownCode(kind.value, value, line))
                break
    return list(found.values())


def _problems(reason: Mapping[str, Any] | None, report: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    if reason:
        yield reason, ""
    for line in (report.get("plan") or {}).get("lines", ()):
        if line.get("problem"):
            yield line["problem"], str(line.get("position", ""))
