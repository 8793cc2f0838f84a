"""
A fax machine behind a gateway: T.38 on one side, modem sounds on the other.

I/O: the file that the fax machine writes.

The gateway is libspandsp's, the machine is our own audio terminal; between them runs
the sound of a telephone line, one tick at a time. `PstnMachine` looks like a
`FaxTerminal`, so a `FaxLeg` carries it as it carries any.
"""

from pathlib import Path

from ecofax_gateway.domain.journal import Ladder
from ecofax_gateway.spandsp import log
from ecofax_gateway.spandsp._spandsp import ffi, lib
from ecofax_gateway.spandsp.audio import AudioTerminal, Law
from ecofax_gateway.spandsp.job import Options, Receiving, Result, TerminalEvent
from ecofax_gateway.spandsp.queue import ON_PACKET, PacketQueue


class PstnMachine:
    """
    An answering fax machine on a telephone line, behind a T.38 gateway.

    Args:
        received: Where its pages go.

        ecm: Whether the gateway lets error correction through, and the machine has it.
    """

    def __init__(self, received: Path, *, ecm: bool = True) -> None:
        self.ladder: Ladder | None = None
        self.machine = AudioTerminal(
            Receiving(path=str(received)),
            Options(station_id="+33 9 72 10 10 10", ecm=ecm),
            law=Law.A,
        )
        self._queue = PacketQueue()
        self._tag = ffi.new("char[]", b"gateway")
        self._state = lib.t38_gateway_init(ffi.NULL, ON_PACKET, self._queue.pointer)
        self._core = lib.t38_gateway_get_t38_core_state(self._state)
        for state in (
            lib.t38_gateway_get_logging_state(self._state),
            lib.t38_core_get_logging_state(self._core),
        ):
            log.listen(state, self._tag)
        lib.t38_set_t38_version(self._core, 0)
        lib.t38_gateway_set_ecm_capability(self._state, ecm)
        lib.t38_gateway_set_transmit_on_idle(self._state, 1)
        lib.t38_gateway_set_supported_modems(
            self._state,
            lib.T30_SUPPORT_V27TER | lib.T30_SUPPORT_V29 | lib.T30_SUPPORT_V17,
        )
        self._samples = ffi.new("int16_t[]", 8000)
        self._octets = ffi.new("uint8_t[]", 8000)
        self._codec = ffi.gc(lib.g711_init(ffi.NULL, lib.G711_ALAW), lib.g711_free)

    @property
    def is_paced(self) -> bool:
        """Whether its packets may pass us by: each is to be seen."""
        return False

    def advance(self, samples: int) -> bool:
        """Let time pass on the telephone line."""
        if self._state is None:
            return True
        made = lib.t38_gateway_tx(self._state, self._samples, samples)
        # A gateway that says nothing sends silence: the line's clock goes on.
        for at in range(made, samples):
            self._samples[at] = 0
        lib.g711_encode(self._codec, self._octets, self._samples, samples)
        self.machine.receive(bytes(ffi.buffer(self._octets, samples)), Law.A)
        sound = self.machine.advance(samples)
        lib.g711_decode(self._codec, self._samples, sound, len(sound))
        lib.t38_gateway_rx(self._state, self._samples, samples)
        return self.is_over

    def receive_ifp(self, ifp: bytes, sequence: int) -> None:
        """From the network."""
        if self._state is not None and ifp:
            lib.t38_core_rx_ifp_packet(self._core, ifp, len(ifp), sequence & 0xFFFF)

    def ifp_to_send(self) -> list[tuple[bytes, int]]:
        """To the network."""
        return self._queue.drain()

    def events(self) -> list[TerminalEvent]:
        """What the machine noticed."""
        return self.machine.events()

    def terminate(self) -> None:
        """Hang up."""
        self.machine.terminate()

    def close(self) -> None:
        """Free both; idempotent."""
        if self._state is not None:
            self.machine.close()
            lib.t38_gateway_free(self._state)
            self._state = None

    @property
    def is_over(self) -> bool:
        """Whether the machine is done."""
        return self.machine.is_over

    @property
    def pages(self) -> int:
        """That it confirmed."""
        return self.machine.pages

    @property
    def in_page(self) -> bool:
        """A machine that answers sends none."""
        return False

    @property
    def idle_s(self) -> float:
        """It says what it is asked for."""
        return 0.0

    def result(self) -> Result:
        """How the machine sees it."""
        return self.machine.result()
