"""
Somebody writes back to a reply, and the gateway does it.
"""

import email.policy
import json
import re
from datetime import datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.store import campaigns

from .conftest import NO_OFFICE, PASSWORD, SENDER, write_mail

NUMBER = "0972101010"
PARIS = ZoneInfo("Europe/Paris")


def in_days(days):
    """A date as people write it, at noon."""
    at = datetime.now(PARIS) + timedelta(days=days)
    return f"{at:%d-%m-%Y} 12:00:00"


def plan(house, days=3):
    """Hand in a fax for later; its reference."""
    ref = house.hand_in(
        write_mail(f"p:{PASSWORD}\ndate:{in_days(days)}\n"), f"{NUMBER}@ecofax.fr"
    )
    house.daemon.wait_for(rf"{ref}.*reply posted: accepted")
    return ref


def reply_to(house, ref, kind):
    """The reply of a kind about an order."""
    for path in (house.folder / "replies").glob("*.eml"):
        found = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        if (found["X-Fax-Job"], found["X-Fax-Status"]) == (ref, kind):
            return found
    raise AssertionError(f"no {kind} about {ref}")


def write_back(house, reply, words, *, to=None):
    """Answer a reply as a mail program does; its reference."""
    answer = EmailMessage()
    answer["From"] = f"Accueil <{SENDER}>"
    answer["To"] = str(reply["Reply-To"])
    answer["Subject"] = f"Re: {reply['Subject']}"
    answer["Message-ID"] = f"<{abs(hash(words))}@cabinet.example>"
    answer["In-Reply-To"] = str(reply["Message-ID"])
    answer["References"] = str(reply["Message-ID"])
    quoted = reply.get_body(("plain",)).get_content().replace("\n", "\n> ")
    answer.set_content(
        f"{words}\n\nLe lun. 2 mars 2026 à 13:00, Ecofax a écrit :\n> {quoted}\n"
    )
    return house.hand_in(answer, to or str(reply["Reply-To"]))


def wait_for_new(house, ref, kind):
    """Wait for a reply about an order that was made from *ref*; its reference."""
    pattern = rf"\b(?!{ref})([2-9A-Z]{{8}})\b.*reply posted: {kind}"
    return house.daemon.wait_for(pattern)[1]


def campaign_of(house, ref):
    db = house.store()
    try:
        return db.sync_read(campaigns.get, ref)
    finally:
        db.close()


def test_a_planned_fax_is_cancelled_by_an_answer(fax_machine, gateway):
    far_end = fax_machine()
    house = gateway(far_end, more=NO_OFFICE)
    ref = plan(house)

    answer = write_back(house, reply_to(house, ref, "accepted"), "Annule, merci")
    house.daemon.wait_for(rf"{ref}.*reply posted: cancelled")

    told = reply_to(house, ref, "cancelled")
    assert house.fax(ref).state is FaxState.CANCELLED
    assert told["To"] == SENDER
    assert "annulé avant d'être envoyé" in told.get_body(("plain",)).get_content()
    assert "cancelled before it was sent" in told.get_body(("plain",)).get_content()
    assert far_end.calls() == 0
    # Once more: the order is over, and that is said too.
    write_back(house, told, "annule encore\nannule")
    house.daemon.wait_for(rf"{ref}.*reply posted: answered")
    assert answer != ref


def test_a_failed_fax_is_sent_again_by_an_answer(fax_machine, gateway):
    far_end = fax_machine(f"--number={NUMBER}=unknown*1")
    house = gateway(far_end, more=NO_OFFICE)
    ref = house.hand_in(write_mail(), f"{NUMBER}@ecofax.fr")
    house.daemon.wait_for(rf"{ref}.*reply posted: failed")

    # The program wrote to the plain address: the thread says which order it is.
    write_back(house, reply_to(house, ref, "failed"), "Renvoie", to="fax@ecofax.fr")
    again = wait_for_new(house, ref, "sent")

    told = reply_to(house, again, "accepted")
    assert f"le fax {ref} est renvoyé" in told.get_body(("plain",)).get_content()
    assert told["In-Reply-To"].endswith("@cabinet.example>")
    assert campaign_of(house, again).origin == ref
    assert [fax["called"] for fax in far_end.received()] == [NUMBER]


def test_date_and_quality_of_a_planned_fax_are_changed(fax_machine, gateway):
    far_end = fax_machine()
    house = gateway(far_end, more=NO_OFFICE)
    ref, due = plan(house), in_days(5)

    words = f"qualite:best\ndate:{due}"
    write_back(house, reply_to(house, ref, "accepted"), words)
    new = wait_for_new(house, ref, "accepted")

    told = reply_to(house, new, "accepted").get_body(("plain",)).get_content()
    changed = campaign_of(house, new)
    assert house.fax(ref).state is FaxState.CANCELLED
    assert house.fax(new).state is FaxState.SCHEDULED
    assert changed.quality is Quality.BEST
    assert changed.due_at.astimezone(PARIS).strftime("%d-%m-%Y %H:%M:%S") == due
    assert f"remplace la demande {ref}, qui ne partira pas" in told
    assert "Qualité : best" in told
    assert re.search(rf"Départ : le {due[:10]} à 12:00", told)

    # At last it is cancelled too; nothing has left.
    write_back(house, reply_to(house, new, "accepted"), "annule")
    house.daemon.wait_for(rf"{new}.*reply posted: cancelled")
    assert far_end.calls() == 0


def test_words_that_are_none_and_a_wrong_key_change_nothing(fax_machine, gateway):
    house = gateway(fax_machine(), more=NO_OFFICE)
    ref = plan(house)
    acknowledgement = reply_to(house, ref, "accepted")

    write_back(house, acknowledgement, "Merci beaucoup !")
    house.daemon.wait_for(rf"{ref}.*reply posted: answered")
    told = reply_to(house, ref, "answered").get_body(("plain",)).get_content()
    wrong = str(acknowledgement["Reply-To"]).replace(
        f"{ref.lower()}-", f"{ref.lower()}-a"
    )
    wrong = re.sub(r"(.)@", "@", wrong)
    refused = write_back(house, acknowledgement, "annule", to=wrong)
    house.daemon.wait_for(rf"{refused}.*reply posted: refused")

    assert "Nous n'avons pas compris votre réponse" in told
    assert "annule : rien d'autre ne part" in told
    assert house.fax(ref).state is FaxState.SCHEDULED
    result = next(acknowledgement.iter_attachments())
    assert result.get_filename() == "resultat.json"
    assert json.loads(result.get_content())["reference"] == ref
