"""
The loop goes on whatever a step does.
"""

import asyncio
import logging

from ecofax_gateway.domain.errors import StoreUnavailable
from ecofax_gateway.pipeline.worker import Bell, work


async def run(step, bell):
    stop = asyncio.Event()
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        tasks.create_task(work("test", lambda: step(stop), bell=bell, stop=stop))


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
        if len(runs) == 1:
            bell.ring()
            raise ZeroDivisionError
        stop.set()
        return False

    await run(step, bell)

    assert len(runs) == 2
    assert [r.levelno for r in caplog.records] == [logging.ERROR]
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
