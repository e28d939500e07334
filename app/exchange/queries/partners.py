"""Who a partner is, what was agreed with it, its codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, tuple_

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.texts import N_
from app.exchange.domain.partners import Agreed, Codes, Name, Scheme, Terms, Whose
from app.exchange.models.partners import Agreement, Channel, Partner, PartnerCode, PartnerIdentifier


def partner(actor: Actor, partner_id: int) -> Partner:
    found = db.session.get(Partner, partner_id) if actor.is_operator else None
    if found is None:
        raise NotFound(N_("There is no such partner."))
    return found


def partner_by_code(actor: Actor, code: str) -> Partner:
    found = db.session.scalar(select(Partner).where(Partner.code == code)) if actor.is_operator else None
    if found is None:
        raise NotFound(N_("There is no partner {code}.", code=code))
    return found


def channel(actor: Actor, channel_id: int) -> Channel:
    found = db.session.get(Channel, channel_id) if actor.is_operator else None
    if found is None:
        raise NotFound(N_("There is no such channel."))
    return found


def channel_by_key(actor: Actor, key: str) -> Channel | None:
    return db.session.scalar(select(Channel).where(Channel.key == key)) if actor.is_operator else None


def partners(actor: Actor) -> list[Partner]:
    return list(db.session.scalars(select(Partner).order_by(Partner.name, Partner.id))) if actor.is_operator else []


def whose(names: Sequence[Name], *, is_test: bool) -> Whose | None:
    """The partner that the first known of these names stands for; its test identifiers before its live ones."""
    if not names:
        return None
    keys = [(one.scheme.value, one.value) for one in names]
    statement = (
        select(PartnerIdentifier.scheme, PartnerIdentifier.value, PartnerIdentifier.is_test, PartnerIdentifier.company_id,
               Partner.id, Partner.code, Partner.company_id, Partner.is_test, Partner.is_active)
        .join(Partner, Partner.id == PartnerIdentifier.partner_id)
        .where(PartnerIdentifier.side == "theirs",
               tuple_(PartnerIdentifier.scheme, PartnerIdentifier.value).in_(keys))
    )  # fmt: skip
    found = {(row[0], row[1], row[2]): row for row in db.session.execute(statement)}
    for key in keys:
        for flag in (is_test, not is_test):
            row = found.get((*key, flag))
            if row is not None:
                return Whose(row[4], row[5], row[6] or row[3], row[7] or row[2], row[8])
    return None


def whose_by_id(partner_id: int) -> Whose | None:
    row = db.session.get(Partner, partner_id)
    return None if row is None else Whose(row.id, row.code, row.company_id, row.is_test, row.is_active)


def account_of(partner_id: int, names: Sequence[Name]) -> int | None:
    """The account that a partner which speaks for several means, by how the document names its buyer."""
    if not names:
        return None
    keys = [(one.scheme.value, one.value) for one in names]
    statement = select(PartnerIdentifier.scheme, PartnerIdentifier.value, PartnerIdentifier.company_id).where(
        PartnerIdentifier.partner_id == partner_id, PartnerIdentifier.side == "theirs",
        PartnerIdentifier.company_id.is_not(None), tuple_(PartnerIdentifier.scheme, PartnerIdentifier.value).in_(keys),
    )  # fmt: skip
    found = {(row[0], row[1]): row[2] for row in db.session.execute(statement)}
    return next((found[key] for key in keys if key in found), None)


def names_of(partner_id: int, side: str) -> dict[Scheme, str]:
    """One name for each scheme: of the partner ("theirs") or as we are named to it ("ours")."""
    statement = select(PartnerIdentifier.scheme, PartnerIdentifier.value).where(
        PartnerIdentifier.partner_id == partner_id, PartnerIdentifier.side == side
    )
    rows = db.session.execute(statement.order_by(PartnerIdentifier.id.desc())).all()
    return {Scheme(row.scheme): row.value for row in rows}


def _agreed(row: Agreement) -> Agreed:
    return Agreed(
        row.id, row.partner_id, row.direction, row.document, row.format, row.version, row.channel_id, row.options,
        Terms(row.acknowledge), row.acknowledge_format, row.user_id,
    )  # fmt: skip


def agreement(partner_id: int, direction: str, document: str) -> Agreed | None:
    row = db.session.scalar(
        select(Agreement).where(
            Agreement.partner_id == partner_id, Agreement.direction == direction, Agreement.document == document,
            Agreement.is_active,
        )
    )  # fmt: skip
    return None if row is None else _agreed(row)


def agreement_by_id(agreement_id: int) -> Agreed | None:
    row = db.session.get(Agreement, agreement_id)
    return None if row is None else _agreed(row)


def formats_of(partner_id: int | None, agreement_id: int | None = None) -> dict[str, Mapping[str, Any]]:
    """The formats in which a partner sends documents, with what was agreed about each; or those of one agreement."""
    statement = select(Agreement.format, Agreement.options)
    if agreement_id is not None:
        statement = statement.where(Agreement.id == agreement_id)
    else:
        statement = statement.where(Agreement.partner_id == partner_id, Agreement.direction == "in")
    rows = db.session.execute(statement.order_by(Agreement.id.desc())).all()
    return {row.format: row.options for row in reversed(rows)}


def agreements_of_company(company_id: int, direction: str, document: str) -> list[Agreed]:
    """Of the active partners that speak for an account: by the account itself, or by an identifier of it."""
    named = select(PartnerIdentifier.partner_id).where(PartnerIdentifier.company_id == company_id)
    statement = (
        select(Agreement)
        .join(Partner, Partner.id == Agreement.partner_id)
        .where(
            Partner.is_active, (Partner.company_id == company_id) | Partner.id.in_(named), Agreement.is_active,
            Agreement.direction == direction, Agreement.document == document,
        )
        .order_by(Partner.is_test, Partner.id)
    )  # fmt: skip
    return [_agreed(row) for row in db.session.scalars(statement)]


def agreements(actor: Actor, partner_id: int) -> list[Agreement]:
    statement = select(Agreement).where(Agreement.partner_id == partner_id)
    return list(db.session.scalars(statement.order_by(Agreement.direction, Agreement.document)))


def identifiers(actor: Actor, partner_id: int) -> list[PartnerIdentifier]:
    statement = select(PartnerIdentifier).where(PartnerIdentifier.partner_id == partner_id)
    return list(db.session.scalars(statement.order_by(PartnerIdentifier.side.desc(), PartnerIdentifier.id)))


def codes(partner_id: int) -> Codes:
    statement = select(PartnerCode.kind, PartnerCode.theirs, PartnerCode.ours).where(
        PartnerCode.partner_id == partner_id
    )
    rows: Sequence[Any] = db.session.execute(statement.order_by(PartnerCode.id.desc())).all()
    return Codes({(row.kind, row.theirs): row.ours for row in rows}, {(row.kind, row.ours): row.theirs for row in rows})
