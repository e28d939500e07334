"""Own fields of accounts: defined, filled in, imported, exported, searched; a customer sees only what it may."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.accounts.domain.own_fields import (
    Choice,
    FieldAccess,
    OwnField,
    Subject,
    choices_of,
    demand_definition,
    kept_values,
    written_choices,
)
from app.accounts.queries.accounts import accounts
from app.accounts.queries.export import account_export
from app.accounts.queries.own_fields import account_values, own_fields
from app.accounts.service.importing import AccountRow, upsert_accounts
from app.accounts.service.own_fields import define_field, remove_field, set_account_values
from app.core import audit
from app.core.actor import Actor
from app.core.errors import Conflict, Invalid, NotFound
from tests.factories import accounts as make

CHANNEL = OwnField(
    Subject.ACCOUNT, "channel", "Channel", "choice", {"ru": "Канал"},
    (Choice("shop", {"en": "Shop"}), Choice("web", {"en": "Web", "ru": "Сеть"})), access=FieldAccess.STAFF, in_list=True,
)  # fmt: skip
DOCK = OwnField(Subject.ACCOUNT, "dock", "Dock", "text", access=FieldAccess.ENTERED, is_required=True, position=1)
SINCE = OwnField(Subject.ACCOUNT, "since", "Customer since", "day", access=FieldAccess.SEEN, position=2)


def test_values_are_kept_in_one_form_and_errors_name_the_field():
    number = OwnField(Subject.ORDER, "n", "Number", "number")
    flag = OwnField(Subject.ORDER, "f", "Flag", "flag")
    for given, kept in (
        ({"n": " 1,50 "}, {"n": "1.5"}), ({"f": "ja"}, {"f": "yes"}), ({"n": ""}, {}), ({"f": "Нет"}, {"f": "no"}),
    ):  # fmt: skip
        assert kept_values([number, flag], given) == kept
    for field, given, message in (
        (number, "x", "Number: “x” is not a number."), (flag, "maybe", "Flag: “maybe” is neither yes nor no."),
        (SINCE, "1.2.2026", "Customer since: “1.2.2026” is no date. Write it as 2026-12-31."),
        (CHANNEL, "fax", "Channel: “fax” is not one of shop, web."), (DOCK, " ", "Dock is missing."),
        (DOCK, "x" * 501, "Dock: At most 500 characters fit here."),
    ):  # fmt: skip
        with pytest.raises(Invalid) as caught:
            kept_values([field], {field.code: given})
        assert (caught.value.field, str(caught.value.message)) == (f"own_{field.code}", message)
    assert kept_values([DOCK], {}, demands=False) == {}
    with pytest.raises(Invalid, match="There is no field z"):
        kept_values([DOCK], {"z": "1"})


def test_lists_are_written_and_read_as_text():
    text = "shop | Shop\nweb | Web | Сеть\nplain"
    found = choices_of(text + "\n\n")
    assert [one.label("ru") for one in found] == ["Shop", "Сеть", "plain"]
    assert choices_of(written_choices(found)) == found
    assert CHANNEL.shown("web", "ru") == "Сеть"
    assert OwnField(Subject.ORDER, "n", "N", "number").shown("1.5", "en") == Decimal("1.5")


def test_definitions_that_make_no_sense_are_refused():
    wrong = [
        {"code": "Big"}, {"code": "1a"}, {"name": " "}, {"kind": "money"}, {"kind": "choice"},
        {"choices": (Choice("a", {}),)}, {"is_at_registration": True}, {"is_printed": True},
    ]  # fmt: skip
    for change in wrong:
        values = {"subject": Subject.ACCOUNT, "code": "a", "name": "A", "kind": "text"} | change
        with pytest.raises(Invalid):
            demand_definition(OwnField(**values))


@pytest.fixture
def shop(isolated, world):
    with world():
        make.operator()
        company = make.customer("K-1", name="Shop")
        for one in (CHANNEL, DOCK, SINCE):
            define_field(Actor.system(), one, is_new=True)
        return company, make.actor_for(make.person(company, "company_admin"), company)


def test_staff_fills_in_all_and_a_customer_its_own(shop, world):
    company, admin = shop
    with world():
        staff = Actor.system()
        with pytest.raises(Invalid, match="Dock is missing"):
            set_account_values(staff, {"channel": "web"}, company_id=company.id)
        assert set_account_values(staff, {"channel": "web", "dock": "7", "since": "2020-01-31"}, company_id=company.id)
        assert not set_account_values(staff, {"dock": " 7"}, company_id=company.id), "the same"
    with world(admin):
        assert list(own_fields(admin, Subject.ACCOUNT)) == ["dock", "since"], "what is inner does not exist for it"
        assert account_values(admin) == {"dock": "7", "since": "2020-01-31"}
        assert set_account_values(admin, {"dock": "8"})
        for code in ("since", "channel"):
            with pytest.raises(Invalid):
                set_account_values(admin, {code: "x"})
        with pytest.raises(NotFound):
            set_account_values(admin, {"dock": "9"}, company_id=company.id + 1000)
    with world():
        assert account_values(staff, company.id) == {"channel": "web", "dock": "8", "since": "2020-01-31"}
        last = audit.history(staff, "company", company.id)[-1]
        assert (last.action, last.changes) == ("own_fields", {"own.dock": ["7", "8"]})


def test_a_field_with_values_keeps_its_kind_and_is_not_removed(shop, world):
    company, _admin = shop
    with world():
        staff = Actor.system()
        set_account_values(staff, {"channel": "web", "dock": "7"}, company_id=company.id)
        for code in ("channel", "dock"):
            with pytest.raises(Conflict):
                remove_field(staff, Subject.ACCOUNT, code)
        with pytest.raises(Invalid, match="kind stays"):
            define_field(staff, OwnField(Subject.ACCOUNT, "dock", "Dock", "number"), is_new=False)
        with pytest.raises(Invalid, match="has values already"):
            define_field(staff, OwnField(Subject.ACCOUNT, "dock", "Dock", "text"), is_new=False)
        with pytest.raises(Conflict):
            define_field(staff, DOCK, is_new=True)
        define_field(staff, OwnField(Subject.ACCOUNT, "dock", "Gate", "text", access=FieldAccess.SEEN), is_new=False)
        remove_field(staff, Subject.ACCOUNT, "since")
        with pytest.raises(NotFound):
            remove_field(staff, Subject.ACCOUNT, "since")


def test_import_export_list_and_filter(shop, world):
    with world():
        staff = Actor.system()
        rows = [
            AccountRow("K-1", name="Shop", own={"channel": "web", "dock": "7"}),
            AccountRow("K-2", name="Other", country="DE", own={"channel": "shop"}),
            AccountRow("K-3", name="Plain", country="DE"),
            AccountRow("K-4", name="Bad", country="DE", own={"since": "soon"}),
        ]
        results = upsert_accounts(staff, rows)
        assert [result.outcome for result in results] == ["changed", "created", "created", "refused"]
        assert "no date" in str(results[3].problem)
        assert [result.outcome for result in upsert_accounts(staff, rows)] == ["same", "same", "same", "refused"]
        assert upsert_accounts(staff, [AccountRow("K-2", own={"channel": "web"})])[0].outcome == "changed", "inner only"
        assert [line.code for line in accounts(staff, field=("channel", "web"))] == ["K-2", "K-1"]
        assert [line.code for line in accounts(staff, search="shop")] == ["K-1"]
        exported = list(account_export(staff, own_fields(staff, Subject.ACCOUNT)))
        assert exported[0][-3:] == ("own_channel", "own_dock", "own_since")
        assert {row[0]: row[-3:] for row in exported[1:]} == {
            "K-1": ("web", "7", ""), "K-2": ("web", "", ""), "K-3": ("", "", ""),
        }  # fmt: skip
