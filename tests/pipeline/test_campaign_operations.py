"""
What people do with campaigns, and what they are told when it cannot be done.
"""

import itertools
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from ecofax_gateway.domain.campaign import Canary, Relation, Stage
from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.errors import OrderRefused
from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.line import FaxLine
from ecofax_gateway.domain.number import parse_number
from ecofax_gateway.domain.order import Requester, Source
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.retry import Ask, Done, GiveUp
from ecofax_gateway.domain.window import Window
from ecofax_gateway.pipeline import campaigns
from ecofax_gateway.pipeline.answer import Answer
from ecofax_gateway.pipeline.campaigns import Rules
from ecofax_gateway.pipeline.worker import Bell
from ecofax_gateway.store import (
    calls,
    claims,
    faxes,
    lines,
    nodes,
    preparation,
    replies,
    trunks,
)
from ecofax_gateway.store import campaigns as store
from ecofax_gateway.store.campaigns import NewCampaign, NewDocument, Wishes
from ecofax_gateway.store.content import Content
from ecofax_gateway.store.drafts import Changes
from ecofax_gateway.store.reference import reference

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LINE = "+33366720307"


class Desk:
    """Somebody at the console, and a gateway that calls when it is told to."""

    def __init__(self, db):
        self.db = db
        self.now = NOON
        self.answer = Answer(
            sender="Fax <fax@gateway.example>",
            zone=ZoneInfo("Europe/Paris"),
            bell=Bell(),
        )
        self.refs = (reference(n * 104729) for n in itertools.count(1))
        self.epoch = db.sync_tx(nodes.begin, "a", now=NOON)
        db.sync_tx(trunks.put, "main", max_calls=10)
        line = FaxLine(number=LINE, password_hash="x", max_calls=9)
        db.sync_tx(lines.add, line, now=NOON)

    def do(self, operation, *args, **kwargs):
        return self.db.sync_tx(operation, *args, now=self.now, **kwargs)

    def draft(self, count=3, **wishes):
        ref = next(self.refs)
        new = NewCampaign(
            ref=ref,
            line=LINE,
            trunk="main",
            source=Source.COMMAND,
            requester=Requester(address="anne@example.net"),
            quality=Quality.PREMIUM,
            documents=(NewDocument(name="a.pdf", content=Content.of(ref.encode())),),
            numbers=(),
            draft=True,
            wishes=Wishes(expected=count, **wishes),
        )
        self.do(campaigns.create, new)
        listed = [f"+339721010{n:02d}" for n in range(count)]
        for batch in campaigns.batches(listed):
            self.do(campaigns.add_batch, ref, batch, trunk="main")
        return ref

    def render(self, ref):
        self.do(preparation.release, ref, page_count=1)

    def launched(self, count=3, **wishes):
        ref = self.draft(count, **wishes)
        self.render(ref)
        self.do(campaigns.launch, ref, self.answer)
        return ref

    def call(self, decide):
        """Call everything that may be called; *decide* says how each call ends."""
        called = []
        while claimed := self.do(claims.claim, node="a", epoch=self.epoch, limit=9):
            for each in claimed:
                ending, decision = decide(each)
                self.do(calls.intend, each, pages_sha256="x")
                pages = 1 if ending is Ending.DELIVERED else 0
                outcome = Outcome(ending=ending, pages_confirmed=pages)
                self.do(calls.finish, each, outcome, decision)
                self.do(self.answer.after_call, each.campaign)
                called.append(each.number)
        return called

    def kinds(self, ref):
        return [r.kind for r in self.db.sync_read(replies.of_campaign, ref)]

    def found(self, ref):
        return self.db.sync_read(campaigns.found, ref)


@pytest.fixture
def desk(tmp_path, new_store):
    db = new_store(tmp_path)

    yield Desk(db)

    db.close()


def good(claimed):
    return Ending.DELIVERED, Done()


def bad(claimed):
    return Ending.NOT_A_FAX, GiveUp(Ending.NOT_A_FAX)


def lost(claimed):
    return Ending.BROKEN_OFF, Ask()


def test_a_launch_is_acknowledged_once_whichever_comes_first(desk):
    pages_first, launch_first = desk.draft(), desk.draft()
    desk.render(pages_first)
    for ref in (pages_first, launch_first):
        desk.do(campaigns.launch, ref, desk.answer)

    assert desk.kinds(pages_first) == ["accepted"]
    assert desk.kinds(launch_first) == []
    assert campaigns.stage_of(desk.found(launch_first)) is Stage.READY


def test_a_pause_holds_back_everything_until_it_ends(desk):
    ref = desk.launched(5)
    desk.do(campaigns.pause, ref)
    paused = desk.call(good)
    stage = campaigns.stage_of(desk.found(ref))
    desk.do(campaigns.resume, ref)

    assert (paused, stage) == ([], Stage.PAUSED)
    assert len(desk.call(good)) == 5
    assert desk.kinds(ref) == ["accepted", "report"]


def test_a_canary_pauses_explains_itself_and_is_overruled(desk):
    ref = desk.launched(20, canary=Canary(4, 25))

    tried = desk.call(bad)
    paused = desk.found(ref)
    desk.do(campaigns.resume, ref)
    resumed = desk.found(ref)
    rest = desk.call(good)

    assert len(tried) <= 4
    assert paused.paused
    assert paused.pause_reason.startswith("2 numéros en échec sur les 4 premiers")
    assert (resumed.paused, resumed.pause_reason) == (False, None)
    assert len(tried) + len(rest) == 20
    assert desk.kinds(ref) == ["accepted", "paused", "report"]


def test_one_number_is_taken_out(desk):
    ref = desk.launched(3)
    number = parse_number("0972101001")

    done = desk.do(campaigns.cancel_number, ref, number, desk.answer)
    with pytest.raises(OrderRefused, match="no-number"):
        desk.do(campaigns.cancel_number, ref, number, desk.answer)

    assert done.cancelled == 1
    assert desk.call(good) == ["+33972101000", "+33972101002"]


def test_a_draft_whose_last_number_is_taken_out_is_over(desk):
    ref = desk.draft(1)

    desk.do(campaigns.cancel_number, ref, parse_number("0972101000"), desk.answer)

    assert campaigns.stage_of(desk.found(ref)) is Stage.OVER


def test_resend_reaches_the_failed_and_the_unknown_only_if_asked(desk):
    ends = iter([good, bad, lost])
    ref = desk.launched(3)
    desk.call(lambda claimed: next(ends)(claimed))

    def resend(**kwargs):
        new = next(desk.refs)
        made = desk.do(campaigns.resend, ref, new, desk.answer, **kwargs)
        desk.render(new)
        return made, desk.call(good)

    failed, called = resend()
    desk.now += claims.SLOT_GRACE  # the lost call may stand no longer
    again, called_again = resend(with_unknown=True)

    assert (failed.origin, failed.relation) == (ref, Relation.RESEND)
    assert called == ["+33972101001"]
    assert called_again == ["+33972101001", "+33972101002"]
    assert again.counts == {FaxState.WAITING: 2}
    with pytest.raises(OrderRefused, match="nothing-failed"):
        desk.do(campaigns.resend, again.ref, next(desk.refs), desk.answer)


def test_a_copy_has_its_rules_and_is_a_draft(desk):
    ref = desk.draft(4, canary=Canary(2, 10), name="Voeux", needs_proof=True)
    window = Window(days=frozenset({1, 2}), opens=time(9), closes=time(18))
    rules = Rules(window=window, pace=30, spread=timedelta(hours=1))
    desk.do(campaigns.set_rules, ref, rules)

    copy = desk.do(campaigns.copy, ref, next(desk.refs))

    original = desk.found(ref)
    assert campaigns.stage_of(copy) is Stage.DRAFT
    assert (copy.name, copy.canary, copy.needs_proof) == ("Voeux", Canary(2, 10), True)
    assert (copy.pace, copy.spread_s) == (30, 3600)
    assert copy.window == original.window == window.as_json()
    assert copy.names == original.names
    assert len(desk.db.sync_read(faxes.listing, campaign_ref=copy.ref)) == 4


def test_half_a_list_is_not_copied(desk):
    ref = desk.draft(4)
    desk.do(campaigns.edit, ref, Changes(expected=4))
    [batch] = campaigns.batches(["+33972101000"])
    desk.do(campaigns.add_batch, ref, batch, trunk="main")

    with pytest.raises(OrderRefused, match="incomplete"):
        desk.do(campaigns.copy, ref, next(desk.refs))


def test_rules_can_be_taken_away(desk):
    ref = desk.launched()
    desk.do(campaigns.set_rules, ref, Rules(window=Window(opens=time(9)), pace=2))

    desk.do(campaigns.set_rules, ref, Rules(no_window=True, no_pace=True))

    assert (desk.found(ref).window, desk.found(ref).pace) == (None, None)
    assert len(desk.call(good)) == 3


def test_a_proof_is_apart(desk):
    ref = desk.draft(3, needs_proof=True)
    desk.render(ref)
    number = parse_number("0366720308")

    proof = desk.do(
        campaigns.proof, ref, next(desk.refs), [number], desk.answer, trunk="main"
    )
    desk.render(proof.ref)
    called = desk.call(good)
    desk.do(campaigns.launch, ref, desk.answer)

    assert called == [number.e164]
    assert proof.name == "(BAT)"
    assert desk.found(ref).counts == {FaxState.QUEUED: 3}


def test_who_got_the_proof_gets_the_letter_too(desk):
    ref = desk.draft(2)
    desk.render(ref)
    number = parse_number("0972101001")
    proof = desk.do(
        campaigns.proof, ref, next(desk.refs), [number], desk.answer, trunk="main"
    )
    desk.render(proof.ref)
    desk.call(good)

    desk.do(campaigns.launch, ref, desk.answer)

    assert desk.call(good) == ["+33972101000", "+33972101001"]


def test_deleting_hides_a_draft_and_what_is_over(desk):
    draft, running = desk.draft(), desk.launched()
    desk.do(campaigns.delete, draft)
    with pytest.raises(OrderRefused, match="not-over"):
        desk.do(campaigns.delete, running)
    desk.do(campaigns.stop, running, desk.answer)
    desk.do(campaigns.delete, running)

    assert desk.found(draft).counts == {FaxState.CANCELLED: 3}
    assert desk.kinds(draft) == []
    assert desk.db.sync_read(store.listing) == []
    assert desk.call(good) == []


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        pytest.param(
            lambda d, r: d.do(campaigns.pause, r), "n'est pas en cours", id="pause"
        ),
        pytest.param(
            lambda d, r: d.do(campaigns.resume, r), "n'est pas en cours", id="resume"
        ),
        pytest.param(
            lambda d, r: d.do(campaigns.launch, r, d.answer, due_at=d.now),
            "déjà passée",
            id="past",
        ),
        pytest.param(
            lambda d, r: d.do(
                campaigns.proof, r, "X2345678", [], d.answer, trunk="main"
            ),
            "10 numéros au plus",
            id="proof-to-nobody",
        ),
        pytest.param(
            lambda d, r: d.do(
                campaigns.proof,
                r,
                "X2345678",
                [parse_number("0899700000")],
                d.answer,
                trunk="main",
            ),
            "qualité best",
            id="proof-restricted",
        ),
        pytest.param(
            lambda d, r: d.do(campaigns.resend, r, "X2345678", d.answer),
            "échoué",
            id="resend",
        ),
        pytest.param(
            lambda d, r: d.do(campaigns.set_rules, r, Rules(pace=0)),
            "cadence",
            id="pace",
        ),
        pytest.param(
            lambda d, r: d.do(campaigns.set_rules, r, Rules(spread=timedelta(0))),
            "étalement",
            id="spread",
        ),
        pytest.param(
            lambda d, r: d.do(campaigns.edit, "NONE", Changes(name="x")),
            "pas de campagne NONE",
            id="edit-none",
        ),
        pytest.param(
            lambda d, r: d.do(campaigns.stop, "NONE", d.answer),
            "pas de campagne NONE",
            id="stop-none",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_in_french(desk, operation, said):
    ref = desk.draft()

    with pytest.raises(OrderRefused) as refused:
        operation(desk, ref)

    assert said in refused.value.for_requester
    assert campaigns.stage_of(desk.found(ref)) is Stage.DRAFT


def test_a_proof_list_has_a_limit(desk):
    ref = desk.draft()
    listed = [parse_number(f"03667203{n:02d}") for n in range(11)]

    with pytest.raises(OrderRefused, match="proof-list"):
        desk.do(
            campaigns.proof, ref, next(desk.refs), listed, desk.answer, trunk="main"
        )
    made = desk.do(
        campaigns.proof, ref, next(desk.refs), listed[:10], desk.answer, trunk="main"
    )

    assert made.expected == campaigns.MAX_PROOF_NUMBERS
