"""
What a line sets for itself works: on pages, in calls and in replies.
"""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from converters import tiff_f
from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.enclosure import Enclosure
from ecofax_gateway.domain.errors import OrderRefused
from ecofax_gateway.domain.language import Language
from ecofax_gateway.domain.line import FaxLine, MailFormat, Plan, ProofFormat
from ecofax_gateway.domain.retry import RetryPolicy
from ecofax_gateway.pipeline import line_settings, sheets
from ecofax_gateway.pipeline.enclosing import Enclosing
from ecofax_gateway.store import faxes, lines, preparation, replies
from ecofax_gateway.store.content import Content

from .test_campaign_operations import LINE, Desk, good

DOMAIN = "gateway.example"
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def desk(tmp_path, new_store):
    db = new_store(tmp_path)

    yield Desk(db)

    db.close()


def set_line(desk, **wishes):
    return desk.do(line_settings.change, LINE, wishes, domain=DOMAIN)


def posted(desk):
    """Every reply in the outbox: (to, message)."""
    found = []
    while each := desk.db.sync_tx(
        replies.claim_due, node="a", now=desk.now, lease=timedelta()
    ):
        desk.do(replies.sent, each.id)
        found.append(each)
    return found


def message(reply):
    return message_from_bytes(reply.message, policy=default)


def printed(desk, at):
    line = desk.db.sync_read(lines.as_of, LINE, at)
    return sheets.tag_line(line, at, PARIS, page=1, of=2, first_page=1)


def test_a_call_prints_the_tag_line_of_its_time(desk):
    before = desk.now
    desk.now += timedelta(minutes=1)
    set_line(desk, tag_line=" Cabinet Durand ")
    during = desk.now
    desk.now += timedelta(minutes=1)
    set_line(desk, tag_line="")

    assert printed(desk, before) == "02/03/2026 13:00 03 66 72 03 07 p. 1/2"
    assert printed(desk, during) == (
        "02/03/2026 13:01 Cabinet Durand 03 66 72 03 07 p. 1/2"
    )
    assert printed(desk, desk.now) == "02/03/2026 13:02 03 66 72 03 07 p. 1/2"


def test_a_new_line_has_its_tag_line_at_once(desk):
    number = "+33366720308"
    line = FaxLine(number=number, password_hash="x", name="a", tag_line="b")
    desk.do(lines.add, line)

    assert desk.db.sync_read(lines.as_of, number, desk.now).printed_name == "b"


def test_the_quality_where_none_is_asked_for(desk):
    plan = FaxLine(number=LINE, password_hash="x", plan=Plan.PERSO)

    assert plan.default_quality is Quality.NORMAL
    assert set_line(desk, quality=Quality.BEST).default_quality is Quality.BEST


@pytest.mark.parametrize(("wish", "dials"), [(None, 12), (2, 2), (12, 12), (20, 12)])
def test_a_line_may_want_fewer_calls_than_the_trunk_allows(wish, dials):
    assert RetryPolicy().at_most(wish).max_dials == dials


def test_replies_come_from_whom_the_line_says(desk):
    set_line(desk, from_name="Cabinet Durand", from_email="durand@gateway.example")
    desk.launched(1)
    [reply] = posted(desk)

    assert message(reply)["From"] == "Cabinet Durand <durand@gateway.example>"
    assert "+" in message(reply)["Reply-To"]


def test_copies_go_to_whom_the_line_says_once_each(desk):
    set_line(desk, copies=["b@example.net", "anne@example.net", "b@example.net"])
    ref = desk.launched(1)
    desk.call(good)
    sent = posted(desk)

    assert [(each.kind, each.to_address) for each in sent] == [
        ("accepted", "anne@example.net"),
        ("accepted", "b@example.net"),
        ("sent", "anne@example.net"),
        ("sent", "b@example.net"),
    ]
    assert [message(each)["To"] for each in sent[2:]] == [
        "anne@example.net",
        "b@example.net",
    ]
    assert desk.kinds(ref) == ["accepted", "accepted", "sent", "sent"]


def test_replies_of_text_alone_have_no_picture(desk):
    set_line(desk, mail_format=MailFormat.TEXT)
    desk.launched(1)
    [reply] = posted(desk)
    types = [part.get_content_type() for part in message(reply).walk()]

    assert types == ["multipart/mixed", "text/plain", "application/json"]


async def test_pages_come_as_a_tiff_where_the_line_wants_that(desk):
    set_line(desk, proof=True, proof_format=ProofFormat.TIFF)
    ref = desk.launched(1)
    ink = np.zeros((2286, 1728), dtype=np.bool_)
    [document] = desk.db.sync_read(preparation.documents, ref)
    content = Content.of(tiff_f.encode([ink], vertical_dpi=196))
    desk.do(preparation.rendered, document.sha256, 196, content, count=1)
    desk.call(good)
    [reply] = [each for each in posted(desk) if Enclosure.PROOF in each.enclosed]
    whole = await Enclosing(db=desk.db, zone=PARIS).complete(reply)
    [tiff] = [
        part.get_content()
        for part in message_from_bytes(whole, policy=default).walk()
        if part.get_content_type() == "image/tiff"
    ]

    sent = desk.db.sync_read(sheets.pages_of_attempt, ref, 1, zone=PARIS)
    assert tiff_f.read(tiff) == tiff_f.read(sent)
    assert desk.db.sync_read(faxes.get, ref).pages_confirmed == 1


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"tag_line": "x" * 41}, "bad-tag-line"),
        ({"tag_line": "a\nb"}, "bad-tag-line"),
        ({"from_name": "x" * 61}, "bad-from-name"),
        ({"from_name": "a\r\nBcc: b"}, "bad-from-name"),
        ({"from_email": "anne@example.net"}, "bad-from-email"),
        ({"from_email": "gateway.example"}, "bad-from-email"),
        ({"copies": ["anne"]}, "bad-copies"),
        ({"copies": ["a@example.net\r\nBcc: b@example.net"]}, "bad-copies"),
        ({"copies": [f"{n}@example.net" for n in range(6)]}, "bad-copies"),
        ({"max_tries": 0}, "bad-tries"),
        ({"max_tries": 13}, "bad-tries"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(desk, wish, code):
    before = desk.db.sync_read(lines.get, LINE)
    with pytest.raises(OrderRefused, match=code):
        set_line(desk, **wish)

    assert desk.db.sync_read(lines.get, LINE) == before


def test_what_is_not_named_stays(desk):
    first = set_line(desk, from_name="a", copies=["b@example.net"], max_tries=1)
    second = set_line(desk, language=Language.EN)

    assert second == replace(first, language=Language.EN)
    assert set_line(desk, from_name="", copies=[""]).copies == ()
