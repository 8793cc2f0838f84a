"""
The loop goes on whatever a step does.
"""

import asyncio
import logging

from ecofax_gateway.domain.errors import StoreUnavailable
from ecofax_gateway.pipeline.outage import Outage
from ecofax_gateway.pipeline.worker import Bell, work


async def run(step, bell, *, name="test", outage=None):
    stop = asyncio.Event()
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        tasks.create_task(
            work(name, lambda: step(stop), bell=bell, stop=stop, outage=outage)
        )


async def test_a_step_runs_until_there_is_no_work_and_again_when_rung():
    bell, left, runs = Bell(), [3], []

    async def step(stop):
        runs.append(left[0])
        if left[0] == 0:
            if len(runs) > 4:
                stop.set()
            else:
                left[0] = 1
            bell.ring()
            return False
        left[0] -= 1
        return True

    await run(step, bell)

    assert runs == [3, 2, 1, 0, 1, 0]


async def test_a_bug_is_logged_once_and_the_loop_goes_on(caplog):
    bell, runs = Bell(), []

    async def step(stop):
        runs.append(1)
        if len(runs) <= 3:
            bell.ring()
            raise ZeroDivisionError
        stop.set()
        return False

    await run(step, bell)

    assert len(runs) == 4
    told = [each for each in caplog.records if each.name == work.__module__]
    assert [each.levelno for each in told] == [logging.ERROR]
    assert "ZeroDivisionError" in caplog.text


async def test_a_store_that_is_away_costs_no_traceback(caplog):
    bell = Bell()

    async def step(stop):
        stop.set()
        bell.ring()
        raise StoreUnavailable("no space")

    await run(step, bell)

    assert "no space" in caplog.text
    assert "Traceback" not in caplog.text


async def test_loops_that_wait_for_the_store_say_it_once_and_once_that_it_is_back(
    caplog,
):
    caplog.set_level(logging.INFO)
    outage, all_met_it = Outage(), asyncio.Barrier(3)

    async def in_loop(name):
        bell, tries = Bell(), []

        async def step(stop):
            tries.append(1)
            bell.ring()
            if len(tries) <= 2:
                raise StoreUnavailable("connection refused")
            if len(tries) == 3:
                await all_met_it.wait()
            stop.set()
            return False

        await run(step, bell, name=name, outage=outage)

    await asyncio.gather(*map(in_loop, ("order", "render", "call")))

    gone, back = [record.getMessage() for record in caplog.records]
    assert "connection refused" in gone
    assert "nothing is lost; see that" in gone
    assert back == "the store answers again"


def test_a_chore_that_outlasts_the_silence_ends_it_when_it_is_done(caplog):
    caplog.set_level(logging.INFO)
    outage = Outage()

    for chore in ("drafts", "repeats"):
        with outage.outlasted(chore):
            raise StoreUnavailable("connection refused")
    for chore in ("drafts", "repeats"):
        with outage.outlasted(chore):
            pass

    gone, back = [record.getMessage() for record in caplog.records]
    assert "connection refused" in gone
    assert back == "the store answers again"
