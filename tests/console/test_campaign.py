"""
The page of a campaign: figures, numbers, calls, what may be done.
"""

import csv
import html
import io
import re

import pytest
from sqlalchemy import update

from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.journal import Journal, Layer, Note, PageSent
from ecofax_gateway.pipeline import campaigns
from ecofax_gateway.store import roll
from ecofax_gateway.store.roll import Choice
from ecofax_gateway.store.tables import attempt
from tests.site import THEIRS

MIXED = {
    FaxState.SENT: 3,
    FaxState.FAILED: 2,
    FaxState.UNKNOWN: 1,
    FaxState.CANCELLED: 1,
    FaxState.QUEUED: 2,
}


def words(answer):
    text = html.unescape(re.sub(r"<[^>]+>", " ", answer.text))
    return " ".join(text.split())


def rows(answer):
    """The numbers that are shown."""
    return re.findall(r'<a href="/faxes/\w+-(\d+)"', answer.text)


def digest(answer):
    """Of the table that is shown."""
    found = re.search(r'name="seen" value="(\w+)"', answer.text)
    return found[1]


async def test_the_page_tells_how_a_campaign_stands(ours, shelf):
    ref = await shelf.put("Relance", MIXED)

    page = await ours.get(f"/campaigns/{ref}")

    assert page.status_code == 200
    assert page.text.count("<h1>") == 1
    assert "7 sur 9 terminés" in words(page)
    assert "Envoyés 3" in words(page)
    assert "Échoués 2" in words(page)
    assert "Sans certitude 1" in words(page)
    assert "Annulés 1" in words(page)
    assert rows(page) == list("123456789")


@pytest.mark.parametrize(
    ("query", "places"),
    [
        pytest.param("show=sent", "123", id="sent"),
        pytest.param("show=failed", "45", id="failed"),
        pytest.param("show=unknown", "6", id="unknown"),
        pytest.param("show=cancelled", "7", id="cancelled"),
        pytest.param("show=waiting", "89", id="waiting"),
        pytest.param("show=x", "123456789", id="nonsense"),
        pytest.param("page=2", "", id="beyond"),
        pytest.param("page=99999999999999999999", "", id="far-beyond"),
        pytest.param("number=99%2099%2099", "", id="no-such-number"),
    ],
)
async def test_numbers_are_filtered(ours, shelf, query, places):
    ref = await shelf.put("Relance", MIXED)

    assert rows(await ours.get(f"/campaigns/{ref}?{query}")) == list(places)


async def test_a_number_is_found_as_people_write_it(ours, shelf, desk):
    ref = await shelf.put("Relance", MIXED)
    campaign = await shelf.get(ref)
    shown = await desk.db.read(roll.look, campaign.id, Choice())
    written = "0" + shown[4].number.removeprefix("+33")

    assert rows(await ours.get(f"/campaigns/{ref}?number={written}")) == ["5"]


async def test_a_table_that_goes_on_changing_says_of_when_it_is(ours, shelf):
    running = await shelf.put("En cours", MIXED)
    over = await shelf.put("Terminée", {FaxState.SENT: 2})

    assert "Tableau de 10:00:00." in words(await ours.get(f"/campaigns/{running}"))
    assert "Tableau de" not in words(await ours.get(f"/campaigns/{over}"))


async def test_htmx_gets_the_numbers_alone(ours, shelf):
    ref = await shelf.put("Relance", MIXED)

    part = await ours.get(
        f"/campaigns/{ref}?show=failed", headers={"HX-Request": "true"}
    )

    assert rows(part) == ["4", "5"]
    assert "<h1" not in part.text


async def test_a_table_is_told_anew_only_when_it_differs_from_what_is_seen(
    ours, shelf, desk
):
    ref = await shelf.put("Relance", MIXED)
    path, htmx = f"/campaigns/{ref}?show=failed&number=&page=1", {"HX-Request": "true"}
    seen = digest(await ours.get(path))

    same = await ours.get(f"{path}&seen={seen}", headers=htmx)
    await desk.db.tx(campaigns.stop, ref, desk.answer, now=desk.clock())
    other = await ours.get(f"{path}&seen={seen}", headers=htmx)
    whole = await ours.get(f"{path}&seen={digest(other)}")

    assert (same.status_code, same.text) == (204, "")
    assert rows(other) == ["4", "5"]
    assert digest(other) != seen
    assert "<h1" in whole.text


async def test_charts_are_told_alone_after_a_change_of_stage(ours, shelf):
    ref = await shelf.put("Relance", MIXED)

    part = await ours.get(f"/campaigns/{ref}/charts", headers={"HX-Request": "true"})

    assert "Personne n'a décroché" in words(part)
    assert '<svg class="chart"' in part.text
    assert "<h1" not in part.text


async def test_long_lists_have_pages(ours, shelf):
    ref = await shelf.put("Longue", {FaxState.SENT: 2 * roll.PAGE + 1})

    page = await ours.get(f"/campaigns/{ref}?page=3")

    assert rows(page) == [str(2 * roll.PAGE + 1)]
    assert "101 à 101 sur 101" in words(page)
    assert f'href="/campaigns/{ref}?page=2#numbers"' in page.text


async def test_causes_are_told_in_sentences_and_drawn(ours, shelf):
    ref = await shelf.put("Relance", MIXED)

    page = await ours.get(f"/campaigns/{ref}")

    assert "Pourquoi des fax ne sont pas arrivés" in words(page)
    assert "Personne n'a décroché" in words(page)
    assert "Appels au fil du temps" in words(page)
    assert page.text.count('<svg class="chart"') == 1
    assert "style=" not in page.text


async def test_a_call_is_told_signal_by_signal(ours, shelf, desk):
    ref = await shelf.put("Relance", {FaxState.FAILED: 1})
    await desk.db.tx(write_journal)

    page = await ours.get(f"/faxes/{ref}-1")

    assert "Appel 1" in words(page)
    assert "1.50 eux CFR l'essai est bon : prêt à recevoir" in words(page)
    assert "2.00 nous PPS-EOP × 2 page 0 fin d'un bloc" in words(page)
    assert "12 signaux ne sont pas gardés" not in words(page)
    assert "<b>&" not in page.text


def write_journal(conn):
    notes = (
        Note(at_s=1.5, layer=Layer.T30, from_us=False, name="CFR"),
        Note(
            at_s=2,
            layer=Layer.T30,
            from_us=True,
            name="PPS-EOP",
            detail="page 0",
            times=2,
        ),
        Note(at_s=3, layer=Layer.SIP, from_us=False, name="<b>&", detail="<i>"),
    )
    page = PageSent(
        number=1,
        began_s=1,
        ended_s=31,
        octets=1000,
        rows=2000,
        bit_rate=14400,
        ecm_retries=1,
        answer="MCF",
    )
    journal = Journal(notes=notes, pages=(page,), media="T.38 version 0")
    conn.execute(update(attempt).values(journal=journal.as_json()))


PATHS = (
    "",
    "/actions",
    "/live",
    "/report.csv",
    "/report.pdf",
    "/launch",
    "/stop",
)


@pytest.mark.parametrize("path", PATHS)
async def test_another_lines_campaign_does_not_exist(ours, shelf, path):
    """
    Nothing tells it from one that there never was.
    """
    theirs = await shelf.put("La leur", MIXED, line=THEIRS)

    answer = await ours.get(f"/campaigns/{theirs}{path}")
    nothing = await ours.get(f"/campaigns/XXXXXXXX{path}")

    assert (answer.status_code, nothing.status_code) == (404, 404)
    assert answer.text.replace(theirs, "") == nothing.text.replace("XXXXXXXX", "")


async def test_an_operator_sees_every_campaign(marie, shelf):
    theirs = await shelf.put("La leur", MIXED, line=THEIRS)

    assert "La leur" in words(await marie.get(f"/campaigns/{theirs}"))


async def test_the_report_is_a_table_with_every_number(ours, shelf):
    ref = await shelf.put("Relance", MIXED)

    answer = await ours.get(f"/campaigns/{ref}/report.csv")
    for_programs = await ours.get(f"/campaigns/{ref}/report.csv?program=yes")

    table = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";"))
    assert len(table) == 1 + 9
    assert f'filename="campagne-{ref}.csv"' in answer.headers["content-disposition"]
    assert for_programs.text.splitlines()[1].startswith("+339")


async def test_the_report_is_paper_too(ours, shelf):
    ref = await shelf.put("Relance", MIXED)

    answer = await ours.get(f"/campaigns/{ref}/report.pdf")

    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


async def test_figures_of_a_running_campaign_are_counted_again_after_a_while(
    ours, shelf, desk, site_clock
):
    ref = await shelf.put("Relance", {FaxState.SENT: 1, FaxState.QUEUED: 1})
    assert "Appels : 1, dont 1 aboutis" in words(await ours.get(f"/campaigns/{ref}"))
    await desk.db.tx(lambda conn: conn.execute(update(attempt).values(ending="busy")))

    soon = words(await ours.get(f"/campaigns/{ref}"))
    site_clock.forward(seconds=31)
    later = words(await ours.get(f"/campaigns/{ref}"))

    assert "dont 1 aboutis" in soon
    assert "dont 0 aboutis" in later
