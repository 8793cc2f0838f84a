"""
The engine's process, spoken to as the daemon does.
"""

import asyncio
import sys

import pytest

from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.engine.protocol import (
    Ended,
    Progress,
    Ready,
    Step,
    format_command,
    parse_event,
)
from ecofax_gateway.engine.signalling import Signalling
from ecofax_gateway.sip.event import CallFailed
from ecofax_gateway.sip.hop import Hop


@pytest.fixture
async def engine():
    """An engine; killed at the end if it still runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "ecofax_gateway.engine.main",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    yield process
    if process.returncode is None:
        process.kill()
    await process.communicate()


async def next_event(engine):
    async with asyncio.timeout(60):
        return parse_event(await engine.stdout.readline())


async def until(engine, step):
    while True:
        event = await next_event(engine)
        if isinstance(event, Progress) and event.step is step:
            return event


async def test_the_first_line_says_where_it_listens(engine):
    event = await next_event(engine)

    assert isinstance(event, Ready)
    assert event.sip_port > 0


@pytest.mark.parametrize(
    ("behaviour", "step"),
    [("no-answer", Step.RINGING), ("good", Step.FAX_MET)],
    ids=["ringing", "sending"],
)
async def test_end_of_input_hangs_up_at_once(
    engine, start_fax_machine, order, paper, behaviour, step
):
    machine = await start_fax_machine(f"--behave={behaviour}")
    await next_event(engine)

    engine.stdin.write(format_command(order(machine, paper(2, rows=20000))))
    await until(engine, step)
    engine.stdin.close()
    async with asyncio.timeout(30):
        await machine.wait_for("call-over")
        said = await engine.stdout.read()
        status = await engine.wait()

    last = parse_event(said.splitlines()[-1])
    assert isinstance(last, Ended)
    assert last.outcome.ending is Ending.CANCELLED
    assert status == 0


async def test_it_leaves_even_if_nobody_answers_its_bye(
    engine, start_fax_machine, order, paper
):
    machine = await start_fax_machine("--behave=never-ending")
    await next_event(engine)

    engine.stdin.write(format_command(order(machine, paper())))
    await until(engine, Step.PAGE_CONFIRMED)
    engine.stdin.close()
    async with asyncio.timeout(30):
        await engine.stdout.read()
        status = await engine.wait()

    assert status == 0


async def test_nonsense_on_its_input_is_passed_over(
    engine, start_fax_machine, order, paper
):
    machine = await start_fax_machine()
    await next_event(engine)

    engine.stdin.write(b'nonsense\n{"kind":"Wave"}\n[]\n\xff\xfe\n')
    engine.stdin.write(format_command(order(machine, paper())))
    while not isinstance(event := await next_event(engine), Ended):
        pass

    assert event.outcome.ending is Ending.DELIVERED


async def test_it_takes_no_calls(engine):
    event = await next_event(engine)
    failed = asyncio.get_running_loop().create_future()

    def on_event(event):
        if isinstance(event, CallFailed):
            failed.set_result(event.status)

    phone = Signalling(on_event)
    await phone.open("127.0.0.1", 0)
    phone.agent.invite(
        to="sip:1@127.0.0.1",
        request_uri="sip:1@127.0.0.1",
        from_uri="sip:2@127.0.0.1",
        next_hop=Hop("127.0.0.1", event.sip_port),
        sdp=b"v=0\r\n",
        now=phone.now(),
    )
    phone.flush()
    async with asyncio.timeout(30):
        status = await failed
    phone.close()

    assert status == 403
