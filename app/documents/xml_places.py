"""Elements of one document by the paths that schemas and rules give, and their paths in our words; fast for thousands."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

_RULE_STEP = re.compile(r"/(?:\*:([^\[/]+)\[namespace-uri\(\)='([^']*)'\]|([^\[/@]+))(?:\[([0-9]+)\])?")
_SCHEMA_STEP = re.compile(r"/(?:[^/:\[]+:)?([^/:\[]+)(?:\[([0-9]+)\])?")


class Places:
    """The children of an element are listed once by their names, so that each place is found without counting."""

    def __init__(self, root: etree._Element, namespaces: Mapping[str, str]) -> None:
        self._root = root
        self._prefixes = {uri: prefix for prefix, uri in namespaces.items()}
        self._children: dict[etree._Element, dict[str, list[etree._Element]]] = {}
        self._numbers: dict[etree._Element, tuple[int, bool]] = {}

    def of_rule(self, location: str) -> etree._Element | None:
        """`/*:Invoice[namespace-uri()='...'][1]/*:ID[...][1]`; an attribute's is its owner."""
        steps = [(name or plain, uri, int(n or 1)) for name, uri, plain, n in _RULE_STEP.findall(location)]
        element: etree._Element | None = self._root if steps else None
        for name, uri, n in steps[1:]:
            element = self._child(element, f"{{{uri}}}{name}" if uri else name, n)
        return element

    def of_schema(self, path: str) -> etree._Element | None:
        """`/ubl:Invoice/cac:InvoiceLine[2]/*[1]`, by local names; `*` counts all."""
        steps = [(name, int(n or 1)) for name, n in _SCHEMA_STEP.findall(path)]
        element: etree._Element | None = self._root if steps else None
        for name, n in steps[1:]:
            element = self._child(element, name if name == "*" else f"*:{name}", n)
        return element

    def _child(self, element: etree._Element | None, key: str, n: int) -> etree._Element | None:
        found = [] if element is None else self._named(element).get(key, [])
        return found[n - 1] if 0 < n <= len(found) else None

    def _named(self, element: etree._Element) -> dict[str, list[etree._Element]]:
        """Children by full name, by `*:local name`, and all by `*`."""
        known = self._children.get(element)
        if known is None:
            known = self._children[element] = {}
            for child in element.iterchildren(etree.Element):
                tag = str(child.tag)
                for key in {tag, "*:" + tag.rpartition("}")[2], "*"}:
                    known.setdefault(key, []).append(child)
            for tag, same in known.items():
                if tag[:1] != "*":
                    self._numbers |= {child: (n, len(same) > 1) for n, child in enumerate(same, 1)}
        return known

    def address(self, element: etree._Element) -> str:
        """Where an element is, as `/Invoice/cac:InvoiceLine[2]`: our prefixes, counted where there are several."""
        parts = []
        node: etree._Element | None = element
        while node is not None:
            uri, _, name = str(node.tag).removeprefix("{").rpartition("}")
            parent = node.getparent()
            if parent is not None:
                self._named(parent)
            n, is_several = self._numbers.get(node, (1, False))
            prefix = self._prefixes.get(uri, "")
            parts.append((f"{prefix}:" if prefix else "") + name + (f"[{n}]" if is_several else ""))
            node = parent
        return "/" + "/".join(reversed(parts))
