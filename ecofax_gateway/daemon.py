"""
The daemon: builds every shell, owns every task, ends them in order.

I/O: everything, through what it builds. The only place that knows the settings.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from converters.contract import Limits
from converters.workshop import Workshop

from . import service
from .calling import open_calling
from .certificate import open_certificate
from .domain.errors import BadSettings, NodeDisplaced
from .entrance import make_gatekeeper, with_postmaster
from .greeting import make_demo_line, welcome
from .life import ALL_ROLES, Role, begin_life, end_life
from .mail.reader import MailReader
from .pipeline.accept import Accept
from .pipeline.answer import Answer
from .pipeline.housekeeping import Housekeeping
from .pipeline.login import LineLogin
from .pipeline.worker import Bell
from .settings import Settings
from .site import Site, make_desk
from .smtp.listener import Accept as TakeIn
from .smtp.listener import MailListener, Protocol
from .smtp.visitors import Limits as VisitorLimits
from .store.database import Database
from .web.desk import Bells
from .works import (
    Work,
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
    bells = {
        name: Bell()
        for name in ("order", "render", "call", "post", "trunk", "tell", "lists")
    }
    answer = answer_of(settings, bells["post"])
    node = settings.gateway.node
    epoch = await begin_life(
        db, settings, answer, home=service.home_mark(settings.state)
    )
    logger.info("node %s, life %d: %s", node, epoch, ", ".join(sorted(roles)))
    chores = _housekeeping(settings, db, epoch, answer, be_displaced)
    stack.enter_context(_ticking(chores, settings.gateway.silent_after))
    password = None
    if settings.embedded:
        password = await db.tx(make_demo_line, utc_now())

    works: list[Work] = []
    if workshop is not None:
        reader = await _open_reader(settings, stack)
        works += preparing(settings, db, reader, workshop, answer, bells)
        works.append(keeping_lists(settings, db, bells))
    if Role.ANSWER in roles:
        works.append(posting(settings, db, bells))
        works += telling(settings, db, bells)
    listener, port = None, None
    if Role.SMTP in roles:
        listener, port = await _open_listener(settings, db, bells, stack)
    site, site_port = None, None
    if Role.CONSOLE in roles and settings.console.listen:
        site, site_port = _open_site(settings, db, answer, bells, stack)
    async with asyncio.TaskGroup() as tasks:
        transmit = None
        if calling is not None:
            watch = watching(settings, db, calling, bells)
            transmit = transmitting(
                settings, db, epoch, calling, watch, answer, bells["call"], tasks
            )
            works += [
                Work("trunk", watch.step, bells["trunk"]),
                Work("call", transmit.step, bells["call"]),
                Work("hang-up", transmit.hang_up_cancelled, Bell()),
            ]
        workers = [tasks.create_task(each.loop(stop), name=each.name) for each in works]
        announce(welcome(settings, port, site_port, password))
        service.notify(
            "READY=1", f"STATUS=mail on port {port}" if port else "STATUS=up"
        )
        await stop.wait()
        logger.info("stopping")
        service.notify("STOPPING=1")
        if listener is not None:
            await listener.close()
        if site is not None:
            await site.close()
        if transmit is not None:
            await transmit.leave(grace_seconds=CALL_GRACE_SECONDS, hurry=hurry)
        await _end(workers, bells.values())
    if displaced.is_set():
        raise NodeDisplaced(
            f"node {node} was silent for too long, or another daemon took its name;"
            " its work was taken over"
        )
    await end_life(db, settings, answer, epoch)


async def _end(workers: Collection[asyncio.Task[None]], bells: Iterable[Bell]) -> None:
    """Wake the loops so that they see the stop; what goes on after that is undone."""
    for bell in bells:
        bell.ring()
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


async def _open_listener(
    settings: Settings,
    db: Database,
    bells: Mapping[str, Bell],
    stack: contextlib.AsyncExitStack,
) -> tuple[MailListener, int]:
    """Who takes mail in, and the port of its first door."""
    accept = Accept(db=db, clock=utc_now, bell=bells["order"])
    gate = make_gatekeeper(settings, db, accept, clock=utc_now, stack=stack)
    entrance = with_postmaster(gate, settings, db, clock=utc_now, bell=bells["post"])
    listener = _listener(settings, db, entrance)
    port = await _listen(listener, settings)
    stack.push_async_callback(listener.close)
    return listener, port


def _open_site(
    settings: Settings,
    db: Database,
    answer: Answer,
    bells: Mapping[str, Bell],
    stack: contextlib.AsyncExitStack,
) -> tuple[Site, int]:
    """Console and API, and their port."""
    woken = Bells(**{name: bells[name] for name in ("render", "call", "post", "lists")})
    site = Site(settings, make_desk(settings, db, answer, woken, clock=utc_now))
    port = site.open()
    stack.push_async_callback(site.close)
    return site, port


def _listener(settings: Settings, db: Database, entrance: TakeIn) -> MailListener:
    smtp, trust = settings.smtp, settings.trust
    doors = [
        (protocol, host.strip("[]"), int(port))
        for protocol, address in (
            (Protocol.SMTP, smtp.listen),
            (Protocol.SMTPS, smtp.listen_tls),
            (Protocol.LMTP, smtp.listen_lmtp),
        )
        if address
        for host, _, port in [address.rpartition(":")]
    ]
    return MailListener(
        entrance,
        doors=doors,
        domains=smtp.domains,
        trusted_networks=(*smtp.trusted_networks, *trust.relay_networks),
        proxy_networks=smtp.proxy_networks,
        spool=settings.state / "incoming",
        max_bytes=smtp.max_bytes,
        hostname=smtp.hostname,
        certificate=open_certificate(
            "smtp.certificate",
            smtp.certificate,
            smtp.certificate_key,
            trust.client_authority,
        ),
        is_open=trust.open,
        log_in=LineLogin(db, clock=utc_now) if smtp.login else None,
        limits=VisitorLimits(connections=smtp.max_connections),
        has_postmaster=bool(smtp.postmaster),
    )


async def _listen(listener: MailListener, settings: Settings) -> int:
    """The port of the first door."""
    try:
        ports = await listener.start()
    except OSError as error:
        smtp = settings.smtp
        named = ", ".join(
            filter(None, (smtp.listen, smtp.listen_tls, smtp.listen_lmtp))
        )
        raise BadSettings(
            [f"smtp.listen: {named}: {error.strerror}; choose another"]
        ) from error
    return ports[0]


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
