"""
The journal as people read it.
"""

from ecofax_gateway.cli.ladder import print_ladder
from ecofax_gateway.domain.journal import (
    MAX_FIRST_NOTES,
    MAX_LAST_NOTES,
    FarEnd,
    Journal,
    Ladder,
    Layer,
    Packets,
)


def test_two_columns_with_times():
    now = [0.0]
    ladder = Ladder(lambda: now[0])
    ladder.note(Layer.SIP, "INVITE", "audio", from_us=True)
    now[0] = 1.234
    for _ in range(3):
        ladder.frame("RNR", from_us=False)
    ladder.own("watchdog", "nothing new for 45 s")

    assert list(print_ladder(ladder.journal())) == [
        "     seconds  we                                   they",
        "        0.00  INVITE  audio                      >",
        "        1.23                                     < RNR (3 times)",
        "        1.23  (watchdog  nothing new for 45 s)",
    ]


def test_what_it_came_to():
    journal = Journal(
        trainings=3,
        far_end=FarEnd(country="France", vendor="Sagem"),
        packets=Packets(
            sent=100, received=90, lost=1, by_parity=2, strange=3, jitter_ms=33.4
        ),
        media="T.38 version 0",
        capture="K7M2XQ9D-1.pcap",
    )

    assert list(print_ladder(journal)) == [
        "    trained 3 times",
        "    by T.38 version 0",
        "    packets: 100 sent, 90 received, 1 lost, 2 repaired by parity,"
        " 3 not understood, jitter up to 33 ms",
        "    far end: country France, made by Sagem",
        "    packets captured in K7M2XQ9D-1.pcap",
    ]


def test_what_was_left_out_is_said_where_it_was():
    ladder = Ladder(lambda: 0.0)
    for number in range(MAX_FIRST_NOTES + MAX_LAST_NOTES + 7):
        ladder.note(Layer.T30, str(number), from_us=True)

    lines = list(print_ladder(ladder.journal()))

    assert lines[MAX_FIRST_NOTES + 1] == "         ...  7 more left out"


def test_a_call_of_which_nothing_is_known_is_no_line():
    assert list(print_ladder(Journal())) == []
