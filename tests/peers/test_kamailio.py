"""
Real faxes through kamailio: an independent proxy that challenges and records its route.
"""

import asyncio

import pytest

from ecofax_gateway.domain.outcome import Ending

from .kamailio import running_kamailio


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
