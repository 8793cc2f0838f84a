"""
A store of an earlier schema keeps its content when it is upgraded.
"""

from datetime import timedelta

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.fax import FaxState, Phase
from ecofax_gateway.domain.order import Requester
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.retry import Done
from ecofax_gateway.store import (
    calls,
    campaigns,
    claims,
    faxes,
    lines,
    mails,
    nodes,
    preparation,
    replies,
    trunks,
)
from ecofax_gateway.store.database import Database
from ecofax_gateway.store.migration import SCRIPTS
from ecofax_gateway.store.states import CampaignState, MailState

T = "2026-03-02 12:00:00.000000"

# As 0001 wrote it: every table, every state of a fax, nothing that came later.
CONTENT = f"""
INSERT INTO line VALUES ('+33366720307', 'pro', 'Cabinet Durand', '$argon2id$x', 2,
    FALSE, 1.5, 7.0, '{T}', '{T}');
INSERT INTO trunk VALUES ('main', 4, FALSE);
INSERT INTO node VALUES ('a', 3, '{T}');
INSERT INTO mail VALUES ('M1', 'anne@example.net', '["fax@ecofax.fr"]', '127.0.0.1',
    'aa', 4, :bytes, NULL, 'ordered', NULL, NULL, NULL, 1, '{T}', '{T}');
INSERT INTO mail VALUES ('M2', 'anne@example.net', '["fax@ecofax.fr"]', '127.0.0.1',
    'bb', 4, :bytes, NULL, 'accepted', NULL, NULL, NULL, 0, '{T}', NULL);
INSERT INTO mail_key VALUES ('key', 'M1', '{T}');
INSERT INTO pages VALUES ('dd', 196, 'tt', 4, :bytes, NULL, 3, '["clair"]', '{T}');
INSERT INTO campaign VALUES (1, 'M1', '+33366720307', 'mail', 'M1', 'anne@example.net',
    '<1@example.net>', 'Télécopie', 'premium', NULL, 'ready', NULL, NULL, 1, '["w"]',
    '{{"duplicates": ["+33972101010"]}}', 3, '{T}', NULL, NULL);
INSERT INTO campaign VALUES (2, 'C2', '+33366720307', 'command', NULL, NULL, NULL, '',
    'normal', NULL, 'preparing', NULL, NULL, 0, '[]', '{{}}', NULL, '{T}', NULL, NULL);
INSERT INTO document VALUES (1, 1, 1, 'lettre.pdf', 'dd', 4, :bytes, NULL);
INSERT INTO document VALUES (2, 2, 1, 'note.odt', 'ee', 4, :bytes, NULL);
INSERT INTO reply VALUES (1, 'accepted:M1', 'accepted', 'M1', 'anne@example.net', :bytes,
    'pending', NULL, NULL, 0, '{T}', '', '{T}', NULL);
INSERT INTO fax VALUES (1, 'M1-1', 1, 1, '+33366720307', 'main', '+33972101001', 'sent',
    NULL, FALSE, 5, 1.0, NULL, 1, 'a', 3, 3, FALSE, 'delivered', '', NULL, '{T}', '{T}');
INSERT INTO fax VALUES (2, 'M1-2', 1, 2, '+33366720307', 'main', '+33972101002', 'queued',
    NULL, FALSE, 5, 2.0, NULL, 0, NULL, NULL, 0, FALSE, NULL, '', NULL, '{T}', NULL);
INSERT INTO fax VALUES (3, 'M1-3', 1, 3, '+33366720307', 'main', '+33972101003',
    'scheduled', NULL, FALSE, 5, 3.0, '{T}', 1, 'a', 3, 1, FALSE, 'cut-off', 'BYE', NULL,
    '{T}', NULL);
INSERT INTO fax VALUES (4, 'M1-4', 1, 4, '+33366720307', 'main', '+33972101004', 'dialing',
    'answered', TRUE, 5, 4.0, NULL, 1, 'a', 3, 0, FALSE, NULL, '', NULL, '{T}', NULL);
INSERT INTO fax VALUES (5, 'M1-5', 1, 5, '+33366720307', 'main', '+33972101005', 'failed',
    NULL, FALSE, 5, 5.0, NULL, 1, 'a', 3, 0, FALSE, 'number-unknown', '404', NULL, '{T}',
    '{T}');
INSERT INTO fax VALUES (6, 'C2', 2, 1, '+33366720307', 'main', '+33972101006', 'waiting',
    NULL, FALSE, 5, 0.0, NULL, 0, NULL, NULL, 0, FALSE, NULL, '', NULL, '{T}', NULL);
INSERT INTO attempt VALUES (1, 1, 'a', 3, 'sending', 1, 3, '{T}', '{T}', '{T}', '{T}',
    'delivered', '', '+33 9', 14400, TRUE, 196, TRUE, 91.5, 'cc');
INSERT INTO attempt VALUES (3, 1, 'a', 3, 'sending', 1, 1, '{T}', '{T}', '{T}', '{T}',
    'cut-off', 'BYE', NULL, 9600, FALSE, 196, TRUE, 40.0, 'cc');
INSERT INTO attempt VALUES (4, 1, 'a', 3, 'answered', 1, 0, '{T}', '{T}', '{T}', NULL,
    NULL, '', NULL, NULL, NULL, NULL, FALSE, 0.0, 'cc');
INSERT INTO attempt VALUES (5, 1, 'a', 3, 'inviting', 1, 0, '{T}', '{T}', NULL, '{T}',
    'number-unknown', '404', NULL, NULL, NULL, NULL, FALSE, 0.0, 'cc')
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request, tmp_path):
    """
    The URL of a store of schema 0001 that was at work.
    """
    url = f"sqlite:///{tmp_path}/old.db"
    if request.param == "postgresql":
        cluster = request.getfixturevalue("cluster")
        url = cluster.url(cluster.new())
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    engine = create_engine(url)
    with engine.begin() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "0001")
        if conn.dialect.name == "postgresql":
            conn.execute(text("SET LOCAL TIME ZONE 'UTC'"))
        for statement in CONTENT.split(";\n"):
            values = {"bytes": b"data"} if ":bytes" in statement else {}
            conn.execute(text(statement), values)
    engine.dispose()
    return url


@pytest.fixture
def upgraded(old, tmp_path):
    """
    The same store, opened by this program.
    """
    database = Database.open(old, spool=tmp_path / "spool")

    yield database

    database.close()


def test_orders_and_their_faxes_are_kept(upgraded, office_now):
    campaign = upgraded.sync_read(campaigns.get, "M1")
    told = upgraded.sync_read(faxes.listing, campaign_ref="M1")

    assert campaign.requester == Requester(
        address="anne@example.net", message_id="<1@example.net>", subject="Télécopie"
    )
    assert (campaign.quality, campaign.pages) == (Quality.PREMIUM, 3)
    assert (campaign.names, campaign.warnings) == (("lettre.pdf",), ("w",))
    assert campaign.notes == {"duplicates": ["+33972101010"]}
    assert campaign.state is CampaignState.READY
    assert [fax.state for fax in told] == [
        FaxState.SENT,
        FaxState.QUEUED,
        FaxState.SCHEDULED,
        FaxState.DIALING,
        FaxState.FAILED,
    ]
    assert [fax.number[-1] for fax in told] == list("12345")
    assert (told[2].due_at, told[2].pages_confirmed) == (office_now, 1)


def test_calls_are_kept(upgraded, office_now):
    (delivered,) = upgraded.sync_read(faxes.attempts, "M1-1")
    (cut_off,) = upgraded.sync_read(faxes.attempts, "M1-3")

    assert (delivered.ending, delivered.pages_confirmed) == (Ending.DELIVERED, 3)
    assert (delivered.remote_id, delivered.duration_s) == ("+33 9", 91.5)
    assert (delivered.started_at, delivered.ecm) == (office_now, True)
    assert (cut_off.ending, cut_off.detail) == (Ending.CUT_OFF, "BYE")


def test_lines_trunks_mails_pages_and_replies_are_kept(upgraded, office_now):
    later = office_now + timedelta(minutes=1)
    lease = timedelta(minutes=5)

    line = upgraded.sync_read(lines.get, "+33366720307")
    assert (line.name, line.password_hash) == ("Cabinet Durand", "$argon2id$x")
    assert line.max_calls == 2
    (trunk,) = upgraded.sync_read(trunks.listing)
    assert (trunk.name, trunk.max_calls, trunk.paused) == ("main", 4, False)
    assert upgraded.sync_read(mails.get, "M1").state is MailState.ORDERED
    pages = upgraded.sync_read(preparation.find_pages, "dd", 196)
    assert (pages.tiff, pages.count, pages.warnings) == (b"data", 3, ("clair",))
    (document,) = upgraded.sync_read(preparation.documents, "M1")
    assert upgraded.sync_read(preparation.document_bytes, document.id) == b"data"
    reply = upgraded.sync_tx(replies.claim_due, node="a", now=later, lease=lease)
    assert (reply.kind, reply.message) == ("accepted", b"data")


def test_work_goes_on_where_it_was(upgraded, office_now):
    """
    The call under way is unknown, the queue and the retry are called, the order that
    waited for its pages goes when they are made.
    """
    now = office_now + timedelta(hours=1)
    tx = upgraded.sync_tx
    epoch = tx(nodes.begin, "a", now=now)
    unknown = tx(claims.take_over, node="a", epoch=epoch, now=now)
    tx(preparation.release, "C2", page_count=1, now=now)
    tx(faxes.promote_due, now=now)

    later = now + claims.SLOT_GRACE
    called = {}
    while claimed := tx(claims.claim, node="a", epoch=epoch, limit=4, now=later):
        for each in claimed:
            called[each.ref] = each
            assert tx(calls.intend, each, pages_sha256="x", now=later)
            assert tx(calls.progress, each, Phase.SENDING, pages_confirmed=1, now=later)
            tx(calls.finish, each, Outcome(ending=Ending.DELIVERED), Done(), now=later)

    assert (epoch, unknown) == (4, ["M1-4"])
    assert sorted(called) == ["C2", "M1-2", "M1-3"]
    assert (called["M1-3"].attempt, called["M1-3"].first_page) == (2, 2)
    assert tx(campaigns.finish_if_all_final, "M1", now=later)
    assert tx(campaigns.finish_if_all_final, "C2", now=later)
