"""Keeping partners: who they are, by what they are recognised, what was agreed, their codes and channels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import N_
from app.documents.format_options import TABLE
from app.documents.formats import FormatError, formats
from app.documents.tabular.mapping import TableMapping
from app.exchange.domain.partners import CodeKind, Scheme, Terms
from app.exchange.models.partners import Agreement, Channel, Partner, PartnerCode, PartnerIdentifier
from app.exchange.policy import Permission
from app.exchange.queries.partners import partner as partner_of

_PARTNER = frozenset({"code", "name", "company_id", "is_test", "is_active", "note"})
_CHANNEL = frozenset({
    "key", "name", "transport", "partner_id", "settings", "secrets", "is_active", "is_test", "poll_seconds",
})  # fmt: skip
_AGREEMENT = frozenset({
    "direction", "document", "format", "version", "channel_id", "options", "acknowledge", "acknowledge_format", "user_id",
    "is_active",
})  # fmt: skip


@command
def save_partner(actor: Actor, partner_id: int | None, values: Mapping[str, Any]) -> int:
    """Make a partner (None) or change what is given of it; returns its id."""
    actor.demand(Permission.PARTNERS)
    given = _known(values, _PARTNER)
    for name in ("code", "name"):
        if name in given and not str(given[name]).strip():
            raise Invalid(name, N_("This cannot be empty."))
    row = _row(Partner, partner_id) if partner_id is not None else Partner(**given)
    return _saved(actor, row, given, "partner", is_new=partner_id is None)


@command
def save_channel(actor: Actor, channel_id: int | None, values: Mapping[str, Any]) -> int:
    """`settings` are plain values of the transport, `secrets` sealed already (service/channel_secrets.py)."""
    actor.demand(Permission.PARTNERS)
    given = _known(values, _CHANNEL)
    row = _row(Channel, channel_id) if channel_id is not None else Channel(**given)
    return _saved(actor, row, given, "exchange_channel", is_new=channel_id is None)


@command
def save_agreement(actor: Actor, partner_id: int, agreement_id: int | None, values: Mapping[str, Any]) -> int:
    """What holds for one document in one direction. The format must be one that is read or written here."""
    actor.demand(Permission.PARTNERS)
    partner_of(actor, partner_id)
    given = _known(values, _AGREEMENT)
    if "format" in given and given["format"] not in formats:
        raise Invalid("format", N_("There is no format {code}; known are {codes}.", code=given["format"],
                                   codes=", ".join(formats)))  # fmt: skip
    _check_table(given)
    if "acknowledge" in given and given["acknowledge"] not in set(Terms):
        raise Invalid("acknowledge", N_("Choose one of the list."))
    if agreement_id is None:
        row = Agreement(partner_id=partner_id, **given)
    else:
        row = _row(Agreement, agreement_id)
        if row.partner_id != partner_id:
            raise NotFound
    return _saved(actor, row, given, "agreement", is_new=agreement_id is None, owner=partner_id)


def _check_table(given: Mapping[str, Any]) -> None:
    """The columns of a table, as far as they are agreed."""
    settings = (given.get("options") or {}).get(TABLE)
    if settings is None:
        return
    try:
        TableMapping.of(settings)
    except FormatError as error:
        raise Invalid("options", error.message) from None
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Invalid("options", N_("The mapping has no columns.")) from None


@command
def save_identifier(
    actor: Actor, partner_id: int, scheme: str, value: str, *, side: str = "theirs", is_test: bool | None = None,
    company_id: int | None = None,
) -> int:  # fmt: skip
    """One more name of the partner ("theirs") or of us towards it ("ours"). A name means one partner."""
    actor.demand(Permission.PARTNERS)
    partner = partner_of(actor, partner_id)
    if scheme not in set(Scheme):
        raise Invalid("scheme", N_("Choose one of the list."))
    value = value.strip()
    if not value:
        raise Invalid("value", N_("This cannot be empty."))
    flag = partner.is_test if is_test is None else is_test
    if side == "theirs":
        other = db.session.scalar(
            select(Partner.code)
            .join(PartnerIdentifier, PartnerIdentifier.partner_id == Partner.id)
            .where(PartnerIdentifier.scheme == scheme, PartnerIdentifier.value == value,
                   PartnerIdentifier.is_test == flag, PartnerIdentifier.side == "theirs")
        )  # fmt: skip
        if other is not None:
            raise Conflict(N_("{value} means partner {code} already.", value=value, code=other))
    row = PartnerIdentifier(
        partner_id=partner_id, scheme=scheme, value=value, side=side, is_test=flag, company_id=company_id
    )
    return _saved(actor, row, {"scheme": scheme, "value": value}, "identifier", is_new=True, owner=partner_id)


@command
def save_code(actor: Actor, partner_id: int, kind: str, theirs: str, ours: str) -> None:
    """What a code of the partner is here; saying it again replaces it."""
    actor.demand(Permission.PARTNERS)
    partner_of(actor, partner_id)
    put_code(actor, partner_id, kind, theirs, ours)


def put_code(actor: Actor, partner_id: int, kind: str, theirs: str, ours: str) -> None:
    """The same for those who repair messages."""
    theirs, ours = theirs.strip(), ours.strip()
    if kind not in set(CodeKind):
        raise Invalid("kind", N_("Choose one of the list."))
    for name, value in (("theirs", theirs), ("ours", ours)):
        if not value:
            raise Invalid(name, N_("This cannot be empty."))
    row = db.session.scalar(
        select(PartnerCode).where(
            PartnerCode.partner_id == partner_id, PartnerCode.kind == kind, PartnerCode.theirs == theirs
        )
    )
    before = row.ours if row is not None else None
    if row is None:
        db.session.add(PartnerCode(partner_id=partner_id, kind=kind, theirs=theirs, ours=ours))
    else:
        row.ours = ours
    db.session.flush()
    audit.record(actor, "partner", partner_id, "code", {f"{kind} {theirs}": [before, ours]})


@command
def remove(actor: Actor, model: str, row_id: int) -> None:
    """Take an identifier, code or agreement away; `model` is one of these words."""
    actor.demand(Permission.PARTNERS)
    table: Any = {"identifier": PartnerIdentifier, "code": PartnerCode, "agreement": Agreement}[model]
    row = _row(table, row_id)
    facts = {
        name: getattr(row, name) for name in ("scheme", "value", "kind", "theirs", "document") if hasattr(row, name)
    }
    db.session.execute(delete(table).where(table.id == row_id))
    audit.record(actor, "partner", row.partner_id, f"{model}_removed", facts)


def _known(values: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    unknown = values.keys() - names
    if unknown:
        raise ValueError(f"no such fields: {sorted(unknown)}")
    return dict(values)


def _row(model: Any, row_id: int) -> Any:
    row = db.session.get(model, row_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    return row


def _saved(
    actor: Actor, row: Any, given: Mapping[str, Any], kind: str, *, is_new: bool, owner: int | None = None
) -> int:  # fmt: skip
    changes: dict[str, Any] = {}
    for name, value in given.items():
        before = None if is_new else getattr(row, name)
        if is_new or before != value:
            changes[name] = "…" if name == "secrets" else value if is_new else [before, value]
            setattr(row, name, value)
    if not is_new and changes and hasattr(row, "row_version"):
        row.row_version += 1
    try:
        with db.session.begin_nested():
            db.session.add(row)
            db.session.flush()
    except IntegrityError:
        raise Conflict(N_("This is there already.")) from None
    if changes:
        plain = {name: str(value) if isinstance(value, dict) else value for name, value in changes.items()}
        action = "made" if is_new else "changed"
        if owner is not None:
            audit.record(actor, "partner", owner, f"{kind}_{action}", plain)
        else:
            audit.record(actor, kind, row.id, action, plain)
    made: int = row.id
    return made
