"""Settings of the operator: checked, kept with who changed them, valid at once in every process."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app import create_app
from app.core import audit
from app.core.actor import Actor
from app.core.db import db, statements, transaction
from app.core.errors import Forbidden, Invalid, NotFound
from app.core.operator_setting_kinds import Setting, checked, declare_setting, declared_settings, text_for
from app.core.operator_settings import change_setting, reset_setting, setting_states, setting_text, setting_value
from app.core.tenancy import acting_as
from app.core.texts import N_
from app.insights.domain.cart_settings import CART_HOURS
from tests.factories import accounts as make

HOURS = Setting("t.hours", N_("Hours"), 24, "number", "carts", minimum=0, maximum=100)
WEIGHT = Setting("t.weight", N_("Weight"), Decimal("0.5"), "decimal", "ranking", minimum=0)
SWITCH = Setting("t.switch", N_("Switch"), True, "switch", "alerts")
CHOICE = Setting("t.choice", N_("Choice"), "a", "choice", "start", choices=(("a", N_("A")), ("b", N_("B"))))
LINE = Setting("t.line", N_("Line"), "", "text", "texts", maximum=5)
TEXTS = Setting("t.texts", N_("Texts"), {"en": "Hello"}, "texts", "texts")


def test_values_are_checked_and_errors_say_what_to_do():
    fine = [
        (HOURS, 0, 0), (HOURS, "7", 7), (HOURS, Decimal("8.0"), 8), (WEIGHT, "0.25", Decimal("0.25")), (SWITCH, False, False),
        (CHOICE, "b", "b"), (LINE, " ab\r\n", "ab"), (TEXTS, {"en": "x", "ru": " ", "de": "y"}, {"en": "x"}),
    ]  # fmt: skip
    for setting, given, kept in fine:
        assert checked(setting, given) == kept
    wrong = [
        (HOURS, -1, "From 0 to 100."), (HOURS, 101, "From 0 to 100."), (HOURS, "1.5", "Enter a whole number."),
        (HOURS, "x", "Enter a number."), (HOURS, True, "Enter a number."), (HOURS, "NaN", "Enter a number."),
        (WEIGHT, "-0.1", "Not below 0."), (SWITCH, "yes", "Choose yes or no."), (CHOICE, "c", "Choose one of the list."),
        (LINE, "abcdef", "At most 5 characters."), (LINE, 3, "Enter a text."), (TEXTS, "x", "Enter a text."),
    ]  # fmt: skip
    for setting, given, message in wrong:
        with pytest.raises(Invalid) as caught:
            checked(setting, given)
        assert (caught.value.field, str(caught.value.message)) == (setting.code, message)


def test_a_text_falls_back_to_english_and_then_to_any():
    assert [text_for(texts, "uk") for texts in ({"uk": "а", "en": "b"}, {"en": "b"}, {"ru": "в"}, {})] == [
        "а", "b", "в", "",
    ]  # fmt: skip


def test_a_code_is_declared_once():
    with pytest.raises(RuntimeError, match="twice"):
        declare_setting(CART_HOURS)
    with pytest.raises(RuntimeError, match="unknown group"):
        declare_setting(Setting("t.none", N_("X"), 1, "number", "nowhere"))
    assert len({one.code for one in declared_settings()}) == len(declared_settings())


def test_change_and_reset_are_kept_with_before_and_after(ctx):
    actor = make.actor_for(make.person(make.operator(), "sales", name="Sven"), make.operator())
    with transaction():
        default = setting_value(CART_HOURS)
        assert change_setting(actor, CART_HOURS.code, 5)
        assert setting_value(CART_HOURS) == 5
    assert not change_setting(actor, CART_HOURS.code, "5"), "nothing to do"
    change_setting(actor, CART_HOURS.code, 6)
    (state,) = [one for one in setting_states(actor) if one.setting is CART_HOURS]
    assert (state.value, state.default, state.changed_by) == (6, default, "Sven")
    assert reset_setting(actor, CART_HOURS.code)
    assert not reset_setting(actor, CART_HOURS.code)
    assert setting_value(CART_HOURS) == default
    entries = audit.entries(actor, object_type="setting")
    assert [entry.changes["value"] for entry in entries] == [[6, default], [5, 6], [default, 5]]
    with pytest.raises(Invalid):
        change_setting(actor, CART_HOURS.code, -1)
    with pytest.raises(NotFound):
        change_setting(actor, "no.such", 1)


def test_a_customer_reads_but_never_changes(ctx, world):
    shop = make.customer()
    change_setting(Actor.system(), CART_HOURS.code, 9)
    tenant = make.actor_for(make.person(shop, "company_admin"), shop)
    with acting_as(tenant):
        assert setting_value(CART_HOURS) == 9
        with pytest.raises(Forbidden):
            change_setting(tenant, CART_HOURS.code, 1)


def test_many_values_cost_one_statement_a_transaction(ctx):
    db.session.rollback()
    with statements() as seen:
        for setting in declared_settings():
            setting_value(setting)
    assert len(seen) == 1


def test_a_change_that_is_rolled_back_is_forgotten(ctx):
    default = setting_value(CART_HOURS)
    with transaction():
        with pytest.raises(ZeroDivisionError), transaction():
            change_setting(Actor.system(), CART_HOURS.code, 3)
            assert setting_value(CART_HOURS) == 3
            _ = 1 / 0
        assert setting_value(CART_HOURS) == default


def test_a_change_holds_at_once_in_another_process(committing, config):
    """Two applications on one database, as two processes are."""
    other = create_app(config)
    with committing.app_context(), acting_as(Actor.system()):
        before = setting_value(CART_HOURS)
        with transaction():
            change_setting(Actor.system(), CART_HOURS.code, before + 1)
    with other.app_context(), acting_as(Actor.system()):
        assert setting_value(CART_HOURS) == before + 1
        db.session.rollback()
    with committing.app_context(), acting_as(Actor.system()):
        reset_setting(Actor.system(), CART_HOURS.code)
    with other.app_context(), acting_as(Actor.system()):
        assert setting_value(CART_HOURS) == before


def test_setting_text_is_in_the_readers_language(ctx):
    assert setting_text(TEXTS, "ru") == "Hello"
