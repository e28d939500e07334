"""Rule packs of an operator: used from the next document on, named with version and hash, never silently left out."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.documents.cli import exchange
from app.documents.formats import formats
from app.documents.inspection.file import inspect_file
from app.documents.rule_packs import read_packs
from tests.factories.documents import document

NOTE_XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="Note"><xs:complexType>
<xs:sequence><xs:element name="To" type="xs:string"/></xs:sequence></xs:complexType></xs:element></xs:schema>"""
SHEET = """<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
 xmlns:svrl="http://purl.oclc.org/dsdl/svrl"><xsl:template match="/"><svrl:schematron-output>
 <xsl:if test="not(//*[local-name()='To'] = 'Anna')"><svrl:failed-assert id="OWN-1" flag="{flag}" location="/Note[1]">
 <svrl:text>[OWN-1]-The seller (BT-27, BT-31-1) is wrong.</svrl:text></svrl:failed-assert></xsl:if>
 </svrl:schematron-output></xsl:template></xsl:stylesheet>"""
MANIFEST = """
version = "3.1"
[[schemas]]
name = "Note schema"
file = "note.xsd"
roots = ["Note"]
[[rules]]
name = "Note rules"
file = "note.xslt"
roots = ["Note"]
"""


def pack(folder: Path, manifest: str = MANIFEST, flag: str = "fatal") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "note.xsd").write_text(NOTE_XSD)
    (folder / "note.xslt").write_text(SHEET.replace("{flag}", flag))
    (folder / "rules.toml").write_text(manifest)
    return folder


def report(data: bytes, folder: Path) -> dict:
    return inspect_file([data], rules=folder).as_json()


def test_a_pack_gives_schema_and_rules(tmp_path):
    pack(tmp_path / "notes")
    found = report(b"<Note>\n<To>Bob</To></Note>", tmp_path)
    sheet = hashlib.sha256((tmp_path / "notes" / "note.xslt").read_bytes()).hexdigest()
    assert found["verdict"] == "invalid"
    assert found["rule_sets"][1] == {"name": "Note rules", "version": "3.1", "sha256": sheet}
    (failed,) = found["findings"]
    assert (failed["step"], failed["rule"], failed["severity"], failed["line"]) == ("rules", "OWN-1", "fatal", 1)
    assert failed["path"] == "/Note"
    assert failed["terms"] == [
        {"id": "BT-27", "name": "Seller name"},
        {"id": "BT-31-1", "name": "Seller VAT identifier"},
    ]
    assert report(b"<Note><To>Anna</To></Note>", tmp_path)["verdict"] == "valid"
    assert report(b"<Note><From/></Note>", tmp_path)["findings"][0]["step"] == "schema"


def test_a_change_counts_from_the_next_document_on(tmp_path):
    folder = pack(tmp_path / "notes")
    assert report(b"<Note><To>Bob</To></Note>", tmp_path)["verdict"] == "invalid"
    pack(folder, MANIFEST.replace("3.1", "3.2"), flag="warning")
    found = report(b"<Note><To>Bob</To></Note>", tmp_path)
    assert (found["verdict"], found["rule_sets"][1]["version"]) == ("valid", "3.2")
    (folder / "rules.toml").unlink()
    assert report(b"<Note><To>Bob</To></Note>", tmp_path)["verdict"] == "not_checked"


def test_customizations_and_replacing(tmp_path):
    data = formats["cii-invoice"].dumps(document(count=1))
    names = [item["name"] for item in report(data, tmp_path)["rule_sets"]]
    assert names == ["CII D22B", "Factur-X EN16931 schema", "Factur-X EN16931"]
    only = '[[rules]]\nname = "Own"\nversion = "1"\nfile = "note.xslt"\nroots = ["CrossIndustryInvoice"]\n'
    pack(tmp_path / "own", only + 'customizations = ["*:other"]\nreplaces = ["Factur-X EN16931"]\n')
    assert [item["name"] for item in report(data, tmp_path)["rule_sets"]] == names
    pack(tmp_path / "own", only + 'customizations = ["urn:cen.eu:*"]\nreplaces = ["Factur-X EN16931"]\n')
    assert [item["name"] for item in report(data, tmp_path)["rule_sets"]] == [*names[:2], "Own"]


def test_rules_that_stop_are_not_checked(tmp_path):
    folder = pack(tmp_path / "notes")
    (folder / "note.xslt").write_text(
        '<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema"><xsl:template match="/"><x><xsl:value-of '
        'select="xs:decimal(string(/*))"/></x></xsl:template></xsl:stylesheet>'
    )
    found = report(b"<Note><To>Anna</To></Note>", tmp_path)
    assert (found["verdict"], len(found["rule_sets"])) == ("not_checked", 1)
    assert found["unchecked"][0].startswith("Note rules")


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        ("name = ", "cannot be read"), ("", "neither"), (MANIFEST.replace("note.xslt", "../x.xslt"), "no file"),
        (MANIFEST.replace("note.xslt", "note.sch"), "no file"), (MANIFEST.replace("note.xslt", "note.xsd"), "none of"),
        (MANIFEST.replace('roots = ["Note"]\n[[rules]]', "[[rules]]"), "roots"), ("version = 3\n" + MANIFEST[16:], "version"),
        (MANIFEST + 'customisation = "x"', "unknown key"), ("rules = 1", ""), ("[rules]\nname = 'a'", ""),
    ],
)  # fmt: skip
def test_a_manifest_that_cannot_be_used_leaves_nothing_valid(tmp_path, manifest, said):
    pack(tmp_path / "notes", manifest)
    packs = read_packs(tmp_path)
    assert packs.entries == ()
    assert said in str(packs.problems[0])
    found = report(formats["ubl-invoice"].dumps(document(count=1)), tmp_path)
    assert found["verdict"] == "not_checked"
    assert str(packs.problems[0]) in found["unchecked"]


def test_one_entry_for_many_schemas(tmp_path):
    (tmp_path / "doc").mkdir()
    (tmp_path / "doc" / "My-Note-1.xsd").write_text(NOTE_XSD)
    (tmp_path / "doc" / "My-Memo-1.xsd").write_text(NOTE_XSD.replace("Note", "Memo"))
    (tmp_path / "rules.toml").write_text(
        '[[schemas]]\nname = "My {root}"\nversion = "1"\nfile = "doc/My-{root}-1.xsd"\n'
    )
    assert [(entry.rules.name, entry.roots) for entry in read_packs(tmp_path).entries] == [
        ("My Memo", ("Memo",)), ("My Note", ("Note",)),
    ]  # fmt: skip
    found = report(b"<Memo><To>Anna</To></Memo>", tmp_path)
    assert (found["verdict"], found["rule_sets"][0]["name"]) == ("not_checked", "My Memo")


def test_the_command_lists_all_with_hashes(tmp_path):
    folder = pack(tmp_path / "notes")
    result = CliRunner().invoke(exchange, ["rules", "--json", "--rules", str(tmp_path)])
    listed = {item["name"]: item for item in map(json.loads, result.output.splitlines())}
    assert result.exit_code == 0
    assert listed["EN 16931 UBL"]["version"] == "1.3.16"
    assert all(len(item["sha256"]) == 64 and item["version"] for item in listed.values())
    assert {item["kind"] for item in listed.values()} == {"schema", "rules", "check", "engine"}
    assert listed["Note rules"]["source"] == str((folder / "note.xslt").resolve())
    (folder / "rules.toml").write_text("x")
    assert CliRunner().invoke(exchange, ["rules", "--rules", str(tmp_path)]).exit_code == 1
