from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from babel.messages.catalog import Catalog
from markupsafe import Markup, escape

from app.core.texts import N_
from app.web import catalogues
from app.web.texts import LazyText, _, ngettext, say


@pytest.fixture
def russian(tmp_path, monkeypatch):
    """A catalogue of three texts in place of the real ones."""
    monkeypatch.setattr(catalogues, "TRANSLATIONS", tmp_path)
    catalogue = Catalog(locale="ru", charset="utf-8")
    catalogue.add("Row {row}: {problem}", "Строка {row}: {problem}")
    catalogue.add("unknown article {sku}", "неизвестный артикул {sku}")
    catalogue.add(("{n} line", "{n} lines"), ("{n} строка", "{n} строки", "{n} строк"))
    catalogues.write(catalogue, "ru")
    catalogues.compile_stale()


@pytest.fixture
def reading(russian, site):
    def reading(language: str):
        return site.test_request_context(headers={"Accept-Language": language})

    return reading


def test_text_is_put_into_words_when_it_is_shown(reading):
    text = _("unknown article {sku}", sku="A-1")
    for language, words in (("en", "unknown article A-1"), ("ru", "неизвестный артикул A-1")):
        with reading(language):
            assert str(text) == words


@pytest.mark.parametrize(
    ("n", "words"), [(1, "1 строка"), (3, "3 строки"), (5, "5 строк"), (1240, "1\N{NO-BREAK SPACE}240 строк")]
)
def test_plurals(reading, n, words):
    text = ngettext("{n} line", "{n} lines", n)
    with reading("ru"):
        assert str(text) == words
    with reading("en"):
        assert str(text) == ("1 line" if n == 1 else f"{n:,} lines")


def test_message_within_a_message(reading):
    with reading("ru"):
        message = N_("Row {row}: {problem}", row=1240, problem=N_("unknown article {sku}", sku="A-1"))
        assert say(message) == "Строка 1240: неизвестный артикул A-1"


def test_values_in_sentences_follow_the_language(reading):
    message = N_("{quantity} from {day}", quantity=Decimal("1250.500000"), day=date(2026, 11, 20))
    with reading("en"):
        assert say(message) == "1,250.5 from Nov 20, 2026"
    with reading("uk"):
        assert say(message).startswith("1\N{NO-BREAK SPACE}250,5 from 20 лист. 2026")


def test_lazy_text_is_not_markup(site):
    text = _("Added {name}", name="<script>")
    with site.test_request_context():
        assert isinstance(text, LazyText)
        assert not hasattr(text, "__html__")
        assert escape(text) == "Added &lt;script&gt;"
        assert escape(_("See {link}", link=Markup("<a>"))) == "See &lt;a&gt;"


def test_markup_in_a_template_text_keeps_the_rest_escaped(site):
    with site.test_request_context():
        template = site.jinja_env.from_string("{{ _('{who}: {link}', who=who, link=link) }}")
        assert template.render(who="<b>", link=Markup("<a>x</a>")) == "&lt;b&gt;: <a>x</a>"


def test_lazy_text_goes_into_the_session_and_into_json(site):
    with site.test_request_context():
        assert site.json.dumps({"text": _("Saved")}) == '{"text": "Saved"}'
        assert site.json.dumps({"text": N_("Row {row}", row=3)}) == '{"text": "Row 3"}'


def test_catalogue_follows_the_source(russian, monkeypatch, tmp_path):
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "page.html").write_text("{{ _('Old {x}', x=1) }}{{ ngettext('{n} line', '{n} lines', 3) }}")
    (tmp_path / "source" / "views.py").write_text('tell(N_("Row {row}: {problem}", row=1, problem=2))')
    places = (("source", [("**.html", "jinja2"), ("**.py", "python")], {}),)
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    monkeypatch.setattr(catalogues, "_PLACES", places)
    catalogue = catalogues.update("ru")
    assert {str(m.id) for m in catalogue if m.id} == {"Old {x}", "('{n} line', '{n} lines')", "Row {row}: {problem}"}
    assert catalogues.untranslated(catalogues.read(catalogues.source("ru"))) == ["Old {x}"]
    before = catalogues.source("ru").read_text()
    catalogues.update("ru")
    assert catalogues.source("ru").read_text() == before


def test_stale_catalogue_is_compiled_at_the_start(russian):
    po = catalogues.source("ru")
    po.with_suffix(".mo").unlink()
    assert list(catalogues.stale()) == [po]
    catalogues.compile_stale()
    assert list(catalogues.stale()) == []
