"""What of a file is not in the document read from it, and what of a document is not in another one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from itertools import zip_longest
from typing import Any

from lxml import etree

from app.core.texts import N_
from app.core.xml import MAX_BYTES, XmlError, parse
from app.documents.cii.zugferd_1 import NAMESPACE as ZUGFERD_1
from app.documents.cii.zugferd_1 import modernise
from app.documents.formats import formats
from app.documents.reading import Reading

_SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_EMPTY: tuple[object, ...] = (None, "", (), {})


@dataclass(frozen=True, slots=True)
class Lost:
    """A value that is not in what was written: where it was in the file (`line` 0: in the document read from it)."""

    path: str
    value: str
    line: int = 0


def unread(data: bytes, code: str, result: Any, document: Any) -> Iterator[Lost]:
    """What reading `data` by the format left over: as it says itself, else what the same format would not write again.

    Of XML these are texts, attributes, comments and processing instructions.
    """
    first = result[0] if isinstance(result, (list, tuple)) else result
    if isinstance(first, Reading):
        yield from (Lost(item.path, item.value, item.line) for item in first.leftovers)
        return
    if len(data) > MAX_BYTES:
        yield Lost("", str(N_("The file is too large to name what of it was left over.")))
        return
    try:
        written = Counter((path, value) for path, value, _ in _leaves(parse(formats[code].dumps(document))))
        root = parse(data, asides=True)
    except XmlError:
        return
    if (etree.QName(root).namespace or "").startswith(ZUGFERD_1):
        modernise(root, keep_texts=True)
    for path, value, line in _leaves(root):
        if written[path, value]:
            written[path, value] -= 1
        else:
            yield Lost(path, value, line)


def _leaves(root: etree._Element) -> Iterator[tuple[str, str, int]]:
    for aside in reversed(list(root.itersiblings(preceding=True))):
        yield from _aside(aside, "")
    yield from _below(root, "")
    for aside in root.itersiblings():
        yield from _aside(aside, "")


def _below(element: etree._Element, above: str) -> Iterator[tuple[str, str, int]]:
    """By local names. A text that comments stand in is one text."""
    path, line = f"{above}/{etree.QName(element).localname}", element.sourceline or 0
    for name, value in element.attrib.items():
        if not str(name).startswith(f"{{{_SCHEMA_INSTANCE}}}"):
            yield f"{path}/@{etree.QName(str(name)).localname}", str(value).strip(), line
    texts = [element.text or ""]
    has_elements = False
    for child in element:
        texts.append(child.tail or "")
        if isinstance(child.tag, str):
            has_elements = True
            yield from _below(child, path)
        else:
            yield from _aside(child, path)
    text = " ".join("".join(texts).split())
    if text and not has_elements:
        yield path, _plain(text), line
    elif text:
        yield f"{path}/text()", text, line


def _aside(aside: etree._Element, above: str) -> Iterator[tuple[str, str, int]]:
    text = " ".join((aside.text or "").split())
    target = getattr(aside, "target", "")  # of a processing instruction
    if target:
        yield f"{above}/processing-instruction()", f"{target} {text}".strip(), aside.sourceline or 0
    else:
        yield f"{above}/comment()", text, aside.sourceline or 0


def _plain(text: str) -> str:
    """Numbers without what does not change them: 10.00 is 10."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    is_number = number.is_finite() and len(text) < 30 and (text[0] != "0" or text.startswith("0.") or text == "0")
    return format(number.normalize(), "f") if is_number and "E" not in text.upper() else text


def differing(one: Any, other: Any, path: str = "") -> Iterator[Lost]:
    """The values of one document that the other has not. Items that are read when asked for are compared one by one."""
    if one is other or one in _EMPTY or (not _is_stream(one) and one == other):
        return
    if is_dataclass(one) and not isinstance(one, type):
        for item in fields(one):
            value = getattr(one, item.name)
            yield from differing(value, getattr(other, item.name, None), f"{path}.{item.name}".lstrip("."))
    elif isinstance(one, Mapping):
        texts = other if isinstance(other, Mapping) else {}
        for key, value in one.items():
            yield from differing(value, texts.get(key), f"{path}[{key}]")
    elif isinstance(one, tuple) or _is_stream(one):
        others = other if isinstance(other, tuple) or _is_stream(other) else ()
        yield from _differing_items(one, others, path)
    else:
        yield Lost(path, str(one.value if isinstance(one, Enum) else one))


def _differing_items(some: Iterable[Any], others: Iterable[Any], path: str) -> Iterator[Lost]:
    for n, (value, other) in enumerate(zip_longest(some, others), 1):
        yield from differing(value, other, f"{path}[{n}]")


def _is_stream(value: Any) -> bool:
    return (
        isinstance(value, Iterable)
        and not isinstance(value, (str, bytes, tuple, Mapping, Enum))
        and not is_dataclass(value)
    )
