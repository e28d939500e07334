"""Which schemas and rules a document is to be held against: by its root and the customization or profile it names."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from app.core.texts import N_, Message
from app.documents import rule_sets
from app.documents.rule_packs import Packs
from app.documents.rule_sets import RuleSet, Schema
from app.documents.ubl.structure import structure_of

EN16931 = "urn:cen.eu:en16931:2017"

_INVOICES = {"Invoice": rule_sets.UBL_INVOICE, "CreditNote": rule_sets.UBL_CREDIT_NOTE}


@dataclass(frozen=True, slots=True)
class Checks:
    """`narrow` is the schema of a profile, which holds less than the message: what breaks it alone is a warning.

    `is_foreign`: the rules were written for another guideline; only what is EN 16931 in them tells of the document.
    `is_schema_enough`: nobody has written rules for such documents, their schema is all there is.
    """

    schemas: tuple[Schema, ...] = ()
    narrow: Schema | None = None
    rules: tuple[RuleSet, ...] = ()
    is_foreign: bool = False
    missing: tuple[Message, ...] = ()
    is_schema_enough: bool = False


def checks_for(root: etree._Element, customization: str, chosen: Checks, packs: Packs) -> Checks:
    """What is here for the document, and what is not: `chosen` is what is built in for it."""
    name = etree.QName(root)
    fitting = packs.fitting(name.namespace or "", name.localname, customization)
    own = [entry.rules for entry in fitting]
    named = {other for entry in fitting for other in entry.replaces}
    replaced = named | {item.name for item in own}
    official = [item for item in own if isinstance(item, Schema)]
    schemas = [*(item for item in chosen.schemas if not (item.text and official)), *official]
    rules = [*chosen.rules, *(item for item in own if isinstance(item, RuleSet))]
    is_covered = any(entry.customizations and isinstance(entry.rules, RuleSet) for entry in fitting)
    kept = tuple(item for item in rules if item.name not in (named if item in own else replaced))
    return Checks(
        tuple(item for item in schemas if item.name not in (named if item in own else replaced)),
        chosen.narrow if chosen.narrow and chosen.narrow.name not in replaced else None,
        kept,
        chosen.is_foreign and any(item in kept for item in chosen.rules),
        (*packs.problems, *_missing(name.localname, customization, schemas, rules, () if is_covered else chosen.missing,
                                    is_schema_enough=chosen.is_schema_enough)),
    )  # fmt: skip


def _missing(
    name: str,
    customization: str,
    schemas: list[Schema],
    rules: list[RuleSet],
    known: tuple[Message, ...],
    *,
    is_schema_enough: bool,
) -> tuple[Message, ...]:
    if not schemas and not rules and not is_schema_enough:
        return (N_("There is no schema and no rule set for {name}.", name=name),)
    if not schemas:
        return (N_("There is no schema for {name}.", name=name), *known)
    found = list(known)
    if any(schema.text for schema in schemas):
        found.append(
            N_("The official schema of {name} is not here: {ours}, made of the official schemas of its parts, was run.",
               name=name, ours=schemas[0].name)
        )  # fmt: skip
    if not rules and not is_schema_enough:
        found.append(N_("There is no rule set for {name}.", name=f"{name} {customization}".strip()))
    return tuple(found)


def ubl_checks(name: str, customization: str) -> Checks:
    if name in _INVOICES:
        is_plain = customization == EN16931
        missing = () if is_plain else (_beyond("EN 16931", customization),)
        return Checks((_INVOICES[name],), None, (rule_sets.EN16931_UBL,), False, missing)
    structure = structure_of(name)
    return Checks((structure,)) if structure else Checks()


def cii_checks(customization: str) -> Checks:
    profile = rule_sets.known_profile(customization)
    rules, _ = rule_sets.profile_of(customization)
    missing = () if profile else (_foreign(rules.name, customization),)
    return Checks((rule_sets.CII_D22B,), profile[1] if profile else None, (rules,), profile is None, missing)


def order_x_checks(customization: str) -> Checks:
    profile = rule_sets.order_profile_of(customization)
    return Checks((profile[1],), None, (profile[0],)) if profile else Checks()


def _beyond(rules: str, customization: str) -> Message:
    if not customization:
        return N_("The document names no customization, so only the rules of {rules} were run.", rules=rules)
    return N_(
        "Only the rules of {rules} were run; those of {customization} are not here.",
        rules=rules,
        customization=customization,
    )


def _foreign(rules: str, customization: str) -> Message:
    return N_(
        "The rules of {customization} are not here. {rules} was run instead; it refuses other guideline ids and "
        "narrows the message, so only its rules BR-... count for the verdict.",
        rules=rules,
        customization=customization or "-",
    )
