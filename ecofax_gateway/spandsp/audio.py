"""
A fax terminal that speaks as a modem does: G.711 octets in, G.711 octets out.

No sockets and no clock: each octet is 1/8000 s.

Standards:
    ITU-T G.711 (11/1988); ITU-T V.17, V.29, V.27ter and V.21, in libspandsp
"""

from enum import IntEnum

from ._spandsp import ffi, lib
from .job import Options, Receiving, Sending
from .procedure import SAMPLE_RATE, Procedure

MAX_SAMPLES = SAMPLE_RATE
"""In one step: a second. More at once is a bug, not a packet."""

TAIL_SAMPLES = SAMPLE_RATE // 2
"""After the result: what was said last is still on its way to the far end."""


class Law(IntEnum):
    """The two G.711 codings, by their RTP payload types. RFC 3551 §6."""

    MU = 0
    A = 8


SILENCE = {Law.MU: b"\xff", Law.A: b"\xd5"}


class AudioTerminal(Procedure):
    """
    One modem terminal; calling if it has something to send.

    Args:
        job: What to send, or where to put what comes.

        options: Its version and pacing are T.38's and mean nothing here.

        law: Coding of what `advance` gives.

    Raises:
        ValueError: For a path that libspandsp would mangle. A bug of ours.
    """

    def __init__(self, job: Sending | Receiving, options: Options, *, law: Law) -> None:
        super().__init__(job, options)
        self._law = law
        self._tail = 0
        self._samples = ffi.new("int16_t[]", MAX_SAMPLES)
        self._octets = ffi.new("uint8_t[]", MAX_SAMPLES)
        self._codecs = {
            each: ffi.gc(lib.g711_init(ffi.NULL, mode), lib.g711_free)
            for each, mode in ((Law.MU, lib.G711_ULAW), (Law.A, lib.G711_ALAW))
        }
        state = lib.fax_init(ffi.NULL, isinstance(job, Sending))
        if state == ffi.NULL:
            raise MemoryError("fax_init")
        # A gap in the packets would be taken for a fault of the line.
        lib.fax_set_transmit_on_idle(state, 1)
        lib.fax_set_tep_mode(state, 0)
        try:
            self._attach(
                state,
                lib.fax_get_t30_state(state),
                (lib.fax_get_logging_state(state),),
            )
        except BaseException:
            self.close()
            raise

    def advance(self, samples: int) -> bytes:
        """Let *samples* of 1/8000 s pass; what to send meanwhile, as many octets."""
        samples = min(samples, MAX_SAMPLES)
        if self._state is None:
            return SILENCE[self._law] * samples
        made = lib.fax_tx(self._state, self._samples, samples)
        self._passed(samples)
        self._check()
        if self.is_over:
            self._tail += samples
            if self._tail >= TAIL_SAMPLES:
                self._finish()
        lib.g711_encode(self._codecs[self._law], self._octets, self._samples, made)
        sound: bytes = bytes(ffi.buffer(self._octets, made))
        return sound.ljust(samples, SILENCE[self._law])

    def receive(self, octets: bytes, law: Law) -> None:
        """Hear what came."""
        if self._state is None or not octets:
            return
        octets = octets[:MAX_SAMPLES]
        heard = lib.g711_decode(self._codecs[law], self._samples, octets, len(octets))
        lib.fax_rx(self._state, self._samples, heard)
        self._check()

    def miss(self, samples: int) -> None:
        """Let the modem bridge what was lost on the way."""
        if self._state is not None and samples > 0:
            lib.fax_rx_fillin(self._state, min(samples, MAX_SAMPLES))
            self._check()

    def _free(self, state: ffi.CData) -> None:
        lib.fax_free(state)
