"""
Chaos: three nodes, one database, a stream of campaigns, and misfortunes by chance.

The truth is what the fax machine saw. ECOFAX_CHAOS_SECONDS makes it longer,
ECOFAX_CHAOS_SEED makes it happen again.
"""

import collections
import logging
import os
import random
import resource
import signal
import smtplib
import threading
import time
from datetime import UTC, datetime

import pytest

from ecofax_gateway.domain.errors import StoreUnavailable
from ecofax_gateway.domain.fax import FINAL, FaxState
from ecofax_gateway.domain.line import FaxLine
from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.password import hash_password
from ecofax_gateway.store import campaigns, faxes, lines, replies
from ecofax_gateway.store.database import Database

from ..end_to_end.conftest import PASSWORD, SENDER, write_mail
from .chaos import CONFIG, Node, Server, blows, descendants, limit_files

logger = logging.getLogger(__name__)

SECONDS = float(os.environ.get("ECOFAX_CHAOS_SECONDS", "60"))
SEED = int(os.environ.get("ECOFAX_CHAOS_SEED", "20260302"))

LINES = ["0366720307", "0366720308", "0366720309"]
LINE_CALLS = 2
CHANNELS = 4
SILENT_AFTER = 3
LOST_CALL = 6
ROLES = [
    "smtp,prepare,transmit,answer",
    "smtp,transmit",
    "smtp,prepare,transmit,answer",
]

PATIENCE_S = 60
"Without any order coming to its end, when the storm is over."


class Client:
    """
    Hands mails in until told to stop; offers each until somebody says 250.
    """

    def __init__(self, nodes):
        self.accepted = {}
        self.offers = 0
        self._nodes = nodes
        self._chance = random.Random(SEED + 1)
        self._next = 972_200_000
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def start(self):
        self._thread.start()

    def stop(self):
        self._stop.set()
        self._thread.join()

    def _run(self):
        while not self._stop.wait(self._chance.uniform(0.5, 2)):
            numbers = []
            for _ in range(self._chance.randint(1, 5)):
                self._next += 1
                numbers.append(f"0{self._next}")
            listed = ("numbers.txt", "\n".join(numbers).encode())
            note = ("note.png", a_page())
            subject = self._chance.choice(LINES)
            data = write_mail(subject=subject, attached=[note, listed]).as_bytes()
            # Also after the stop: nobody gives up a mail that may have been taken.
            while (ref := self._offer(data)) is None:
                self._stop.wait(0.2)
            assert ref not in self.accepted
            self.accepted[ref] = numbers

    def _offer(self, data):
        self.offers += 1
        port = self._chance.choice(self._nodes).port
        if port is None:
            return None
        try:
            with smtplib.SMTP("127.0.0.1", port, timeout=5) as session:
                session.ehlo("cabinet.example")
                session.mail(SENDER)
                session.rcpt("fax@ecofax.fr")
                code, answer = session.data(data)
        except (smtplib.SMTPException, OSError):
            return None
        return answer.decode().rsplit(" ", 1)[-1] if code == 250 else None


def a_page():
    """
    The least that is a document.
    """
    return (
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\0\0\0\n"
        b"IDATx\x9cc`\0\0\0\x02\0\x01H\xaf\xa4q\0\0\0\0IEND\xaeB`\x82"
    )


def strike(blow, nodes, server):
    """
    Let one misfortune happen, and pass.
    """
    node = nodes[blow.node]
    clock = threading.Event()
    match blow.kind:
        case "kill":
            node.signal(signal.SIGKILL)
            clock.wait(blow.lasts_s / 2)
        case "pause":
            node.signal(signal.SIGSTOP)
            clock.wait(blow.lasts_s)
            node.signal(signal.SIGCONT)
        case "restart-database":
            server.crash()
            clock.wait(blow.lasts_s / 2)
        case "fill":
            ids = descendants(node.process.pid)
            limit_files(ids, 0)
            clock.wait(blow.lasts_s / 2)
            limit_files(ids, resource.RLIM_INFINITY)
        case "fill-database":
            server.limit_files(0)
            clock.wait(blow.lasts_s / 4)
            server.limit_files("unlimited")
    server.tend()
    for each in nodes:
        each.tend()


@pytest.fixture
def house(tmp_path, cluster, fax_machine):
    """
    The far end, the server, its database, three nodes.
    """
    far_end = fax_machine()
    url = cluster.url(cluster.new())
    db = Database.open(url, spool=tmp_path / "none")
    for number in LINES:
        line = FaxLine(
            number=f"+33{number[1:]}",
            password_hash=hash_password(PASSWORD),
            max_calls=LINE_CALLS,
        )
        db.sync_tx(lines.add, line, now=datetime.now(UTC))
    nodes = []
    for n, roles in enumerate(ROLES):
        config = tmp_path / f"node{n}.toml"
        config.write_text(
            CONFIG.format(
                name=f"node{n}",
                state=tmp_path / f"node{n}",
                silent_after=SILENT_AFTER,
                lost_call=LOST_CALL,
                url=url,
                replies=tmp_path / "replies",
                port=far_end.port,
                channels=CHANNELS,
            )
        )
        nodes.append(Node(config, roles, tmp_path / f"node{n}.log"))
        nodes[-1].start()

    yield far_end, Server(cluster), db, nodes

    for node in nodes:
        node.end()
    db.close()


def test_chaos(house):
    far_end, server, db, nodes = house
    plan = blows(SEED, seconds=SECONDS, nodes=len(nodes))
    client = Client(nodes)
    client.start()
    clock = threading.Event()
    for blow in plan:
        clock.wait(blow.after_s)
        logger.info("%s", blow)
        strike(blow, nodes, server)
    client.stop()

    left = wait_for_the_end(db, client.accepted)
    told = {
        ref: db.sync_read(faxes.listing, campaign_ref=ref) for ref in client.accepted
    }
    logger.info("seed %d: %s", SEED, collections.Counter(b.kind for b in plan))
    logger.info(
        "%d mails in %d offers, %d faxes, lives %s: %s",
        *(len(told), client.offers, sum(map(len, told.values()))),
        *([node.lives for node in nodes], states(told)),
    )
    assert left == []
    assert {r: [f.number for f in fs] for r, fs in told.items()} == {
        ref: [f"+33{n[1:]}" for n in numbers]
        for ref, numbers in client.accepted.items()
    }
    assert caps_broken(far_end.events) == []
    assert wrongs(db, told, far_end.events) == []
    assert states(told)[FaxState.SENT] > sum(map(len, told.values())) / 3


def wait_for_the_end(db, refs):
    """
    References of orders that do not come to their end.
    """
    clock, last = threading.Event(), time.monotonic()
    left = list(refs)
    while left and time.monotonic() - last < PATIENCE_S:
        before = len(left)
        try:
            left = [ref for ref in left if not is_over(db, ref)]
        except StoreUnavailable:
            logger.info("the database is still coming back")
        if len(left) < before:
            last = time.monotonic()
        clock.wait(0.5)
    return left


def is_over(db, ref):
    campaign = db.sync_read(campaigns.get, ref)
    return campaign is not None and campaign.finished_at is not None


def states(told):
    return collections.Counter(fax.state for fs in told.values() for fax in fs)


def caps_broken(events):
    """
    Moments at which the fax machine had more calls than allowed.
    """
    now, broken = collections.Counter(), []
    for event in events:
        if event["event"] == "call":
            now[event["caller"]] += 1
            if now.total() > CHANNELS or now[event["caller"]] > LINE_CALLS:
                broken.append((event, dict(now)))
        elif event["event"] == "call-over":
            now[event["caller"]] -= 1
    return broken


def wrongs(db, told, events):
    """
    What must never be.
    """
    calls = collections.Counter(e["called"] for e in events if e["event"] == "call")
    received = collections.Counter(
        event["called"]
        for event in events
        if event["event"] == "fax" and event["result"] == "delivered"
    )
    wrong = []
    for ref, faxes_ in told.items():
        kinds = [each.kind for each in db.sync_read(replies.of_campaign, ref)]
        if len(kinds) < 2 or len(set(kinds)) != len(kinds):
            wrong.append(f"{ref}: replies {kinds}")
        for fax in faxes_:
            number = f"0{fax.number[3:]}"
            attempts = db.sync_read(faxes.attempts, fax.ref)
            intents = [each for each in attempts if each.started_at]
            lost = [each.ending is Ending.BROKEN_OFF for each in attempts]
            if fax.state not in FINAL:
                wrong.append(f"{fax.ref}: {fax.state}")
            if calls[number] > len(intents):
                wrong.append(f"{fax.ref}: {calls[number]} calls, {intents}")
            if any(lost[:-1]):
                wrong.append(f"{fax.ref}: called again after a lost call: {attempts}")
            if fax.state is FaxState.SENT and received[number] < 1:
                wrong.append(f"{fax.ref}: sent, but nothing was received")
            if received[number] > 1:
                wrong.append(f"{fax.ref}: received {received[number]} times")
    return wrong
