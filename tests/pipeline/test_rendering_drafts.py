"""
What rendering makes of drafts: pages, or why not; real documents, real converters.
"""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete

from converters.workshop import Workshop
from ecofax_gateway import cli
from ecofax_gateway.domain.line import FaxLine
from ecofax_gateway.pipeline import campaigns, drafting
from ecofax_gateway.pipeline.answer import Answer
from ecofax_gateway.pipeline.prepare import Rendering
from ecofax_gateway.pipeline.worker import Bell
from ecofax_gateway.store import draft_documents, lines, preparation, trunks
from ecofax_gateway.store.campaigns import NewDocument
from ecofax_gateway.store.content import Content
from ecofax_gateway.store.states import CampaignState
from ecofax_gateway.store.tables import pages

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
QUOTE = (Path(cli.__file__).parent / "documents/devis.pdf").read_bytes()


class Interrupted(Workshop):
    """A workshop where something happens once while it is at work."""

    meanwhile = None

    async def render(self, *args, **kwargs):
        happens, self.meanwhile = self.meanwhile, None
        if happens:
            happens()
        return await super().render(*args, **kwargs)


class Press:
    """A draft, and the step that makes its pages."""

    def __init__(self, db, workshop):
        self.db = db
        self.workshop = workshop
        self.rendering = Rendering(
            db=db,
            node="a",
            workshop=workshop,
            answer=Answer(
                sender="fax@ecofax.test", zone=ZoneInfo("Europe/Paris"), bell=Bell()
            ),
            clock=lambda: NOON,
            bell=Bell(),
        )
        db.sync_tx(trunks.put, "main", max_calls=2)
        line = FaxLine(number="+33366720307", password_hash="x")
        db.sync_tx(lines.add, line, now=NOON)
        self.ref = drafting.fresh_reference()
        db.sync_tx(drafting.begin, self.ref, line=line, now=NOON)

    def add(self, name, content):
        new = NewDocument(name=name, content=Content.of(content))
        self.db.sync_tx(draft_documents.append, self.ref, [new])

    @property
    def draft(self):
        return self.db.sync_read(campaigns.found, self.ref)


@pytest.fixture
async def press(tmp_path, new_store):
    db = new_store(tmp_path)
    workshop = Interrupted(folder=tmp_path / "workshop", office_instances=0)

    yield Press(db, workshop)

    await workshop.close()
    db.close()


async def test_a_draft_without_documents_is_left_alone(press):
    assert not await press.rendering.step()
    assert press.draft.state is CampaignState.PREPARING


async def test_a_draft_outlives_a_document_that_cannot_be_printed(press):
    press.add("abime.pdf", b"%PDF-1.7 and nothing")
    await press.rendering.step()
    failed, idle = press.draft, not await press.rendering.step()
    [bad] = press.db.sync_read(preparation.documents, press.ref)

    press.db.sync_tx(draft_documents.remove, press.ref, bad.id)
    press.add("devis.pdf", QUOTE)
    await press.rendering.step()

    [fault] = failed.trouble
    assert (fault["document"], failed.finished_at) == ("abime.pdf", None)
    assert "endommagé" in fault["sentence"]
    assert idle
    assert (press.draft.state, press.draft.pages) == (CampaignState.READY, 1)
    assert press.draft.trouble is None


async def test_a_document_that_comes_while_pages_are_made_is_not_lost(press):
    press.add("devis.pdf", QUOTE)
    press.workshop.meanwhile = lambda: press.add("bis.pdf", QUOTE + b"\n%")

    await press.rendering.step()
    between = press.draft
    await press.rendering.step()

    assert (between.state, between.pages) == (CampaignState.PREPARING, None)
    assert (press.draft.state, press.draft.pages) == (CampaignState.READY, 2)


async def test_a_document_that_is_taken_out_while_pages_are_made_harms_nothing(press):
    press.add("devis.pdf", QUOTE)
    [only] = press.db.sync_read(preparation.documents, press.ref)
    press.workshop.meanwhile = lambda: press.db.sync_tx(
        draft_documents.remove, press.ref, only.id
    )

    await press.rendering.step()

    assert press.draft.state is CampaignState.PREPARING
    assert press.draft.trouble is None
    assert not await press.rendering.step()


async def test_pages_that_go_while_others_are_made_are_made_again(press):
    """
    Retention takes what nobody holds, and may have looked just before somebody did.
    """
    press.add("devis.pdf", QUOTE)
    await press.rendering.step()
    press.add("bis.pdf", QUOTE + b"\n%")
    press.workshop.meanwhile = lambda: press.db.sync_tx(
        lambda conn: conn.execute(delete(pages))
    )

    await press.rendering.step()
    between = press.draft
    await press.rendering.step()

    assert between.state is CampaignState.PREPARING
    assert (press.draft.state, press.draft.pages) == (CampaignState.READY, 2)
    dpi = press.draft.quality.vertical_dpi
    assert press.db.sync_tx(preparation.holds_pages, press.ref, dpi)
