"""
kill -9 at the worst moments: nothing accepted is lost, nothing is dialled twice
unknowingly.
"""

from .conftest import LETTER, QUOTE, write_mail

NUMBER = "0972101010"


def test_killed_between_the_250_and_the_call(fax_machine, gateway):
    """Twice: right after the 250, and again while the pages are being made."""
    far_end = fax_machine()
    house = gateway(far_end)

    ref = house.hand_in(write_mail(attached=[LETTER, QUOTE]), f"{NUMBER}@ecofax.fr")
    house.daemon.kill()
    calls_before = far_end.calls()
    house.start()
    house.daemon.wait_for("order: 2 documents to 1 numbers")
    house.daemon.kill()
    house.start()

    assert "confirmé 2 pages" in house.reply("sent")
    assert calls_before == 0
    assert far_end.calls() == 1
    assert len(far_end.received()) == 1
    assert house.fax(ref).state == "sent"


def test_killed_in_the_middle_of_a_call(fax_machine, gateway):
    """
    At the speed of a real line: page 1 is confirmed, page 2 is on its way.

    The fax is unknown, the requester learns what was confirmed, and nobody is called
    again by itself; the next fax goes out as if nothing had happened.
    """
    far_end = fax_machine(paced=True)
    house = gateway(far_end, paced=True)

    note = ("note.txt", b"Bon pour accord.\n")
    ref = house.hand_in(
        write_mail(attached=[QUOTE, LETTER, note]), f"{NUMBER}@ecofax.fr"
    )
    house.daemon.wait_for("page 1 confirmed")
    house.daemon.kill()
    # The engine notices that its daemon is gone and does not leave the line open.
    far_end.program.wait_for('"event": "call-over"', timeout=20)
    house.start()

    unknown = house.reply("unknown")
    assert unknown.startswith(
        "Télécopie de 'devis.pdf, lettre.odt, note.txt' : envoi interrompu"
    )
    assert "avait confirmé 1 page sur 3" in unknown
    assert house.fax(ref).state == "unknown"
    assert house.fax(ref).pages_confirmed == 1
    other = house.hand_in(write_mail(), "0972101927@ecofax.fr")
    assert "confirmé 1 page" in house.reply("sent")
    assert house.fax(other).state == "sent"
    assert far_end.calls(NUMBER) == 1
    assert house.fax(ref).state == "unknown"


def test_stopped_in_the_middle_of_a_call_goes_on_at_the_next_page(fax_machine, gateway):
    """A second SIGTERM does not wait for the call; it resumes after the restart."""
    far_end = fax_machine(paced=True)
    house = gateway(far_end, paced=True)

    ref = house.hand_in(write_mail(attached=[QUOTE, LETTER]), f"{NUMBER}@ecofax.fr")
    house.daemon.wait_for("page 1 confirmed")
    house.daemon.ask_to_stop()
    house.daemon.wait_for("calls under way may finish")
    assert house.daemon.stop() == 0
    house.start()

    assert "Nombre d'appels : 2" in house.reply("sent")
    assert house.fax(ref).pages_confirmed == 2
    # The second call brought the second page alone.
    assert far_end.received()[-1]["pages"] == 1


def test_the_engine_killed_in_a_call(fax_machine, gateway):
    """The daemon lives on: the fax is unknown, the next one is called as usual."""
    far_end = fax_machine(f"--number={NUMBER}=no-answer")
    house = gateway(far_end)

    ref = house.hand_in(write_mail(), f"{NUMBER}@ecofax.fr")
    far_end.program.wait_for('"event": "call"')
    house.kill_engine()

    assert "envoi interrompu" in house.reply("unknown")
    assert house.fax(ref).state == "unknown"
    other = house.hand_in(write_mail(), "0972101927@ecofax.fr")
    house.reply("sent")
    assert house.fax(other).state == "sent"
    assert far_end.calls(NUMBER) == 1


def test_cancelled_while_it_rings(fax_machine, gateway):
    far_end = fax_machine(f"--number={NUMBER}=no-answer")
    house = gateway(far_end)

    ref = house.hand_in(write_mail(), f"{NUMBER}@ecofax.fr")
    far_end.program.wait_for('"event": "call"')
    said = house.command("cancel", ref).stdout

    assert f"being hung up: {ref}" in said
    assert "annulée" in house.reply("cancelled")
    assert house.fax(ref).state == "cancelled"
    far_end.program.wait_for('"event": "call-over"')
