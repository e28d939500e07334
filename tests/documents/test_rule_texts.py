"""Broken rules and schemas in our words: whatever the official rules can say, and what they say it about."""

from __future__ import annotations

import re

import pytest

from app.core.texts import Message
from app.documents import rule_sets
from app.documents.business_terms import term_name
from app.documents.formats import formats
from app.documents.inspection.file import inspect_file
from app.documents.rule_texts import explain
from app.documents.schema_texts import explain_schema
from tests.factories.documents import document

TEXT = re.compile(r"\[([A-Z][A-Z0-9-]+)\]\s*-\s*([^<]*)")


def rules_of(rules: rule_sets.RuleSet) -> dict[str, str]:
    text = rule_sets.file_of(rules).read_text(encoding="utf-8")
    return {rule: " ".join(said.split()) for rule, said in TEXT.findall(text)}


def test_every_rule_of_the_standard_is_said_in_our_words():
    rules = rules_of(rule_sets.EN16931_UBL)
    assert len(rules) > 900
    assert sorted(rule for rule, text in rules.items() if rule.startswith("BR-") and explain(rule, text) is None) == []
    assert len([rule for rule, text in rules.items() if explain(rule, text) is None]) < 15


def test_what_is_said_names_the_terms_of_the_rule():
    """Each business term that our sentence names is one that the official text names, too."""
    names: dict[str, set[str]] = {}
    for number in range(1, 200):
        for term in (f"BT-{number}", f"BG-{number}"):
            names.setdefault(str(term_name(term)), set()).add(term)
    for rule, text in rules_of(rule_sets.EN16931_UBL).items():
        said = explain(rule, text)
        if said is None or not rule.startswith(("BR-", "UBL-SR")) or "BT-" not in text:
            continue
        ours = {
            term
            for value in said.parameters.values()
            if isinstance(value, Message)
            for term in names.get(str(value), ())
        }
        official = set(re.findall(r"B[TG]-[0-9]+", text))
        assert not ours or ours & official, (rule, text, str(said))


@pytest.mark.parametrize(
    ("rule", "text", "said"),
    [
        ("BR-02", "", "Invoice number is missing."),
        ("BR-CO-10", "", "Sum of line net amounts is not the sum of Invoice line net amount."),
        ("BR-AE-05", "", "Invoiced item VAT rate must be zero in VAT category Reverse charge."),
        ("BR-O-11", "", "VAT category Not subject to VAT cannot stand beside others."),
        ("UBL-CR-041", "A UBL invoice should not include the BillingReference DebitNoteDocumentReference",
         "BillingReference DebitNoteDocumentReference has no place here and is not read by others."),
        ("FX-SCH-A-1", "Element 'ram:Name' must occur exactly 1 times.", "ram:Name must be there exactly once."),
        ("FX-SCH-A-2", "Value of '@format' is not allowed.", "@format has a value that is not allowed."),
        ("PEPPOL-EN16931-R010", "", "Buyer electronic address is missing."),
    ],
)  # fmt: skip
def test_sentences(rule, text, said):
    assert str(explain(rule, text)) == said


def test_unknown_rules_speak_for_themselves():
    assert explain("HOUSE-1", "The colour of the paper is wrong") is None
    assert explain_schema("Something else happened") is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"<cbc:IssueDate>2025-03-14</cbc:IssueDate>", b"<cbc:IssueDate>tomorrow</cbc:IssueDate>",
         "cbc:IssueDate has a value of the wrong form: tomorrow"),
        (b"<cbc:IssueDate>2025-03-14</cbc:IssueDate>", b"<cbc:Colour>red</cbc:Colour>", "cbc:Colour is not allowed at this place; expected: "),
        (b'<cbc:InvoicedQuantity unitCode="XPK">', b'<cbc:InvoicedQuantity colour="red" unitCode="XPK">',
         "cbc:InvoicedQuantity must not have the attribute colour."),
        (b' currencyID="EUR">', b">", "lacks the attribute currencyID."),
        (b"<cac:Item>", b"<cac:Item>words", "cac:Item must hold no text of its own."),
    ],
)  # fmt: skip
def test_schema_faults_in_our_words(old, new, said):
    data = formats["ubl-invoice"].dumps(document(count=1)).replace(old, new)
    found = inspect_file([data]).as_json()["findings"]
    assert said in " | ".join(item.get("text", "") for item in found if item["step"] == "schema")


def test_the_report_carries_the_sentence_for_translation():
    data = formats["ubl-invoice"].dumps(document(count=1)).replace(b"<cbc:ID>INV-2025-001234</cbc:ID>", b"", 1)
    found = [item for item in inspect_file([data]).as_json()["findings"] if item["rule"] == "BR-02"]
    assert found[0]["text"] == "Invoice number is missing."
    assert Message.from_json(found[0]["explanation"]) == explain("BR-02", "")
