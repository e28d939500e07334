"""What a file holds, by the first element below its root."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from lxml import etree

from app.core.xml import XmlStart, read_start
from app.documents.commerceml.node import local
from app.documents.commerceml.order import CONTAINER, DOCUMENT

_LOOKED_AT = 1_000_000


def first_child(chunks: Iterable[bytes]) -> tuple[XmlStart, str, Iterator[bytes]]:
    """The root, the name of its first element ("" where there is none near), and all chunks from the first on."""
    start, source = read_start(chunks)
    reader = etree.XMLPullParser(events=("start",), resolve_entities=False, load_dtd=False, no_network=True)
    seen: list[bytes] = []
    size, depth = 0, 0
    try:
        for chunk in source:
            seen.append(chunk)
            size += len(chunk)
            for at in range(0, min(len(chunk), _LOOKED_AT), 4096):
                reader.feed(chunk[at : at + 4096])
                for _, element in reader.read_events():
                    depth += 1
                    if depth == 2:
                        return start, local(element), chain(seen, source)
            if size > _LOOKED_AT:
                break
    except etree.XMLSyntaxError:
        pass  # whoever reads the whole says where
    return start, "", chain(seen, source)


def holds_documents(name: str) -> bool:
    return name in (DOCUMENT, CONTAINER)
