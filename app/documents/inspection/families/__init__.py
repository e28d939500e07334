"""The registry of XML families: one file each says which documents are its own and makes their report.

A family looks at the root only to say that a document is its own. Then it reads the whole at once (`source.root()`,
within the limits of XML) or, where catalogues are large, part by part (`source.parts(...)`) in bounded memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from app.core.registry import Registry
from app.core.xml import MAX_BYTES, XmlStart, parse, parts, read_start
from app.documents.inspection.report import Inspection


class XmlSource:
    """One XML file, its root known, the rest read once. `rules` is a folder of rule packs."""

    def __init__(self, chunks: Iterable[bytes], rules: Path | None = None) -> None:
        self.start, self._chunks = read_start(chunks)
        self.rules = rules

    def chunks(self) -> Iterator[bytes]:
        """All bytes from the first on."""
        return self._chunks

    def data(self, limit: int = MAX_BYTES) -> bytes:
        """The whole file, or of a larger one enough to see that it is larger."""
        found: list[bytes] = []
        size = 0
        for chunk in self._chunks:
            found.append(chunk)
            size += len(chunk)
            if size > limit:
                break
        return b"".join(found)

    def root(self) -> etree._Element:
        return parse(self.data())

    def parts(self, *names: str, max_bytes: int) -> Iterator[etree._Element]:
        """Each element with one of the local names, whole; it is emptied when the next is asked for."""
        return parts(self._chunks, names, max_bytes=max_bytes)


@dataclass(frozen=True, slots=True)
class Family:
    """`code` is the `format` of its reports. `formats` are the beginnings of the codes of the formats it is read by.

    `inspect` may raise XmlError: the file is then reported as broken.
    """

    code: str
    matches: Callable[[XmlStart], bool]
    inspect: Callable[[XmlSource], Inspection]
    formats: tuple[str, ...] = ()


families: Registry[Family] = Registry(__name__)
OTHER = "xml"


def family_of(start: XmlStart) -> Family:
    """The one family the root belongs to; "xml" is for all others."""
    found = (family for _, family in families.items() if family.code != OTHER and family.matches(start))
    return next(found, None) or families[OTHER]
