"""
Trunks found by a real name server: NAPTR, SRV, A, and what to do when one is dead.
"""

import asyncio
import contextlib

import pytest

from bench.ports import free_port
from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.engine.protocol import TrunkAddress
from ecofax_gateway.senders.sip_t38 import SipT38Sender

from .kamailio import running_kamailio
from .program import is_bound, running, until
from .scenario import answer, asks_for_t38, expect, hangs_up, picks_up, scenario

DOMAIN = "trunk.test"

PLAIN = picks_up() + asks_for_t38() + hangs_up()


@contextlib.asynccontextmanager
async def nameserver(folder, *records):
    """dnsmasq with these records and no others; gives its address."""
    port = free_port()
    command = [
        *("dnsmasq", "--no-daemon", "--conf-file=/dev/null", f"--port={port}"),
        *("--listen-address=127.0.0.1", "--bind-interfaces", "--no-resolv"),
        *("--no-hosts", f"--local=/{DOMAIN}/", "--user=root", "--pid-file="),
        *(f"--host-record={name}.{DOMAIN},127.0.0.1" for name in ("one", "two")),
        *(f"--host-record=six.{DOMAIN},::1", f"--host-record={DOMAIN},127.0.0.1"),
        *records,
    ]
    async with running(command, folder / "dnsmasq.log") as process:
        await until(
            lambda: is_bound(port) or process.returncode is not None, what="dnsmasq"
        )
        assert process.returncode is None
        yield f"127.0.0.1:{port}"


def srv(server, port, *, priority=10, weight=10, service="_sip._udp"):
    return f"--srv-host={service}.{DOMAIN},{server}.{DOMAIN},{port},{priority},{weight}"


async def ignore(progress):
    """Steps are others' matter."""


async def send(records, folder, make_order, *, trunk=None, calls=1):
    """Calls to the domain, one after the other; their outcomes."""
    trunk = trunk or TrunkAddress(host=DOMAIN, port=0, paced=False)
    async with (
        nameserver(folder, *records) as address,
        SipT38Sender(engine_options=[f"--nameserver={address}"]) as sender,
        asyncio.timeout(90),
    ):
        return [await sender.send(make_order(trunk), ignore) for _ in range(calls)]


@pytest.fixture
def make_order(order, paper):
    """An order by way of a trunk."""
    pages = paper()

    class Nowhere:
        @staticmethod
        def trunk():
            return None

    return lambda trunk: order(Nowhere, pages, trunk=trunk)


async def test_srv_names_the_port(play, make_order, tmp_path):
    sipp = await play(scenario(PLAIN))

    (outcome,) = await send([srv("one", sipp.port)], tmp_path, make_order)

    assert await sipp.verdict() == ""
    assert outcome.answered


async def test_naptr_names_the_transport(start_fax_machine, make_order, tmp_path):
    """
    NAPTR prefers TCP, whose SRV leads to kamailio; UDP leads nowhere.
    """
    machine = await start_fax_machine()
    async with running_kamailio(tmp_path, fax_port=machine.port) as kamailio:
        records = [
            f"--naptr-record={DOMAIN},10,10,s,SIP+D2T,,_sip._tcp.{DOMAIN}",
            f"--naptr-record={DOMAIN},20,10,s,SIP+D2U,,_sip._udp.{DOMAIN}",
            srv("one", kamailio.port, service="_sip._tcp"),
            srv("two", free_port()),
        ]
        trunk = kamailio.trunk(host=DOMAIN, port=0, transport="")
        (outcome,) = await send(records, tmp_path, make_order, trunk=trunk)
        seen = kamailio.seen("INVITE")

    assert outcome.ending is Ending.DELIVERED
    assert [transport for transport, _ in seen] == ["tcp"]


REFUSES = expect("INVITE") + answer(503, "", "Retry-After: 30") + expect("ACK")


async def test_a_503_goes_on_to_the_next_server_and_is_left_alone(
    play, make_order, tmp_path
):
    """
    One INVITE to the first, as it asks: the second call goes to the other at once.
    """
    busy = await play(scenario(REFUSES))
    other = await play(scenario(PLAIN), calls=2)
    records = [srv("one", busy.port), srv("two", other.port, priority=20)]

    outcomes = await send(records, tmp_path, make_order, calls=2)

    assert [await busy.verdict(), await other.verdict()] == ["", ""]
    assert [outcome.answered for outcome in outcomes] == [True, True]


async def test_a_dead_server_is_passed_over(play, make_order, tmp_path):
    """
    Nobody listens at the first: an ICMP error or Timer B says so, 32 s at most.
    """
    sipp = await play(scenario(PLAIN), seconds=60)
    records = [srv("one", free_port()), srv("two", sipp.port, priority=20)]

    (outcome,) = await send(records, tmp_path, make_order)

    assert await sipp.verdict() == ""
    assert outcome.answered


async def test_weights_share_the_calls(play, make_order, tmp_path):
    """
    RFC 2782: of 40 calls about 30 go to a weight of 75; none would by priority alone.
    """
    light = await play(scenario(PLAIN), calls=1000, seconds=90)
    heavy = await play(scenario(PLAIN), calls=1000, seconds=90)
    records = [
        srv("one", light.port, weight=25),
        srv("two", heavy.port, weight=75),
    ]

    outcomes = await send(records, tmp_path, make_order, calls=40)
    for sipp in (light, heavy):
        sipp.process.terminate()
        await sipp.process.wait()

    assert all(outcome.answered for outcome in outcomes)
    few, many = light.successful(), heavy.successful()
    assert few + many == 40
    assert 1 <= few < many


async def test_an_address_of_ipv6_is_called(start_fax_machine, order, paper, tmp_path):
    machine, pages = await start_fax_machine("--bind=::1"), paper()
    records = [srv("six", machine.port)]
    trunk = TrunkAddress(host=DOMAIN, port=0, paced=False)
    async with (
        nameserver(tmp_path, *records) as address,
        SipT38Sender(bind="::1", engine_options=[f"--nameserver={address}"]) as sender,
        asyncio.timeout(60),
    ):
        outcome = await sender.send(order(machine, pages, trunk=trunk), ignore)

    assert outcome.ending is Ending.DELIVERED


async def test_a_domain_without_a_server_is_a_fault_of_the_trunk(make_order, tmp_path):
    trunk = TrunkAddress(host=f"nowhere.{DOMAIN}", port=0)

    (outcome,) = await send([], tmp_path, make_order, trunk=trunk)

    assert outcome.ending is Ending.TRUNK_FAULT
    assert not outcome.answered
