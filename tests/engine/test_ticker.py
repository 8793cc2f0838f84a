"""
The one clock of all calls.
"""

import asyncio
import time

from ecofax_gateway.engine.ticker import MAX_CATCH_UP, TICK_S, Ticker


async def ticks_in(ticker, wanted):
    """Let *wanted* ticks pass; gives their instants."""
    loop, instants, done = asyncio.get_running_loop(), [], asyncio.Event()

    def on_tick():
        instants.append(loop.time())
        if len(instants) >= wanted:
            done.set()

    ticker.add(on_tick)
    async with asyncio.timeout(60):
        await done.wait()
    ticker.discard(on_tick)
    return instants


async def test_it_ticks_every_20_ms():
    ticker = Ticker()
    began = asyncio.get_running_loop().time()

    instants = await ticks_in(ticker, 25)
    ticker.close()

    # It makes up for what is late, so the mean holds however busy the machine is.
    assert instants[-1] - began >= 25 * TICK_S - 0.001


async def test_a_short_stall_is_made_up_for():
    ticker, ticks = Ticker(), []
    ticker.add(lambda: ticks.append(1))

    time.sleep(0.2)  # noqa: ASYNC251 -- the stall itself
    await ticks_in(ticker, 1)
    ticker.close()

    assert len(ticks) >= 9


async def test_a_long_stall_is_not_made_up_for_in_one_burst():
    """
    The far end's modem would run over.
    """
    ticker, ticks = Ticker(), []
    ticker.add(lambda: ticks.append(1))

    time.sleep(1.0)  # noqa: ASYNC251 -- the stall itself
    await ticks_in(ticker, 1)
    ticker.close()

    assert len(ticks) <= MAX_CATCH_UP


async def test_a_member_that_fails_does_not_stop_the_clock():
    ticker = Ticker()
    loop = asyncio.get_running_loop()
    failures = []
    loop.set_exception_handler(lambda loop, context: failures.append(context))

    def fail():
        ticker.discard(fail)
        raise RuntimeError("a bug")

    ticker.add(fail)
    await ticks_in(ticker, 2)
    ticker.close()

    assert len(failures) == 1


async def test_it_counts_how_late_it_is():
    """
    A stall of 200 ms: of the ten ticks it delays, one is late by all of it.
    """
    ticker = Ticker()
    await ticks_in(ticker, 3)
    ticker.add(lambda: None)
    time.sleep(0.2)  # noqa: ASYNC251 -- the stall itself
    await ticks_in(ticker, 3)
    lateness = ticker.lateness
    ticker.close()

    assert lateness.count >= 13
    assert lateness.worst_s >= 0.17
