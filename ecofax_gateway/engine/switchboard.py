"""
All calls of the engine: orders in, steps and endings out.

I/O: opens sockets and the files that are sent.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from ..domain.errors import Malformed
from ..domain.outcome import Ending, Outcome
from ..sip.call import Call
from ..sip.event import Answered, Event, Ringing, TargetFailed
from ..sip.glance import glance
from ..sip.hop import Hop
from ..spandsp.job import Sending, SourceFile
from ..spandsp.tiff import read_shapes
from .call import OutgoingCall
from .capture import open_capture
from .directory import Directory, TrunkUnreachable, credentials_of
from .identity import identity_of
from .keeper import TrunkKeeper
from .media import Media, open_media
from .protocol import (
    Command,
    Ended,
    HangUp,
    KeepTrunk,
    PageFile,
    PlaceCall,
    Progress,
    TrunkHealth,
)
from .resolver import Resolver
from .signalling import Signalling
from .ticker import Ticker
from .transport import Address

logger = logging.getLogger(__name__)

WIDTH = 1728
"""Pixels: 215 mm at 204 dpi, which every fax machine prints. T.4 §2.2"""

DPI_TOLERANCE = 0.05
"""libspandsp takes 200 dpi as 196, and what it does not know as 98."""


class Switchboard:
    """
    Places calls and hangs them up.

    Args:
        host: The IP literal that the far ends answer to.

        tell: Called with what happens; must not raise.

        resolver: Finds trunks; None: by the system's nameservers.

        captures: The folder for a capture file of each call; None: none is written.
    """

    def __init__(
        self,
        host: str,
        tell: Callable[[Progress | Ended | TrunkHealth], None],
        *,
        resolver: Resolver | None = None,
        captures: Path | None = None,
    ) -> None:
        self._host = host
        self._captures = captures
        self._tell = tell
        self._ticker = Ticker()
        self._signalling = Signalling(
            self._sip_event,
            on_message=self._saw,
            find=lambda place: self._directory.find(place),
            takes_calls=False,  # the number is not one to call
        )
        self._calls: dict[str, OutgoingCall] = {}
        self._by_sip: dict[str, OutgoingCall] = {}
        self._placing: set[str] = set()
        self._gone: set[str] = set()
        self._closing = False
        self._keepers: dict[str, TrunkKeeper] = {}
        self._directory = Directory(
            host,
            resolver or Resolver(),
            self._signalling.streams.trust,
            self._signalling.now,
        )

    async def open(self, sip_port: int) -> Address:
        """
        Listen for SIP.

        Raises:
            OSError: If the port cannot be bound.
        """
        await self._signalling.open(self._host, sip_port)
        return self._signalling.address

    async def obey(self, command: Command) -> None:
        """Carry out one command; whatever goes wrong is an `Ended`."""
        match command:
            case PlaceCall():
                await self._place(command)
            case HangUp(call=call):
                self.hang_up(call)
            case KeepTrunk():
                await self._keep(command)

    def hang_up(self, call: str) -> None:
        """End one call; harmless if it is over."""
        if call in self._placing:
            self._gone.add(call)
        elif call in self._calls:
            self._calls[call].hang_up()

    def hang_up_all(self) -> None:
        """End every call; none begins any more."""
        self._closing = True
        for call in [*self._placing, *self._calls]:
            self.hang_up(call)

    async def wait_until_idle(self) -> None:
        """Return once every call is over and its BYE was answered."""
        while self._placing or self._calls or not self._signalling.agent.is_idle:
            await self._signalling.wait_for_change()

    async def leave_trunks(self) -> None:
        """Take every registration back; idempotent."""
        keepers = list(self._keepers.values())
        self._keepers.clear()
        await asyncio.gather(*(keeper.close() for keeper in keepers))

    def close(self) -> None:
        """Stop everything; idempotent."""
        self._ticker.close()
        self._signalling.close()

    async def _keep(self, order: KeepTrunk) -> None:
        before = self._keepers.pop(order.name, None)
        if before is not None:
            await before.close()
        if not self._closing:
            keeper = TrunkKeeper(order, self._directory, self._signalling, self._tell)
            self._keepers[order.name] = keeper
            keeper.start()

    async def _place(self, order: PlaceCall) -> None:
        if self._closing or order.call in self._placing or order.call in self._calls:
            self._refuse(
                order, Ending.LOCAL_FAULT, "the engine is closing, or told twice"
            )
            return
        self._placing.add(order.call)
        media: Media | None = None
        try:
            sending = look_into(order)
            targets = await self._directory.targets(order.trunk)
            media = await open_media(self._host, self._ticker)
            if self._captures is not None:
                capture = open_capture(self._captures, order.call)
                if capture is not None:
                    media.record(capture)
            if order.call in self._gone:
                media.close()
                self._refuse(order, Ending.CANCELLED, "hung up before it was called")
            else:
                self._invite(order, sending, targets, media)
        except TrunkUnreachable as error:
            self._refuse(order, Ending.TRUNK_FAULT, str(error))
        except (Malformed, OSError, ValueError) as error:
            if media is not None:
                media.close()
            self._refuse(order, Ending.LOCAL_FAULT, f"{type(error).__name__}: {error}")
        finally:
            self._placing.discard(order.call)
            self._gone.discard(order.call)

    def _invite(
        self, order: PlaceCall, sending: Sending, targets: Sequence[Hop], media: Media
    ) -> None:
        ids: list[str] = []

        def call_out(sdp: bytes) -> Call:
            call = self._call_out(order, targets, sdp)
            ids.append(call.id)
            return call

        def call_again() -> Call:
            call = call_out(media.audio_offer())
            self._by_sip[call.id] = outgoing
            return call

        direct = order.direct_t38 and order.media != "audio"
        call = call_out(media.t38_offer() if direct else media.audio_offer())
        outgoing = OutgoingCall(
            order,
            sending,
            call,
            next_hop=targets[0].address,
            signalling=self._signalling,
            media=media,
            tell=lambda event: self._told(event, ids),
            call_again=call_again,
        )
        self._calls[order.call] = outgoing
        self._by_sip[call.id] = outgoing
        self._signalling.flush()

    def _call_out(self, order: PlaceCall, targets: Sequence[Hop], sdp: bytes) -> Call:
        who = identity_of(order)
        return self._signalling.agent.invite(
            to=who.called,
            request_uri=who.called,
            from_uri=who.from_,
            next_hop=targets,
            sdp=sdp,
            now=self._signalling.now(),
            credentials=credentials_of(order.trunk),
            headers=who.headers,
            ring_timeout=order.ring_timeout_s,
            session_expires=order.trunk.session_expires_s,
        )

    def _told(self, event: Progress | Ended, sip_ids: list[str]) -> None:
        if isinstance(event, Ended):
            self._calls.pop(event.call, None)
            for sip_id in sip_ids:
                self._by_sip.pop(sip_id, None)
            logger.info("call %s: %s", event.call, event.outcome.ending)
        self._tell(event)

    def _refuse(self, order: PlaceCall, ending: Ending, detail: str) -> None:
        logger.info("call %s not placed: %s", order.call, detail)
        self._tell(
            Ended(call=order.call, outcome=Outcome(ending=ending, detail=detail))
        )

    def _saw(self, from_us: bool, data: bytes, hop: Hop) -> None:
        seen = glance(data)
        outgoing = self._by_sip.get(seen.call_id) if seen is not None else None
        if seen is not None and outgoing is not None:
            outgoing.saw(seen, data, far=hop.address, from_us=from_us)

    def _sip_event(self, event: Event) -> None:
        self._learn(event)
        if (outgoing := self._by_sip.get(event.call.id)) is not None:
            outgoing.take(event)

    def _learn(self, event: Event) -> None:
        """What a call says of the trunk that it went to."""
        match event:
            case TargetFailed(target=target, retry_after=retry_after):
                self._directory.failed(target, retry_after)
                if retry_after:
                    for keeper in self._keepers.values():
                        keeper.look_again()
            case Ringing(call=call) | Answered(call=call):
                self._directory.answered(call.dialog.peer)
                for keeper in self._keepers.values():
                    if keeper.serves(call.dialog.peer):
                        keeper.proven()
            case _:
                pass


def look_into(order: PlaceCall) -> Sending:
    """
    The files of an order, checked: libspandsp would not say what is wrong with them.

    Raises:
        Malformed: If one is no TIFF of so many pages of the right width.

        OSError: If one cannot be read.
    """
    files: list[SourceFile] = []
    for file in order.files:
        shapes = read_shapes(Path(file.path))
        if len(shapes) != order.pages:
            raise Malformed(f"a file of {len(shapes)} pages instead of {order.pages}")
        if any(shape.width != WIDTH for shape in shapes):
            raise Malformed(f"a page that is not {WIDTH} px wide")
        slack = file.vertical_dpi * DPI_TOLERANCE
        if any(abs(shape.vertical_dpi - file.vertical_dpi) > slack for shape in shapes):
            raise Malformed(f"a page that is not of {file.vertical_dpi} dpi")
        files.append(
            SourceFile(
                path=file.path,
                vertical_dpi=file.vertical_dpi,
                rows=tuple(shape.rows for shape in shapes),
                octets=_octets(file),
            )
        )
    if not files or not order.pages:
        raise Malformed("nothing to send")
    return Sending(files=tuple(files))


def _octets(file: PageFile) -> tuple[int, int, int] | None:
    octets = (file.mh_octets, file.mr_octets, file.mmr_octets)
    return octets if all(octets) else None
