"""Which articles, categories and brands assortments allow or deny."""

from __future__ import annotations

from app.catalog.domain.assortment import Effect
from app.catalog.service.assortments import RuleRow, import_rules
from app.core.actor import Actor
from app.core.texts import N_
from app.exchange.domain.chunks import Chunk, Item
from app.exchange.domain.fields import Field
from app.exchange.domain.outcome import Outcome, RowState
from app.exchange.importers import IMPORTERS, Importer
from app.exchange.policy import Permission

FIELDS = (
    Field("assortment", N_("Assortment"), ("assortment", "assortment code", "Sortiment", "ассортимент",
          "код ассортимента", "асортимент"), is_required=True, length=40),
    Field("effect", N_("Allow or deny"), ("effect", "rule", "allow deny", "allow or deny", "Regel", "правило", "действие",
          "дія"), is_required=True, length=20),
    Field("sku", N_("Article number"), ("sku", "article", "article number", "item", "Artikel", "Artikelnummer", "артикул",
          "код товара", "код товару"), length=60),
    Field("category", N_("Category"), ("category", "category code", "Kategorie", "категория", "категорія"), length=40),
    Field("brand", N_("Brand"), ("brand", "Marke", "бренд", "марка"), length=100),
)  # fmt: skip
_EFFECTS = {
    word: effect
    for effect, words in (
        (Effect.ALLOW, ("allow", "allowed", "+", "erlaubt", "erlauben", "разрешить", "разрешено", "дозволити", "дозволено")),
        (Effect.DENY, ("deny", "denied", "-", "gesperrt", "sperren", "запретить", "запрещено", "заборонити", "заборонено")),
    )
    for word in words
}  # fmt: skip


def apply(actor: Actor, chunk: Chunk) -> Outcome:
    outcome = Outcome()
    good = [(item, effect) for item in chunk.items if (effect := _effect(item, chunk, outcome)) is not None]
    rows = [_rule(item, effect) for item, effect in good]
    for (item, _), result in zip(good, import_rules(actor, rows), strict=True):
        if result.problem is None:
            outcome.note(item.row, RowState(result.outcome))
        else:
            outcome.refuse(chunk.problem(item, result.field, "refused", result.problem))
    return outcome


def _effect(item: Item, chunk: Chunk, outcome: Outcome) -> Effect | None:
    effect = _EFFECTS.get(item.values["effect"].casefold())
    if effect is None:
        wrong = N_("Write allow or deny, not “{given}”.", given=item.values["effect"])
        outcome.refuse(chunk.problem(item, "effect", "bad_effect", wrong))
    return effect


def _rule(item: Item, effect: Effect) -> RuleRow:
    values = item.values
    return RuleRow(
        values["assortment"], effect, values.get("sku", ""), values.get("category", ""), values.get("brand", "")
    )


IMPORTERS.add(
    "assortments",
    Importer(
        code="assortments",
        label=N_("Assortments"),
        about=N_(
            "One rule a row: an assortment, whether it allows or denies, and one article, category (with all below it) or "
            "brand. An assortment that is new reaches nobody until somebody gives it to accounts. Rules the file does not "
            "name stay."
        ),
        permission=Permission.CATALOGUE,
        fields=FIELDS,
        apply=apply,
    ),
)
