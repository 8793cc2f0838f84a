"""
The journal of real calls: what was said, by whom, in which order.
"""

import asyncio

from ecofax_gateway.domain.journal import Layer
from ecofax_gateway.domain.outcome import Ending


async def nothing(progress):
    """Nobody listens."""


def said(journal, *, layer=None):
    return [
        f"{'>' if note.from_us else '<'} {note.name}"
        for note in journal.notes
        if layer is None or note.layer is layer
    ]


def in_order(wanted, heard):
    left = iter(heard)
    return all(any(each == one for one in left) for each in wanted)


async def test_a_delivered_fax_has_its_whole_ladder(
    sender, start_fax_machine, order, paper
):
    machine = await start_fax_machine("--station-id=+33 9 72 10 19 27")

    outcome = await sender.send(order(machine, paper(2)), nothing)

    journal = outcome.journal
    assert outcome.ending is Ending.DELIVERED
    assert in_order(
        [
            "> INVITE",
            "< 200 OK",
            "> ACK",
            "< CED",
            "< CSI",
            "< DIS",
            "> TSI",
            "> DCS",
            "> TCF",
            "< CFR",
            "> PPS-MPS",
            "< MCF",
            "> PPS-EOP",
            "< MCF",
            "> DCN",
            "> BYE",
        ],
        said(journal),
    ), said(journal)
    assert said(journal).count("> image") == 2
    assert [page.answer for page in journal.pages] == ["MCF", "MCF"]
    assert all(page.octets > 1000 and page.rows == 1100 for page in journal.pages)
    assert journal.pages[0].ended_s <= journal.pages[1].began_s
    assert journal.far_end.ident == "+33 9 72 10 19 27"
    assert journal.packets.lost == 0
    assert journal.packets.received > 10
    assert journal.media.startswith("T.38 version 0")
    times = [note.at_s for note in journal.notes]
    assert times == sorted(times)


async def test_who_asked_for_t38_and_who_hung_up_is_told(
    sender, start_fax_machine, order, paper
):
    machine = await start_fax_machine("--behave", "hang-up:1")

    outcome = await sender.send(order(machine, paper(2)), nothing)

    sip = said(outcome.journal, layer=Layer.SIP)
    assert outcome.ending is Ending.CUT_OFF
    assert in_order(["> INVITE", "< 200 OK", "< BYE"], sip), sip
    assert "> BYE" not in sip
    reinvites = [n for n in outcome.journal.notes if n.name == "re-INVITE"]
    assert ["T.38" in note.detail for note in reinvites] == [True] * len(reinvites)
    assert reinvites


async def test_a_call_that_nobody_took_has_its_sip(
    sender, start_fax_machine, order, paper
):
    machine = await start_fax_machine("--behave", "busy")

    outcome = await sender.send(order(machine, paper(1)), nothing)

    assert outcome.ending is Ending.BUSY
    assert said(outcome.journal)[0] == "> INVITE"
    assert in_order(["< 486 Busy Here", "> ACK"], said(outcome.journal))
    assert outcome.journal.packets is None


async def test_many_calls_keep_their_journals_apart(
    sender, start_fax_machine, order, paper
):
    machine = await start_fax_machine()
    pages = paper(1)

    async with asyncio.TaskGroup() as tasks:
        calls = [
            tasks.create_task(sender.send(order(machine, pages), nothing))
            for _ in range(5)
        ]

    for call in calls:
        told = said(call.result().journal)
        assert told.count("> INVITE") == told.count("> PPS-EOP") == 1


async def test_a_refused_page_shows_its_answer(sender, start_fax_machine, order, paper):
    machine = await start_fax_machine("--behave", "rtn:1")

    outcome = await sender.send(order(machine, paper(1), ecm=False), nothing)

    assert outcome.ending is Ending.PAGE_REFUSED
    assert "< RTN" in said(outcome.journal)
    assert outcome.journal.pages[0].answer == "RTN"
