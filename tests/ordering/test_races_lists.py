"""Several people on one list at the same moment."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.accounts.domain.roles import Role
from app.core.errors import Conflict
from app.core.tenancy import acting_as
from app.ordering.domain.requisition_list import Access, LineEdit
from app.ordering.queries.requisition_lists import list_head, list_lines
from app.ordering.service.requisition_lines import change_lines, put_lines, transfer_lines
from app.ordering.service.requisition_lists import (
    approve_list,
    create_list,
    propose_list,
    reject_list,
    set_list_approval,
    share_list,
    withdraw_list,
)
from tests.factories.accounts import customer
from tests.factories.ordering import article, buyer, ref, wanted
from tests.ordering.test_races import together

pytestmark = pytest.mark.races


@pytest.fixture
def scene(committing, world):
    with world():
        company = customer("BRANDT")
        ann, ben = buyer(company, name="Ann"), buyer(company, name="Ben")
        chiefs = [buyer(company, Role.COMPANY_ADMIN, name=name) for name in ("Carla", "Dora")]
        nut, pin = article("NUT"), article("PIN")
        with acting_as(ann):
            list_id = create_list(ann, "Weekly", client_ref="w")
            put_lines(ann, list_id, [wanted(nut, 5), wanted(pin, 5)], client_ref="w")
            share_list(ann, list_id, None, Access.EDIT)
    return committing, ann, ben, chiefs, (nut, pin), list_id


def lines(world, actor, list_id):
    with world(), acting_as(actor):
        return {line.sku: line for line in list_lines(actor, list_head(actor, list_id))}


def test_nothing_is_lost_when_two_edit(scene, world):
    app, ann, ben, _chiefs, (nut, _pin), list_id = scene
    seen = lines(world, ann, list_id)
    edits = [{seen["NUT"].line_id: LineEdit(0, Decimal(7)), seen["PIN"].line_id: LineEdit(0, Decimal(8))},
             {seen["NUT"].line_id: LineEdit(0, Decimal(9))}]  # fmt: skip
    done = together(app, [
        (ann, lambda: change_lines(ann, list_id, edits[0])), (ben, lambda: change_lines(ben, list_id, edits[1])),
        *[(one, lambda one=one: put_lines(one, list_id, [wanted(nut, 1, note="n")], client_ref=ref())) for one in (ann, ben) * 3],
    ])  # fmt: skip
    assert not [result for result in done if isinstance(result, Exception)]
    now = lines(world, ann, list_id)
    assert now["PIN"].quantity == 8
    told = [clash for result in done[:2] for clash in result.clashes]
    saved = {7, 9} - {clash.entered for clash in told}
    assert len(told) + len(saved) == 2  # each is saved, or its person is told
    assert now["NUT"].quantity >= 6


def test_the_same_request_at_once_adds_once(scene, world):
    app, ann, _ben, _chiefs, (nut, _pin), list_id = scene
    done = together(app, [(ann, lambda: put_lines(ann, list_id, [wanted(nut, 1)], client_ref="same"))] * 10)
    assert len({result.change_id for result in done}) == 1
    assert lines(world, ann, list_id)["NUT"].quantity == 6


def test_two_administrators_and_a_withdrawal(scene, world):
    app, ann, _ben, (carla, dora), _articles, list_id = scene
    with world(), acting_as(carla):
        set_list_approval(carla, is_needed=True)
    with world(), acting_as(ann):
        propose_list(ann, list_id)
        version = list_head(ann, list_id).version
    done = together(app, [
        (carla, lambda: approve_list(carla, list_id, version=version)),
        (dora, lambda: reject_list(dora, list_id, version=version, reason="no")),
        (ann, lambda: withdraw_list(ann, list_id)),
    ])  # fmt: skip
    refused = [result for result in done if isinstance(result, Conflict)]
    # one decision, unless the first was a no: that, as a withdrawal, leaves a draft which a senior may still release
    decided = [result for result in done[:2] if not isinstance(result, Conflict)]
    assert len(decided) <= 1 or done[0] is not None
    assert len(refused) in {1, 2}
    assert not [result for result in done if isinstance(result, Exception) and not isinstance(result, Conflict)]


def test_moving_to_and_fro_at_once_does_not_lock_up(scene, world):
    app, ann, ben, _chiefs, (nut, _pin), list_id = scene
    with world(), acting_as(ann):
        other = create_list(ann, "Other", client_ref="o")
        share_list(ann, other, None, Access.EDIT)
        put_lines(ann, other, [wanted(nut, 3)], client_ref="o")
    done = together(app, [
        (ann, lambda: transfer_lines(ann, list_id, other, None, is_move=False, client_ref=ref())),
        (ben, lambda: transfer_lines(ben, other, list_id, None, is_move=False, client_ref=ref())),
    ] * 3)  # fmt: skip
    assert not [result for result in done if isinstance(result, Exception)]
