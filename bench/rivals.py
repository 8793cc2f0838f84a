"""
What others do in a second: Procrastinate and PgQueuer, on the same PostgreSQL.

I/O: a database, and the clock of this machine.

Each is used as its documentation says: jobs put in by its bulk call, taken by its own
worker, many at a time. Their job does nothing, and they keep less than we do: no caps,
no intent, no history of attempts.
"""

import time

import asyncpg
from pgqueuer import PgQueuer
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.models import Job
from pgqueuer.queries import Queries
from pgqueuer.types import QueueExecutionMode
from procrastinate import App, PsycopgConnector
from procrastinate.types import JSONDict

from .life import CHANNELS, Clock, Pace

CONNECTIONS = 9
"""As many as our store has."""


async def procrastinate(dsn: str, *, count: int, cpu: Clock) -> tuple[Pace, Pace]:
    """(enqueue, life) of Procrastinate."""
    connector = PsycopgConnector(conninfo=dsn, max_size=CONNECTIONS)
    app = App(connector=connector)
    done = 0

    @app.task(name="call")
    async def call(number: str) -> None:
        nonlocal done
        done += 1

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        began, spent = time.perf_counter(), cpu()
        jobs: list[JSONDict] = [{"number": str(n)} for n in range(count)]
        await call.batch_defer_async(*jobs)
        enqueued = _pace(count, began, spent, cpu)
        began, spent = time.perf_counter(), cpu()
        await app.run_worker_async(
            wait=False,
            concurrency=CHANNELS,
            install_signal_handlers=False,
            listen_notify=False,
        )
        lived = _pace(count, began, spent, cpu)
    assert done == count, done
    return enqueued, lived


async def pgqueuer(dsn: str, *, count: int, cpu: Clock) -> tuple[Pace, Pace]:
    """(enqueue, life) of PgQueuer."""
    async with asyncpg.create_pool(
        dsn, min_size=CONNECTIONS, max_size=CONNECTIONS
    ) as pool:
        driver = AsyncpgPoolDriver(pool)
        queries = Queries(driver)
        await queries.install()
        queue = PgQueuer(driver)
        done = 0

        @queue.entrypoint("call")
        async def call(job: Job) -> None:
            nonlocal done
            done += 1

        began, spent = time.perf_counter(), cpu()
        await queries.enqueue(
            ["call"] * count, [str(n).encode() for n in range(count)], [0] * count
        )
        enqueued = _pace(count, began, spent, cpu)
        began, spent = time.perf_counter(), cpu()
        await queue.qm.run(batch_size=CHANNELS, mode=QueueExecutionMode.drain)
        lived = _pace(count, began, spent, cpu)
    assert done == count, done
    return enqueued, lived


def _pace(count: int, began: float, spent: float, cpu: Clock) -> Pace:
    return Pace(
        per_s=count / (time.perf_counter() - began),
        cpu_ms=(cpu() - spent) / count * 1000,
    )
