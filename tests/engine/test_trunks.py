"""
Trunks found by the DNS, registered at, watched, and left when they ask for it.
"""

import asyncio
from dataclasses import dataclass, field, replace

import dns.flags
import dns.message
import dns.rrset
import pytest

from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.engine.directory import DOUBT_S, Directory, TrunkUnreachable
from ecofax_gateway.engine.keeper import TrunkKeeper
from ecofax_gateway.engine.protocol import (
    Ended,
    Health,
    KeepTrunk,
    PageFile,
    PlaceCall,
    TrunkAddress,
    TrunkHealth,
)
from ecofax_gateway.engine.resolver import Resolver
from ecofax_gateway.engine.signalling import Signalling
from ecofax_gateway.engine.switchboard import Switchboard
from ecofax_gateway.engine.tls import TrustStore
from ecofax_gateway.engine.transport import open_udp
from ecofax_gateway.sip.digest import parse_challenges
from ecofax_gateway.sip.hop import Hop, Transport
from ecofax_gateway.sip.message import Response, format_message, parse_message
from ecofax_gateway.sip.stream import PING

PATIENCE_S = 60.0


@dataclass
class Nameserver:
    """A DNS server with the records it is given."""

    records: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)

    async def open(self):
        self.port = await open_udp("127.0.0.1", 0, self.answer)
        return f"127.0.0.1:{self.port.address[1]}"

    def answer(self, data, source):
        query = dns.message.from_wire(data)
        question = query.question[0]
        kind = dns.rdatatype.to_text(question.rdtype)
        name = question.name.to_text()
        self.asked.append((name, kind))
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        values = self.records.get((name, kind), [])
        if values:
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *values))
        elif not any(known == name for known, _ in self.records):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        self.port.send(reply.to_wire(), source)


@dataclass
class Proxy:
    """A far end that answers as *judge* says: a status, headers; None: not at all."""

    judge: object
    heard: list = field(default_factory=list)
    pinged: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self):
        self.port = await open_udp("127.0.0.1", 0, self.take)
        return self.port.address[1]

    def take(self, data, source):
        if data == PING:
            self.pinged.set()
            return
        request = parse_message(data)
        if isinstance(request, Response) or request.method == "ACK":
            return
        self.heard.append(request)
        verdict = self.judge(request)
        if verdict is None:
            return
        status, *headers = verdict
        copied = [(n, request.header(n)) for n in ("Via", "From", "Call-ID", "CSeq")]
        to = ("To", f"{request.header('To')};tag=far")
        response = Response(status=status, headers=(*copied, to, *headers))
        self.port.send(format_message(response), source)

    def methods(self):
        return [request.method for request in self.heard]


@pytest.fixture
async def nameserver():
    server = Nameserver()
    server.address = await server.open()
    yield server
    server.port.close()


@pytest.fixture
async def proxies():
    """Make far ends."""
    made = []

    async def make(judge):
        proxy = Proxy(judge)
        await proxy.open()
        made.append(proxy)
        return proxy

    yield make
    for proxy in made:
        proxy.port.close()


@dataclass
class Engine:
    """A switchboard, and what it told."""

    resolver: Resolver
    told: list = field(default_factory=list)

    def __post_init__(self):
        self.heard = asyncio.Event()
        self.board = Switchboard("127.0.0.1", self.tell, resolver=self.resolver)

    def tell(self, event):
        self.told.append(event)
        self.heard.set()

    async def until(self, is_it):
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for event in self.told:
                    if is_it(event):
                        return event
                self.heard.clear()
                await self.heard.wait()

    async def until_health(self, state):
        return await self.until(
            lambda event: isinstance(event, TrunkHealth) and event.state is state
        )


@pytest.fixture
async def engine(nameserver):
    engine = Engine(Resolver(nameserver.address, draw=lambda: 0.0))
    await engine.board.open(0)
    yield engine
    await engine.board.leave_trunks()
    engine.board.close()


def order(sending, trunk, call="1"):
    job, _ = sending(1, rows=300)
    return PlaceCall(
        call=call,
        number="0972101927",
        caller_id="0366720307",
        station_id="",
        files=(PageFile(path=job.files[0].path, vertical_dpi=196),),
        pages=1,
        trunk=trunk,
    )


async def test_naptr_srv_and_addresses_in_their_order(nameserver):
    nameserver.records = {
        ("carrier.test.", "NAPTR"): [
            '20 1 "s" "SIP+D2U" "" _sip._udp.carrier.test.',
            '10 1 "s" "SIP+D2T" "" _sip._tcp.carrier.test.',
        ],
        ("_sip._tcp.carrier.test.", "SRV"): [
            "20 0 5062 b.carrier.test.",
            "10 0 5061 a.carrier.test.",
        ],
        ("_sip._udp.carrier.test.", "SRV"): ["10 0 5060 a.carrier.test."],
        ("a.carrier.test.", "A"): ["192.0.2.1", "192.0.2.2"],
        ("b.carrier.test.", "A"): ["192.0.2.3"],
        ("b.carrier.test.", "AAAA"): ["2001:db8::3"],
    }
    resolver = Resolver(nameserver.address, draw=lambda: 0.0)

    tcp, udp = Transport.TCP, Transport.UDP
    assert sorted(
        await resolver.locate("carrier.test", 0, None, from_host="127.0.0.1")
    ) == sorted(
        [
            (("192.0.2.1", 5061), tcp),
            (("192.0.2.2", 5061), tcp),
            (("192.0.2.3", 5062), tcp),
            (("192.0.2.1", 5060), udp),
            (("192.0.2.2", 5060), udp),
        ]
    )
    found = await resolver.locate("carrier.test", 0, None, from_host="127.0.0.1")
    assert [address[1] for address, _ in found] == [5061, 5061, 5062, 5060, 5060]
    assert await resolver.locate("carrier.test", 0, tcp, from_host="::1") == [
        (("2001:db8::3", 5062), tcp)
    ]
    assert await resolver.locate("a.carrier.test", 5070, None, from_host="127.0.0.1")
    asked = len(nameserver.asked)
    await resolver.locate("carrier.test", 0, None, from_host="127.0.0.1")
    assert len(nameserver.asked) == asked  # answers are kept


async def test_a_name_that_is_not_there(nameserver):
    resolver = Resolver(nameserver.address)

    with pytest.raises(OSError, match=r"nowhere\.test"):
        await resolver.locate("nowhere.test", 0, None, from_host="127.0.0.1")


async def test_an_address_needs_no_nameserver(nameserver):
    resolver = Resolver(nameserver.address)

    assert await resolver.locate("192.0.2.1", 0, None, from_host="127.0.0.1") == [
        (("192.0.2.1", 5060), Transport.UDP)
    ]
    assert nameserver.asked == []


async def test_a_503_goes_on_to_the_next_server_and_is_left_alone(
    nameserver, proxies, engine, sending
):
    full = await proxies(lambda request: (503, ("Retry-After", "300")))
    good = await proxies(lambda request: (486,))
    nameserver.records = {
        ("_sip._udp.carrier.test.", "SRV"): [
            f"10 0 {full.port.address[1]} a.carrier.test.",
            f"20 0 {good.port.address[1]} a.carrier.test.",
        ],
        ("a.carrier.test.", "A"): ["127.0.0.1"],
    }
    trunk = TrunkAddress(host="carrier.test", port=0)

    for call in ("1", "2"):
        await engine.board.obey(order(sending, trunk, call))
        ended = await engine.until(
            lambda event, call=call: isinstance(event, Ended) and event.call == call
        )
        assert ended.outcome.ending is Ending.BUSY
    assert full.methods() == ["INVITE"]
    assert good.methods() == ["INVITE", "INVITE"]


async def test_a_trunk_that_is_full_takes_no_call_and_is_said_to_be_down(
    proxies, engine, sending
):
    def judge(request):
        if request.method == "INVITE":
            return 503, ("Retry-After", "120")
        return (200,)

    full = await proxies(judge)
    trunk = TrunkAddress(host="127.0.0.1", port=full.port.address[1])
    await engine.board.obey(KeepTrunk(name="only", address=trunk))
    await engine.until_health(Health.UP)
    await engine.board.obey(order(sending, trunk, "1"))
    first = await engine.until(lambda event: isinstance(event, Ended))
    down = await engine.until_health(Health.DOWN)
    await engine.board.obey(order(sending, trunk, "2"))
    second = await engine.until(
        lambda event: isinstance(event, Ended) and event.call == "2"
    )

    assert first.outcome.ending is second.outcome.ending is Ending.TRUNK_FAULT
    assert "left alone" in down.detail
    assert "left alone" in second.outcome.detail
    assert full.methods().count("INVITE") == 1


async def test_a_trunk_that_answers_is_up_and_one_without_a_name_is_down(
    proxies, engine
):
    there = await proxies(lambda request: (404,))
    address = TrunkAddress(host="127.0.0.1", port=there.port.address[1])
    await engine.board.obey(KeepTrunk(name="there", address=address))
    await engine.board.obey(
        KeepTrunk(name="gone", address=TrunkAddress(host="nowhere.test", port=0))
    )

    up = await engine.until_health(Health.UP)
    down = await engine.until_health(Health.DOWN)
    assert (up.name, down.name) == ("there", "gone")
    assert "nowhere.test" in down.detail
    assert there.heard[0].uri == "sip:127.0.0.1"


async def test_a_registration_is_made_refreshed_and_taken_back(proxies, engine):
    """
    The registrar grants two seconds; the second REGISTER answers by the known nonce.
    """
    refreshed = asyncio.Event()

    def judge(request):
        value = request.header("Authorization")
        if value is None:
            challenge = 'Digest realm="r", nonce="n", qop="auth", algorithm=MD5'
            return 401, ("WWW-Authenticate", challenge)
        if "nc=00000003" in value:
            refreshed.set()
        contact = request.header("Contact").partition(";")[0]
        return 200, ("Contact", f"{contact};expires=2")

    registrar = await proxies(judge)
    trunk = TrunkAddress(
        host="127.0.0.1",
        port=registrar.port.address[1],
        domain="carrier.test",
        username="gateway",
        password="hunter2",
        register=True,
    )
    await engine.board.obey(KeepTrunk(name="carrier", address=trunk))
    await engine.until_health(Health.REGISTERED)
    async with asyncio.timeout(PATIENCE_S):
        await refreshed.wait()
    await engine.board.leave_trunks()

    assert registrar.heard[0].uri == "sip:carrier.test"
    assert registrar.heard[0].to.uri == "sip:gateway@carrier.test"
    (parsed,) = parse_challenges([registrar.heard[1].header("Authorization")])
    assert parsed.nonce == "n"
    assert registrar.heard[-1].header("Expires") == "0"
    assert registrar.methods() == ["REGISTER"] * len(registrar.heard)
    healths = [e.state for e in engine.told if isinstance(e, TrunkHealth)]
    assert healths == [Health.REGISTERED]


async def test_a_registration_by_udp_is_kept_alive(proxies, engine):
    """
    By what is no message, and needs no answer.
    """
    registrar = await proxies(lambda request: (200, ("Expires", "600")))
    signalling = Signalling(lambda event: None)
    await signalling.open("127.0.0.1", 0)
    trunk = TrunkAddress(
        host="127.0.0.1", port=registrar.port.address[1], username="u", register=True
    )
    keeper = TrunkKeeper(
        KeepTrunk(name="carrier", address=trunk),
        Directory("127.0.0.1", engine.resolver, TrustStore(), signalling.now),
        signalling,
        engine.tell,
        keep_alive_s=0.05,
    )
    keeper.start()
    async with asyncio.timeout(PATIENCE_S):
        await registrar.pinged.wait()
        registrar.pinged.clear()
        await registrar.pinged.wait()
    await keeper.close()
    signalling.close()

    assert registrar.methods() == ["REGISTER", "REGISTER"]
    assert registrar.heard[-1].header("Expires") == "0"


async def test_a_refused_registration_is_told_with_its_reason(proxies, engine):
    registrar = await proxies(lambda request: (403,))
    trunk = TrunkAddress(
        host="127.0.0.1",
        port=registrar.port.address[1],
        username="gateway",
        register=True,
    )
    await engine.board.obey(KeepTrunk(name="carrier", address=trunk))
    refused = await engine.until_health(Health.REFUSED)
    await engine.board.leave_trunks()

    assert refused.detail.startswith("403")
    assert registrar.methods() == ["REGISTER"]  # nothing to take back


async def test_the_same_name_again_replaces_the_trunk(proxies, engine):
    first = await proxies(lambda request: (200,))
    second = await proxies(lambda request: (200,))
    for proxy in (first, second):
        engine.told.clear()
        address = TrunkAddress(host="127.0.0.1", port=proxy.port.address[1])
        await engine.board.obey(KeepTrunk(name="carrier", address=address))
        await engine.until_health(Health.UP)

    assert (len(first.heard), len(second.heard)) == (1, 1)


async def test_a_caller_who_wants_privacy_is_named_to_the_trunk_alone(
    proxies, engine, sending
):
    proxy = await proxies(lambda request: (486,))
    trunk = TrunkAddress(host="127.0.0.1", port=proxy.port.address[1])
    await engine.board.obey(replace(order(sending, trunk), privacy=True))
    await engine.until(lambda event: isinstance(event, Ended))
    invite = proxy.heard[0]

    assert invite.from_.uri == "sip:anonymous@anonymous.invalid"
    assert invite.header("Privacy") == "id"
    assert "0366720307" in invite.header("P-Asserted-Identity")
    assert "0366720307" not in invite.header("Contact")


SERVERS = {
    ("_sip._udp.carrier.test.", "SRV"): [
        "10 0 5060 a.carrier.test.",
        "20 0 5070 a.carrier.test.",
    ],
    ("a.carrier.test.", "A"): ["192.0.2.1"],
}
FIRST, SECOND = Hop("192.0.2.1", 5060), Hop("192.0.2.1", 5070)


@pytest.fixture
def directory(nameserver):
    """Of a trunk with two servers; the clock is set by hand."""
    nameserver.records = SERVERS
    clock = [0.0]
    directory = Directory(
        "127.0.0.1",
        Resolver(nameserver.address, draw=lambda: 0.0),
        TrustStore(),
        lambda: clock[0],
    )
    directory.clock = clock
    return directory


CARRIER = TrunkAddress(host="carrier.test", port=0)


async def test_calls_go_where_the_registration_is(directory):
    assert await directory.targets(CARRIER) == [FIRST, SECOND]
    directory.registered("carrier", SECOND)
    assert await directory.targets(CARRIER) == [SECOND, FIRST]
    directory.registered("carrier", None)
    assert await directory.targets(CARRIER) == [FIRST, SECOND]


async def test_what_did_not_answer_is_tried_last_for_a_while(directory):
    directory.failed(FIRST, None)
    assert await directory.targets(CARRIER) == [SECOND, FIRST]
    directory.clock[0] = DOUBT_S
    assert await directory.targets(CARRIER) == [FIRST, SECOND]
    directory.failed(FIRST, None)
    directory.answered(FIRST)
    assert await directory.targets(CARRIER) == [FIRST, SECOND]


async def test_what_asked_to_be_left_alone_is_not_tried(directory):
    directory.failed(FIRST, 30)
    assert await directory.targets(CARRIER) == [SECOND]
    directory.failed(SECOND, 10)
    with pytest.raises(TrunkUnreachable) as caught:
        await directory.targets(CARRIER)
    assert caught.value.again_s == 10
    directory.clock[0] = 10
    assert await directory.targets(CARRIER) == [SECOND]
    directory.clock[0] = 30
    assert await directory.targets(CARRIER) == [FIRST, SECOND]


@pytest.mark.parametrize(
    ("values", "detail"),
    [
        ({"host": "nowhere.test"}, "nowhere.test"),
        ({"transport": "pigeon"}, "PIGEON"),
        ({"transport": "tls", "tls_ca_file": "/no/such/file"}, "/no/such/file"),
        ({"host": "a..b"}, "a..b"),
    ],
)
async def test_what_is_wrong_with_a_trunk_is_said(directory, values, detail):
    trunk = replace(CARRIER, **values)
    if values.get("transport") == "tls":
        trunk = replace(trunk, host="192.0.2.1")

    with pytest.raises(TrunkUnreachable, match=detail):
        await directory.targets(trunk)


async def test_by_tls_the_domain_that_was_asked_for_must_be_named(
    directory, nameserver
):
    nameserver.records = {
        ("_sips._tcp.carrier.test.", "SRV"): ["10 0 5061 a.carrier.test."],
        ("a.carrier.test.", "A"): ["192.0.2.1"],
    }
    (hop,) = await directory.targets(replace(CARRIER, transport="tls"))

    assert hop[:4] == ("192.0.2.1", 5061, Transport.TLS, "carrier.test")
