"""Values of the settings that the operator changes on a page: read anew in each transaction, so a change holds at once
in every process; each change stands in the audit with the value before and after.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import delete, event, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, SessionTransaction

from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Forbidden, NotFound
from app.core.models import OperatorSetting
from app.core.operator_setting_kinds import (
    Setting,
    as_json,
    checked,
    declared_setting,
    declared_settings,
    default_of,
    from_json,
    text_for,
)
from app.core.texts import N_

_HELD = "kontor_settings"
_ROWS = select(OperatorSetting).execution_options(populate_existing=True)


@dataclass(frozen=True, slots=True)
class SettingState:
    """A setting with what holds now; `changed_at` is None where the default holds."""

    setting: Setting
    value: Any
    default: Any
    changed_at: datetime | None = None
    changed_by: str = ""


def setting_value(setting: Setting) -> Any:
    """What holds now: int, Decimal, bool, str, or language -> text. One statement a transaction, however many are asked."""
    held = _held()
    return from_json(setting, held[setting.code]) if setting.code in held else default_of(setting)


def setting_text(setting: Setting, locale: str) -> str:
    """A setting of kind "texts" in one language, or in English where that language says nothing."""
    return text_for(setting_value(setting), locale)


def _held() -> dict[str, Any]:
    info = db.session().info
    if _HELD not in info:
        rows = db.session.execute(select(OperatorSetting.code, OperatorSetting.value)).all()
        info[_HELD] = {row.code: row.value for row in rows}
    return cast("dict[str, Any]", info[_HELD])


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_HELD, None)


@event.listens_for(Session, "after_soft_rollback")
def _forget_rolled_back(session: Session, _transaction: SessionTransaction) -> None:
    """A savepoint that is rolled back may take a change along."""
    session.info.pop(_HELD, None)


def setting_states(actor: Actor) -> list[SettingState]:
    """Every declared setting with its value, in the order of the page."""
    rows = {row.code: row for row in db.session.scalars(_ROWS)}
    return [_state(setting, rows.get(setting.code)) for setting in declared_settings()]


def setting_state(actor: Actor, code: str) -> SettingState:
    setting = known_setting(code)
    return _state(setting, db.session.scalar(_ROWS.where(OperatorSetting.code == code)))


def known_setting(code: str) -> Setting:
    """The declared setting; raises NotFound."""
    found = declared_setting(code)
    if found is None:
        raise NotFound(N_("There is no setting of that name."))
    return found


def _state(setting: Setting, row: OperatorSetting | None) -> SettingState:
    if row is None:
        return SettingState(setting, default_of(setting), default_of(setting))
    return SettingState(
        setting, from_json(setting, row.value), default_of(setting), row.changed_at, row.changed_by_name
    )


@command
def change_setting(actor: Actor, code: str, value: Any) -> bool:
    """Set it; False when that value held already. Raises Invalid(code, ...) for a value that may not be."""
    setting = known_setting(code)
    _may_change(actor)
    wanted = checked(setting, value)
    before = setting_state(actor, code)
    if before.changed_at is not None and before.value == wanted:
        return False
    now = clock.now()
    row = {
        "code": code, "value": as_json(setting, wanted), "changed_at": now, "changed_by_id": actor.user_id,
        "changed_by_name": actor.name,
    }  # fmt: skip
    statement = insert(OperatorSetting).values(row)
    changed = {name: statement.excluded[name] for name in ("value", "changed_at", "changed_by_id", "changed_by_name")}
    setting_id = db.session.execute(
        statement.on_conflict_do_update(index_elements=["code"], set_=changed).returning(OperatorSetting.id)
    ).scalar_one()
    db.session().info.pop(_HELD, None)
    audit.record(actor, "setting", setting_id, "changed", {"code": code, "value": [before.value, wanted]})
    return True


@command
def reset_setting(actor: Actor, code: str) -> bool:
    """Let the default hold again; False when it does already."""
    setting = known_setting(code)
    _may_change(actor)
    before = setting_state(actor, code)
    gone = db.session.execute(
        delete(OperatorSetting).where(OperatorSetting.code == code).returning(OperatorSetting.id)
    ).scalar_one_or_none()
    db.session().info.pop(_HELD, None)
    if gone is None:
        return False
    audit.record(actor, "setting", gone, "reset", {"code": code, "value": [before.value, default_of(setting)]})
    return True


def _may_change(actor: Actor) -> None:
    if not actor.is_operator:
        raise Forbidden(N_("Only the operator's people change settings."))
