"""
Too many replies to one address become one summary.
"""

import email
import email.policy
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ecofax_gateway.domain.errors import OrderRefused
from ecofax_gateway.domain.order import Requester
from ecofax_gateway.pipeline.answer import Answer
from ecofax_gateway.pipeline.reply_cap import ReplyCap
from ecofax_gateway.pipeline.worker import Bell
from ecofax_gateway.store import erasure, replies
from ecofax_gateway.store.database import Database

SENDER, PARIS = "Ecofax <fax@ecofax.fr>", ZoneInfo("Europe/Paris")
ANNE, PAUL = "anne@cabinet.example", "paul@cabinet.example"


class Outbox:
    """A store, and what writes into its outbox."""

    def __init__(self, folder, per_hour):
        self.now = datetime(2027, 3, 1, 12, tzinfo=UTC)
        self.db = Database.open(f"sqlite:///{folder}/a.db", spool=folder / "spool")
        cap = ReplyCap(per_hour, sender=SENDER, zone=PARIS)
        self.answer = Answer(sender=SENDER, zone=PARIS, bell=Bell(), cap=cap)

    def refuse(self, ref, address=ANNE):
        refusal = OrderRefused(f"Faute {ref}.", code="no-document")
        self.db.sync_tx(
            self.answer.refuse, ref, Requester(address=address), refusal, now=self.now
        )

    def summarise(self):
        sent = 0
        while self.db.sync_tx(self.answer.send_summary, now=self.now):
            sent += 1
        return sent

    def post(self):
        """What leaves now, as (kind, address, mail)."""
        found = []
        while due := self.db.sync_tx(
            replies.claim_due, node="a", now=self.now, lease=timedelta(minutes=5)
        ):
            mail = email.message_from_bytes(due.message, policy=email.policy.default)
            found.append((due.kind, due.to_address, mail))
            self.db.sync_tx(replies.sent, due.id, now=self.now)
        return found


@pytest.fixture
def outbox(tmp_path):
    opened = []

    def start(per_hour):
        opened.append(Outbox(tmp_path, per_hour))
        return opened[-1]

    yield start

    for each in opened:
        each.db.close()


def test_what_is_too_much_goes_into_one_summary_and_nothing_is_lost(outbox):
    box = outbox(3)
    for n in range(8):
        box.refuse(f"REF{n}")
        box.now += timedelta(minutes=1)
    box.refuse("REF7")  # the same event again
    box.refuse("OTHER", PAUL)
    first = box.post()
    early = box.summarise()
    box.now += timedelta(hours=1)
    late = box.summarise(), box.summarise()
    [(kind, address, mail)] = box.post()

    assert [address for _, address, _ in first] == [ANNE] * 3 + [PAUL]
    assert (early, late) == (0, (1, 0))
    assert (kind, address, mail["To"]) == ("summary", ANNE, ANNE)
    assert mail["Subject"] == "Télécopie : 5 réponses regroupées"
    assert mail["Auto-Submitted"] == "auto-replied"
    body = mail.get_body(("plain",)).get_content()
    assert "13:03 Télécopie : erreur de traitement (REF3)" in body
    assert "put together in this mail" in body
    texts = next(
        part for part in mail.walk() if part.get_filename() == "reponses.txt"
    ).get_content()
    assert all(texts.count(f"Faute REF{n}.") == 1 for n in range(3, 8))


def test_after_the_summary_the_address_is_written_to_again(outbox):
    box = outbox(1)
    for ref in ("A", "B"):
        box.refuse(ref)
    box.now += timedelta(hours=1)
    box.refuse("C")  # waits with B, which has not left yet
    box.summarise()
    box.now += timedelta(hours=1)
    box.refuse("D")

    assert [kind for kind, _, _ in box.post()] == ["refused", "summary", "refused"]


def test_nought_is_no_limit(outbox):
    box = outbox(0)
    for n in range(5):
        box.refuse(f"REF{n}")

    assert len(box.post()) == 5


def test_what_waits_is_erased_with_its_address(outbox):
    box = outbox(1)
    for ref in ("A", "B"):
        box.refuse(ref)
    done = box.db.sync_tx(erasure.erase_address, ANNE.upper(), now=box.now)
    box.now += timedelta(hours=2)

    assert done["replies"] == 2
    assert box.summarise() == 0
