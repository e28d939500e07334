"""Is a PDF what it says it is: PDF/A-3b with an electronic invoice inside? Structure only, by pikepdf.

ISO 19005-3 and Factur-X 1.0, section 6. A full conformance check needs an outside validator; this one finds what
libraries are known to leave out, so that nothing is labelled that is not so.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
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
_FX_VALUES = {
    "DocumentType": "INVOICE",
    "DocumentFileName": FILE_NAME,
    "Version": "1.0",
    "ConformanceLevel": "EN 16931",
}
_RELATIONSHIP = "/Alternative"  # what profiles with lines must say
_LEVELS = ("B", "U", "A")  # each holds what the one before asks for
_FONT_FILES = ("/FontFile", "/FontFile2", "/FontFile3")
_FORBIDDEN_ACTIONS = frozenset({"/JavaScript", "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData"})


def check_pdfa3(data: bytes) -> list[str]:
    """Every fault found, in plain words; an empty list when the file may carry its label."""
    try:
        with pikepdf.open(BytesIO(data)) as pdf:
            return list(_faults(pdf))
    except pikepdf.PasswordError:
        return ["the file is encrypted"]
    except pikepdf.PdfError as error:
        return [f"the file cannot be read: {error}"]


def _faults(pdf: pikepdf.Pdf) -> Iterator[str]:
    if pdf.is_encrypted:
        yield "the file is encrypted"
    if pdf.pdf_version > "1.7":
        yield f"PDF {pdf.pdf_version} is newer than 1.7"
    identifier = pdf.trailer.get("/ID")
    if identifier is None or len(identifier) != 2:
        yield "the trailer has no /ID"
    yield from _output_intent(pdf)
    yield from _objects(pdf)
    yield from _metadata(pdf)
    yield from _embedded_file(pdf)


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
    for item in pdf.objects:
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


def _metadata(pdf: pikepdf.Pdf) -> Iterator[str]:
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
    for name, wanted in _FX_VALUES.items():
        found = _value(root, _FX, name)
        if found != wanted:
            yield f"the XMP metadata says fx:{name} {found or 'nothing'} instead of {wanted}"
    if _FX not in [element.text for element in root.iter(f"{{{_SCHEMA}}}namespaceURI")]:
        yield "the XMP metadata does not describe the fx extension schema"
    described = {element.text for element in root.iter(f"{{{_PROPERTY}}}name")}
    for name in sorted(_FX_VALUES.keys() - described):
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


def _embedded_file(pdf: pikepdf.Pdf) -> Iterator[str]:
    associated = [spec for spec in _items(pdf.Root.get("/AF")) if _file_name(spec) == FILE_NAME]
    names = pdf.Root.get("/Names", pikepdf.Dictionary()).get("/EmbeddedFiles")
    embedded = [spec for spec in _leaves(names) if _file_name(spec) == FILE_NAME]
    if len(associated) != 1:
        yield f"/AF lists {FILE_NAME} {len(associated)} times"
    if len(embedded) != 1:
        yield f"/EmbeddedFiles lists {FILE_NAME} {len(embedded)} times"
    for spec in associated:
        if [item.objgen for item in embedded] != [spec.objgen]:
            yield f"/AF and /EmbeddedFiles do not mean the same {FILE_NAME}"
        if spec.get("/AFRelationship") != _RELATIONSHIP:
            yield f"{FILE_NAME} has the relationship {spec.get('/AFRelationship')}"
        if "/F" not in spec or "/UF" not in spec:
            yield f"{FILE_NAME} is not named by both /F and /UF"
        yield from _file(spec.get("/EF"))


def _file(files: Any) -> Iterator[str]:
    stream = None if files is None else files.get("/F")
    if stream is None:
        yield f"{FILE_NAME} has no content"
        return
    if stream.get("/Subtype") != "/text/xml":
        yield f"{FILE_NAME} is said to be {stream.get('/Subtype')}"
    if "/ModDate" not in stream.get("/Params", pikepdf.Dictionary()):
        yield f"{FILE_NAME} has no date of modification"


def _file_name(spec: Any) -> str:
    return str(spec.get("/UF", spec.get("/F", "")))


def _leaves(tree: Any) -> Iterator[Any]:
    """The values of a name tree."""
    if tree is None:
        return
    for kid in _items(tree.get("/Kids")):
        yield from _leaves(kid)
    yield from list(_items(tree.get("/Names")))[1::2]


def _items(array: Any) -> list[Any]:
    return [] if array is None else list(array)
