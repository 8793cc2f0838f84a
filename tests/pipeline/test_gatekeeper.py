"""
What is taken in, refused at once, put off, or believed.
"""

import asyncio
import contextlib
import email.policy
import socket
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ecofax_gateway.domain.errors import (
    MailRefused,
    MalformedMessage,
    OrderRefused,
    TooManyGuesses,
)
from ecofax_gateway.domain.guesses import PEER, Subject
from ecofax_gateway.domain.line import FaxLine
from ecofax_gateway.domain.order import Requester
from ecofax_gateway.domain.trust import Level, Trust, parse_networks
from ecofax_gateway.mail.message import parse_mail
from ecofax_gateway.mail.reader import MailReader
from ecofax_gateway.orders.ordering import order_of
from ecofax_gateway.password import hash_password
from ecofax_gateway.pipeline.accept import Accept
from ecofax_gateway.pipeline.addressee import addressee, handover_of
from ecofax_gateway.pipeline.credentials import Credentials
from ecofax_gateway.pipeline.gatekeeper import Doors, Gatekeeper
from ecofax_gateway.pipeline.login import LineLogin
from ecofax_gateway.pipeline.password_check import AT_ONCE
from ecofax_gateway.pipeline.worker import Bell
from ecofax_gateway.smtp.listener import AcceptedMail
from ecofax_gateway.store import allow_lists, guesses, lines, mails
from ecofax_gateway.store.database import Database
from ecofax_gateway.trust.assessor import Assessor
from ecofax_gateway.trust.name_server import NameServer

from ..end_to_end.conftest import PASSWORD, SENDER, write_mail
from ..trust.senders import make_key, name_server, txt

LINE, TO = "+33366720307", "0972101010@ecofax.fr"
TRUSTED, RELAY, SCANNER, STRANGER = "10.0.0.1", "10.0.1.1", "10.0.2.1", "198.51.100.7"
WRONG = "p:Mauvais9Mot\n"
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    return make_key(tmp_path_factory.mktemp("key"))


class House:
    """A gatekeeper, and what stands behind it."""

    def __init__(self, folder, nameserver, *, budget=60, **doors):
        self.now = datetime(2027, 3, 1, 12, tzinfo=UTC)
        self.db = Database.open(f"sqlite:///{folder}/a.db", spool=folder / "spool")
        self.reader = MailReader(folder=folder / "reading")
        self.assessor = Assessor(NameServer(nameserver), budget_seconds=budget)
        self.credentials = Credentials(
            db=self.db,
            own_machines=parse_networks([TRUSTED, RELAY]),
            zone=PARIS,
            clock=lambda: self.now,
        )
        self.gate = Gatekeeper(
            Accept(db=self.db, clock=lambda: self.now, bell=Bell()),
            doors=Doors(
                trusted=parse_networks([TRUSTED]),
                relays=parse_networks([RELAY]),
                answered=parse_networks([SCANNER]),
                **doors,
            ),
            assessor=self.assessor,
            read_mail=self.reader.read,
            credentials=self.credentials,
            db=self.db,
            domain="ecofax.fr",
            zone=PARIS,
            clock=lambda: self.now,
        )

    async def offer(self, mail, *, peer=STRANGER, to=(TO,), **how):
        """Its level if it is taken in, or the reply that refuses it."""
        raw = (
            mail if isinstance(mail, bytes) else mail.as_bytes(policy=email.policy.SMTP)
        )
        offered = AcceptedMail(
            **{
                "envelope_from": SENDER,
                "recipients": tuple(to),
                "peer": peer,
                "content": raw,
                "size": len(raw),
                "sha256": str(hash(raw)),
                "helo": "mx.cabinet.example",
                **how,
            }
        )
        try:
            reference = await self.gate(offered)
        except MailRefused as refusal:
            return refusal.reply
        row = await self.db.read(mails.get, reference)
        return row.trust.level

    async def codes(self, mails_, **how):
        return [str(await self.offer(mail, **how))[:3] for mail in mails_]


@contextlib.asynccontextmanager
async def open_house(folder, *records, nameserver=None, **doors):
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(asyncio.timeout(120))
        if nameserver is None:
            nameserver = await stack.enter_async_context(name_server(folder, *records))
        house = House(folder, nameserver, **doors)
        stack.callback(house.db.close)
        stack.callback(house.assessor.close)
        stack.push_async_callback(house.reader.close)
        line = FaxLine(number=LINE, password_hash=hash_password(PASSWORD))
        await house.db.tx(lines.add, line, now=house.now)
        yield house


async def test_who_hands_a_mail_in_decides_what_is_looked_at(tmp_path, key):
    signed = key.sign(
        write_mail().as_bytes(policy=email.policy.SMTP), "cabinet.example"
    )
    async with open_house(tmp_path, key.record("cabinet.example")) as house:
        levels = [
            await house.offer(write_mail(), peer=TRUSTED),
            await house.offer(write_mail(), login=LINE),
            await house.offer(write_mail(), has_certificate=True),
            await house.offer(signed),
            await house.offer(write_mail()),
            await house.offer(write_mail(WRONG), peer=TRUSTED),
            await house.offer(write_mail(WRONG), peer=RELAY),
            await house.offer(write_mail(WRONG), peer=SCANNER),
        ]

    assert "".join(levels) == "AAABDADD"


async def test_a_strangers_mistakes_are_told_at_once(tmp_path):
    unlocked = write_mail(f"p:{PASSWORD}\n", attached=[])
    reject = write_mail()
    reject.replace_header("From", "anne@strict.example")
    records = [txt("_dmarc.strict.example", "v=DMARC1; p=reject")]
    async with open_house(tmp_path, *records) as house:
        wrong = await house.offer(write_mail(WRONG))
        unknown = await house.offer(write_mail(WRONG, subject="0100000009"))
        empty = await house.offer(unlocked)
        forbidden = await house.offer(reject)
        with pytest.raises(MalformedMessage):
            await house.offer(bomb())
        stop = await house.offer(write_mail("code"), to=("stop@ecofax.fr",))

    assert wrong == unknown
    assert wrong.startswith("550-5.7.1 Le numero de ligne")
    assert wrong.splitlines()[-1].startswith("550 5.7.1 The line number")
    assert all(len(line) < 510 for line in wrong.splitlines())
    assert "Aucun document" in empty
    assert forbidden.startswith("550-5.7.26 ")
    assert stop is Level.CLAIMED  # whoever wants no faxes needs no proof


def bomb():
    head = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(60)
    )
    return b"From: a@b.example\r\nSubject: 0366720307\r\n" + head


async def test_a_relay_that_passes_answers_on_refuses_for_us(tmp_path):
    async with open_house(tmp_path, relays_pass_answers=True) as house:
        reply = await house.offer(write_mail(WRONG), peer=RELAY)

    assert reply.startswith("550")


async def test_guesses_are_slowed_down_over_senders_and_lines(tmp_path):
    def guess(n, line="0366720307"):
        mail = write_mail(f"p:Mauvais{n}\n", subject=line)
        mail.replace_header("From", f"x@n{n}.example")
        return mail

    async with open_house(tmp_path) as house:
        right = write_mail()
        five = await house.codes([write_mail(f"p:Faux{n}\n") for n in range(6)])
        locked = await house.offer(right)
        elsewhere = [Subject("peer 203.0.113.9", PEER)]
        for _ in range(18):
            await house.db.tx(guesses.count_failure, elsewhere, now=house.now)
        last_two = await house.codes([guess(n) for n in (1, 9)], peer="203.0.113.9")
        other_line = await house.codes(
            [guess(99, line="0100000009")], peer="203.0.113.9"
        )
        house.now += timedelta(minutes=15)
        again = await house.offer(write_mail("p:" + PASSWORD + "\n"))

    assert five == ["550"] * 5 + ["450"]
    assert locked.startswith("450-4.7.1 Trop de messages")
    assert "01/03/2027 a 13:15" in locked  # Paris
    assert last_two == ["550"] * 2
    assert other_line == ["450"]
    assert again is Level.CLAIMED


async def test_a_listed_sender_who_is_proven_is_never_locked_out(tmp_path, key):
    by = Trust(level=Level.PROVEN, address=SENDER)
    async with open_house(tmp_path, key.record("cabinet.example")) as house:
        await house.db.tx(allow_lists.change, LINE, allow=[SENDER])

        async def signed(body):
            raw = write_mail(body).as_bytes(policy=email.policy.SMTP)
            reply = await house.offer(key.sign(raw, "cabinet.example"))
            assert reply is by.level
            refs = await house.db.tx(
                mails.claim_mail, node="a", now=house.now, lease=timedelta(minutes=5)
            )
            parsed = parse_mail(await house.db.read(mails.body, refs.ref))
            return handover_of(refs, parsed), parsed

        codes = []
        for n in range(7):
            who, parsed = await signed(f"p:Faux{n}\n")
            codes.append(await refusal_of(house, who, parsed))
        who, parsed = await signed(f"p:{PASSWORD}\n")
        last = await refusal_of(house, who, parsed)

    assert codes == ["bad-credentials"] * 7
    assert last is None


async def refusal_of(house, who, parsed):
    order = order_of(parsed, recipients=[TO], now=house.now, zone=PARIS)
    try:
        await house.credentials.line_of(order, who)
    except OrderRefused as refusal:
        return refusal.code
    return None


@pytest.mark.parametrize(
    ("from_", "refused"),
    [
        (f"Accueil <{SENDER}>", None),
        (f"Accueil <{SENDER}>, autre@autre.example", None),  # then by its envelope
        ("direction@cabinet.example", "sender-not-listed"),
    ],
)
async def test_a_trusted_machine_vouches_for_what_a_mail_says(tmp_path, from_, refused):
    mail = write_mail()
    mail.replace_header("From", from_)
    async with open_house(tmp_path, nameserver="127.0.0.1:1") as house:
        await house.db.tx(allow_lists.change, LINE, allow=[SENDER])
        await house.offer(mail, peer=TRUSTED)
        taken = await house.db.tx(
            mails.claim_mail, node="a", now=house.now, lease=timedelta(minutes=5)
        )
        raw = await house.db.read(mails.body, taken.ref)
        parsed = await house.reader.read(raw)

        assert await refusal_of(house, handover_of(taken, parsed), parsed) == refused


async def test_a_mail_is_put_off_once_while_the_dns_is_silent(tmp_path, key):
    raw = write_mail(WRONG).as_bytes(policy=email.policy.SMTP)
    signed = key.sign(raw, "cabinet.example")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        async with open_house(tmp_path, nameserver=address, budget=1) as house:
            codes = await house.codes([signed, signed])

    assert codes == ["451", "550"]


@pytest.mark.parametrize(("received", "taken"), [(25, True), (26, False)])
async def test_a_mail_that_goes_round_in_circles_is_stopped(tmp_path, received, taken):
    hops = b"".join(b"Received: from a%d by b\r\n" % n for n in range(received))
    body = b"\r\nReceived: in a text it is a word like others\r\n" * 3
    raw = hops + write_mail().as_bytes(policy=email.policy.SMTP) + body
    path = tmp_path / "large.eml"
    path.write_bytes(raw)
    async with open_house(tmp_path, nameserver="127.0.0.1:1") as house:
        small = await house.offer(raw, peer=TRUSTED)
        large = await house.offer(
            raw, peer=TRUSTED, content=path, sha256="of the file", size=len(raw)
        )

    assert ([small, large] == [Level.HANDED_IN] * 2) is taken
    assert all(taken or reply.startswith("554 5.4.6") for reply in (small, large))


async def test_logins_are_counted_in_the_store(tmp_path):
    async with open_house(tmp_path, nameserver="127.0.0.1:1") as house:
        log_in = LineLogin(house.db, clock=lambda: house.now)
        assert await log_in("0366720307", PASSWORD, STRANGER) == LINE
        for _ in range(5):
            assert await log_in("0366720307@ecofax.fr", "Faux", STRANGER) is None

        # Another node's, or the same after a restart.
        again = LineLogin(house.db, clock=lambda: house.now)
        with pytest.raises(TooManyGuesses):
            await again("0366720307", PASSWORD, STRANGER)
        assert await again("0366720307", PASSWORD, "203.0.113.9") == LINE
        house.now += timedelta(minutes=15)
        assert await again("0366720307", PASSWORD, STRANGER) == LINE


async def test_guesses_of_the_same_moment_are_counted_one_by_one(tmp_path):
    async with open_house(tmp_path, nameserver="127.0.0.1:1") as house:
        log_in = LineLogin(house.db, clock=lambda: house.now)
        at_once = [log_in("0366720307", "Faux", STRANGER) for _ in range(12)]
        told = await asyncio.gather(*at_once, return_exceptions=True)

    looked_at = told.count(None)
    assert 5 <= looked_at < 5 + AT_ONCE
    assert sum(isinstance(each, TooManyGuesses) for each in told) == 12 - looked_at


def row(level, peer=STRANGER, address=SENDER):
    return mails.MailRow(
        ref="A", envelope_from=SENDER, recipients=(), peer=peer, login=None, sha256="",
        size=0, spool=None, state="accepted", code=None, tries=1, received_at=None,
        finished_at=None, trust=Trust(level=level, address=address),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("mail", "written_to"),
    [
        (row(Level.HANDED_IN, address=""), SENDER),
        (row(Level.PROVEN), SENDER),
        (row(Level.ATTESTED), SENDER),
        (row(Level.PROVEN, address="anne@autre.example"), "anne@autre.example"),
        (row(Level.CLAIMED), None),
        (row(Level.CLAIMED, peer=SCANNER), SENDER),
    ],
)
def test_who_is_written_to(mail, written_to):
    requester = Requester(address=SENDER)
    answered = parse_networks([SCANNER])

    assert addressee(requester, mail, answered=answered).address == written_to
    nobody = Requester(address=None)
    assert addressee(nobody, mail, answered=answered).address is None
