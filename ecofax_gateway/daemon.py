"""
The daemon: builds every shell, owns every task, ends them in order.

I/O: everything, through what it builds.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable, Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import UTC, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from converters.contract import Limits
from converters.workshop import Workshop

from . import service
from .calling import open_calling
from .domain.errors import NodeDisplaced
from .domain.role import ALL_ROLES, Role
from .greeting import make_demo_line, welcome
from .life import begin_life, end_life
from .listening import Listening, open_listening
from .mail.reader import MailReader
from .pipeline.answer import Answer
from .pipeline.bells import Bells
from .pipeline.housekeeping import Housekeeping
from .pipeline.outage import Outage
from .settings import Settings
from .store.database import Database
from .works import (
    Work,
    calls,
    keeping_lists,
    posting,
    preparing,
    telling,
    transmitting,
    utc_now,
    watching,
)
from .writing import answer_of

logger = logging.getLogger(__name__)

CALL_GRACE_SECONDS = 300.0
"Calls under way may go on this long after a stop; the unit's TimeoutStopSec is longer."

WORK_GRACE_SECONDS = 5.0
"For a mail, a conversion or a reply in hand; it is done again at the next start."

BEATS = 3
"In the time after which a silent node is dead."

Announce = Callable[[str], None]


async def run(
    settings: Settings, *, announce: Announce, roles: AbstractSet[Role] = ALL_ROLES
) -> None:
    """
    Run the gateway until SIGTERM or SIGINT.

    Args:
        settings: Checked.

        announce: Called once with what a person needs to know when all is up.

        roles: What this node does; others on the same database do the rest.

    Raises:
        BadSettings: If something that the settings name cannot be used.
        StoreUnavailable: If the database cannot be opened.
        NodeDisplaced: If other nodes declared this one dead; it has stopped.
    """
    service.make_state_folder(settings.state)
    service.become_owner(settings.state)
    service.keep_powers_to_itself()
    with contextlib.closing(service.lock(settings.state)):
        async with contextlib.AsyncExitStack() as stack:
            await _run(settings, roles, stack, announce)
    service.notify("STATUS=stopped")


async def _run(
    settings: Settings,
    roles: AbstractSet[Role],
    stack: contextlib.AsyncExitStack,
    announce: Announce,
) -> None:
    stop, hurry, displaced = *_stop_on_signal(), asyncio.Event()

    def be_displaced() -> None:
        for event in (displaced, stop, hurry):
            event.set()

    workshop = await _open_workshop(settings, stack) if Role.PREPARE in roles else None
    db, calling = await asyncio.gather(
        _open_store(settings, stack),
        open_calling(settings, stack) if Role.TRANSMIT in roles else _nothing(),
    )
    bells = Bells()
    answer = answer_of(settings, bells.post)
    node = settings.gateway.node
    epoch = await begin_life(
        db, settings, answer, roles, home=service.home_mark(settings.state)
    )
    logger.info("node %s, life %d: %s", node, epoch, ", ".join(sorted(roles)))
    outage = Outage()
    chores = _housekeeping(settings, db, epoch, answer, be_displaced, outage)
    stack.enter_context(_ticking(chores, settings.gateway.silent_after))
    password = None
    if settings.embedded:
        password = await db.tx(make_demo_line, utc_now())

    works = await _works(settings, roles, db, workshop, answer, bells, stack)
    listening = await open_listening(
        settings, roles, db, answer, bells, clock=utc_now, stack=stack
    )
    async with asyncio.TaskGroup() as tasks:
        transmit = None
        if calling is not None:
            watch = watching(settings, db, calling, bells)
            transmit = transmitting(
                settings, db, epoch, calling, watch, answer, bells.call, tasks
            )
            works += calls(watch, transmit, bells)
        workers = [
            tasks.create_task(each.loop(stop, outage), name=each.name) for each in works
        ]
        _say_ready(announce, settings, listening, password)
        await stop.wait()
        logger.info("stopping")
        service.notify("STOPPING=1")
        await listening.close()
        if transmit is not None:
            await transmit.leave(grace_seconds=CALL_GRACE_SECONDS, hurry=hurry)
        await _end(workers, works)
    if displaced.is_set():
        raise NodeDisplaced(
            f"node {node} was silent for too long, or another daemon took its name;"
            " its work was taken over"
        )
    await end_life(db, settings, answer, epoch)


async def _works(
    settings: Settings,
    roles: AbstractSet[Role],
    db: Database,
    workshop: Workshop | None,
    answer: Answer,
    bells: Bells,
    stack: contextlib.AsyncExitStack,
) -> list[Work]:
    """The loops of this node's roles; those of its calls need a place for their tasks."""
    works: list[Work] = []
    if workshop is not None:
        reader = await _open_reader(settings, stack)
        works += preparing(settings, db, reader, workshop, answer, bells)
        works.append(keeping_lists(settings, db, bells))
    if Role.ANSWER in roles:
        works.append(posting(settings, db, bells))
        works += telling(settings, db, bells)
    return works


def _say_ready(
    announce: Announce, settings: Settings, listening: Listening, password: str | None
) -> None:
    """Tell the person at the terminal, and systemd."""
    port = listening.mail_port
    announce(welcome(settings, port, listening.site_port, password))
    service.notify("READY=1", f"STATUS=mail on port {port}" if port else "STATUS=up")


async def _end(workers: Collection[asyncio.Task[None]], works: Iterable[Work]) -> None:
    """Wake the loops so that they see the stop; what goes on after that is undone."""
    for each in works:
        each.bell.ring()
    if workers:
        await asyncio.wait(workers, timeout=WORK_GRACE_SECONDS)
    for worker in workers:
        worker.cancel()


def _housekeeping(
    settings: Settings,
    db: Database,
    epoch: int,
    answer: Answer,
    stop: Callable[[], None],
    outage: Outage,
) -> Housekeeping:
    return Housekeeping(
        db=db,
        node=settings.gateway.node,
        epoch=epoch,
        answer=answer,
        silent_after=timedelta(seconds=settings.gateway.silent_after),
        slot_grace=timedelta(seconds=settings.gateway.lost_call),
        keep=timedelta(days=settings.store.keep_days),
        keep_history=timedelta(days=settings.store.history_days)
        if settings.store.history_days
        else None,
        repeat_patience=timedelta(days=settings.store.repeat_days),
        captures=settings.engine.captures,
        clock=utc_now,
        stop=stop,
        outage=outage,
    )


async def _nothing() -> None:
    """What a node without a role opens for it."""


async def _open_workshop(
    settings: Settings, stack: contextlib.AsyncExitStack
) -> Workshop:
    workshop = _workshop(settings)
    await workshop.start()  # LibreOffice warms up while the rest comes up
    stack.push_async_callback(workshop.close)
    return workshop


async def _open_reader(
    settings: Settings, stack: contextlib.AsyncExitStack
) -> MailReader:
    reader = MailReader(folder=settings.state / "reading")
    stack.push_async_callback(reader.close)
    await reader.start()
    return reader


async def _open_store(settings: Settings, stack: contextlib.AsyncExitStack) -> Database:
    db = await asyncio.to_thread(
        Database.open, settings.database_url, spool=settings.state / "spool"
    )
    stack.push_async_callback(asyncio.to_thread, db.close)
    return db


def _workshop(settings: Settings) -> Workshop:
    conversion = settings.conversion
    return Workshop(
        folder=settings.state / "conversions",
        limits=Limits(
            seconds=conversion.seconds,
            memory_bytes=conversion.memory_mb * 1024**2,
            max_pages=conversion.max_pages,
        ),
        office_instances=conversion.office_instances,
    )


@contextlib.contextmanager
def _ticking(chores: Housekeeping, silent_after: float) -> Iterator[None]:
    """The clock of the chores; nothing that must not be missed hangs on it."""
    # Its warning for every beat that waits for the store says less than our own.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = AsyncIOScheduler(timezone=UTC)
    scheduler.add_job(
        chores.beat,
        "interval",
        seconds=silent_after / BEATS,
        coalesce=True,
        misfire_grace_time=None,  # after a sleep it is the first thing to do
    )
    scheduler.add_job(chores.send_summaries, "interval", minutes=1, coalesce=True)
    scheduler.add_job(chores.empty_log, "interval", minutes=1, coalesce=True)
    scheduler.add_job(chores.forget, "interval", hours=1, coalesce=True)
    scheduler.add_job(chores.drop_repeats, "interval", hours=1, coalesce=True)
    scheduler.add_job(chores.drop_drafts, "interval", hours=1, coalesce=True)
    interval = service.watchdog_seconds()
    if interval is not None:
        scheduler.add_job(
            service.notify, "interval", ["WATCHDOG=1"], seconds=interval, coalesce=True
        )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


def _stop_on_signal() -> tuple[asyncio.Event, asyncio.Event]:
    """(set by the first SIGTERM or SIGINT, set by the second: do not wait for calls)."""
    stop, hurry = asyncio.Event(), asyncio.Event()

    def on_signal() -> None:
        (hurry if stop.is_set() else stop).set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, on_signal)
    return stop, hurry
