"""
A journal is bounded, and says when something was left out.
"""

import json

import pytest

from ecofax_gateway.domain.journal import (
    MAX_DETAIL,
    MAX_FIRST_NOTES,
    MAX_LAST_NOTES,
    MAX_NAME,
    MAX_PAGES,
    PREAMBLE,
    FarEnd,
    Journal,
    Ladder,
    Layer,
    Packets,
)
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.engine.protocol import Ended, format_event, parse_event
from ecofax_gateway.senders.sip_t38 import MAX_LINE


@pytest.fixture
def clock():
    return [0.0]


@pytest.fixture
def ladder(clock):
    return Ladder(lambda: clock[0])


def names(ladder):
    return [note.name for note in ladder.journal().notes]


def test_notes_keep_their_order_and_time(ladder, clock):
    ladder.note(Layer.SIP, "INVITE", "audio", from_us=True)
    clock[0] = 3.21
    ladder.frame("DIS", "V.17", from_us=False)

    first, second = ladder.journal().notes

    assert (first.at_s, first.layer, first.from_us) == (0.0, Layer.SIP, True)
    assert (second.at_s, second.name, second.detail) == (3.21, "DIS", "V.17")
    assert not second.from_us


def test_what_is_said_again_at_once_is_counted(ladder):
    for _ in range(20):
        ladder.frame("RNR", from_us=False)
    ladder.frame("RNR", from_us=True)

    assert [note.times for note in ladder.journal().notes] == [20, 1]


@pytest.mark.parametrize(
    ("notes", "left_out"),
    [
        (MAX_FIRST_NOTES + MAX_LAST_NOTES, 0),
        (MAX_FIRST_NOTES + MAX_LAST_NOTES + 1, 1),
        (5000, 5000 - MAX_FIRST_NOTES - MAX_LAST_NOTES),
    ],
)
def test_a_long_ladder_keeps_its_ends(ladder, notes, left_out):
    for number in range(notes):
        ladder.note(Layer.SIP, str(number), from_us=True)

    journal = ladder.journal()

    assert journal.left_out == left_out
    assert len(journal.notes) == MAX_FIRST_NOTES + MAX_LAST_NOTES
    assert journal.notes[0].name == "0"
    assert journal.notes[-1].name == str(notes - 1)


def test_what_strangers_say_is_cut_and_printable(ladder):
    ladder.note(Layer.SIP, "x" * 500, "\x1b[2J" + "é" * 500, from_us=False)

    (note,) = ladder.journal().notes
    assert note.name == "x" * MAX_NAME
    assert note.detail == ("?[2J" + "é" * 500)[:MAX_DETAIL]


def test_a_preamble_is_kept_only_without_a_frame(ladder):
    ladder.tone(PREAMBLE, from_us=False)
    ladder.frame("MCF", from_us=False)
    ladder.tone(PREAMBLE, from_us=False)

    assert names(ladder) == ["MCF", PREAMBLE]


def test_the_training_check_is_told_from_the_image(ladder):
    ladder.frame("DCS", from_us=True)
    ladder.fast_modem("V.17 14400", from_us=True)
    ladder.frame("FTT", from_us=False)
    ladder.frame("DCS", from_us=True)
    ladder.fast_modem("V.17 12000", from_us=True)
    ladder.frame("CFR", from_us=False)
    ladder.fast_modem("V.17 12000 short", from_us=True)
    ladder.frame("PPS-EOP", from_us=True)
    ladder.frame("PPR", from_us=False)
    ladder.fast_modem("V.17 12000 short", from_us=True)

    assert names(ladder) == [
        "DCS", "TCF", "FTT", "DCS", "TCF", "CFR", "image", "PPS-EOP", "PPR", "image"
    ]  # fmt: skip
    assert ladder.journal().trainings == 2


def test_a_page_lasts_from_the_answer_before_it(ladder, clock):
    clock[0] = 12.0
    ladder.frame("CFR", from_us=False)
    for ended, answer in ((30.0, "MCF"), (55.5, "RTN")):
        clock[0] = ended
        ladder.frame(answer, from_us=False)
        ladder.page(octets=100, rows=1100, bit_rate=14400, retries=2)

    first, second = ladder.journal().pages

    assert (first.number, first.began_s, first.ended_s) == (1, 12.0, 30.0)
    assert (first.answer, first.octets, first.ecm_retries) == ("MCF", 100, 2)
    assert (second.began_s, second.ended_s, second.answer) == (30.0, 55.5, "RTN")


def full_ladder():
    ladder = Ladder(lambda: 12345.678)
    for number in range(1000):
        ladder.note(
            Layer.SIP, f"{number:>{MAX_NAME}}", "\U0001f4e0" * MAX_DETAIL, from_us=True
        )
        ladder.page(octets=10**6, rows=10**4, bit_rate=14400, retries=99)
    return ladder.journal(
        far_end=FarEnd(ident="x" * 20, country="y" * 40, vendor="z" * 40, model="m"),
        packets=Packets(sent=10**6, received=10**6, jitter_ms=123.4),
        media="T.38 version 0",
        capture="call-1.pcap",
    )


def test_the_fullest_journal_crosses_the_pipe_to_the_daemon():
    journal = full_ladder()
    ended = Ended(
        call="a", outcome=Outcome(ending=Ending.DELIVERED, detail="", journal=journal)
    )

    line = format_event(ended)

    assert len(journal.pages) == MAX_PAGES
    assert len(line) < MAX_LINE
    event = parse_event(line)
    assert isinstance(event, Ended)
    assert event.outcome.journal == journal


def test_a_journal_is_read_as_it_was_stored():
    for journal in (full_ladder(), Journal()):
        stored = json.loads(json.dumps(journal.as_json()))

        assert Journal.from_json(stored) == journal
