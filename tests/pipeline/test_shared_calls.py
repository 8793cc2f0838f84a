"""
Several faxes in one call, hand in hand with the far end: who falls away, who is cut.

The sender here is the test: it says what the far end confirms, and when the call ends.
"""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from converters import fax_file, tiff_f
from converters.sheet import ROWS
from ecofax_gateway.domain.dialling import Dialling
from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.errors import EngineLost
from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.line import FaxLine
from ecofax_gateway.domain.order import Requester, Source
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.retry import RetryPolicy
from ecofax_gateway.domain.route import Carrier
from ecofax_gateway.engine.protocol import Progress, Step, TrunkAddress
from ecofax_gateway.pipeline.answer import Answer
from ecofax_gateway.pipeline.housekeeping import tell_unknown
from ecofax_gateway.pipeline.routing import Routing
from ecofax_gateway.pipeline.transmit import Transmit
from ecofax_gateway.pipeline.trunk_watch import TrunkWatch
from ecofax_gateway.pipeline.way import Way
from ecofax_gateway.pipeline.worker import Bell
from ecofax_gateway.store import (
    campaigns,
    claims,
    faxes,
    lines,
    nodes,
    objections,
    preparation,
    replies,
    schedules,
    trunks,
)
from ecofax_gateway.store.content import Content

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LINE = "+33366720307"
NUMBER = "+33972101010"
WAIT_S = 60.0
"Longer than a busy machine needs for some pages."


class Placed:
    """One call that was placed."""

    def __init__(self, order, on_progress):
        self.order = order
        # The files go with the call.
        self.pages = fax_file.page_count(Path(order.files[0].path).read_bytes())
        self.confirmed = 0
        self.over = asyncio.get_running_loop().create_future()
        self._on_progress = on_progress

    async def confirm(self, pages):
        """The far end confirms one page more, until so many."""
        for count in range(self.confirmed + 1, pages + 1):
            self.confirmed = count
            await self._on_progress(
                Progress(
                    call=self.order.call,
                    step=Step.PAGE_CONFIRMED,
                    pages_confirmed=count,
                )
            )

    def end(self, ending):
        if not self.over.done():
            self.over.set_result(
                Outcome(
                    ending=ending,
                    pages_confirmed=self.confirmed,
                    answered=True,
                    fax_met=True,
                )
            )


class ByHand:
    """A way to transmit: implements `senders.contract.Sender`."""

    def __init__(self):
        self.placed = asyncio.Queue()
        self.calls = []

    async def send(self, call, on_progress):
        placed = Placed(call, on_progress)
        self.calls.append(placed)
        self.placed.put_nowait(placed)
        return await placed.over

    async def hang_up(self, call):
        for each in self.calls:
            if each.order.call == call:
                each.end(Ending.CANCELLED)


class Desk:
    """A gateway with one combining line, and a far end in our hand."""

    def __init__(self, db, folder, tasks):
        self.db = db
        self.now = NOON
        self.sender = ByHand()
        self.over = Bell()
        self.answer = Answer(
            sender="Fax <fax@gateway.example>",
            zone=ZoneInfo("Europe/Paris"),
            bell=Bell(),
        )
        routing = Routing([Carrier(name="main")])
        self.transmit = Transmit(
            db=db,
            node="a",
            epoch=db.sync_tx(nodes.begin, "a", now=NOON),
            sender=self.sender,
            answer=self.answer,
            ways={
                "main": Way(
                    name="main",
                    address=TrunkAddress(host="192.0.2.1"),
                    dialling=Dialling(),
                    channels=4,
                    policy=RetryPolicy(),
                )
            },
            routing=routing,
            watch=TrunkWatch(
                db=db,
                node="a",
                routing=routing,
                pauses={"main": timedelta(minutes=1)},
                clock=lambda: self.now,
                bell=Bell(),
                called=Bell(),
            ),
            folder=folder,
            zone=ZoneInfo("Europe/Paris"),
            clock=lambda: self.now,
            tasks=tasks,
            bell=self.over,
        )
        db.sync_tx(trunks.put, "main", max_calls=4)
        line = FaxLine(number=LINE, password_hash="x", combine=True)
        db.sync_tx(lines.add, line, now=NOON)

    def order(self, ref, pages):
        """A fax of so many pages to the number; its reference."""
        document = Content.of(ref.encode())
        new = campaigns.NewCampaign(
            ref=ref,
            line=LINE,
            trunk="main",
            source=Source.COMMAND,
            requester=Requester(address="anne@example.net"),
            quality=Quality.NORMAL,
            documents=(campaigns.NewDocument(name="a.pdf", content=document),),
            numbers=(NUMBER,),
        )
        self.db.sync_tx(campaigns.create, new, now=self.now)
        blank = np.zeros((ROWS[98], 1728), dtype=bool)
        tiff = tiff_f.encode([blank] * pages, vertical_dpi=98)
        self.db.sync_tx(
            preparation.rendered,
            document.sha256,
            98,
            Content.of(tiff),
            count=pages,
            now=self.now,
        )
        self.db.sync_tx(preparation.release, ref, page_count=pages, now=self.now)
        return ref

    def do(self, fn, *args, **kwargs):
        return self.db.sync_tx(fn, *args, now=self.now, **kwargs)

    async def placed(self):
        async with asyncio.timeout(WAIT_S):
            return await self.sender.placed.get()

    async def settled(self, *refs):
        """The faxes, once none of them is dialing; the end of a call rings."""
        async with asyncio.timeout(WAIT_S):
            while True:
                found = [self.db.sync_read(faxes.get, ref) for ref in refs]
                if all(each.state is not FaxState.DIALING for each in found):
                    return found
                await self.over.wait(WAIT_S)

    async def gone(self):
        """Until no call is under way."""
        async with asyncio.timeout(WAIT_S):
            await self.over.wait(WAIT_S)

    def kinds(self, ref):
        return [each.kind for each in self.db.sync_read(replies.of_campaign, ref)]


@pytest.fixture
async def desk(tmp_path, new_store):
    db = new_store(tmp_path)
    folder = tmp_path / "calls"
    folder.mkdir()
    async with asyncio.TaskGroup() as tasks:
        yield Desk(db, folder, tasks)
    assert list(folder.iterdir()) == []
    db.close()


def states(found):
    return [each.state for each in found]


async def test_pages_are_confirmed_fax_by_fax(desk):
    refs = [desk.order(ref, pages) for ref, pages in (("A", 2), ("B", 1), ("C", 2))]
    await desk.transmit.step()
    call = await desk.placed()

    await call.confirm(4)
    under_way = [desk.db.sync_read(faxes.get, ref).pages_confirmed for ref in refs]
    await call.confirm(5)
    call.end(Ending.DELIVERED)
    found = await desk.settled(*refs)

    assert (call.order.pages, call.pages) == (5, 5)
    assert under_way == [2, 1, 1]
    assert states(found) == [FaxState.SENT] * 3
    assert [desk.kinds(ref) for ref in refs] == [["sent"]] * 3


async def test_a_rider_is_cancelled_before_its_turn(desk):
    """
    The fax before it goes on to its end; who came after is called again, uncounted.
    """
    refs = [desk.order(ref, 2) for ref in "ABC"]
    await desk.transmit.step()
    call = await desk.placed()
    await call.confirm(1)

    desk.do(campaigns.cancel, "B")
    await desk.transmit.hang_up_cancelled()
    spared = not call.over.done()
    await call.confirm(2)
    first, second, third = await desk.settled(*refs)

    assert spared
    assert states([first, second, third]) == [
        FaxState.SENT,
        FaxState.CANCELLED,
        FaxState.SCHEDULED,
    ]
    assert second.pages_confirmed == 0
    assert third.ending is Ending.NOT_REACHED
    assert [desk.kinds(ref) for ref in refs] == [["sent"], ["cancelled"], []]


async def test_a_fax_is_cancelled_in_the_middle_of_its_pages(desk):
    refs = [desk.order(ref, 2) for ref in "ABC"]
    await desk.transmit.step()
    call = await desk.placed()
    await call.confirm(3)

    desk.do(campaigns.cancel, "B")
    await desk.transmit.hang_up_cancelled()
    found = await desk.settled(*refs)

    assert states(found) == [FaxState.SENT, FaxState.CANCELLED, FaxState.SCHEDULED]
    assert [each.pages_confirmed for each in found] == [2, 1, 0]


async def test_what_has_arrived_cannot_be_cancelled(desk):
    refs = [desk.order(ref, 1) for ref in "AB"]
    await desk.transmit.step()
    call = await desk.placed()
    await call.confirm(1)

    desk.do(campaigns.cancel, "A")
    await desk.transmit.hang_up_cancelled()
    spared = not call.over.done()
    await call.confirm(2)
    call.end(Ending.DELIVERED)

    assert spared
    assert states(await desk.settled(*refs)) == [FaxState.SENT] * 2


@pytest.mark.parametrize("cancelled", ["A", "B", "C"])
async def test_who_falls_away_before_the_call_is_not_in_it(desk, cancelled):
    """
    Whoever it is: the next one leads.
    """
    refs = [desk.order(ref, 2) for ref in "ABC"]
    left = [ref for ref in refs if ref != cancelled]
    await desk.transmit.step()

    desk.do(campaigns.cancel, cancelled)
    call = await desk.placed()
    await call.confirm(4)
    call.end(Ending.DELIVERED)
    found = await desk.settled(*refs)

    assert (call.order.call, call.pages) == (left[0], 4)
    assert {each.ref: each.state for each in found} == {
        cancelled: FaxState.CANCELLED,
        left[0]: FaxState.SENT,
        left[1]: FaxState.SENT,
    }
    assert len(desk.sender.calls) == 1


async def test_who_is_paused_before_the_call_waits(desk):
    refs = [desk.order(ref, 1) for ref in "AB"]
    await desk.transmit.step()

    desk.do(schedules.set_paused, "A", paused=True)
    call = await desk.placed()
    await call.confirm(1)
    call.end(Ending.DELIVERED)

    assert states(await desk.settled(*refs)) == [FaxState.QUEUED, FaxState.SENT]
    assert desk.db.sync_read(faxes.attempts, "A") == []


async def test_a_number_that_wants_no_faxes_is_not_called(desk):
    refs = [desk.order(ref, 1) for ref in "AB"]
    await desk.transmit.step()

    desk.do(objections.add, [NUMBER], source="test")
    found = await desk.settled(*refs)

    assert states(found) == [FaxState.FAILED] * 2
    assert {each.ending for each in found} == {Ending.DO_NOT_FAX}
    assert desk.sender.calls == []


async def test_a_number_that_does_not_exist_is_told_to_all(desk):
    refs = [desk.order(ref, 1) for ref in "AB"]
    await desk.transmit.step()
    call = await desk.placed()

    call.over.set_result(Outcome(ending=Ending.NUMBER_UNKNOWN, detail="404"))

    assert states(await desk.settled(*refs)) == [FaxState.FAILED] * 2
    assert [desk.kinds(ref) for ref in refs] == [["failed"]] * 2


async def test_riders_are_no_strays(desk):
    """
    After a claim whose commit was not answered, what nobody here calls is settled.
    """
    refs = [desk.order(ref, 1) for ref in "AB"]
    await desk.transmit.step()
    call = await desk.placed()

    desk.transmit._unsure = True
    await desk.transmit.step()
    await call.confirm(2)
    call.end(Ending.DELIVERED)

    assert states(await desk.settled(*refs)) == [FaxState.SENT] * 2


async def test_a_gateway_that_stops_puts_the_rest_off(desk):
    refs = [desk.order(ref, 2) for ref in "ABC"]
    await desk.transmit.step()
    call = await desk.placed()
    await call.confirm(3)

    hurry = asyncio.Event()
    hurry.set()
    async with asyncio.timeout(WAIT_S):
        await desk.transmit.leave(grace_seconds=0, hurry=hurry)
    found = await desk.settled(*refs)

    assert states(found) == [FaxState.SENT, FaxState.SCHEDULED, FaxState.SCHEDULED]
    assert [each.ending for each in found[1:]] == [
        Ending.LOCAL_FAULT,
        Ending.NOT_REACHED,
    ]


async def test_the_rest_of_a_broken_call_goes_together_again(desk):
    refs = [desk.order(ref, 2) for ref in "ABC"]
    await desk.transmit.step()
    call = await desk.placed()
    await call.confirm(3)
    call.end(Ending.CUT_OFF)
    await desk.settled(*refs)

    desk.now += timedelta(minutes=2)
    await desk.transmit.step()
    again = await desk.placed()
    with contextlib.suppress(asyncio.QueueEmpty):
        raise AssertionError(desk.sender.placed.get_nowait())
    await again.confirm(3)
    again.end(Ending.DELIVERED)

    assert (again.order.call, again.pages) == ("B", 3)
    assert states(await desk.settled(*refs)) == [FaxState.SENT] * 3
    assert [len(desk.db.sync_read(faxes.attempts, ref)) for ref in refs] == [1, 2, 2]


def take_over(desk):
    """
    What another node does when this one died; references of the faxes that it settled.
    """

    def write(conn):
        epoch = nodes.begin(conn, "a", now=desk.now)
        ended = claims.take_over(conn, node="a", epoch=epoch, now=desk.now)
        tell_unknown(conn, ended, desk.answer, now=desk.now)
        return ended

    return desk.db.sync_tx(write)


@pytest.mark.parametrize(
    ("pages", "told", "confirmed"),
    [
        (0, ["unknown", "unknown"], [0, 0]),
        (1, ["unknown", "unknown"], [1, 0]),
        (2, ["sent", "unknown"], [2, 0]),
        (3, ["sent", "unknown"], [2, 1]),
        (4, ["sent", "sent"], [2, 2]),
    ],
)
async def test_a_node_that_dies_in_a_shared_call(desk, pages, told, confirmed):
    """
    At every page: each fax is what its own pages say, each requester is told so, nobody
    is called again, and what the call still has to say is heard.
    """
    refs = [desk.order(ref, 2) for ref in "AB"]
    await desk.transmit.step()
    call = await desk.placed()
    await call.confirm(pages)

    ended = take_over(desk)
    found = [desk.db.sync_read(faxes.get, ref) for ref in refs]
    kinds = [desk.kinds(ref) for ref in refs]
    call.confirmed = 4
    call.end(Ending.DELIVERED)
    await desk.gone()
    late = [desk.db.sync_read(faxes.get, ref) for ref in refs]
    desk.now += timedelta(days=1)
    await desk.transmit.step()

    assert ended == refs
    assert states(found) == told
    assert [each.pages_confirmed for each in found] == confirmed
    assert kinds == [[state] for state in told]
    assert states(late) == [FaxState.SENT] * 2
    assert len(desk.sender.calls) == 1


async def test_a_node_that_dies_before_a_shared_call(desk):
    refs = [desk.order(ref, 1) for ref in "AB"]
    await desk.transmit.step()

    ended = take_over(desk)
    found = [desk.db.sync_read(faxes.get, ref) for ref in refs]
    await desk.gone()

    assert ended == []
    assert states(found) == [FaxState.QUEUED] * 2
    assert desk.sender.calls == []


async def test_an_engine_that_dies_in_a_shared_call(desk):
    """
    What its last words were nobody heard: all that was not confirmed is unknown.
    """
    refs = [desk.order(ref, 2) for ref in "ABC"]
    await desk.transmit.step()
    call = await desk.placed()
    await call.confirm(3)

    call.over.set_exception(EngineLost("killed"))
    found = await desk.settled(*refs)
    desk.order("D", 1)
    await desk.transmit.step()

    assert states(found) == [FaxState.SENT, FaxState.UNKNOWN, FaxState.UNKNOWN]
    assert [each.pages_confirmed for each in found] == [2, 1, 0]
    # Its call may still stand: the number is not called until it cannot any more.
    assert len(desk.sender.calls) == 1
    desk.now += timedelta(minutes=5)
    await desk.transmit.step()
    call = await desk.placed()
    assert call.order.call == "D"
    call.end(Ending.CANCELLED)
    await desk.settled("D")
