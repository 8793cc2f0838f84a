"""
settings -> the loops of the path.

I/O: none of its own; what it gives reads and writes.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from converters.workshop import Workshop

from .calling import Calling, calls_folder
from .domain.trust import parse_networks
from .engine.protocol import KeepTrunk
from .entrance import make_credentials
from .leaving import make_postman, make_signer
from .mail.reader import MailReader
from .orders.list_reader import ListReader
from .pipeline.answer import Answer
from .pipeline.bells import Bells
from .pipeline.list_clerk import ListClerk
from .pipeline.outage import Outage
from .pipeline.posting import Posting
from .pipeline.prepare import Ordering, Rendering
from .pipeline.routing import Routing
from .pipeline.telling import Telling
from .pipeline.transmit import Transmit
from .pipeline.trunk_watch import TrunkWatch
from .pipeline.worker import Bell, Recovery, Step, work
from .settings import Settings
from .site import make_client
from .store.database import Database

TELLERS = 4
"Webhooks that are told something at the same time: one that is slow does not stop all."


def utc_now() -> datetime:
    """The clock that everything is given."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Work:
    """One loop of the path."""

    name: str
    step: Step
    bell: Bell
    recover: Recovery | None = None

    async def loop(self, stop: asyncio.Event, outage: Outage) -> None:
        """Run the step again and again until *stop* is set."""
        await work(
            self.name,
            self.step,
            bell=self.bell,
            stop=stop,
            recover=self.recover,
            outage=outage,
        )


def preparing(
    settings: Settings,
    db: Database,
    reader: MailReader,
    workshop: Workshop,
    answer: Answer,
    bells: Bells,
) -> list[Work]:
    """From the bytes of a mail to pages: an order, then its rendering."""
    ordering = Ordering(
        db=db,
        node=settings.gateway.node,
        read=reader.read,
        credentials=make_credentials(settings, db, utc_now),
        answered=parse_networks(settings.trust.answer_networks),
        routing=Routing(settings.carriers),
        zone=settings.zone,
        own_domains=settings.smtp.domains,
        answer=answer,
        clock=utc_now,
        bell=bells.render,
    )
    rendering = Rendering(
        db=db,
        node=settings.gateway.node,
        workshop=workshop,
        answer=answer,
        repeat_window=timedelta(hours=settings.store.repeat_hours),
        clock=utc_now,
        bell=bells.call,
    )
    render = Work("render", rendering.step, bells.render, rendering.recover)
    return [
        Work("order", ordering.step, bells.order, ordering.recover),
        *[render] * settings.conversion.workers,
    ]


def keeping_lists(settings: Settings, db: Database, bells: Bells) -> Work:
    """Lists of recipients, read and written into drafts."""
    clerk = ListClerk(
        db=db,
        reader=ListReader(folder=settings.state / "lists"),
        routing=Routing(settings.carriers),
        node=settings.gateway.node,
        clock=utc_now,
    )
    return Work("lists", clerk.step, bells.lists, clerk.recover)


def posting(settings: Settings, db: Database, bells: Bells) -> Work:
    """Replies, handed to the relay."""
    posting = Posting(
        db=db,
        node=settings.gateway.node,
        postman=make_postman(settings),
        zone=settings.zone,
        sign=make_signer(settings),
        clock=utc_now,
        bell=bells.post,
    )
    return Work("post", posting.step, bells.post, posting.recover)


def telling(settings: Settings, db: Database, bells: Bells) -> list[Work]:
    """Events, published and told to webhooks."""
    telling = Telling(
        db=db,
        node=settings.gateway.node,
        client=make_client(settings),
        clock=utc_now,
        bell=bells.tell,
    )
    tell = Work("tell", telling.step, bells.tell, telling.recover)
    return [Work("publish", telling.publish, Bell()), *[tell] * TELLERS]


def watching(
    settings: Settings, db: Database, calling: Calling, bells: Bells
) -> TrunkWatch:
    """What the engine hears of its trunks."""
    watch = TrunkWatch(
        db=db,
        node=settings.gateway.node,
        routing=Routing(settings.carriers),
        pauses={
            trunk.name: timedelta(seconds=trunk.retry.trunk_fault)
            for trunk in settings.trunks
        },
        clock=utc_now,
        bell=bells.trunk,
        called=bells.call,
    )
    calling.sender.keep_trunks(
        [
            KeepTrunk(name=way.name, address=way.address)
            for way in calling.ways.values()
        ],
        watch.heard,
    )
    return watch


def transmitting(
    settings: Settings,
    db: Database,
    epoch: int,
    calling: Calling,
    watch: TrunkWatch,
    answer: Answer,
    bell: Bell,
    tasks: asyncio.TaskGroup,
) -> Transmit:
    """Calls, in tasks of their own."""
    return Transmit(
        db=db,
        node=settings.gateway.node,
        epoch=epoch,
        sender=calling.sender,
        answer=answer,
        ways=calling.ways,
        routing=Routing(settings.carriers),
        watch=watch,
        slot_grace=timedelta(seconds=settings.gateway.lost_call),
        folder=calls_folder(settings.state),
        zone=settings.zone,
        clock=utc_now,
        tasks=tasks,
        bell=bell,
    )


def calls(watch: TrunkWatch, transmit: Transmit, bells: Bells) -> list[Work]:
    """From a number that may be called to how the call ended."""
    return [
        Work("trunk", watch.step, bells.trunk),
        Work("call", transmit.step, bells.call),
        Work("hang-up", transmit.hang_up_cancelled, Bell()),
    ]
