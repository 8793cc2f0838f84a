"""
Looking campaigns up: names, stages, order, pages.
"""

from datetime import timedelta

import pytest
from sqlalchemy import delete, literal, select

from ecofax_gateway.domain.campaign import Stage
from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.folding import fold
from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.domain.retry import Ask, Done, GiveUp
from ecofax_gateway.pipeline.campaigns import stage_of
from ecofax_gateway.store import calls, campaigns, catalogue, drafts, schedules
from ecofax_gateway.store.campaigns import NewDocument, Wishes
from ecofax_gateway.store.catalogue import Search, Sort
from ecofax_gateway.store.content import Content
from ecofax_gateway.store.folding import folded
from ecofax_gateway.store.tables import attempt, fax

from .test_schedules import DELIVERED, numbers

NAMES = ["Vœux d'été", "Relance ÎLE-DE-FRANCE", "Straße", "100 % coton", "a_b"]


@pytest.fixture
def shelf(office):
    """
    Campaigns with names, made one after the other.
    """
    line = office.line(max_calls=9)
    return [office.campaign(line, numbers(2), wishes=Wishes(name=n)) for n in NAMES]


def found(office, **wanted):
    page = office.db.sync_read(catalogue.search, Search(**wanted))
    return [each.ref for each in page.campaigns]


@pytest.mark.parametrize(
    ("words", "places"),
    [
        pytest.param("voeux", [0], id="ligature"),
        pytest.param("VŒUX", [0], id="ligature-capital"),
        pytest.param("ete d'", [0], id="two-words"),
        pytest.param("île de", [1], id="accents"),
        pytest.param("strasse", [2], id="sharp-s"),
        pytest.param("100 %", [3], id="no-wildcard"),
        pytest.param("a_b", [4], id="no-joker"),
        pytest.param("a%b", [], id="nothing"),
        pytest.param("", [4, 3, 2, 1, 0], id="all-newest-first"),
    ],
)
def test_words_are_found_without_capitals_and_accents(office, shelf, words, places):
    assert found(office, words=words) == [shelf[n] for n in places]


def test_a_reference_is_found_in_small_letters(office, shelf):
    assert found(office, words=shelf[2].lower()) == [shelf[2]]


def test_a_campaign_without_a_name_is_found_by_its_document(office):
    line = office.line()
    made = office.campaign(
        line,
        numbers(2),
        documents=(NewDocument(name="Été.pdf", content=Content.of(b"x")),),
    )

    assert found(office, words="ete.pdf") == [made]


def fold_there(conn, text):
    return conn.execute(select(folded(conn, literal(text)))).scalar()


def test_both_databases_fold_as_we_do(office):
    letters = "".join(chr(code) for code in range(0x20, 0x180))

    assert office.db.sync_read(fold_there, letters) == fold(letters)


def test_another_lines_campaigns_and_deleted_ones_are_not_shown(office, shelf):
    other = office.line("+33100000002")
    office.campaign(other, numbers(2, prefix="+3372"))
    office.tx(campaigns.cancel, shelf[0], now=office.now)
    office.tx(campaigns.finish_if_all_final, shelf[0], now=office.now)
    office.tx(drafts.hide, shelf[0], now=office.now)

    assert found(office, line="+33100000001") == shelf[:0:-1]
    assert len(found(office)) == len(shelf)


def test_single_faxes_are_shown_only_on_request(office, shelf):
    line = office.line("+33100000002")
    single = office.campaign(line, numbers(1, prefix="+3372"))

    assert single not in found(office)
    assert found(office, with_single=True)[0] == single


def test_the_stage_is_what_people_are_told(office):
    """
    The database's reading of a stage is that of the domain, for every stage.
    """
    line = office.line(max_calls=9)
    draft = office.campaign(line, numbers(2), draft=True)
    ready = office.campaign(line, numbers(2, prefix="+3373"))
    running = office.queue(line, numbers(2, prefix="+3374"))
    paused = office.queue(line, numbers(2, prefix="+3375"))
    office.tx(schedules.set_paused, paused, paused=True, now=office.now)
    over = office.queue(line, numbers(2, prefix="+3376"))
    office.tx(campaigns.cancel, over, now=office.now)
    office.tx(campaigns.finish_if_all_final, over, now=office.now)
    by_stage = dict(zip(Stage, (draft, ready, running, paused, over), strict=True))

    assert {stage: found(office, stages={stage}) for stage in Stage} == {
        stage: [ref] for stage, ref in by_stage.items()
    }
    assert found(office, sort=Sort.STAGE, descending=False) == list(by_stage.values())
    for stage, ref in by_stage.items():
        assert stage_of(office.db.sync_read(campaigns.get, ref)) is stage


def test_the_order_is_that_of_the_column(office):
    line, now = office.line(max_calls=9), office.now
    a = office.campaign(line, numbers(3), wishes=Wishes(name="écrin"))
    b = office.campaign(
        line,
        numbers(1, prefix="+3373"),
        wishes=Wishes(name="Abeille"),
        due_at=now + timedelta(days=2),
    )
    c = office.campaign(
        line,
        numbers(2, prefix="+3374"),
        wishes=Wishes(name="zèbre"),
        due_at=now + timedelta(days=1),
    )

    up = {sort: found(office, sort=sort, descending=False) for sort in Sort}
    assert up[Sort.NAME] == [b, a, c]
    assert up[Sort.NUMBERS] == [b, c, a]
    assert up[Sort.PLANNED] == [a, c, b]
    assert up[Sort.CREATED] == [a, b, c]
    assert found(office, sort=Sort.NUMBERS) == [a, c, b]


def test_pages_follow_each_other_without_gaps(office, shelf):
    pages = [
        office.db.sync_read(catalogue.search, Search(page=n), size=2)
        for n in (1, 2, 3, 4)
    ]

    refs = [[each.ref for each in page.campaigns] for page in pages]
    assert [ref for each in refs for ref in each] == shelf[::-1]
    assert [len(each) for each in refs] == [2, 2, 1, 0]
    assert {page.total for page in pages} == {5}


def end_all(office, decisions):
    for each, decision in zip(office.claim(), decisions, strict=True):
        office.tx(calls.intend, each, pages_sha256="x", now=office.now)
        office.tx(calls.finish, each, DELIVERED, decision, now=office.now)
        office.tx(campaigns.finish_if_all_final, each.campaign, now=office.now)


def test_counts_of_what_is_over_are_kept(office):
    """
    Also when its faxes are forgotten, they tell what it came to.
    """
    ref = office.queue(office.line(max_calls=9), numbers(3))
    end_all(office, [Done(), GiveUp(Ending.BUSY), Done()])
    told = office.db.sync_read(campaigns.get, ref)
    office.tx(forget_faxes, told.id)

    assert told.counts == {FaxState.SENT: 2, FaxState.FAILED: 1}
    assert office.db.sync_read(campaigns.get, ref).counts == told.counts
    assert found(office, sort=Sort.NUMBERS) == [ref]


def test_what_is_unknown_is_counted_again(office):
    """
    A late result settles it after the campaign ended.
    """
    ref = office.queue(office.line(max_calls=9), numbers(2))
    claimed = office.claim()
    for each, decision in zip(claimed, [Done(), Ask()], strict=True):
        office.tx(calls.intend, each, pages_sha256="x", now=office.now)
        office.tx(calls.finish, each, DELIVERED, decision, now=office.now)
    assert office.tx(campaigns.finish_if_all_final, ref, now=office.now)
    before = office.db.sync_read(campaigns.get, ref).counts
    office.tx(calls.finish, claimed[1], DELIVERED, Done(), now=office.now)

    assert before == {FaxState.SENT: 1, FaxState.UNKNOWN: 1}
    assert office.db.sync_read(campaigns.get, ref).counts == {FaxState.SENT: 2}


def forget_faxes(conn, campaign_id):
    its = select(fax.c.id).where(fax.c.campaign_id == campaign_id)
    conn.execute(delete(attempt).where(attempt.c.fax_id.in_(its)))
    conn.execute(delete(fax).where(fax.c.campaign_id == campaign_id))
