"""
How calls leave by one trunk.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import dataclass

from ..domain.dialling import CallerRule, Dialling, caller_id
from ..domain.mode import CallMode
from ..domain.number import FaxNumber
from ..domain.retry import RetryPolicy
from ..engine.protocol import PageFile, PlaceCall, TrunkAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One trunk: where it is, how it is told numbers, what it takes."""

    name: str
    address: TrunkAddress
    dialling: Dialling
    caller: str = CallerRule.LINE
    "A `CallerRule`, or the number that every call shows."

    channels: int = 1
    ring_timeout_s: float = 60.0
    ecm: bool = True
    direct_t38: bool = False
    "T.38 in the first INVITE."

    audio_only: bool = False
    policy: RetryPolicy
    "Patience with a number whose call left by it."

    def call(
        self,
        ref: str,
        *,
        number: FaxNumber,
        line: FaxNumber,
        mode: CallMode,
        files: tuple[PageFile, ...],
        pages: int,
    ) -> PlaceCall:
        """
        The order for the call engine.

        Args:
            ref: The call's.

            line: Who pays, and whose number the pages show.

            mode: Of the number; the trunk may allow less.

            pages: Of each file.
        """
        shown, is_hidden = caller_id(self.caller, line, self.dialling)
        media = "audio" if self.audio_only else mode.media
        return PlaceCall(
            call=ref,
            number=self.dialling.dial(number),
            caller_id=shown,
            privacy=is_hidden,
            station_id=str(line)[:20],
            files=files,
            pages=pages,
            trunk=self.address,
            ring_timeout_s=self.ring_timeout_s,
            ecm=self.ecm and mode.ecm,
            max_bit_rate=mode.max_bit_rate,
            media=media,
            direct_t38=self.direct_t38 and media != "audio",
        )
