"""
What operators see: queues and what is stuck, trunks, nodes, conversions, the unknown.
"""

import logging
import re

from ecofax_gateway.console.page import FOLDER
from ecofax_gateway.domain.role import Role
from ecofax_gateway.domain.trunk_health import TrunkHealth, TrunkState
from ecofax_gateway.replies.mistakes import ENGLISH
from ecofax_gateway.store import (
    lines,
    mails,
    nodes,
    preparation,
    trunk_health,
    trunks,
)
from ecofax_gateway.store.content import Content
from ecofax_gateway.store.mails import NOT_MEANT_TO, NewMail
from tests.console.office import BROKEN_OFF, BUSY, DELIVERED
from tests.site import OURS, THEIRS

PAGES = ("queue", "lines", "trunks", "nodes", "conversions", "unknown", "operators")


def words(answer):
    """What a page says, without its markup."""
    text = re.sub(r"<[^>]+>", " ", answer.text).replace("&#39;", "'")
    return " ".join(text.split())


async def heard(office):
    """The node says that it lives."""
    await office.do(nodes.beat, "a", 1)


async def test_a_line_is_not_let_in(ours):
    for page in PAGES:
        assert (await ours.get(f"/operator/{page}")).status_code == 403, page
    for path in ("trunks/main/pause", "lines/new", "operators/marie/remove"):
        assert (await ours.post(f"/operator/{path}")).status_code == 403, path


async def test_nobody_is_let_in_without_a_login(new_browser):
    browser = new_browser()

    for page in PAGES:
        answer = await browser.get(f"/operator/{page}")
        assert answer.headers["location"].startswith("/login"), page


async def test_what_is_stuck_stands_first_in_words(marie, office, site_clock):
    for number in ("+33972101010", "+33972101011"):
        await office.queued(number=number)
    health = TrunkHealth(state=TrunkState.DOWN, detail="503")
    await office.do(trunk_health.put, "main", "a", health)
    site_clock.forward(hours=2)
    await heard(office)

    answer = await marie.get("/operator/queue")

    assert (
        "2 fax attendent depuis 2 h : le réseau « main » ne passe pas d'appels."
        in words(answer)
    )
    assert 'role="alert"' in answer.text
    assert "bloqué" in answer.text


async def test_what_somebody_has_paused_is_told_but_no_alarm(
    marie, office, desk, site_clock
):
    await office.queued()
    await desk.db.tx(lines.set_paused, OURS, paused=True)
    site_clock.forward(hours=2)
    await heard(office)

    shown = words(await marie.get("/operator/queue"))

    assert "Rien n'est bloqué." in shown
    assert "la ligne est en pause" in shown


async def test_a_silent_gateway_is_an_alarm(marie, office, site_clock):
    await office.queued()
    site_clock.forward(minutes=10)

    assert "1 fax attend depuis 10 min : aucun nœud n'appelle" in words(
        await marie.get("/operator/queue")
    )


async def test_nothing_that_waits_is_nothing_to_show(marie):
    assert "Rien n'attend." in words(await marie.get("/operator/queue"))


async def test_a_trunk_is_shown_with_its_calls_and_their_causes(marie, office):
    await office.called(DELIVERED)
    await office.called(BUSY, number="+33972101011")
    health = TrunkHealth(state=TrunkState.REGISTERED)
    await office.do(trunk_health.put, "main", "a", health)

    shown = words(await marie.get("/operator/trunks"))

    assert "Canaux pris 0 sur 10" in shown
    assert "Appels aujourd'hui 2 aboutis : 1" in shown
    assert "Nœud a : enregistré depuis" in shown
    assert "La ligne du destinataire était occupée. busy 1" in shown


async def test_a_trunk_is_paused_and_resumed_and_that_is_noted(marie, desk, caplog):
    asked = await marie.get("/operator/trunks/main/pause")
    with caplog.at_level(logging.INFO):
        await marie.post("/operator/trunks/main/pause")
    [paused] = await desk.db.read(trunks.listing)
    await marie.post("/operator/trunks/main/resume")
    [resumed] = await desk.db.read(trunks.listing)

    assert "Aucun nouvel appel ne partira par « main »" in words(asked)
    assert (paused.paused, resumed.paused) == (True, False)
    assert "operator marie: trunk main: pause" in caplog.text


async def test_a_trunk_that_there_is_not_is_not_found(marie):
    for method in (marie.get, marie.post):
        assert (await method("/operator/trunks/none/pause")).status_code == 404


async def test_a_node_is_shown_as_it_is(marie, office, site_clock):
    alive = await marie.get("/operator/nodes")
    site_clock.forward(minutes=10)
    silent = await marie.get("/operator/nodes")

    assert "en marche" in words(alive)
    assert "muet" in words(silent)


async def test_what_each_node_does_is_shown_and_what_none_does(
    marie, office, desk, site_clock
):
    roles = {Role.CONSOLE, Role.TRANSMIT}
    await desk.db.tx(nodes.begin, "b", now=desk.clock(), roles=roles)
    both = words(await marie.get("/operator/nodes"))
    await desk.db.tx(nodes.leave, "a", 1, now=desk.clock())
    alone = words(await marie.get("/operator/queue"))

    assert "b en marche appelle, console" in both
    assert "Aucun nœud en marche" not in both
    assert "Aucun nœud en marche ne fabrique de pages" in alone
    assert "Aucun nœud en marche n'envoie les réponses" in alone
    assert "Aucun nœud en marche n'appelle" not in alone
    assert "Rien n'est bloqué." not in alone


async def test_a_node_that_only_shows_pages_calls_nobody(
    marie, office, desk, site_clock
):
    await office.queued()
    site_clock.forward(minutes=10)
    await desk.db.tx(nodes.begin, "b", now=desk.clock(), roles={Role.CONSOLE})

    shown = words(await marie.get("/operator/queue"))

    assert "1 fax attend depuis 10 min : aucun nœud n'appelle" in shown


async def test_documents_on_their_way_to_pages_are_shown(marie, office, site_clock):
    ref = await office.ordered()
    refused = await office.ordered(line=THEIRS)
    await office.do(preparation.fail_preparation, refused, "Le document est vide.")
    site_clock.forward(hours=1)

    shown = words(await marie.get("/operator/conversions"))

    assert f"{ref} 0366720307 devis.pdf 1 h lent 0 attend son tour" in shown
    assert f"{refused} 0366720308" in shown
    assert "Le document est vide." in shown


async def test_mails_that_were_refused_are_shown_with_why(marie, desk, site_clock):
    for ref, code in (("MAIL0001", "bad-credentials"), ("MAIL0002", "opt-out")):
        mail = NewMail(
            ref=ref,
            envelope_from="anne@example.net",
            recipients=("fax@ecofax.test",),
            peer="192.0.2.1",
            content=Content.of(ref.encode()),
            login=OURS,
        )
        await desk.db.tx(mails.accept, mail, now=site_clock())
        await desk.db.tx(mails.mark_refused, ref, code, now=site_clock())

    shown = words(await marie.get("/operator/conversions"))

    assert "MAIL0001 anne@example.net 0366720307" in shown
    assert "numéro de ligne ou mot de passe faux bad-credentials" in shown
    # It was no order: somebody asked for no more faxes.
    assert "MAIL0002" not in shown


def test_every_refusal_of_a_mail_is_said_to_operators():
    said = (FOLDER / "templates/operator/parts.html").read_text()

    missing = {
        code for code in set(ENGLISH) - {*NOT_MEANT_TO} if f'"{code}": t(' not in said
    }

    assert missing == set()


async def test_an_unknown_fax_is_shown_with_who_was_told(marie, office):
    ref = await office.called(BROKEN_OFF)

    answer = await marie.get("/operator/unknown")

    assert "1 sur 2" in words(answer)
    assert "anne@example.net (avis sans certitude)" in words(answer)
    for action in ("resend", "sent", "failed"):
        assert f'href="/faxes/{ref}/{action}"' in answer.text
