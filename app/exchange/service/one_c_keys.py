"""What 1C calls our things: remembered once, so that a new number or name in 1C does not make a second article."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import ARRAY, ColumnElement, String, any_, bindparam, select, text, update

from app.catalog.domain.article import key_of
from app.catalog.models.articles import Article
from app.core.db import db
from app.core.texts import N_, Message
from app.documents.commerceml.goods import VARIANT
from app.documents.model.catalogue import CatalogueItem
from app.exchange.domain.one_c import Known, code_for, number_for, other_number
from app.exchange.models.one_c import OneCConnection, OneCKey

_KEY_LENGTH = 80
_ADD = text("""
INSERT INTO one_c_keys (company_id, connection_id, kind, theirs, code)
SELECT :company, :connection, :kind, v.theirs, v.code
FROM unnest(CAST(:theirs AS text[]), CAST(:codes AS text[])) AS v (theirs, code)""")


def numbers_of(
    connection: OneCConnection, session_id: int, items: Sequence[CatalogueItem], notes: list[Message]
) -> dict[str, Known]:
    """Our number of each article by 1C's id; new ones are given one and remembered."""
    keys = {item.ids.record_id: item for item in items if item.ids.record_id}
    for key in [key for key in keys if len(key) > _KEY_LENGTH]:
        notes.append(N_("The id {id} is too long.", id=key))
        del keys[key]
    heads = {key.partition(VARIANT)[0] for key in keys if VARIANT in key}
    known = _known(connection, "article", {*keys, *heads})
    new = {key: item for key, item in keys.items() if key not in known}
    taken = _taken(connection, new.values())
    made: dict[str, str] = {}
    for key, item in new.items():
        number = number_for(item, connection.number_from, known.get(key.partition(VARIANT)[0], ""))
        if taken.get(key_of(number), key) != key:
            other = other_number(number, key)
            notes.append(N_("The number {number} is taken by another article of 1C; {other} is used.", number=number,
                            other=other))  # fmt: skip
            number = other
        taken[key_of(number)] = key
        known[key] = made[key] = number
    _remember(connection, "article", made)
    db.session.execute(
        update(OneCKey)
        .where(OneCKey.connection_id == connection.id, OneCKey.kind == "article", _is_one_of(OneCKey.theirs, keys))
        .values(session_id=session_id)
        .execution_options(synchronize_session=False)
    )
    states = _states(known[key] for key in keys)
    return {key: Known(known[key], states.get(key_of(known[key])) == "discontinued") for key in keys}


def codes_of(connection: OneCConnection, kind: str, names: Mapping[str, str]) -> dict[str, str]:
    """Our codes of groups or properties by 1C's ids, those that earlier files named included."""
    known = _known(connection, kind, None)
    made = {key: code_for(key, name) for key, name in names.items() if key not in known and len(key) <= _KEY_LENGTH}
    _remember(connection, kind, made)
    return known | made


def _remember(connection: OneCConnection, kind: str, codes: Mapping[str, str]) -> None:
    if codes:
        values = {
            "company": connection.company_id, "connection": connection.id, "kind": kind, "theirs": list(codes),
            "codes": list(codes.values()),
        }  # fmt: skip
        db.session.execute(_ADD, values)


def _is_one_of(column: Any, values: Iterable[str]) -> ColumnElement[bool]:
    """One parameter however many values: a list of thousands takes the compiler a second."""
    return cast("ColumnElement[bool]", column == any_(bindparam(None, list(values), ARRAY(String))))


def _known(connection: OneCConnection, kind: str, keys: Iterable[str] | None) -> dict[str, str]:
    statement = select(OneCKey.theirs, OneCKey.code).where(OneCKey.connection_id == connection.id, OneCKey.kind == kind)
    if keys is not None:
        statement = statement.where(_is_one_of(OneCKey.theirs, keys))
    return {row.theirs: row.code for row in db.session.execute(statement)}


def _taken(connection: OneCConnection, items: Iterable[CatalogueItem]) -> dict[str, str]:
    """Numbers that other articles of the same 1C have, among those that may be given now."""
    wanted = {text for item in items for text in (item.ids.sku, item.ids.record_id) if text}
    wanted |= {one.value for item in items for one in item.properties}
    statement = select(OneCKey.code, OneCKey.theirs).where(
        OneCKey.connection_id == connection.id, OneCKey.kind == "article", _is_one_of(OneCKey.code, wanted)
    )
    return {key_of(row.code): row.theirs for row in db.session.execute(statement)} if wanted else {}


def _states(numbers: Iterable[str]) -> dict[str, str]:
    statement = select(Article.sku_key, Article.status).where(
        _is_one_of(Article.sku_key, [key_of(number) for number in numbers])
    )
    return {row.sku_key: row.status for row in db.session.execute(statement)}
