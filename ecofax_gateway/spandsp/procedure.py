"""
One T.30 procedure, whatever carries it: what is set before, heard meanwhile, judged.

The only I/O is libspandsp's: it reads the TIFF that is sent and writes the one
received.

libspandsp 0.0.6 says OK where a page was lost (RTN on the last page; a page of
exactly k * 65536 coded octets; a truncated TIFF), so success is judged here:
completion code 0 *and* every page asked for confirmed *and* the last answer MCF or
RTP *and* no page that ended in a PPS-NULL *and* as many rows sent as the file has.

Standards:
    ITU-T T.30 (09/2005) §5, Annex A -- the procedure, error correction
"""

from collections.abc import Sequence
from typing import Self

from ..domain.journal import FarEnd, Ladder
from ..domain.outcome import Ending
from . import callback, capability, log
from ._spandsp import ffi, lib
from .coding import plan
from .frame import (
    CONFIRMATIONS,
    POST_MESSAGE,
    REFUSALS,
    Capabilities,
    Fcf,
    fcf_of,
    is_pps_null,
    page_counter_of,
    read_dis,
)
from .job import (
    FaxMet,
    Finished,
    Options,
    PageDone,
    Receiving,
    Result,
    Sending,
    SourceFile,
    TerminalEvent,
)
from .results import Completion, ending_of
from .wording import detail_of, name_of

MAX_PATH_BYTES = 255
"""libspandsp cuts longer ones off without a word."""

MAX_IDENT = 20
"""Characters of a TSI or CSI. T.30 §5.3.6.2.4."""

MAX_REFUSALS = 3
"""Of one page. libspandsp goes on through all eight speeds, a quarter of an hour."""

SAMPLE_RATE = 8000


class Procedure:
    """
    The half of a terminal that knows T.30; calling if it has something to send.

    `terminal.FaxTerminal` and `audio.AudioTerminal` carry it. Callbacks from C only
    collect; nothing is freed, and nobody is called, inside one.
    """

    def __init__(self, job: Sending | Receiving, options: Options) -> None:
        self._job = job
        self._options = options
        self._events: list[TerminalEvent] = []
        self._source: SourceFile | None = None
        self._capabilities: Capabilities | None = None
        self._met = False
        self._confirmed = 0
        self._last_answer: int | None = None
        self._page_goes_on = False
        self._page_counter: int | None = None
        self._page_lost = False
        "A page of exactly k * 65536 octets was passed over: what follows counts nothing."

        self._file_fault: str | None = None
        self._dcn_came = False
        self._refusals = 0
        self._retrained = False
        self._code: int | None = None
        self._over = False
        self._in_page = False
        self._idle = 0
        # Both are kept in C by pointer only, so they live as long as this object.
        self._handle = callback.handle_of(self)
        self._tag = ffi.new("char[]", options.tag.encode("ascii", "replace"))
        self._state: ffi.CData | None = None
        self.ladder: Ladder | None = None
        "Takes notes of every frame and page, where the owner wants them."

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def events(self) -> list[TerminalEvent]:
        """Drain what happened, in order."""
        if not self._events:
            return []
        drained, self._events = self._events, []
        return drained

    def terminate(self) -> None:
        """
        End the procedure: the call is gone, or shall go.

        The result stands at once; a DCN that is queued already still goes out.
        """
        if self._state is not None and self._code is None:
            lib.t30_terminate(self._t30)
            self._take_faults()

    def close(self) -> None:
        """Free libspandsp's state and its file; idempotent."""
        if self._state is not None:
            self._last_result = self.result()
            self._free(self._state)
            self._state = None
            # What it could not write at the end is nobody else's fault.
            log.tiff_faults.clear()

    @property
    def is_over(self) -> bool:
        """Whether the procedure has a result (the last packets may still go out)."""
        return self._code is not None

    @property
    def pages(self) -> int:
        """Pages confirmed so far."""
        return self._confirmed

    @property
    def in_page(self) -> bool:
        """Whether a page is being sent, from CFR or the MCF before on; callers only."""
        return self._in_page

    @property
    def idle_s(self) -> float:
        """
        Seconds since we last said something, outside of pages; callers only.

        libspandsp waits for ever in some states (a CSI and a damaged DIS after the
        training check): then this grows, whatever still comes in.
        """
        return self._idle / SAMPLE_RATE

    def result(self) -> Result:
        """How it stands; before the end as if it ended now."""
        if self._state is None:
            return self._last_result
        stats = ffi.new("t30_stats_t *")
        ending, detail = self._judge()
        if self._met:
            lib.t30_get_transfer_statistics(self._t30, stats)
        negotiated = self._met and bool(self._confirmed or self._last_answer)
        return Result(
            ending=ending,
            detail=detail,
            pages=self._confirmed,
            fax_met=self._met,
            remote_id=self._remote_id(),
            bit_rate=stats.bit_rate if negotiated else None,
            ecm=bool(stats.error_correcting_mode) if negotiated else None,
            vertical_dpi=self._vertical_dpi(stats.y_resolution) if negotiated else None,
            far_end=self._far_end(),
        )

    def _free(self, state: ffi.CData) -> None:
        """Free what carries the procedure."""
        raise NotImplementedError

    def _passed(self, samples: int) -> None:
        """Count time; a carrier calls it with each step."""
        if not self._in_page and self._met and isinstance(self._job, Sending):
            self._idle += samples

    def _finish(self) -> None:
        """It is all over: tell once."""
        if not self._over:
            self._over = True
            self._events.append(Finished())

    def _check(self) -> None:
        """After each call into C: what must not be done inside a callback."""
        # A hundred times a second and call: looked at before anything is called.
        if (log.tiff_faults and self._take_faults()) or self._refusals >= MAX_REFUSALS:
            self.terminate()
        if self._page_lost:
            # The next attempt begins with it; each page more would be sent in vain.
            self.terminate()

    def _take_faults(self) -> bool:
        """Whether libtiff complained, in a call into C that we have just made."""
        if not log.tiff_faults:
            return False
        self._file_fault = self._file_fault or log.tiff_faults[0]
        log.tiff_faults.clear()
        return True

    def _judge(self) -> tuple[Ending, str]:
        if self._file_fault is not None:
            return Ending.LOCAL_FAULT, self._file_fault
        if self._page_lost:
            return Ending.PROTOCOL_ERROR, "a page that fills its blocks was passed over"
        code = Completion.CALL_DROPPED if self._code is None else self._code
        text = ffi.string(lib.t30_completion_code_to_str(code)).decode(
            "ascii", "replace"
        )
        detail = f"T.30 {int(code)} {text}"
        ending = ending_of(code)
        if self._last_answer in REFUSALS and ending is not Ending.LOCAL_FAULT:
            return Ending.PAGE_REFUSED, f"{Fcf(self._last_answer).name} after a page"
        if ending is not Ending.DELIVERED:
            ours = ending in (Ending.LOCAL_FAULT, Ending.INCOMPATIBLE)
            if self._dcn_came and self._met and not ours:
                return Ending.CUT_OFF, f"DCN came, {detail}"
            return ending, detail
        if not isinstance(self._job, Sending):
            return ending, detail
        if self._retrained:
            detail += ", a page was answered RTP: rows of it may be damaged"
        if self._last_answer not in CONFIRMATIONS or self._confirmed != self._wanted():
            return Ending.PROTOCOL_ERROR, f"not every page was confirmed, {detail}"
        return ending, detail

    def _wanted(self) -> int:
        return len(self._source.rows) if self._source is not None else -1

    def _vertical_dpi(self, pixels_per_metre: int) -> int | None:
        if self._source is not None:
            return self._source.vertical_dpi
        return {3850: 98, 7700: 196, 15400: 391}.get(pixels_per_metre)

    def _remote_id(self) -> str | None:
        raw = lib.t30_get_rx_ident(self._t30)
        if raw == ffi.NULL:
            return None
        text = ffi.string(raw, MAX_IDENT).decode("ascii", "replace")
        kept = "".join(c if c.isprintable() else "?" for c in text).strip()
        return kept or None

    def _far_end(self) -> FarEnd:
        """What libspandsp made of CSI and NSF."""
        raw = (
            lib.t30_get_rx_country(self._t30),
            lib.t30_get_rx_vendor(self._t30),
            lib.t30_get_rx_model(self._t30),
        )
        country, vendor, model = (
            None if text == ffi.NULL else ffi.string(text).decode("ascii", "replace")
            for text in raw
        )
        return FarEnd(
            ident=self._remote_id(), country=country, vendor=vendor, model=model
        )

    def _attach(
        self, state: ffi.CData, t30: ffi.CData, logging: Sequence[ffi.CData]
    ) -> None:
        """
        Set what the job and the options say.

        Args:
            state: The carrier's; what `close` gives to `_free`.

            t30: Its `t30_state_t *`.

            logging: Its logging contexts.
        """
        self._state, self._t30 = state, t30
        options, job = self._options, self._job
        for each in (*logging, lib.t30_get_logging_state(t30)):
            log.listen(each, self._tag)
        ident = options.station_id.encode("ascii", "replace")[:MAX_IDENT]
        lib.t30_set_tx_ident(t30, ident)
        # Off by default, and without it neither T.6 nor a page free of damage.
        lib.t30_set_ecm_capability(t30, options.ecm)
        lib.t30_set_supported_modems(t30, capability.modems(options.max_bit_rate))
        lib.t30_set_supported_image_sizes(t30, capability.page_sizes())
        callback.attach(t30, self._handle)
        if isinstance(job, Sending):
            for file in job.files:
                _path_bytes(file.path)
        else:
            lib.t30_set_rx_file(t30, _path_bytes(job.path), -1)
            lib.t30_set_rx_encoding(t30, lib.T4_COMPRESSION_ITU_T6)
        lib.t30_set_supported_compressions(t30, capability.ALL_CODINGS)
        finest = job.max_dpi if isinstance(job, Receiving) else 391
        lib.t30_set_supported_resolutions(t30, capability.resolutions(finest))

    # What follows is `callback.Listener`: it runs inside calls from C.

    def on_frame(self, incoming: bool, frame: bytes) -> None:
        """Read a control frame before libspandsp does."""
        fcf = fcf_of(frame)
        if self.ladder is not None:
            self.ladder.frame(name_of(frame), detail_of(frame), from_us=not incoming)
        if not incoming:
            self._idle = 0
            if fcf == Fcf.PPS or fcf in POST_MESSAGE:
                page = page_counter_of(frame) if fcf == Fcf.PPS else None
                # The page before never ended, and now there is another.
                self._page_lost |= self._page_goes_on and page != self._page_counter
                self._page_counter = page
                self._page_goes_on = is_pps_null(frame)
                self._in_page = False
            elif fcf == Fcf.DCS:
                self._in_page = False
        elif fcf == Fcf.DIS:
            self._capabilities = read_dis(frame)
            self._choose(self._capabilities)
        elif fcf == Fcf.DCN:
            self._dcn_came = True
        elif fcf in REFUSALS:
            # Phase D is not told of one in error correction mode.
            self._last_answer = fcf
            self._refusals += 1
        elif fcf in (Fcf.CFR, Fcf.MCF, Fcf.PPR, Fcf.CTR):
            self._in_page = True

    def on_phase_b(self, fcf: int) -> int:
        """Hand over the file; called again after each EOM, when it must stay."""
        if not self._met:
            self._met = True
            self._events.append(FaxMet(self._remote_id(), self._capabilities))
        if not isinstance(self._job, Sending) or self._source is not None:
            return Completion.OK
        allowed = self._capabilities.vertical_dpi if self._capabilities else {98}
        for file in self._job.files:
            if file.vertical_dpi in allowed:
                self._source = file
                lib.t30_set_tx_file(self._t30, _path_bytes(file.path), -1, -1)
                return Completion.OK
        return Completion.NO_RESOLUTION

    def on_phase_d(self, fcf: int) -> None:
        """Count a page when its answer came, or when ours goes out."""
        self._last_answer = fcf & 0xFE
        if isinstance(self._job, Sending):
            self._note_page()
            if self._last_answer not in CONFIRMATIONS:
                return
            if self._page_goes_on or self._page_lost:
                return
            self._retrained |= self._last_answer == Fcf.RTP
            if not self._page_was_whole():
                self._file_fault = "a page was sent with fewer rows than it has"
                return
        self._confirmed += 1
        self._refusals = 0
        self._events.append(PageDone(self._confirmed))

    def on_phase_e(self, code: int) -> None:
        """Take the completion code; comes once."""
        self._code = code

    def _choose(self, capabilities: Capabilities) -> None:
        """The coding, while libspandsp has not read the DIS yet."""
        if isinstance(self._job, Sending) and self._source is None:
            coding = plan(self._job.files, capabilities, ecm=self._options.ecm)
            lib.t30_set_supported_compressions(self._t30, capability.up_to(coding))

    def _note_page(self) -> None:
        if self.ladder is None or self._page_goes_on or self._page_lost:
            return
        stats = ffi.new("t30_stats_t *")
        lib.t30_get_transfer_statistics(self._t30, stats)
        self.ladder.page(
            octets=stats.image_size,
            rows=stats.length,
            bit_rate=stats.bit_rate,
            retries=stats.error_correcting_mode_retries,
        )

    def _page_was_whole(self) -> bool:
        assert self._source is not None
        stats = ffi.new("t30_stats_t *")
        lib.t30_get_transfer_statistics(self._t30, stats)
        index = self._confirmed
        return (
            index < len(self._source.rows) and stats.length == self._source.rows[index]
        )


def _path_bytes(path: str) -> bytes:
    encoded = path.encode()
    if len(encoded) > MAX_PATH_BYTES or b"\0" in encoded:
        raise ValueError(f"path of {len(encoded)} bytes")
    return encoded
