"""What every procedure owes: possible flags, stages that follow each other and end, seals that hold."""

from __future__ import annotations

import itertools

import pytest

from app.sourcing.domain.procedures import CHOICES, NUMBERS, PROCEDURES
from app.sourcing.domain.tender_machine import SEALED, TENDER

ALL = PROCEDURES.items()
NEEDS = {"criteria", "contract", "framework", "ceiling"}


def test_the_seven_ways_are_there():
    assert [code for code, _ in ALL] == [
        "dutch", "framework", "mini-competition", "proposals", "reverse-auction", "sealed-prices", "two-stage",
    ]  # fmt: skip


@pytest.mark.parametrize(("code", "procedure"), ALL)
def test_flags_are_possible(code, procedure):
    start = procedure.start()
    assert set(start) == set(CHOICES) | set(NUMBERS)
    for flag, value in start.items():
        if flag in CHOICES:
            assert value in CHOICES[flag], flag
        else:
            assert NUMBERS[flag][0] <= value <= NUMBERS[flag][1], flag
    assert procedure.fixed <= set(start)
    assert procedure.needs <= NEEDS
    assert start["min_bids"] >= procedure.min_bidders
    assert start["ranking"] == procedure.rank
    assert str(procedure.name)
    assert str(procedure.about)


@pytest.mark.parametrize(("code", "procedure"), ALL)
def test_stages_follow_each_other_in_the_machine(code, procedure):
    stages = procedure.stages
    assert stages[0].state == "published"
    steps = [(stage.state, stage.ends_with) for stage in stages]
    assert len(set(steps)) == len(steps), "a stage stands twice"
    for stage, following in itertools.pairwise(stages):
        targets = {row.leads_from(stage.state) for row in TENDER.rows(stage.ends_with, stage.state)}
        assert following.state in targets, f"{stage.state} does not lead to {following.state}"
    assert stages[-1].ends_with == "complete", "every way has an end"


@pytest.mark.parametrize(("code", "procedure"), ALL)
def test_no_stage_accepts_bids_and_shows_them(code, procedure):
    for stage in procedure.stages:
        assert not (stage.accepts_bids and stage.shows_bids)
        assert not (stage.shows_bids and stage.state in SEALED)
    assert [stage.state for stage in procedure.stages if stage.accepts_bids] == ["bidding"]


@pytest.mark.parametrize(("code", "procedure"), ALL)
def test_auctions_and_envelopes_have_their_stage(code, procedure):
    states = {stage.state for stage in procedure.stages}
    assert ("auction" in states) == (procedure.start()["has_auction"] != "none")
    assert ("prequalification" in states) == procedure.start()["has_prequalification"]
