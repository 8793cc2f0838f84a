"""
A fax terminal that speaks T.38: samples and IFP packets in, IFP packets out.

No sockets and no clock: time passes by `advance`, in samples of 1/8000 s.

Standards:
    ITU-T T.38 (09/2010) §7, §8 -- IFP packets
"""

from ._spandsp import ffi, lib
from .job import Options, Receiving, Sending
from .procedure import MAX_IDENT, MAX_PATH_BYTES, MAX_REFUSALS, Procedure
from .queue import ON_PACKET, PacketQueue
from .udptl import UdptlSender

__all__ = ["MAX_IDENT", "MAX_PATH_BYTES", "MAX_REFUSALS", "FaxTerminal"]

T38_VERSIONS = range(4)


class FaxTerminal(Procedure):
    """
    One T.38 terminal; calling if it has something to send.

    Raises:
        ValueError: For a path or an option that libspandsp would mangle. A bug of ours.
    """

    def __init__(self, job: Sending | Receiving, options: Options) -> None:
        super().__init__(job, options)
        self._queue = PacketQueue()
        if options.version not in T38_VERSIONS:
            raise ValueError(f"T.38 version {options.version}")
        state = lib.t38_terminal_init(
            ffi.NULL, isinstance(job, Sending), ON_PACKET, self._queue.pointer
        )
        if state == ffi.NULL:
            raise MemoryError("t38_terminal_init")
        self._core = lib.t38_terminal_get_t38_core_state(state)
        config = 0 if options.paced else lib.T38_TERMINAL_OPTION_NO_PACING
        lib.t38_terminal_set_config(state, config)
        lib.t38_terminal_set_tep_mode(state, 0)
        lib.t38_terminal_set_fill_bit_removal(state, 0)
        lib.t38_set_t38_version(self._core, options.version)
        try:
            self._attach(
                state,
                lib.t38_terminal_get_t30_state(state),
                (
                    lib.t38_terminal_get_logging_state(state),
                    lib.t38_core_get_logging_state(self._core),
                ),
            )
        except BaseException:
            self.close()
            raise

    @property
    def is_paced(self) -> bool:
        """Whether it keeps to the speed of a real line."""
        return self._options.paced

    def advance(self, samples: int) -> bool:
        """
        Let *samples* of 1/8000 s pass; 160 (20 ms) keeps the modem speeds.

        Returns:
            Whether it is all over, the last packets included.
        """
        if self._state is None:
            return True
        over = lib.t38_terminal_send_timeout(self._state, samples)
        self._passed(samples)
        self._check()
        if over:
            self._finish()
        return self._over

    def advance_through(self, udptl: UdptlSender, door: ffi.CData, samples: int) -> int:
        """
        Let *samples* pass as `advance` does, and send image without coming back first.

        What is no image, and what the kernel would not take, waits for `ifp_to_send`.

        Args:
            udptl: Frames all that this terminal sends.

            door: An `ecofax_door_t *`: which socket, and where to.

            samples: As of `advance`.

        Returns:
            How many datagrams left.
        """
        if self._state is None:
            return 0
        done: int = lib.ecofax_step(
            self._state, self._queue.pointer, udptl.pointer, door, samples
        )
        self._passed(samples)
        self._check()
        if done & 1:
            self._finish()
        return done >> 1

    def receive_ifp(self, ifp: bytes, sequence: int) -> None:
        """Take one IFP packet; anything that is none is ignored by libspandsp."""
        if self._state is not None and ifp:
            lib.t38_core_rx_ifp_packet(self._core, ifp, len(ifp), sequence & 0xFFFF)
            self._check()

    def ifp_to_send(self) -> list[tuple[bytes, int]]:
        """
        Drain the packets to send, in order, each with how often to send it.
        """
        return self._queue.drain()

    def _free(self, state: ffi.CData) -> None:
        lib.t38_terminal_free(state)
