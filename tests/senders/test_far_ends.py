"""
Calls to every far end that misbehaves: the right ending in bounded time, the call hung
up, nothing held by it afterwards.
"""

import asyncio
import contextlib
from pathlib import Path

import pytest

from ecofax_gateway.domain.journal import Layer
from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.engine.protocol import Step
from ecofax_gateway.fax_machine.behaviour import Conduct

RING_S, LONG_RING_S = 3.0, 60.0
"""For far ends that never pick up, and for those that do: they may be busy."""

UNANSWERED = ("no-answer", "cancel-race")

AT_ONCE = {
    "good": (Ending.DELIVERED, 2, "t38"),
    "busy": (Ending.BUSY, 0, ""),
    "no-answer": (Ending.NO_ANSWER, 0, ""),
    "unknown": (Ending.NUMBER_UNKNOWN, 0, ""),
    "unreachable": (Ending.UNREACHABLE, 0, ""),
    "declined": (Ending.REJECTED, 0, ""),
    "overloaded": (Ending.TRUNK_FAULT, 0, ""),
    "cancel-race": (Ending.NO_ANSWER, 0, ""),
    "early-media": (Ending.DELIVERED, 2, "t38"),
    "voice": (Ending.NOT_A_FAX, 0, ""),
    "talk": (Ending.NOT_A_FAX, 0, "audio"),
    "answering-machine": (Ending.DELIVERED, 2, "audio"),
    "refuse-t38": (Ending.NOT_A_FAX, 0, "audio"),
    "audio-only": (Ending.DELIVERED, 2, "audio"),
    "t38-415": (Ending.DELIVERED, 2, "audio"),
    "t38-606": (Ending.DELIVERED, 2, "audio"),
    "ignore-reinvite": (Ending.DELIVERED, 2, "audio"),
    "back-to-audio": (Ending.DELIVERED, 2, "audio"),
    "wrong-version": (Ending.DELIVERED, 2, "t38"),
    "slow": (Ending.DELIVERED, 2, "t38"),
    "tiny-datagram": (Ending.DELIVERED, 2, "t38"),
    "corrupt-dis": (Ending.NOT_A_FAX, 0, "t38"),
    "hang-up:2": (Ending.CUT_OFF, 1, "t38"),
    "dcn:2": (Ending.CUT_OFF, 1, "t38"),
    "rtn:2": (Ending.PAGE_REFUSED, 1, "t38"),
    "pin:1": (Ending.PAGE_REFUSED, 0, "t38"),
    "pin:2": (Ending.PAGE_REFUSED, 1, "t38"),
    "stop:2": (Ending.STALLED, 1, "t38"),
    "duplicates:1": (Ending.STALLED, 0, "t38"),
    "never-ending": (Ending.DELIVERED, 2, "t38"),
}
"""Without pacing: ending, pages confirmed, and what the fax went by."""

AT_REAL_SPEED = {
    "audio-only": (Ending.DELIVERED, 1, "audio"),
    "late-reinvite": (Ending.DELIVERED, 1, "t38"),
    "reinvite-in-page": (Ending.DELIVERED, 1, "audio"),
    "late-answer": (Ending.DELIVERED, 1, "audio"),
    "back-to-audio": (Ending.DELIVERED, 1, "audio"),
    "ignore-reinvite": (Ending.DELIVERED, 1, "audio"),
    "answering-machine": (Ending.DELIVERED, 1, "audio"),
    "talk": (Ending.NOT_A_FAX, 0, "audio"),
    "silence": (Ending.NOT_A_FAX, 0, "t38"),
    "stop:1": (Ending.STALLED, 0, "t38"),
    "duplicates:1": (Ending.STALLED, 0, "t38"),
    "slow": (Ending.DELIVERED, 1, "t38"),
    "never-ending": (Ending.DELIVERED, 1, "t38"),
}


class Call:
    """One call, and what was told of it."""

    def __init__(self):
        self.steps = []
        self.outcome = None

    async def place(self, sender, order):
        async def note(progress):
            self.steps.append(progress.step)

        self.outcome = await sender.send(order, note)

    @property
    def way(self):
        """The medium that the fax went by last."""
        ways = [step for step in self.steps if step in (Step.T38, Step.AUDIO)]
        return str(ways[-1]) if ways else ""

    @property
    def result(self):
        return self.outcome.ending, self.outcome.pages_confirmed, self.way

    def count(self, name):
        """How often we sent that SIP message, its repetitions left out."""
        notes = self.outcome.journal.notes
        return sum(note.name == name and note.from_us for note in notes)

    def said(self, name, *, from_us):
        """Whether that SIP message is in the journal."""
        return any(
            note.layer is Layer.SIP and note.name == name and note.from_us is from_us
            for note in self.outcome.journal.notes
        )


async def call_all(sender, machine, numbers, make):
    """Call each number at the same time; by what it does."""
    calls = {how: Call() for how in numbers.values()}
    async with asyncio.TaskGroup() as tasks:
        for number, how in numbers.items():
            tasks.create_task(calls[how].place(sender, make(machine, number)))
    return calls


def sockets_of(pid):
    """The sockets that a process has open."""
    found = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        # One that is closed meanwhile is not there any more.
        with contextlib.suppress(FileNotFoundError):
            found.add(str(link.readlink()))
    return {name for name in found if name.startswith("socket:")}


def at_numbers(hows):
    return {f"09721019{at:02}": how for at, how in enumerate(hows)}


def options(numbers):
    return [f"--number={number}={how}" for number, how in numbers.items()]


def test_every_conduct_is_called_here():
    called = {how.partition(":")[0] for how in (*AT_ONCE, *AT_REAL_SPEED)}

    assert {str(conduct) for conduct in Conduct} - called == {
        "rtn-once",
        "rtp-once",
    }


async def test_each_far_end_has_its_ending(sender, start_fax_machine, order, paper):
    numbers = at_numbers(AT_ONCE)
    machine = await start_fax_machine(*options(numbers))
    pages = paper(2, rows=600)
    before = sockets_of(sender.engine_pid)

    async with asyncio.timeout(120):
        calls = await call_all(
            sender,
            machine,
            numbers,
            lambda machine, number: order(
                machine,
                pages,
                number=number,
                ring_timeout_s=(
                    RING_S if numbers[number] in UNANSWERED else LONG_RING_S
                ),
            ),
        )

    assert {how: call.result for how, call in calls.items()} == AT_ONCE
    for how, call in calls.items():
        if call.outcome.answered:
            hung_up = call.said("BYE", from_us=True) or call.said("BYE", from_us=False)
            assert hung_up, how
    busy = next(number for number, how in numbers.items() if how == "busy")
    async with asyncio.timeout(60):
        # Whoever is called meanwhile leaves nothing either.
        while sockets_of(sender.engine_pid) - before:
            await Call().place(sender, order(machine, pages, number=busy))


async def test_pages_in_audio_arrive_as_they_were(
    sender, start_fax_machine, order, paper
):
    machine = await start_fax_machine("--audio-only", "--station-id=+33 9")
    pages, call = paper(3, rows=600), Call()

    await call.place(sender, order(machine, pages))
    line = await machine.wait_for("fax")

    assert call.result == (Ending.DELIVERED, 3, "audio")
    assert (call.outcome.bit_rate, call.outcome.ecm) == (14400, True)
    assert call.outcome.remote_id == "+33 9"
    assert [page.tobytes() for page in machine.received(line)] == [
        page.tobytes() for page in pages.images
    ]
    assert "audio" in call.outcome.journal.media


@pytest.mark.parametrize(
    ("media", "direct", "how", "expected"),
    [
        ("auto", True, "good", (Ending.DELIVERED, 1, "t38")),
        ("auto", True, "audio-only", (Ending.DELIVERED, 1, "audio")),
        ("auto", True, "t38-415", (Ending.DELIVERED, 1, "audio")),
        ("auto", True, "t38-606", (Ending.DELIVERED, 1, "audio")),
        ("auto", True, "busy", (Ending.BUSY, 0, "")),
        ("t38", False, "good", (Ending.DELIVERED, 1, "t38")),
        ("t38", False, "audio-only", (Ending.T38_REFUSED, 0, "")),
        ("t38", True, "audio-only", (Ending.T38_REFUSED, 0, "")),
        ("audio", False, "audio-only", (Ending.DELIVERED, 1, "audio")),
        ("audio", False, "good", (Ending.DELIVERED, 1, "audio")),
        ("audio", True, "good", (Ending.DELIVERED, 1, "audio")),
    ],
)
async def test_the_order_says_which_media_are_tried(
    sender, start_fax_machine, order, paper, media, direct, how, expected
):
    machine = await start_fax_machine(f"--behave={how}")
    call = Call()

    await call.place(
        sender,
        order(machine, paper(1, rows=300), media=media, direct_t38=direct),
    )

    assert call.result == expected
    refused = direct and media != "audio" and how.startswith(("t38-", "audio-"))
    assert call.count("INVITE") == 1 + refused


async def test_a_voice_is_told_from_silence(sender, start_fax_machine, order, paper):
    numbers = at_numbers(["talk", "refuse-t38"])
    machine = await start_fax_machine(*options(numbers))
    pages = paper(1, rows=300)

    calls = await call_all(
        sender,
        machine,
        numbers,
        lambda machine, number: order(machine, pages, number=number),
    )

    assert "a voice or music" in calls["talk"].outcome.detail
    assert "silence" in calls["refuse-t38"].outcome.detail


async def test_a_page_that_may_be_damaged_is_said_to_be(
    sender, start_fax_machine, order, paper
):
    """
    T.30 §5.3.6.1.7: RTP takes the page and asks to train again: rows of it are bad.
    """
    machine = await start_fax_machine("--behave=rtp-once:1")
    call = Call()

    await call.place(sender, order(machine, paper(2, rows=300), ecm=False))

    assert call.result == (Ending.DELIVERED, 2, "t38")
    assert "may be damaged" in call.outcome.detail


async def test_no_fax_begins_before_the_answer(sender, start_fax_machine, order, paper):
    """
    The announcement of a 183 is not the far end.
    """
    machine = await start_fax_machine("--behave=early-media")
    call = Call()

    await call.place(sender, order(machine, paper(1, rows=300)))

    assert call.steps.index(Step.ANSWERED) < call.steps.index(Step.T38)
    assert call.steps.count(Step.T38) == 1


async def test_far_ends_that_take_their_time_have_their_ending(
    sender, start_fax_machine, order, paper
):
    """
    At the speed of a telephone line, all at the same time: the longest takes a minute.
    """
    numbers = at_numbers(AT_REAL_SPEED)
    machine = await start_fax_machine(*options(numbers), paced=True)
    pages = paper(1, rows=300)

    calls, left = {}, numbers
    async with asyncio.timeout(400):
        for _ in range(3):
            calls |= await call_all(
                sender,
                machine,
                left,
                lambda machine, number: order(machine, pages, number=number),
            )
            # Modems bear no stall of the machine they run on, and an offer that races
            # with one may come too late: what that has spoiled is tried again.
            left = {
                number: how
                for number, how in left.items()
                if calls[how].result != AT_REAL_SPEED[how]
            }
            if not left:
                break

    assert {how: call.result for how, call in calls.items()} == AT_REAL_SPEED
    assert calls["late-reinvite"].steps.count(Step.AUDIO) == 1
    # T.38, and back to audio when it was agreed to in the page.
    assert calls["late-answer"].count("re-INVITE") == 2
    assert calls["ignore-reinvite"].count("re-INVITE") == 1
    assert "nothing came over T.38" in calls["silence"].outcome.detail
    # The longest of them: T.30's T0, our patience with a voice.
    assert max(call.outcome.duration_s for call in calls.values()) < 90
