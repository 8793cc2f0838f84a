"""
Webhooks are told: signed, tried again, given up; by real requests to a real server.
"""

import asyncio
import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from ecofax_gateway.domain.event import RETRY_DELAYS, EventKind, secret_text
from ecofax_gateway.domain.line import FaxLine
from ecofax_gateway.outbound.client import Client
from ecofax_gateway.pipeline.telling import Telling
from ecofax_gateway.pipeline.worker import Bell
from ecofax_gateway.store import deliveries, events, lines, webhooks
from ecofax_gateway.store.states import DeliveryState
from ecofax_gateway.store.webhooks import Webhook

LINE = "+33366720307"
SECRET = secret_text(bytes(32))
HERE = ip_network("127.0.0.0/8")


@dataclass
class Hook:
    """A server that keeps what it is told, and answers as it was set up."""

    answers: list[str] = field(default_factory=list)
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
        fields = dict(line.split(": ", 1) for line in head[1:] if line)
        headers = {name.lower(): value for name, value in fields.items()}
        content = await reader.readexactly(int(headers["content-length"]))
        self.heard.append((headers, content))
        answer = self.answers.pop(0) if self.answers else "204 No Content"
        writer.write(f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@pytest.fixture
async def hook():
    heard = Hook()
    server = await asyncio.start_server(heard.serve, "127.0.0.1", 0)
    heard.port = server.sockets[0].getsockname()[1]

    yield heard

    server.close()
    await server.wait_closed()


class House:
    """A line with a webhook, and who tells it."""

    def __init__(self, db, *, port, networks=(HERE,)):
        self.db = db
        self.now = datetime(2026, 11, 23, 9, tzinfo=UTC)
        db.sync_tx(lines.add, FaxLine(number=LINE, password_hash="x"), now=self.now)
        new = Webhook(
            id="H1",
            line=LINE,
            url=f"http://127.0.0.1:{port}/fax?x=1",
            events=frozenset(),
            secret=SECRET,
            active=True,
            failures=0,
            created_at=self.now,
        )
        db.sync_tx(webhooks.add, new)
        self.telling = Telling(
            db=db,
            node="a",
            client=Client(networks=networks),
            clock=lambda: self.now,
            bell=Bell(),
        )

    async def tell(self):
        self.db.sync_tx(events.record_test, LINE, "H1", now=self.now)
        assert await self.telling.publish()
        assert await self.telling.step()

    @property
    def status(self):
        return self.db.sync_read(deliveries.listing, "H1")[0]


@pytest.fixture
def db(tmp_path, new_store):
    database = new_store(tmp_path)

    yield database

    database.close()


async def test_a_message_is_signed_so_that_its_owner_can_check_it(db, hook):
    house = House(db, port=hook.port)
    await house.tell()
    [(headers, content)] = hook.heard

    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode()
    key = b64decode(SECRET.removeprefix("whsec_"))
    digest = hmac.new(key, signed + content, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + b64encode(digest).decode()
    assert headers["webhook-timestamp"] == str(int(house.now.timestamp()))
    assert headers["webhook-id"] == house.status.ref
    assert json.loads(content) == {
        "type": EventKind.TEST,
        "timestamp": "2026-11-23T09:00:00Z",
        "data": {"webhook": "H1"},
    }
    assert (house.status.state, house.status.status) == (DeliveryState.DELIVERED, 204)
    assert not await house.telling.step()


async def test_a_message_is_tried_again_with_the_same_id_and_another_signature(
    db, hook
):
    hook.answers = ["500 Oops", "302 Found"]
    house = House(db, port=hook.port)
    await house.tell()
    at_once = await house.telling.step()
    house.now += RETRY_DELAYS[0]
    assert await house.telling.step()
    house.now += RETRY_DELAYS[1]
    assert await house.telling.step()

    assert not at_once
    assert len({headers["webhook-id"] for headers, _ in hook.heard}) == 1
    assert len({headers["webhook-signature"] for headers, _ in hook.heard}) == 3
    assert len({content for _, content in hook.heard}) == 1
    assert (house.status.state, house.status.tries) == (DeliveryState.DELIVERED, 3)


async def test_a_far_end_that_asks_for_time_gets_it(db, hook):
    hook.answers = ["429 Slow\r\nRetry-After: 600"]
    house = House(db, port=hook.port)
    await house.tell()

    assert house.status.next_try_at == house.now + timedelta(minutes=10)


async def test_a_message_is_given_up_after_the_last_try(db, hook, caplog):
    hook.answers = ["503 No"] * (len(RETRY_DELAYS) + 1)
    house = House(db, port=hook.port)
    await house.tell()
    for delay in RETRY_DELAYS:
        house.now += delay
        assert await house.telling.step()

    assert house.status.state is DeliveryState.GIVEN_UP
    assert house.status.tries == len(RETRY_DELAYS) + 1
    assert db.sync_read(webhooks.find, "H1").failures == 1
    [put_off, given_up] = [record.getMessage() for record in caplog.records]
    assert "put off" in put_off, "said once, however often it is met"
    assert "given up" in given_up
    assert SECRET not in caplog.text
    assert "x=1" not in caplog.text


async def test_a_far_end_that_is_gone_is_told_nothing_more(db, hook):
    hook.answers = ["410 Gone"]
    house = House(db, port=hook.port)
    await house.tell()

    assert house.status.state is DeliveryState.GIVEN_UP
    assert not db.sync_read(webhooks.find, "H1").active


async def test_nothing_goes_to_addresses_that_are_not_public(db, hook):
    house = House(db, port=hook.port, networks=())
    await house.tell()

    assert hook.heard == []
    assert (house.status.state, house.status.error) == (
        DeliveryState.PENDING,
        "url-private",
    )


async def test_a_webhook_that_was_switched_off_meanwhile_is_told_nothing(db, hook):
    house = House(db, port=hook.port)
    db.sync_tx(events.record_test, LINE, "H1", now=house.now)
    await house.telling.publish()
    db.sync_tx(webhooks.change, LINE, "H1", active=False)
    assert await house.telling.step()

    assert hook.heard == []
    assert house.status.state is DeliveryState.GIVEN_UP
