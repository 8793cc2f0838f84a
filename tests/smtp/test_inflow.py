"""
A mail while it comes in: whoever takes it sets the pace.
"""

import asyncio
import sys

from ecofax_gateway.smtp.inflow import ENOUGH_BYTES, Inflow


class Wire(asyncio.ReadTransport):
    """A connection that only knows whether it may bring more."""

    def __init__(self):
        super().__init__()
        self.is_paused = False

    def pause_reading(self):
        self.is_paused = True

    def resume_reading(self):
        self.is_paused = False


async def test_who_brings_more_than_is_taken_has_to_wait():
    wire = Wire()
    inflow = Inflow(wire)

    inflow.feed(b"x" * ENOUGH_BYTES)
    had_to_wait = wire.is_paused
    taken = await inflow.take()

    assert had_to_wait
    assert not wire.is_paused
    assert b"".join(taken) == b"x" * ENOUGH_BYTES


async def test_who_goes_on_talking_behind_the_mail_has_to_wait_too():
    wire = Wire()
    inflow = Inflow(wire)
    inflow.feed(b"x\r\n.\r\nNOOP\r\n")
    taken = await inflow.take()

    inflow.feed(b"NOOP\r\n" * (ENOUGH_BYTES // 6 + 1))

    assert taken == [b"x\r\n"]
    assert wire.is_paused
    assert inflow.close() == b"NOOP\r\n" * (ENOUGH_BYTES // 6 + 2)
    assert not wire.is_paused


async def test_what_comes_in_crumbs_takes_no_more_memory_than_it_is():
    inflow = Inflow(Wire())
    for _ in range(50_000):
        inflow.feed(b"xy")
    inflow.feed(b"\r\n.\r\n")

    pieces = await inflow.take()

    assert b"".join(pieces) == b"xy" * 50_000 + b"\r\n"
    assert sum(map(sys.getsizeof, pieces)) < 110_000


async def test_what_comes_after_the_end_of_the_connection_is_dropped():
    inflow = Inflow(Wire())
    inflow.feed(b"half a mail")

    assert inflow.close() == b""
    inflow.feed(b"\r\n.\r\nMAIL FROM:<chief@example.fr>\r\n")
    assert inflow.close() == b""
