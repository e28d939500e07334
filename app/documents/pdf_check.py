"""Is a PDF what it says it is: PDF/A-3b with an electronic invoice inside? Structure only, by pikepdf.

ISO 19005-3 and Factur-X 1.0, section 6. A full conformance check needs an outside validator; this one finds what
libraries are known to leave out, so that nothing is labelled that is not so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import Any

import pikepdf
from lxml import etree

from app.core.xml import XmlError, parse

FILE_NAME = "factur-x.xml"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_PDFAID = "http://www.aiim.org/pdfa/ns/id/"
_SCHEMA = "http://www.aiim.org/pdfa/ns/schema#"
_PROPERTY = "http://www.aiim.org/pdfa/ns/property#"
_FX = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_LEVELS = ("B", "U", "A")  # each holds what the one before asks for
_FONT_FILES = ("/FontFile", "/FontFile2", "/FontFile3")
_TREE_DEPTH = 20
_TREE_VALUES = 1000
_MAX_OBJECTS = 200_000
_FORBIDDEN_ACTIONS = frozenset({"/JavaScript", "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData"})


@dataclass(frozen=True, slots=True)
class Label:
    """What the metadata and the file specification have to say; the defaults are those of our own invoices.

    `level` and `version` may be "": then each is right.
    """

    file_name: str = FILE_NAME
    level: str = "EN 16931"
    relationship: str = "/Alternative"  # what profiles with lines must say
    namespace: str = _FX
    version: str = "1.0"
    document_type: str = "INVOICE"

    @property
    def values(self) -> dict[str, str]:
        return {
            "DocumentType": self.document_type, "DocumentFileName": self.file_name, "Version": self.version,
            "ConformanceLevel": self.level,
        }  # fmt: skip


def check_pdfa3(data: bytes, label: Label = Label()) -> list[str]:
    """Every fault found, in plain words; an empty list when the file may carry its label."""
    try:
        with pikepdf.open(BytesIO(data)) as pdf:
            return list(structure_faults(pdf, label))
    except pikepdf.PasswordError:
        return ["the file is encrypted"]
    except pikepdf.PdfError as error:
        return [f"the file cannot be read: {error}"]


def structure_faults(pdf: pikepdf.Pdf, label: Label) -> Iterator[str]:
    """What keeps an open file from being PDF/A-3 with the XML that the label names."""
    if pdf.is_encrypted:
        yield "the file is encrypted"
    if pdf.pdf_version > "1.7":
        yield f"PDF {pdf.pdf_version} is newer than 1.7"
    identifier = pdf.trailer.get("/ID")
    if identifier is None or len(identifier) != 2:
        yield "the trailer has no /ID"
    yield from _output_intent(pdf)
    yield from _objects(pdf)
    yield from _metadata(pdf, label)
    yield from _embedded_file(pdf, label)


def _output_intent(pdf: pikepdf.Pdf) -> Iterator[str]:
    for intent in _items(pdf.Root.get("/OutputIntents")):
        if intent.get("/S") == "/GTS_PDFA1":
            profile = intent.get("/DestOutputProfile")
            if profile is None or profile.read_bytes()[36:40] != b"acsp":
                yield "the output intent has no ICC profile"
            return
    yield "there is no PDF/A output intent"


def _objects(pdf: pikepdf.Pdf) -> Iterator[str]:
    """Fonts without their file, filters and actions that are not allowed."""
    for item in islice(pdf.objects, _MAX_OBJECTS):
        if not isinstance(item, (pikepdf.Dictionary, pikepdf.Stream)):
            continue
        if item.get("/Type") == "/Font" and not _is_embedded(item):
            yield f"the font {item.get('/BaseFont')} is not embedded"
        if isinstance(item, pikepdf.Stream) and "/LZWDecode" in str(item.get("/Filter")):
            yield "a stream is compressed by LZW"
        if str(item.get("/S")) in _FORBIDDEN_ACTIONS:
            yield f"there is an action {item.get('/S')}"


def _is_embedded(font: Any) -> bool:
    if font.get("/Subtype") == "/Type3":
        return True
    if font.get("/Subtype") == "/Type0":
        return all(_is_embedded(part) for part in _items(font.get("/DescendantFonts")))
    descriptor = font.get("/FontDescriptor")
    return descriptor is not None and any(name in descriptor for name in _FONT_FILES)


def _metadata(pdf: pikepdf.Pdf, label: Label) -> Iterator[str]:
    stream = pdf.Root.get("/Metadata")
    if stream is None:
        yield "there is no XMP metadata"
        return
    try:
        root = parse(stream.read_bytes())
    except XmlError as error:
        yield f"the XMP metadata cannot be read: {error}"
        return
    if _value(root, _PDFAID, "part") != "3" or _value(root, _PDFAID, "conformance") not in _LEVELS:
        yield "the XMP metadata does not say PDF/A-3b"
    for name, wanted in label.values.items():
        found = _value(root, label.namespace, name)
        if found != wanted and (wanted or not found):
            yield f"the XMP metadata says fx:{name} {found or 'nothing'} instead of {wanted or 'something'}"
    if label.namespace not in [element.text for element in root.iter(f"{{{_SCHEMA}}}namespaceURI")]:
        yield "the XMP metadata does not describe the fx extension schema"
    described = {element.text for element in root.iter(f"{{{_PROPERTY}}}name")}
    for name in sorted(label.values.keys() - described):
        yield f"the fx extension schema does not describe {name}"


def _value(root: etree._Element, namespace: str, name: str) -> str:
    """An XMP property, written as an element or as an attribute of rdf:Description."""
    clark = f"{{{namespace}}}{name}"
    for element in root.iter(clark):
        return (element.text or "").strip()
    for description in root.iter(f"{{{_RDF}}}Description"):
        if clark in description.attrib:
            return str(description.get(clark))
    return ""


def _embedded_file(pdf: pikepdf.Pdf, label: Label) -> Iterator[str]:
    name = label.file_name
    associated = [spec for spec in _items(pdf.Root.get("/AF")) if file_name(spec) == name]
    embedded = [spec for spec in embedded_files(pdf) if file_name(spec) == name]
    if len(associated) != 1:
        yield f"/AF lists {name} {len(associated)} times"
    if len(embedded) != 1:
        yield f"/EmbeddedFiles lists {name} {len(embedded)} times"
    for spec in associated:
        if [item.objgen for item in embedded] != [spec.objgen]:
            yield f"/AF and /EmbeddedFiles do not mean the same {name}"
        if spec.get("/AFRelationship") != label.relationship:
            yield f"{name} has the relationship {spec.get('/AFRelationship')}"
        if "/F" not in spec or "/UF" not in spec:
            yield f"{name} is not named by both /F and /UF"
        yield from _file(spec.get("/EF"), name)


def _file(files: Any, name: str) -> Iterator[str]:
    stream = None if files is None else files.get("/F")
    if stream is None:
        yield f"{name} has no content"
        return
    if stream.get("/Subtype") != "/text/xml":
        yield f"{name} is said to be {stream.get('/Subtype')}"
    if "/ModDate" not in stream.get("/Params", pikepdf.Dictionary()):
        yield f"{name} has no date of modification"


def file_name(spec: Any) -> str:
    """The name that a file specification gives, "" if it is none."""
    return str(spec.get("/UF", spec.get("/F", ""))) if isinstance(spec, pikepdf.Dictionary) else ""


def embedded_files(pdf: pikepdf.Pdf) -> list[Any]:
    """The file specifications in the name tree; its depth and size are limited."""
    names = pdf.Root.get("/Names", pikepdf.Dictionary()).get("/EmbeddedFiles")
    return list(islice(_leaves(names, _TREE_DEPTH), _TREE_VALUES))


def _leaves(tree: Any, depth: int) -> Iterator[Any]:
    if tree is None or depth == 0:
        return
    for kid in islice(_items(tree.get("/Kids")), _TREE_VALUES):
        yield from _leaves(kid, depth - 1)
    yield from list(_items(tree.get("/Names")))[1::2]


def _items(array: Any) -> list[Any]:
    return [] if array is None else list(array)
