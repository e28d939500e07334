"""Definitions of attributes: names, kinds, units, choices, which of them are filters."""

from __future__ import annotations

from typing import Any

from app.catalog.domain.attributes import parse_choices
from app.catalog.service.attributes import AttributeRow, upsert_attributes
from app.core.actor import Actor
from app.core.errors import Invalid
from app.core.texts import N_
from app.exchange.domain.chunks import Chunk, Item
from app.exchange.domain.fields import LANGUAGES, Field, Shape, Variants
from app.exchange.domain.outcome import Outcome, RowState
from app.exchange.importers import IMPORTERS, Importer
from app.exchange.policy import Permission

FIELDS = (
    Field("code", N_("Code"), ("attribute code", "code", "attribute", "key", "Merkmalcode", "Merkmal", "код", "код свойства",
          "код властивості"), is_required=True, length=40),
    Field("name", N_("Name"), ("name", "label", "Bezeichnung", "название", "наименование", "назва"),
          variants=Variants.LANGUAGE, length=100),
    Field("kind", N_("Kind: text, number, flag or choice"), ("kind", "type", "Art", "Typ", "тип", "вид"), length=20),
    Field("unit", N_("Unit"), ("unit", "unit code", "Einheit", "единица", "ед. изм.", "одиниця", "од. вим."), length=3),
    Field("choices", N_("Choices, value | value; ru=word"), ("choices", "values", "Auswahl", "Werte", "значения", "значення"),
          length=20_000),
    Field("is_facet", N_("Articles are filtered by it"), ("is facet", "facet", "filter", "Filter", "фильтр", "фільтр"),
          shape=Shape.SWITCH),
    Field("position", N_("Position"), ("position", "sort", "Reihenfolge", "порядок"), shape=Shape.WHOLE),
)  # fmt: skip


def apply(actor: Actor, chunk: Chunk) -> Outcome:
    outcome = Outcome()
    good: list[tuple[Item, AttributeRow]] = []
    for item in chunk.items:
        try:
            good.append((item, _row(item.values)))
        except Invalid as error:
            outcome.refuse(chunk.problem(item, "choices", "bad_choices", error.message))
    results = upsert_attributes(actor, [row for _item, row in good])
    for (item, _), result in zip(good, results, strict=True):
        if result.problem is None:
            outcome.note(item.row, RowState(result.outcome))
        else:
            outcome.refuse(chunk.problem(item, result.field, f"bad_{result.field}", result.problem))
    return outcome


def _row(values: dict[str, Any]) -> AttributeRow:
    """Choices stand in one cell with strokes between them. Raises Invalid."""
    names = {language: values[f"name:{language}"] for language in LANGUAGES if f"name:{language}" in values}
    choices = values.get("choices")
    return AttributeRow(
        values["code"],
        values.get("name") or names.get("en"),
        {language: name for language, name in names.items() if language != "en"} or None,
        (values["kind"].lower() if "kind" in values else None),
        (values["unit"].upper() if "unit" in values else None),
        None if choices is None else parse_choices(choices.replace("|", "\n")),
        values.get("is_facet"),
        values.get("position"),
    )


IMPORTERS.add(
    "attributes",
    Importer(
        code="attributes",
        label=N_("Attributes"),
        about=N_(
            "One definition a row. What the file does not say stays as it is. Values that articles have are put into plain "
            "form where a new kind takes them, and articles are found by them at once."
        ),
        permission=Permission.CATALOGUE,
        fields=FIELDS,
        apply=apply,
    ),
)
