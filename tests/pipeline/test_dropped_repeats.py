"""
A repeat that nobody releases does not keep its campaign open for ever.
"""

import email
import email.policy
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.line import FaxLine
from ecofax_gateway.domain.order import Requester, Source
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.retry import Done
from ecofax_gateway.pipeline.answer import Answer
from ecofax_gateway.pipeline.housekeeping import Housekeeping
from ecofax_gateway.pipeline.worker import Bell
from ecofax_gateway.store import (
    calls,
    campaigns,
    claims,
    lines,
    nodes,
    preparation,
    replies,
    trunks,
)
from ecofax_gateway.store.campaigns import NewCampaign, NewDocument
from ecofax_gateway.store.content import Content
from ecofax_gateway.store.states import CampaignState

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LINE = "+33366720307"
ANNE, PAUL = "+33972101010", "+33972101011"


@pytest.fixture
def db(tmp_path, new_store):
    db = new_store(tmp_path)
    db.sync_tx(trunks.put, "main", max_calls=9)
    db.sync_tx(lines.add, FaxLine(number=LINE, password_hash="x"), now=NOON)

    yield db

    db.close()


@pytest.fixture
def answer():
    return Answer(
        sender="Fax <fax@gateway.example>",
        zone=ZoneInfo("Europe/Paris"),
        bell=Bell(),
        repeat_patience=timedelta(days=7),
    )


def order(db, answer, ref, *numbers):
    new = NewCampaign(
        ref=ref,
        line=LINE,
        trunk="main",
        source=Source.COMMAND,
        requester=Requester(address="anne@example.net"),
        quality=Quality.PREMIUM,
        documents=(NewDocument(name="a.pdf", content=Content.of(b"same")),),
        numbers=numbers,
    )
    db.sync_tx(campaigns.create, new, now=NOON)
    db.sync_tx(preparation.release, ref, page_count=1, now=NOON)
    db.sync_tx(answer.ask_about_repeats, ref, now=NOON)


def call_all(db, answer, epoch):
    arrived = Outcome(ending=Ending.DELIVERED, pages_confirmed=1)
    while claimed := db.sync_tx(claims.claim, node="a", epoch=epoch, limit=9, now=NOON):
        for each in claimed:
            db.sync_tx(calls.intend, each, pages_sha256="x", now=NOON)
            db.sync_tx(calls.finish, each, arrived, Done(), now=NOON)
            db.sync_tx(answer.after_call, each.campaign, now=NOON)


def letters(db, ref):
    found = {}
    later = NOON + timedelta(days=8)
    while due := db.sync_tx(
        replies.claim_due, node="a", now=later, lease=timedelta(minutes=5)
    ):
        mail = email.message_from_bytes(due.message, policy=email.policy.default)
        found[due.campaign, due.kind] = mail.get_body(("plain",)).get_content()
        db.sync_tx(replies.sent, due.id, now=later)
    return {kind: text for (of, kind), text in found.items() if of == ref}


async def test_it_is_cancelled_after_the_time_that_was_told(db, answer):
    epoch = db.sync_tx(nodes.begin, "a", now=NOON)
    order(db, answer, "FIRST", ANNE)
    order(db, answer, "ALONE", ANNE)
    order(db, answer, "LIST", ANNE, PAUL)
    call_all(db, answer, epoch)
    now = NOON
    chores = Housekeeping(
        db=db,
        node="a",
        epoch=epoch,
        answer=answer,
        silent_after=timedelta(seconds=30),
        slot_grace=timedelta(minutes=2),
        keep=timedelta(days=30),
        repeat_patience=timedelta(days=7),
        clock=lambda: now,
        stop=lambda: None,
    )

    now = NOON + timedelta(days=7, seconds=-1)
    await chores.drop_repeats()
    early = [db.sync_read(campaigns.get, ref).state for ref in ("ALONE", "LIST")]
    now = NOON + timedelta(days=7)
    await chores.drop_repeats()
    late = [db.sync_read(campaigns.get, ref).state for ref in ("ALONE", "LIST")]

    assert early == [CampaignState.READY] * 2
    assert late == [CampaignState.FINISHED] * 2
    alone = letters(db, "ALONE")
    assert "il sera annulé le 09-03-2026 à 13:00" in alone["repeated"]
    assert "le même document était déjà parti" in alone["cancelled"]


async def test_the_report_says_why(db, answer):
    epoch = db.sync_tx(nodes.begin, "a", now=NOON)
    order(db, answer, "FIRST", ANNE)
    order(db, answer, "LIST", ANNE, PAUL, "+33972101012")
    call_all(db, answer, epoch)
    chores = Housekeeping(
        db=db,
        node="a",
        epoch=epoch,
        answer=answer,
        silent_after=timedelta(seconds=30),
        slot_grace=timedelta(minutes=2),
        keep=timedelta(days=30),
        clock=lambda: NOON + timedelta(days=8),
        stop=lambda: None,
    )

    await chores.drop_repeats()

    told = letters(db, "LIST")
    assert "Envoyés : 2" in told["report"]
    assert "09 72 10 10 10 : annulé. Le même document était déjà" in told["report"]
