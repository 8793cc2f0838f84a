"""
Real faxes over real UDP: our engine's process calls our fax machine's process.
"""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from ecofax_gateway.domain.errors import EngineLost
from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.engine.protocol import PageFile, Progress, Step, TrunkAddress
from ecofax_gateway.senders.sip_t38 import SipT38Sender


class Watcher:
    """Keeps what is told, and wakes who waits for a step."""

    def __init__(self):
        self.seen = []
        self._changed = asyncio.Condition()

    async def __call__(self, progress: Progress) -> None:
        async with self._changed:
            self.seen.append(progress)
            self._changed.notify_all()

    async def wait_for(self, step: Step) -> None:
        async with asyncio.timeout(60), self._changed:
            await self._changed.wait_for(lambda: step in [p.step for p in self.seen])

    @property
    def steps(self):
        return [progress.step for progress in self.seen]


def cut_off(path, octets):
    path.write_bytes(path.read_bytes()[:-octets])


def same_pages(received, sent):
    return [page.tobytes() for page in received] == [page.tobytes() for page in sent]


async def test_the_pages_arrive_as_they_were(sender, start_fax_machine, order, paper):
    machine = await start_fax_machine("--station-id=+33 9 72 10 19 27")
    pages, watcher = paper(4), Watcher()

    outcome = await sender.send(order(machine, pages), watcher)
    line = await machine.wait_for("fax")

    assert outcome.ending is Ending.DELIVERED
    assert outcome.pages_confirmed == 4
    assert outcome.remote_id == "+33 9 72 10 19 27"
    assert (outcome.bit_rate, outcome.ecm, outcome.vertical_dpi) == (14400, True, 196)
    assert outcome.answered
    assert outcome.fax_met
    assert outcome.duration_s > 0
    assert watcher.steps == [
        Step.INVITED,
        Step.RINGING,
        Step.ANSWERED,
        Step.T38,
        Step.FAX_MET,
        *[Step.PAGE_CONFIRMED] * 4,
    ]
    assert [p.pages_confirmed for p in watcher.seen[-4:]] == [1, 2, 3, 4]
    assert same_pages(machine.received(line), pages.images)
    assert line["station_id"] == "+33 3 66 72 03 07"
    assert (line["caller"], line["called"]) == ("0366720307", "0972101927")
    assert (line["pages"], line["result"]) == (4, "delivered")


async def test_without_error_correction_the_pages_arrive_too(
    sender, start_fax_machine, order, paper
):
    machine, pages = await start_fax_machine(), paper(2)

    outcome = await sender.send(order(machine, pages, ecm=False), Watcher())
    line = await machine.wait_for("fax")

    assert (outcome.ending, outcome.ecm) == (Ending.DELIVERED, False)
    assert same_pages(machine.received(line), pages.images)


async def test_we_ask_for_t38_where_the_far_end_waits(
    sender, start_fax_machine, order, paper
):
    machine = await start_fax_machine("--t38=wait")

    outcome = await sender.send(order(machine, paper()), Watcher())

    assert outcome.ending is Ending.DELIVERED


@pytest.mark.parametrize(
    ("max_dpi", "sent_in"), [(391, 391), (196, 196), (98, 98)], ids=str
)
async def test_the_finest_file_that_the_far_end_prints_is_sent(
    sender, start_fax_machine, order, paper, max_dpi, sent_in
):
    machine = await start_fax_machine(f"--max-dpi={max_dpi}")
    pages = paper(1, dpi=(391, 196, 98))

    outcome = await sender.send(order(machine, pages), Watcher())
    line = await machine.wait_for("fax")

    assert (outcome.ending, outcome.vertical_dpi) == (Ending.DELIVERED, sent_in)
    assert line["vertical_dpi"] == sent_in


async def test_pages_too_fine_for_the_far_end_are_not_sent(
    sender, start_fax_machine, order, paper
):
    machine = await start_fax_machine("--max-dpi=98")

    outcome = await sender.send(order(machine, paper(1, dpi=(196,))), Watcher())

    assert (outcome.ending, outcome.pages_confirmed) == (Ending.INCOMPATIBLE, 0)
    assert outcome.fax_met


MISBEHAVIOURS = {
    "busy": (Ending.BUSY, 0, False),
    "unknown": (Ending.NUMBER_UNKNOWN, 0, False),
    "unreachable": (Ending.UNREACHABLE, 0, False),
    "refuse-t38": (Ending.NOT_A_FAX, 0, True),
    "voice": (Ending.NOT_A_FAX, 0, True),
    "hang-up:1": (Ending.CUT_OFF, 0, True),
    "hang-up:2": (Ending.CUT_OFF, 1, True),
    "hang-up:3": (Ending.CUT_OFF, 2, True),
    "dcn:1": (Ending.CUT_OFF, 0, True),
    "dcn:2": (Ending.CUT_OFF, 1, True),
    "rtn:2": (Ending.PAGE_REFUSED, 1, True),
    "rtn:3": (Ending.PAGE_REFUSED, 2, True),
    "never-ending": (Ending.DELIVERED, 3, True),
}


@pytest.mark.parametrize("ecm", [True, False], ids=["ecm", "no-ecm"])
async def test_each_misbehaviour_has_its_ending(
    sender, start_fax_machine, order, paper, ecm
):
    """
    All at the same time, each at a number of its own.
    """
    numbers = {f"09721019{at:02}": how for at, how in enumerate(MISBEHAVIOURS)}
    machine = await start_fax_machine(
        *(f"--number={n}={h}" for n, h in numbers.items())
    )
    pages = paper(3)

    async with asyncio.timeout(90), asyncio.TaskGroup() as tasks:
        sendings = {
            how: tasks.create_task(
                sender.send(order(machine, pages, number=number, ecm=ecm), Watcher())
            )
            for number, how in numbers.items()
        }
    outcomes = {how: sending.result() for how, sending in sendings.items()}

    assert {
        how: (outcome.ending, outcome.pages_confirmed, outcome.answered)
        for how, outcome in outcomes.items()
    } == MISBEHAVIOURS


async def test_a_page_refused_once_is_sent_again(
    sender, start_fax_machine, order, paper
):
    """
    Without error correction RTN asks for the page again, and a second MCF is the end.
    """
    machine = await start_fax_machine("--behave=rtn-once:2")

    outcome = await sender.send(order(machine, paper(3), ecm=False), Watcher())
    line = await machine.wait_for("fax")

    assert (outcome.ending, outcome.pages_confirmed) == (Ending.DELIVERED, 3)
    assert line["pages"] == 4


async def test_a_page_refused_again_and_again_is_given_up(
    sender, start_fax_machine, order, paper
):
    machine = await start_fax_machine("--behave=rtn:2")

    outcome = await sender.send(order(machine, paper(3), ecm=False), Watcher())
    line = await machine.wait_for("fax")

    assert (outcome.ending, outcome.pages_confirmed) == (Ending.PAGE_REFUSED, 1)
    assert line["pages"] == 1 + 3


async def test_one_number_is_busy_once(sender, start_fax_machine, order, paper):
    machine = await start_fax_machine("--number=0972101927=busy*1")
    pages = paper()

    endings = [
        (await sender.send(order(machine, pages), Watcher())).ending for _ in range(2)
    ]
    other = await sender.send(order(machine, pages, number="0972101928"), Watcher())

    assert endings == [Ending.BUSY, Ending.DELIVERED]
    assert other.ending is Ending.DELIVERED


async def test_nobody_answers(sender, start_fax_machine, order, paper):
    machine, watcher = await start_fax_machine("--behave=no-answer"), Watcher()

    outcome = await sender.send(order(machine, paper(), ring_timeout_s=0.5), watcher)
    await machine.wait_for("call-over")

    assert outcome.ending is Ending.NO_ANSWER
    assert not outcome.answered
    assert watcher.steps == [Step.INVITED, Step.RINGING]


async def test_a_call_can_be_cancelled_while_it_rings(
    sender, start_fax_machine, order, paper
):
    machine, watcher = await start_fax_machine("--behave=no-answer"), Watcher()
    call = order(machine, paper())

    async with asyncio.TaskGroup() as tasks:
        sending = tasks.create_task(sender.send(call, watcher))
        await watcher.wait_for(Step.RINGING)
        await sender.hang_up(call.call)
    await machine.wait_for("call-over")

    assert sending.result().ending is Ending.CANCELLED


async def test_a_call_can_be_cancelled_in_the_middle_of_page_two(
    sender, start_fax_machine, order, paper
):
    machine, watcher = await start_fax_machine(), Watcher()
    call = order(machine, paper(2, rows=20000))

    async with asyncio.TaskGroup() as tasks:
        sending = tasks.create_task(sender.send(call, watcher))
        await watcher.wait_for(Step.PAGE_CONFIRMED)
        await sender.hang_up(call.call)
    outcome = sending.result()
    line = await machine.wait_for("fax")

    assert (outcome.ending, outcome.pages_confirmed) == (Ending.CANCELLED, 1)
    assert line["pages"] == 1
    assert line["result"] != "delivered"


async def test_a_send_that_is_cancelled_hangs_up(
    sender, start_fax_machine, order, paper
):
    machine, watcher = await start_fax_machine("--behave=no-answer"), Watcher()

    sending = asyncio.create_task(sender.send(order(machine, paper()), watcher))
    await watcher.wait_for(Step.RINGING)
    sending.cancel()

    await machine.wait_for("call-over")
    with pytest.raises(asyncio.CancelledError):
        await sending


async def test_closing_hangs_up_and_says_so(start_fax_machine, order, paper):
    machine, watcher = await start_fax_machine("--behave=no-answer"), Watcher()
    sender = SipT38Sender()
    await sender.start()

    sending = asyncio.create_task(sender.send(order(machine, paper()), watcher))
    await watcher.wait_for(Step.RINGING)
    async with asyncio.timeout(30):
        await sender.close()

    assert (await sending).ending is Ending.CANCELLED
    await machine.wait_for("call-over")
    # Nothing can have left any more, so the end of this one is known.
    after = await sender.send(order(machine, paper()), watcher)
    assert after.ending is Ending.LOCAL_FAULT


async def test_a_killed_engine_loses_its_calls_and_is_replaced(
    sender, start_fax_machine, order, paper
):
    machine, watcher = await start_fax_machine("--behave=no-answer*1"), Watcher()
    pages = paper()
    sending = asyncio.create_task(sender.send(order(machine, pages), watcher))
    await watcher.wait_for(Step.RINGING)
    first = sender.engine_pid

    os.kill(first, signal.SIGKILL)
    with pytest.raises(EngineLost):
        await sending
    async with asyncio.timeout(60):
        outcome = await sender.send(order(machine, pages), Watcher())

    assert outcome.ending is Ending.DELIVERED
    assert sender.engine_pid != first


async def test_what_is_told_is_awaited_before_more_is_handed_on(
    sender, start_fax_machine, order, paper
):
    """
    The store is written in there; a page must not overtake the one before.
    """
    machine = await start_fax_machine()
    inside, seen = 0, []

    async def slow(progress):
        nonlocal inside
        inside += 1
        assert inside == 1
        await asyncio.sleep(0)
        seen.append(progress.pages_confirmed)
        inside -= 1

    outcome = await sender.send(order(machine, paper(3)), slow)

    assert outcome.ending is Ending.DELIVERED
    assert seen == sorted(seen)
    assert seen[-1] == 3


async def test_twenty_faxes_at_once(sender, start_fax_machine, order, paper):
    machine, pages = await start_fax_machine(), paper(2)

    async with asyncio.timeout(90), asyncio.TaskGroup() as tasks:
        sendings = [
            tasks.create_task(sender.send(order(machine, pages), Watcher()))
            for _ in range(20)
        ]
    lines = [await machine.wait_for("fax") for _ in range(20)]

    assert {s.result().ending for s in sendings} == {Ending.DELIVERED}
    for line in lines:
        assert same_pages(machine.received(line), pages.images)
    assert len({line["file"] for line in lines}) == 20


async def test_a_file_that_is_cut_off_is_not_sent(
    sender, start_fax_machine, order, paper
):
    machine, pages = await start_fax_machine(), paper(2)
    cut_off(Path(pages.files[0].path), 2000)

    outcome = await sender.send(order(machine, pages), Watcher())

    assert outcome.ending is Ending.LOCAL_FAULT
    assert not outcome.answered


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"files": ()}, id="no-file"),
        pytest.param({"pages": 3}, id="fewer-pages-than-said"),
        pytest.param(
            {"files": (PageFile(path="/nonexistent", vertical_dpi=196),)}, id="missing"
        ),
    ],
)
async def test_an_order_that_cannot_be_sent_is_our_fault(
    sender, start_fax_machine, order, paper, wrong
):
    machine = await start_fax_machine()

    outcome = await sender.send(order(machine, paper(2), **wrong), Watcher())

    assert outcome.ending is Ending.LOCAL_FAULT


async def test_a_trunk_without_an_address_is_a_fault_of_the_trunk(
    sender, start_fax_machine, order, paper
):
    machine = await start_fax_machine()
    trunk = TrunkAddress(host="trunk.invalid", port=5060)

    outcome = await sender.send(order(machine, paper(), trunk=trunk), Watcher())

    assert outcome.ending is Ending.TRUNK_FAULT


async def test_the_trunks_password_is_in_no_log(start_fax_machine, order, paper, capfd):
    machine = await start_fax_machine()
    trunk = machine.trunk(username="gateway", password="hunter2-of-the-trunk")

    async with SipT38Sender(engine_options=["--verbose"]) as sender:
        await sender.send(order(machine, paper(), trunk=trunk), Watcher())
    log = capfd.readouterr().err

    assert "T.30" in log
    assert "hunter2" not in log + repr(trunk)


async def test_an_engine_that_cannot_begin_says_so_at_once(start_fax_machine):
    machine = await start_fax_machine()
    sender = SipT38Sender(sip_port=machine.port)

    async with asyncio.timeout(60):
        with pytest.raises(EngineLost):
            await sender.start()


async def test_an_engine_that_is_asked_to_end_hangs_up(
    sender, start_fax_machine, order, paper
):
    """
    SIGTERM is what a system's shutdown sends to every process.
    """
    machine, watcher = await start_fax_machine("--behave=no-answer"), Watcher()
    sending = asyncio.create_task(sender.send(order(machine, paper()), watcher))
    await watcher.wait_for(Step.RINGING)

    os.kill(sender.engine_pid, signal.SIGTERM)
    outcome = await sending
    await machine.wait_for("call-over")

    assert outcome.ending is Ending.CANCELLED
