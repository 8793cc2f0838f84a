"""
Drafts that nobody has changed for long are deleted, and nobody else's.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ecofax_gateway.domain.campaign import Stage
from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.line import FaxLine
from ecofax_gateway.domain.order import Requester, Source
from ecofax_gateway.pipeline import campaigns
from ecofax_gateway.pipeline.answer import Answer
from ecofax_gateway.pipeline.campaigns import Batch, Rules, stage_of
from ecofax_gateway.pipeline.housekeeping import Housekeeping
from ecofax_gateway.pipeline.worker import Bell
from ecofax_gateway.store import drafts, lines, nodes, preparation, trunks
from ecofax_gateway.store.campaigns import NewCampaign, NewDocument, Wishes
from ecofax_gateway.store.content import Content

LINE = "+33366720307"
# Whoever changes a draft is timed by the store's own clock.
TODAY = datetime.now(UTC)
LONG_AGO = TODAY - drafts.KEPT - timedelta(days=1)


@pytest.fixture
def db(tmp_path, new_store):
    db = new_store(tmp_path)
    db.sync_tx(trunks.put, "main", max_calls=1)
    db.sync_tx(lines.add, FaxLine(number=LINE, password_hash="x"), now=LONG_AGO)
    yield db
    db.close()


def chores(db, answer, now):
    return Housekeeping(
        db=db,
        node="a",
        epoch=db.sync_tx(nodes.begin, "a", now=now),
        answer=answer,
        silent_after=timedelta(seconds=30),
        slot_grace=timedelta(minutes=2),
        keep=timedelta(days=30),
        clock=lambda: now,
        stop=lambda: None,
    )


def put(db, ref):
    new = NewCampaign(
        ref=ref,
        line=LINE,
        trunk="main",
        source=Source.COMMAND,
        requester=Requester(address=None),
        quality=Quality.NORMAL,
        documents=(NewDocument(name="a.pdf", content=Content.of(b"a document")),),
        numbers=(),
        draft=True,
        wishes=Wishes(expected=1),
    )
    db.sync_tx(campaigns.create, new, now=LONG_AGO)
    batch = Batch(first=1, numbers=("+33972101010",))
    db.sync_tx(campaigns.add_batch, ref, batch, trunk="main", now=LONG_AGO)
    db.sync_tx(preparation.release, ref, page_count=1, now=LONG_AGO)


async def test_only_what_nobody_changes_is_deleted(db):
    zone = ZoneInfo("Europe/Paris")
    answer = Answer(sender="Fax <fax@gateway.example>", zone=zone, bell=Bell())
    for ref in ("ABANDONED", "CHANGED", "LAUNCHED"):
        put(db, ref)
    db.sync_tx(campaigns.launch, "LAUNCHED", answer, now=LONG_AGO)
    db.sync_tx(campaigns.set_rules, "CHANGED", Rules(pace=1.0), now=TODAY)

    await chores(db, answer, LONG_AGO + drafts.KEPT).drop_drafts()
    early = db.sync_read(campaigns.found, "ABANDONED")
    await chores(db, answer, TODAY).drop_drafts()

    assert stage_of(early) is Stage.DRAFT
    found = {
        ref: db.sync_read(campaigns.found, ref)
        for ref in ("ABANDONED", "CHANGED", "LAUNCHED")
    }
    assert {ref: stage_of(each) for ref, each in found.items()} == {
        "ABANDONED": Stage.OVER,
        "CHANGED": Stage.DRAFT,
        "LAUNCHED": Stage.RUNNING,
    }
