"""What is offered in place of what cannot be had, and whom to ask; what the pad's list of suggestions finds."""

from __future__ import annotations

import pytest

from app.catalog.models.kits import RelatedArticle
from app.catalog.queries.ways_out import CODES_LOOKED_AT, instead_of, nearest_articles
from app.core.db import statements, transaction
from app.core.tenancy import acting_as, system_scope
from app.ordering.queries.quick_order import preview, read_text
from tests.factories.ordering import article, buyer, own_number, sign_in


def substitute(of, *others) -> None:
    with system_scope("factory"), transaction() as session:
        session.add_all(
            RelatedArticle(article_id=of.id, other_id=other.id, kind="substitute", position=place)
            for place, other in enumerate(others)
        )


def options(seen) -> dict[str, list[str]]:
    return {problem.code: [option.value for option in problem.options] for problem in seen.problems}


@pytest.mark.usefixtures("ctx")
def test_every_dead_end_has_a_way_out():
    new, like, unlike = article("NEW"), article("LIKE"), article("UNLIKE")
    substitute(article("OLD", successor=new), like)
    substitute(article("LAST", status="discontinued"), like, unlike)
    substitute(article("NONE", stock=0), like)
    substitute(article("FREE", None), unlike)
    article("85123A")
    ann = buyer()
    with acting_as(ann):
        seen = preview(ann, read_text("OLD\t1\nLAST\t1\nNONE\t1\nFREE\t1\n85132A\t1\n85123\t1\nXYZ\t1\n"))
    assert options(seen) == {
        "OLD": ["NEW", "LIKE"], "LAST": ["LIKE", "UNLIKE"], "NONE": ["LIKE"], "FREE": ["UNLIKE"],
        "85132A": ["85123A"], "85123": ["85123A"], "XYZ": [],
    }  # fmt: skip
    assert [problem.code for problem in seen.problems if problem.is_askable] == ["OLD", "LAST", "FREE"]


@pytest.mark.usefixtures("ctx")
def test_what_is_gone_or_a_head_is_not_offered():
    substitute(
        article("OLD", status="discontinued"), article("OLDER", status="discontinued"), article("HEAD", is_head=True)
    )
    article("AB-1", status="discontinued")
    ann = buyer()
    with acting_as(ann):
        assert nearest_articles(ann, ["AB1", ""]) == {"AB1": []}
        assert options(preview(ann, read_text("OLD\t1\n"))) == {"OLD": []}
        assert instead_of(ann, []) == {}


@pytest.mark.usefixtures("ctx")
def test_many_unknown_codes_cost_no_more_statements():
    article("A100")
    ann = buyer()
    counts = []
    for many in (1, 500):
        with acting_as(ann), statements() as seen:
            found = nearest_articles(ann, [f"A10{n}X" for n in range(many)])
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert len(found) == CODES_LOOKED_AT


def test_a_row_that_only_a_person_can_help_leads_to_a_request(client, world):
    with world():
        article("FREE", None)
        ann = buyer()
    sign_in(client, ann)
    page = client.post("/quick-order", data={"text": "FREE\t3"})
    links = [one["href"] for one in page.soup.select(".o-problems a") if "Ask for a quote" in one.get_text()]
    assert links == ["/quotes/new?code=FREE&quantity=3&unit=H87"]
    part = client.post_part("/quick-order/judge", data={"rows": "1\tFREE\t3\t\t"})
    assert "Ask for a quote" in part.text


@pytest.mark.parametrize("typed", ["NU", "hexag", "40063813", "HX-M8", "MY-7", "hx m8"])
def test_suggestions_know_every_kind_of_number(client, world, typed):
    with world():
        made = article("NUT", name="Hexagon nut", gtin="4006381333931", mpn="HX-M8-Z")
        ann = buyer()
        own_number(made, ann.company_id, "MY-7-B")
    sign_in(client, ann)
    found = client.part(f"/shop/suggest?q={typed}")
    assert [one["value"] for one in found.soup.find_all("option")] == ["NUT"]
