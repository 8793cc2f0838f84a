"""
How a station that is told to misbehave misbehaves, and when.

Pure: no I/O, no clock, no randomness.

Written as `name[:page][*calls]`, several with commas: `busy*1,rtn:2` is busy on the
first call, refuses the second page on all others. After what is counted out comes
good behaviour.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Conduct(StrEnum):
    """What a station does to a call; `MEANINGS` says it in words."""

    GOOD = "good"

    BUSY = "busy"
    NO_ANSWER = "no-answer"
    UNKNOWN = "unknown"
    UNREACHABLE = "unreachable"
    DECLINED = "declined"
    OVERLOADED = "overloaded"
    CANCEL_RACE = "cancel-race"
    EARLY_MEDIA = "early-media"

    VOICE = "voice"
    TALK = "talk"
    ANSWERING_MACHINE = "answering-machine"
    SILENCE = "silence"

    REFUSE_T38 = "refuse-t38"
    AUDIO_ONLY = "audio-only"
    UNSUPPORTED_T38 = "t38-415"
    UNACCEPTABLE_T38 = "t38-606"
    IGNORE_REINVITE = "ignore-reinvite"
    LATE_REINVITE = "late-reinvite"
    REINVITE_IN_PAGE = "reinvite-in-page"
    LATE_ANSWER = "late-answer"
    BACK_TO_AUDIO = "back-to-audio"

    WRONG_VERSION = "wrong-version"
    SLOW = "slow"
    TINY_DATAGRAM = "tiny-datagram"
    CORRUPT_DIS = "corrupt-dis"

    HANG_UP = "hang-up"
    DCN = "dcn"
    RTN = "rtn"
    RTN_ONCE = "rtn-once"
    PIN = "pin"
    RTP_ONCE = "rtp-once"
    STOP = "stop"
    DUPLICATES = "duplicates"
    NEVER_ENDING = "never-ending"


MEANINGS: dict[Conduct, str] = {
    Conduct.GOOD: "receives the fax",
    Conduct.BUSY: "answers 486",
    Conduct.NO_ANSWER: "rings for ever",
    Conduct.UNKNOWN: "answers 404",
    Conduct.UNREACHABLE: "answers 480",
    Conduct.DECLINED: "answers 603",
    Conduct.OVERLOADED: "answers 503 with Retry-After: 30",
    Conduct.CANCEL_RACE: "rings until the caller gives up, and picks up just then",
    Conduct.EARLY_MEDIA: "183 and an announcement first, then receives the fax",
    Conduct.VOICE: "picks up and hangs up before any fax",
    Conduct.TALK: "picks up and speaks for ever, 488 to T.38",
    Conduct.ANSWERING_MACHINE: "speaks for 30 s, then a fax in audio; 488 to T.38",
    Conduct.SILENCE: "agrees to T.38 and sends nothing",
    Conduct.REFUSE_T38: "488 to T.38, and nothing to hear in audio",
    Conduct.AUDIO_ONLY: "488 to T.38, a fax in audio",
    Conduct.UNSUPPORTED_T38: "415 to T.38, a fax in audio",
    Conduct.UNACCEPTABLE_T38: "606 to T.38, a fax in audio",
    Conduct.IGNORE_REINVITE: "never answers an offer of T.38, a fax in audio",
    Conduct.LATE_REINVITE: "488 to T.38, its own offer of it 8 s after the answer",
    Conduct.REINVITE_IN_PAGE: "a fax in audio, an offer of T.38 in the first page",
    Conduct.LATE_ANSWER: "a fax in audio, 200 to T.38 when the first page is under way",
    Conduct.BACK_TO_AUDIO: "agrees to T.38, says nothing in it, and offers audio again",
    Conduct.WRONG_VERSION: "says T38FaxVersion 3 and speaks 0",
    Conduct.SLOW: "T38MaxBitRate 4800",
    Conduct.TINY_DATAGRAM: "T38FaxMaxDatagram 72",
    Conduct.CORRUPT_DIS: "damages every DIS (T.38 only, as all that follows)",
    Conduct.HANG_UP: "BYE instead of confirming the page",
    Conduct.DCN: "DCN instead of confirming the page",
    Conduct.RTN: "RTN instead of confirming the page, however often it comes",
    Conduct.RTN_ONCE: "RTN, but MCF when the page comes again",
    Conduct.PIN: "PIN instead of confirming the page: an operator is wanted",
    Conduct.RTP_ONCE: "RTP after the page: got it, train again (no error correction)",
    Conduct.STOP: "falls silent instead of confirming the page",
    Conduct.DUPLICATES: "repeats old datagrams for ever instead of confirming the page",
    Conduct.NEVER_ENDING: "never hangs up, is deaf to BYE, repeats its last datagram",
}

PAGED = frozenset(
    {
        Conduct.HANG_UP,
        Conduct.DCN,
        Conduct.RTN,
        Conduct.RTN_ONCE,
        Conduct.PIN,
        Conduct.RTP_ONCE,
        Conduct.STOP,
        Conduct.DUPLICATES,
    }
)
"""Conducts that happen at a page; the first, if none is named."""

ANSWERS = {
    Conduct.BUSY: 486,
    Conduct.UNKNOWN: 404,
    Conduct.UNREACHABLE: 480,
    Conduct.DECLINED: 603,
    Conduct.OVERLOADED: 503,
}
"""To the INVITE."""

T38_ANSWERS = {
    Conduct.VOICE: 488,
    Conduct.TALK: 488,
    Conduct.ANSWERING_MACHINE: 488,
    Conduct.REFUSE_T38: 488,
    Conduct.AUDIO_ONLY: 488,
    Conduct.UNSUPPORTED_T38: 415,
    Conduct.UNACCEPTABLE_T38: 606,
    Conduct.IGNORE_REINVITE: 488,
    Conduct.LATE_REINVITE: 488,
    Conduct.REINVITE_IN_PAGE: 488,
    Conduct.LATE_ANSWER: 488,
}
"""To an offer of T.38."""

FAX_IN_AUDIO = frozenset(
    {
        Conduct.AUDIO_ONLY,
        Conduct.UNSUPPORTED_T38,
        Conduct.UNACCEPTABLE_T38,
        Conduct.IGNORE_REINVITE,
        Conduct.LATE_REINVITE,
        Conduct.REINVITE_IN_PAGE,
        Conduct.LATE_ANSWER,
    }
)
"""Their modem answers as soon as they pick up."""

SPEAKING = frozenset({Conduct.TALK, Conduct.ANSWERING_MACHINE})

PATIENT = frozenset(
    {
        Conduct.NEVER_ENDING,
        Conduct.SILENCE,
        Conduct.TALK,
        Conduct.STOP,
        Conduct.DUPLICATES,
    }
)
"""These never hang up by themselves."""

_STEP = re.compile(r"([a-z0-9-]+)(?::([0-9]{1,4}))?(?:\*([0-9]{1,4}))?\Z")


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One conduct, and the page where it shows."""

    conduct: Conduct = Conduct.GOOD
    page: int = 1


class Plan:
    """What happens to one call after the other."""

    def __init__(self, steps: tuple[tuple[Behaviour, int | None], ...] = ()) -> None:
        self._steps = list(steps)

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read a plan.

        Raises:
            ValueError: With what is wrong, for the operator.
        """
        steps: list[tuple[Behaviour, int | None]] = []
        for part in text.split(","):
            match = _STEP.match(part.strip())
            if match is None or match[1] not in list(Conduct):
                known = ", ".join(Conduct)
                raise ValueError(f"{part!r} is none of {known}, with :page and *calls")
            conduct = Conduct(match[1])
            if match[2] is not None and (conduct not in PAGED or not int(match[2])):
                raise ValueError(f"{part!r}: no such page")
            behaviour = Behaviour(conduct, int(match[2] or 1))
            steps.append((behaviour, int(match[3]) if match[3] is not None else None))
        return cls(tuple(steps))

    def next_behaviour(self) -> Behaviour:
        """What the next call meets; counts it."""
        while self._steps:
            behaviour, calls = self._steps[0]
            if calls is None:
                return behaviour
            if calls > 0:
                self._steps[0] = behaviour, calls - 1
                return behaviour
            self._steps.pop(0)
        return Behaviour()
