"""
What joins a reply where it is posted, and that a reply never waits for it.
"""

import io
import zipfile
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from PIL import Image

from converters.tiff_f import encode
from ecofax_gateway.domain.enclosure import Enclosure
from ecofax_gateway.domain.order import Requester
from ecofax_gateway.pipeline.enclosing import Enclosing
from ecofax_gateway.pipeline.picture import WIDTH
from ecofax_gateway.replies.answered import Done
from ecofax_gateway.store import lines, preparation, replies
from ecofax_gateway.store.content import Content
from ecofax_gateway.store.database import Database

from .test_campaign_operations import LINE, NOON, Desk, bad, good

EXCHANGE_ID = "<" + "AM9PR04MB" * 24 + "@eurprd04.prod.outlook.com>"


@pytest.fixture
def desk(tmp_path):
    db = Database.open(f"sqlite:///{tmp_path}/s.db", spool=tmp_path / "spool")

    yield Desk(db)

    db.close()


@pytest.fixture
def enclosing(desk):
    return Enclosing(db=desk.db, zone=ZoneInfo("Europe/Paris"))


def print_pages(desk, ref):
    """Keep pages for an order's document: one, its left half black."""
    ink = np.zeros((2286, 1728), dtype=np.bool_)
    ink[100:, :864] = True
    [document] = desk.db.sync_read(preparation.documents, ref)
    content = Content.of(encode([ink], vertical_dpi=196))
    desk.do(preparation.rendered, document.sha256, 196, content, count=1)


def due(desk, kind):
    """The reply of a kind, as it is given to the postman."""
    while each := desk.db.sync_tx(
        replies.claim_due, node="a", now=desk.now, lease=NOON - NOON
    ):
        desk.do(replies.sent, each.id)
        if each.kind == kind:
            return each
    raise AssertionError(f"no {kind}")


async def test_the_first_page_is_in_the_html(desk, enclosing):
    ref = desk.launched(1)
    print_pages(desk, ref)

    reply = due(desk, "accepted")
    message = message_from_bytes(await enclosing.complete(reply), policy=default)

    [png] = [p for p in message.walk() if p.get_content_type() == "image/png"]
    with Image.open(io.BytesIO(png.get_content())) as picture:
        grey = picture.convert("L")
        assert picture.width == WIDTH <= 600
        assert (grey.getpixel((100, 400)), grey.getpixel((500, 400))) == (0, 255)
    assert png["Content-ID"].strip("<>") in message.get_body(("html",)).get_content()


async def test_a_reply_goes_without_what_is_not_kept_any_more(desk, enclosing, caplog):
    desk.launched(1)

    reply = due(desk, "accepted")
    message = message_from_bytes(await enclosing.complete(reply), policy=default)

    assert reply.enclosed == (Enclosure.PICTURE,)
    assert message.get_body(("plain",)).get_content().startswith("Bonjour")
    assert "image/png" not in [part.get_content_type() for part in message.walk()]
    assert "goes without its picture" in caplog.text


async def test_the_same_reply_is_the_same_bytes_each_time_it_is_tried(desk, enclosing):
    ref = desk.launched(3)
    desk.call(good)

    reply = due(desk, "report")

    first, second = [await enclosing.complete(reply) for _ in range(2)]
    assert first == second
    assert first.isascii()
    assert b"\n" not in first.replace(b"\r\n", b"")
    files = [part.get_filename() for part in message_from_bytes(first).walk()]
    assert [name for name in files if name] == [
        "resultat.json",
        "rapport.csv",
        "rapport.pdf",
    ]
    assert ref.encode() in first


async def test_a_report_that_no_relay_would_take_is_packed(desk):
    desk.launched(3)
    desk.call(good)
    small = Enclosing(db=desk.db, zone=ZoneInfo("Europe/Paris"), max_report_bytes=10)

    wire = await small.complete(due(desk, "report"))

    [packed] = [
        part
        for part in message_from_bytes(wire, policy=default).walk()
        if part.get_filename() == "rapport.zip"
    ]
    with zipfile.ZipFile(io.BytesIO(packed.get_content())) as archive:
        assert archive.namelist() == ["rapport.csv", "rapport.pdf"]
        assert archive.read("rapport.csv").count(b"envoy") == 3
        assert archive.read("rapport.pdf").startswith(b"%PDF")


async def test_identities_of_exchange_stay_whole_where_something_joins(
    desk, enclosing, tmp_path
):
    ref = desk.launched(1)
    print_pages(desk, ref)
    requester = Requester(address="anne@example.net", message_id=EXCHANGE_ID)
    desk.do(desk.answer.answered, ref, "M1", requester, Done.OVER)
    plain = due(desk, "answered")
    with_picture = replies.DueReply(
        **{name: getattr(plain, name) for name in replies.DueReply.__dataclass_fields__}
        | {"enclosed": (Enclosure.PICTURE,)}
    )

    wire = await enclosing.complete(with_picture)

    assert b"In-Reply-To: " + EXCHANGE_ID.encode() + b"\r\n" in wire
    assert b"References: " + EXCHANGE_ID.encode() + b"\r\n" in wire
    assert b"image/png" in wire
    assert plain.message.split(b"Content-Type")[0] == wire.split(b"Content-Type")[0]


async def test_a_line_without_the_wish_gets_no_proof(desk, enclosing):
    desk.launched(1)
    desk.call(good)
    assert due(desk, "sent").enclosed == (Enclosure.PICTURE,)

    line = desk.db.sync_read(lines.get, LINE)
    desk.db.sync_tx(lines.change, line, replace(line, proof=True), now=desk.now)
    desk.launched(1)
    desk.call(good)
    assert Enclosure.PROOF in due(desk, "sent").enclosed

    desk.launched(1)
    desk.call(bad)
    assert Enclosure.PROOF not in due(desk, "failed").enclosed
