"""
What calls to a number teach: the others that wait for it, and the next call.
"""

from ecofax_gateway.store import faxes

from .conftest import PASSWORD, write_mail


def test_a_number_that_does_not_exist_fails_all_that_wait_for_it(fax_machine, gateway):
    """Each order is told at once, with the cause; the number is called once."""
    far_end = fax_machine("--number=0972101010=unknown")
    house = gateway(far_end)
    numbers = b"0972101010\n0972101927\n"
    planned = house.hand_in(
        write_mail(f"p:{PASSWORD}\ndate:21-06-2027 15:15:00\n"), "0972101010@ecofax.fr"
    )
    house.reply("accepted")

    # Another document: the same one would be held as a repeat.
    note = ("note.txt", "Réunion avancée à 9 h.".encode())
    house.hand_in(
        write_mail(attached=[note, ("numbers.txt", numbers)]), "fax@ecofax.fr"
    )

    report, failed = house.reply("report"), house.reply("failed")
    assert "En échec : 1" in report
    assert "n'existe pas" in failed
    assert "404" in failed
    assert house.fax(planned).state == "failed"
    assert far_end.calls("0972101010") == 1
    listed = house.command("number", "list", "--unknown").stdout
    assert "09 72 10 10 10" in listed
    assert "09 72 10 19 27" not in listed
    assert "number-unknown" in house.command("number", "show", "0972101010").stdout
    assert house.command("number", "forget", "0972101010").returncode == 0
    again = house.command("number", "show", "0972101010")
    assert again.returncode == 1
    assert "nothing is known" in again.stderr


def test_after_a_page_was_refused_the_next_call_is_slower(fax_machine, gateway):
    far_end = fax_machine("--behave=rtn*1")
    house = gateway(far_end)

    ref = house.hand_in(write_mail(), "0972101010@ecofax.fr")

    house.reply("sent")
    db = house.store()
    first, second = db.sync_read(faxes.attempts, ref)
    db.close()
    assert (first.ending, first.ecm) == ("page-refused", True)
    assert (second.ending, second.ecm) == ("delivered", False)
    assert second.bit_rate <= 9600
    assert "t38-slow" in house.command("number", "show", "0972101010").stdout
