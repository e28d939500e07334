"""A catalogue as a stream: the head first, then articles one by one, in memory that does not grow with the file.

What stands behind the articles (which groups they are in) is read in a first pass, for the bytes can be read again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice, zip_longest

from lxml import etree

from app.core.texts import N_, Message
from app.core.xml import XmlError, XmlFault, parts
from app.documents.bmecat.article import ArticleReader
from app.documents.bmecat.header import Header, children, read_header, text_of
from app.documents.bmecat.names import MAX_CATALOGUE, name_of
from app.documents.bmecat.notes import Notes
from app.documents.formats import FormatError
from app.documents.model.catalogue import Catalogue, CatalogueGroup, CatalogueItem, CatalogueMode
from app.documents.reading import Reading

TRANSACTIONS = {
    "T_NEW_CATALOG": CatalogueMode.NEW, "T_UPDATE_PRODUCTS": CatalogueMode.UPDATE_ITEMS,
    "T_UPDATE_PRICES": CatalogueMode.UPDATE_PRICES,
}  # fmt: skip
_ARTICLES = ("PRODUCT", "ARTICLE")
_MAPS = ("PRODUCT_TO_CATALOGGROUP_MAP", "ARTICLE_TO_CATALOGGROUP_MAP")
_PARTS = ("HEADER", "CATALOG_STRUCTURE", *_ARTICLES, *_MAPS, *TRANSACTIONS)
_BLOCK = 1_000_000
_SMALL = 2_000  # articles that are kept as they were read
_ROOT = "0"
_SYSTEMS = (
    "CLASSIFICATION_GROUP", "CLASSIFICATION_SYSTEM_FEATURE_TEMPLATE", "CLASSIFICATION_SYSTEM", "FEATURE_SYSTEM", "IPP_DEFINITIONS",
    "FORMULAS",
)  # fmt: skip
_MAX_PART = 64_000_000  # bytes of one article
_MAX_GROUPS, _MAX_MAPS = 1_000_000, 10_000_000


class BmecatStream:
    """One catalogue, read from chunks that `source` gives anew each time it is called."""

    def __init__(self, source: Callable[[], Iterable[bytes]]) -> None:
        self._source = source
        self.notes = Notes()
        self.header = Header()
        self.transaction = ""
        self.previous_version = ""
        self.groups: list[CatalogueGroup] = []
        self.counts: Counter[str] = Counter()
        self._is_quick = False
        self._since = 0
        self._maps: dict[str, tuple[str, ...]] = {}

    def scan(self, *, is_quick: bool = False) -> None:
        """The first pass: everything but the articles, which are read for their faults. FormatError if it is none.

        A quick one only counts the articles; their faults are gathered by `items`.
        """
        reader: ArticleReader | None = None
        self._is_quick = is_quick
        for name, element in self._elements():
            if name == "HEADER":
                self.header = read_header(element, self.notes)
            elif name == "CATALOG_STRUCTURE":
                self._group(element)
            elif name == "PRODUCT":
                reader = reader or self._reader(self.notes)
                self.counts["articles"] += 1
                if is_quick:
                    continue
                self.notes.base = f"/BMECAT/{self.transaction}/PRODUCT[{self.counts['articles']}]"
                item = reader.read(element)
                self.counts["prices"] += len(item.prices) if item else 0
            elif name == _MAPS[0]:
                self._map(element)
            elif not self.transaction:
                self._started(element)
        self.notes.base = "/BMECAT"
        if not self.transaction and not self.header.number and not self.header.version:
            raise FormatError(N_("This is no BMEcat catalogue."), 1)

    def _elements(self) -> Iterator[tuple[str, etree._Element]]:
        """Each part by the name of 2005; the transaction is known with its first part."""
        try:
            for element in parts(self._watched(), (*_PARTS, *_SYSTEMS), max_bytes=MAX_CATALOGUE):
                self._since = 0
                name, parent = name_of(element), element.getparent()
                if not self.transaction and parent is not None:
                    above = [parent, *parent.iterancestors()]
                    found = next((one for one in above if name_of(one) in TRANSACTIONS), None)
                    if found is not None:
                        self._started(found)
                if name in _SYSTEMS:
                    self.notes.leave(element, "/BMECAT")
                    continue
                if name == "PRODUCT" and (parent is None or name_of(parent) not in TRANSACTIONS):
                    continue
                yield name, element
        except XmlError as error:
            raise FormatError(error.message, error.line) from None

    def _watched(self) -> Iterator[bytes]:
        """The chunks, as long as no part alone grows beyond all measure."""
        self._since = 0
        for chunk in self._source():
            for start in range(0, len(chunk), _BLOCK):
                block = chunk[start : start + _BLOCK]
                self._since += len(block)
                if self._since > _MAX_PART:
                    message = N_("One part of the catalogue has more than {limit} bytes.", limit=_MAX_PART)
                    raise XmlError(XmlFault.TOO_LARGE, message)
                yield block

    def _started(self, element: etree._Element) -> None:
        if self.transaction:
            return
        self.transaction, self.previous_version = name_of(element), (element.get("prev_version") or "").strip()
        if self.mode is not CatalogueMode.NEW and not self.previous_version:
            self.notes.base = "/BMECAT"
            message = N_("{path} is missing: without it nobody knows what the update follows on.", path="@prev_version")
            self.notes.fault("PREVIOUS", message, element)

    @property
    def mode(self) -> CatalogueMode:
        return TRANSACTIONS.get(self.transaction, CatalogueMode.NEW)

    def _reader(self, notes: Notes) -> ArticleReader:
        return ArticleReader(self.header, self.mode, notes)

    def _group(self, element: etree._Element) -> None:
        self.counts["groups"] += 1
        if len(self.groups) >= _MAX_GROUPS:
            raise FormatError(N_("The catalogue has more than {n} groups.", n=_MAX_GROUPS), element.sourceline or 0)
        found = {}
        for name, child in children(element):
            if name in ("GROUP_ID", "GROUP_NAME", "PARENT_ID", "GROUP_ORDER") and name not in found:
                found[name] = text_of(child)
            else:
                self.notes.leave(child, "/BMECAT/CATALOG_GROUP_SYSTEM/CATALOG_STRUCTURE")
        parent, order = found.get("PARENT_ID", ""), found.get("GROUP_ORDER", "")
        self.groups.append(
            CatalogueGroup(
                id=found.get("GROUP_ID", ""), name=found.get("GROUP_NAME", ""), parent="" if parent == _ROOT else parent,
                position=int(order) if order.isascii() and order.isdecimal() and len(order) < 10 else None,
            )
        )  # fmt: skip

    def _map(self, element: etree._Element) -> None:
        self.counts["group_maps"] += 1
        if self.counts["group_maps"] > _MAX_MAPS:
            raise FormatError(N_("The catalogue has more than {n} groups.", n=_MAX_MAPS), element.sourceline or 0)
        found = {name: text_of(child) for name, child in children(element)}
        article, group = found.get("PROD_ID", ""), found.get("CATALOG_GROUP_ID", "")
        if article and group and (element.get("mode") or "").casefold() != "delete":
            self._maps[article] = (*self._maps.get(article, ()), group)

    def items(self) -> Iterator[CatalogueItem]:
        """The articles, after `scan`. Their faults are gathered once, here only after a quick one."""
        notes = self.notes if self._is_quick else Notes()
        self._is_quick, at = False, 0
        reader = self._reader(notes)
        for name, element in self._elements():
            if name == "PRODUCT":
                at += 1
                notes.base = f"/BMECAT/{self.transaction}/PRODUCT[{at}]"
                sku = next((text_of(child) for key, child in children(element) if key == "SUPPLIER_PID"), "")
                item = reader.read(element, self._maps.get(sku, ()))
                if item is not None:
                    yield item

    def catalogue(self, items: Iterable[CatalogueItem]) -> Catalogue:
        header = self.header
        return Catalogue(
            number=header.number, items=items, issue_date=header.issue_date, version=header.version, mode=self.mode,
            previous_version=self.previous_version, name=header.name, language=header.language, currency=header.currency,
            seller=header.seller, buyer=header.buyer, start=header.start, end=header.end, groups=tuple(self.groups),
            territories=header.territories, references=header.references,
        )  # fmt: skip


class LazyItems:
    """The articles of a large catalogue, read from its bytes each time they are gone through."""

    def __init__(self, stream: BmecatStream, count: int) -> None:
        self._stream, self._count = stream, count

    def __iter__(self) -> Iterator[CatalogueItem]:
        return self._stream.items()

    def __len__(self) -> int:
        return self._count

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (LazyItems, tuple)) or len(other) != self._count:
            return False
        return all(one == two for one, two in zip_longest(self, other))

    __hash__ = None  # type: ignore[assignment]


def read_catalogue(data: bytes) -> Reading[Catalogue]:
    """Of a large catalogue `items` reads the bytes again each time; `leftovers` have one of each path."""
    stream = BmecatStream(lambda: [data])
    stream.scan()
    count = stream.counts["articles"]
    found = tuple(islice(stream.items(), _SMALL + 1)) if count <= _SMALL else ()
    items: Iterable[CatalogueItem] = found if count <= _SMALL else LazyItems(stream, count)
    return Reading(stream.catalogue(items), tuple(stream.notes.faults), stream.notes.leftovers())


def refusal(catalogue: Catalogue, *, version: str, updates: int) -> Message | None:
    """Why an update cannot be taken after so many updates of the catalogue's `version`; None where it fits.

    `prev_version` is the number of the update before, 0 after the whole catalogue; some name the catalogue's version.
    """
    if catalogue.mode is CatalogueMode.NEW:
        return None
    given = catalogue.previous_version
    if not version:
        return N_("The update has no catalogue before it: send the whole catalogue first.")
    if given and (given == str(updates) or given == version):
        return None
    return N_(
        "The update follows on {given}, but the last one here is {last} of version {version}: one between them is missing.",
        given=given or "-", last=updates, version=version,
    )  # fmt: skip
