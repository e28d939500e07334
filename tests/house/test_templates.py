"""Templates compile and keep the rules of the pages; every text has a translation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from app.web.catalogues import CODES, source

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAGES = [
    path
    for path in TEMPLATES
    if "documents" not in path.parts and "emails" not in path.parts and path.name != "print.html"
]


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT / "templates"))


def folder_of(path: Path) -> str:
    return relative(path).split("/", maxsplit=1)[0]


FOLDERS = sorted({folder_of(path) for path in TEMPLATES})


@pytest.mark.parametrize("folder", FOLDERS)
def test_templates_compile(app, folder):
    for path in [*TEMPLATES, *sorted((ROOT / "templates").rglob("*.txt"))]:
        if folder_of(path) == folder:
            app.jinja_env.get_template(relative(path))


@pytest.mark.parametrize("folder", FOLDERS)
def test_templates_hold_no_inline_script_or_style(folder):
    for path in PAGES:
        if folder_of(path) == folder:
            check_plain(path)


def check_plain(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=", text), relative(path)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), relative(path)
    assert "hx-on" not in text, relative(path)
    assert not re.search(r"<script(?![^>]*(src=|type=\"application/json\"))", text), relative(path)
    assert "|safe" not in text.replace(" ", ""), relative(path)


def braces(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text))


@pytest.mark.parametrize("code", CODES)
def test_every_text_is_translated(code):
    with source(code).open("rb") as file:
        catalogue = read_po(file, locale=code)
    missing, broken = [], []
    for message in catalogue:
        if not message.id:
            continue
        forms = message.string if isinstance(message.string, (list, tuple)) else [message.string]
        originals = message.id if isinstance(message.id, (list, tuple)) else [message.id]
        if code != "en" and (not all(forms) or message.fuzzy):
            missing.append(originals[0])
        wanted = set().union(*(braces(text) for text in originals))
        broken.extend(text for text in forms if text and not braces(text) <= wanted)
    assert missing == []
    assert broken == []
    assert list(catalogue.check()) == []  # what the installation's compiler refuses


def test_catalogues_hold_every_text_of_code_and_templates():
    from app.web.cli import texts_in_source  # the command `kontor i18n` and this test read the same way

    for code in CODES:
        with source(code).open("rb") as file:
            known = {str(m.id[0] if isinstance(m.id, (list, tuple)) else m.id) for m in read_po(file, locale=code)}
        assert texts_in_source() - known == set(), f"{code}: run `kontor i18n update`"
