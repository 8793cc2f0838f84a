"""
Real faxes through kamailio: an independent proxy that challenges and records its route.
"""

import asyncio

import pytest

from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.engine.protocol import Health, KeepTrunk
from ecofax_gateway.senders.sip_t38 import SipT38Sender

from .kamailio import running_kamailio
from .program import until


async def ignore(progress):
    """Steps are others' matter."""


def same_pages(received, sent):
    return [page.tobytes() for page in received] == [page.tobytes() for page in sent]


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
async def test_a_fax_goes_through_a_proxy(
    sender, start_fax_machine, order, paper, tmp_path, transport, algorithm
):
    machine, pages = await start_fax_machine(), paper(2)
    async with running_kamailio(
        tmp_path, fax_port=machine.port, algorithm=algorithm
    ) as kamailio:
        call = order(machine, pages, trunk=kamailio.trunk(transport))
        async with asyncio.timeout(60):
            outcome = await sender.send(call, ignore)
        assert outcome.ending is Ending.DELIVERED, outcome
        line = await machine.wait_for("fax")
        seen = kamailio.seen("INVITE")

    assert same_pages(machine.received(line), pages.images)
    assert seen == [[transport, call.number]]


async def test_a_wrong_password_is_a_fault_of_the_trunk(
    sender, start_fax_machine, order, paper, tmp_path
):
    machine = await start_fax_machine()
    async with running_kamailio(tmp_path, fax_port=machine.port) as kamailio:
        trunk = kamailio.trunk(password="another")
        outcome = await sender.send(order(machine, paper(), trunk=trunk), ignore)

    assert outcome.ending is Ending.TRUNK_FAULT
    assert outcome.detail.startswith("407")


class Healths:
    """What the engine tells of trunks, and a wait for more of it."""

    def __init__(self):
        self.told = []
        self._more = asyncio.Event()

    def __call__(self, health):
        self.told.append((health.name, health.state))
        self._more.set()

    async def wait_for(self, *wanted):
        async with asyncio.timeout(60):
            while wanted not in self.told:
                self._more.clear()
                await self._more.wait()


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
async def test_a_registration_is_kept_and_taken_back(tmp_path, transport):
    """
    The registrar gives 3 s: it is refreshed in time, twice, and ends with us.
    """
    healths = Healths()
    async with running_kamailio(
        tmp_path, algorithm="SHA-256", max_expires=3
    ) as kamailio:
        trunk = kamailio.trunk(transport, register=True)
        async with SipT38Sender() as sender:
            sender.keep_trunks([KeepTrunk(name="main", address=trunk)], healths)
            await healths.wait_for("main", Health.REGISTERED)
            await until(lambda: len(kamailio.seen("REGISTER")) >= 3, what="refreshes")
        seen = kamailio.seen("REGISTER")

    assert {(way, user) for way, user, *_ in seen} == {(transport, "gateway")}
    expires = [fields[2] for fields in seen]
    assert set(expires[:-1]) == {"3600"}
    assert expires[-1] == "0"
    assert healths.told == [("main", Health.REGISTERED)]


async def test_a_registration_with_a_wrong_password_is_refused(tmp_path):
    healths = Healths()
    async with running_kamailio(tmp_path) as kamailio, SipT38Sender() as sender:
        trunk = kamailio.trunk(register=True, password="another")
        sender.keep_trunks([KeepTrunk(name="main", address=trunk)], healths)
        await healths.wait_for("main", Health.REFUSED)

    assert kamailio.seen("REGISTER") == []


async def test_a_trunk_is_asked_whether_it_lives(tmp_path):
    """
    By OPTIONS; and it is told when it dies.
    """
    healths = Healths()
    async with SipT38Sender() as sender:
        async with running_kamailio(tmp_path) as kamailio:
            trunk = kamailio.trunk("tcp", ping_interval_s=0.2)
            sender.keep_trunks([KeepTrunk(name="main", address=trunk)], healths)
            await healths.wait_for("main", Health.UP)
            await until(lambda: len(kamailio.seen("OPTIONS")) >= 3, what="pings")
        await healths.wait_for("main", Health.DOWN)

    assert healths.told == [("main", Health.UP), ("main", Health.DOWN)]
