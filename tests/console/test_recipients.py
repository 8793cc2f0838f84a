"""
« Destinataires », « Listes » and « Ne pas faxer », without JavaScript.
"""

import asyncio
import contextlib
from dataclasses import replace
from ipaddress import ip_network

import pytest

from ecofax_gateway.outbound.client import Client
from ecofax_gateway.site import make_site
from ecofax_gateway.store import faxes, objections, recipient_lists
from tests.orders.workbooks import xlsx
from tests.site import OURS, THEIRS

ANNE, PAUL = "+33972101010", "+33972101019"
TABLE = "nom;standard;autre\nAnne;0145000000;0972101010\nPaul;0145000001;0972101019"


@pytest.fixture
async def ref(ours):
    answer = await ours.post("/campaigns/new", {"name": "Vœux", "kind": "real"})
    return answer.headers["location"].split("/")[2]


@pytest.fixture
def step(ref):
    return f"/campaigns/{ref}/edit/recipients"


async def faxed(desk, ref):
    found = await desk.db.read(faxes.listing, campaign_ref=ref)
    return [fax.number for fax in found]


async def test_numbers_that_are_typed_become_recipients(
    ours, desk, ref, step, read_lists
):
    answer = await ours.post(step, {"numbers": "09 72 10 10 10\n0972101019\nabc"})
    assert answer.headers["location"] == f"{step}?done=added"
    assert "en cours de lecture" in (await ours.get(step)).text

    await read_lists()

    page = (await ours.get(f"{step}?done=added")).text
    assert "Cette campagne appellera 2 numéros." in page
    assert "1 ligne sans numéro valable" in page
    assert "contient des lettres" in page
    assert await faxed(desk, ref) == [ANNE, PAUL]


async def test_while_lists_are_read_the_page_asks_again_without_javascript_too(
    ours, step
):
    await ours.post(step, {"numbers": "0972101010"})

    whole = (await ours.get(step)).text
    part = (await ours.get(step, headers={"HX-Request": "true"})).text

    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in whole
    assert 'hx-trigger="every 1s"' in part
    assert "<html" not in part


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("liste.csv", TABLE.encode("cp1252")),
        ("liste.txt", TABLE.encode("utf-16")),
        ("liste.xlsx", xlsx([line.split(";") for line in TABLE.splitlines()])),
    ],
)
async def test_a_wrong_column_is_corrected(
    ours, desk, ref, step, read_lists, site_clock, name, content
):
    csrf = {"csrf": await ours.csrf()}
    await ours.http.post(step, data=csrf, files={"file": (name, content)})
    await read_lists()
    assert await faxed(desk, ref) == ["+33145000000", "+33145000001"]
    assert '<option value="1" selected>standard</option>' in (await ours.get(step)).text

    site_clock.forward(seconds=5)
    answer = await ours.post(f"{step}/column", {"list": 1, "column": 2})
    assert answer.status_code == 303
    await read_lists()

    assert await faxed(desk, ref) == [ANNE, PAUL]
    site_clock.forward(seconds=5)
    await ours.post(f"{step}/column", {"list": 1, "column": 0})
    await read_lists()
    page = (await ours.get(step)).text
    assert "La colonne « nom » ne contient pas de numéros" in page
    assert "Cette campagne n&#39;appellera personne." in page


async def test_a_list_is_kept_combined_and_subtracted(
    ours, desk, ref, step, read_lists, site_clock
):
    await ours.post("/lists", {"name": "Clients", "numbers": "0972101010\n0972101019"})
    await ours.post("/lists", {"name": "Désabonnés", "numbers": "0972101010"})
    await read_lists()
    page = (await ours.get(step)).text
    assert "Clients" in page

    answer = await ours.post(f"{step}/choose", {"list-1": "plus", "list-2": "minus"})
    assert answer.status_code == 303
    await read_lists()

    assert await faxed(desk, ref) == [PAUL]
    page = (await ours.get(step)).text
    assert '<option value="minus" selected>' in page
    refused = await ours.post("/lists/1/delete")
    assert refused.status_code == 409
    assert ref in refused.text


async def test_a_list_given_for_a_campaign_can_be_kept_under_a_name(
    ours, step, read_lists
):
    await ours.post(step, {"numbers": "0972101010"})
    await read_lists()

    assert (await ours.post(f"{step}/save", {"list": 1, "name": ""})).status_code == 422
    await ours.post(f"{step}/save", {"list": 1, "name": "Clients"})

    assert "Clients" in (await ours.get("/lists")).text
    again = await ours.post("/lists", {"name": "Clients", "numbers": "0972101010"})
    assert again.status_code == 422
    assert "existe déjà" in again.text


async def test_a_list_is_taken_out_of_a_campaign(ours, desk, ref, step, read_lists):
    await ours.post(step, {"numbers": "0972101010"})
    await read_lists()

    await ours.post(f"{step}/drop", {"list": 1})
    await read_lists()

    assert await faxed(desk, ref) == []
    assert await desk.db.read(recipient_lists.get, 1) is None


async def test_nothing_given_is_said_at_the_field(ours, step):
    answer = await ours.post(step, {"numbers": "  "})

    assert answer.status_code == 422
    assert 'id="numbers-error"' in answer.text
    assert 'role="alert"' in answer.text


async def test_a_form_that_is_refused_keeps_what_was_typed(ours, step):
    url = "http://169.254.169.254/latest"

    answer = await ours.post(step, {"url": url})

    assert answer.status_code == 422
    assert f'value="{url}"' in answer.text
    assert "réseau privé" in answer.text


@contextlib.asynccontextmanager
async def serving(content):
    """A server of the loopback that gives one file to everybody."""

    async def talk(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content)
        writer.write(head + content)
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        done.set()

    done = asyncio.Event()
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    async with asyncio.timeout(60):
        await done.wait()


@pytest.fixture
def site(desk):
    """Its desk may fetch from this machine."""
    return make_site(
        replace(desk, client=Client(networks=[ip_network("127.0.0.1/32")]))
    )


async def test_a_list_is_fetched_by_its_url(ours, desk, ref, step, read_lists):
    async with serving(TABLE.encode()) as port:
        url = f"http://127.0.0.1:{port}/liste.csv?key=Zebre7Quart"
        answer = await ours.post(step, {"url": url})
        assert answer.status_code == 303
    await read_lists()

    assert len(await faxed(desk, ref)) == 2
    page = (await ours.get(step)).text
    assert "Liste de 127.0.0.1" in page
    assert "Zebre7Quart" not in page


async def test_what_must_not_be_called_is_told_before_going_on(
    ours, desk, step, read_lists
):
    await desk.db.tx(objections.add, [ANNE], scope=OURS, source="x", now=desk.clock())
    await ours.post(step, {"numbers": "0972101010\n0972101019\n0899000000"})
    await read_lists()

    page = " ".join((await ours.get(step)).text.split())
    assert "Cette campagne appellera 1 numéro." in page
    assert "<dt>À ne pas faxer</dt><dd>1<small>écartés</small>" in page
    assert "<dt>Surtaxés ou étrangers</dt><dd>1" in page


async def test_a_field_that_names_no_list_is_ignored(ours, step):
    for made_up in (
        "list-",
        "list--1",
        "list-x",
        "list-" + "9" * 20,
        "list-" + "9" * 5000,
    ):
        answer = await ours.post(f"{step}/choose", {made_up: "plus"})
        assert answer.status_code == 303, made_up[:30]


async def test_another_lines_lists_are_not_there(ours, theirs, step, read_lists):
    await theirs.post("/lists", {"name": "Secrets", "numbers": "0972101010"})
    await read_lists()

    assert "Secrets" not in (await ours.get("/lists")).text
    for path in ("", "/delete", "/recipients.csv"):
        assert (await ours.get(f"/lists/1{path}")).status_code == 404
    for path in ("/name", "/column", "/delete"):
        form = {"name": "x", "column": 0}
        assert (await ours.post(f"/lists/1{path}", form)).status_code == 404
    for path, form in (
        ("choose", {"list-1": "plus"}),
        ("column", {"list": 1, "column": 0}),
        ("drop", {"list": 1}),
        ("save", {"list": 1, "name": "Mienne"}),
    ):
        answer = await ours.post(f"{step}/{path}", form)
        assert answer.status_code in (404, 409)
    for path in ("", "/choose", "/column", "/drop", "/save"):
        form = {"list": 1, "column": 0, "numbers": "0972101010", "name": "x"}
        assert (await theirs.post(f"{step}{path}", form)).status_code == 404
    assert "Secrets" in (await theirs.get("/lists")).text


async def test_a_list_is_looked_into_searched_and_downloaded(ours, read_lists):
    rows = "\n".join(f"0{145000000 + n};Été {n}" for n in range(60))
    await ours.post(
        "/lists", {"name": "Clients", "numbers": f"fax;nom\n{rows}\n0972101010;=1+1"}
    )
    await read_lists()

    first = (await ours.get("/lists/1")).text
    assert "0145000049" in first
    assert "0145000050" not in first
    assert "after=50" in first
    assert "0145000050" in (await ours.get("/lists/1?after=50")).text
    found = (await ours.get("/lists/1", params={"q": "ete 57"})).text
    assert "0145000057" in found
    assert "0145000020" not in found
    download = await ours.get("/lists/1/recipients.csv")
    lines = download.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "fax;nom"
    assert lines[1] == "0145000000;Été 0"
    assert lines[-1] == "0972101010;'=1+1"
    assert len(lines) == 62


async def test_an_operator_sees_every_lines_lists_and_makes_one_for_a_line(
    ours, marie, read_lists
):
    await ours.post("/lists", {"name": "Clients", "numbers": "0972101010"})
    form = {"name": "Étude", "numbers": "0972101010", "line": THEIRS}
    assert (await marie.post("/lists", form)).status_code == 303
    await read_lists()

    page = (await marie.get("/lists")).text
    assert "Clients" in page
    assert "Étude" in page
    form["line"] = "+33100000000"
    assert (await marie.post("/lists", form)).status_code == 404


async def test_a_list_is_deleted_after_a_question_in_figures(ours, read_lists):
    await ours.post("/lists", {"name": "Clients", "numbers": "0972101010\n0972101019"})
    await read_lists()

    assert "Ses 2 numéros seront effacés" in (await ours.get("/lists/1/delete")).text
    answer = await ours.post("/lists/1/delete")

    assert answer.headers["location"] == "/lists?done=deleted"
    assert (await ours.get("/lists/1")).status_code == 404


async def test_numbers_are_put_on_the_do_not_fax_list_and_taken_off_with_a_reason(
    ours, theirs, desk
):
    form = {"numbers": "0972101010\n0972101019", "note": "par téléphone"}
    answer = await ours.post("/do-not-fax", form)
    assert answer.headers["location"] == "/do-not-fax?done=added&n=2"
    page = (await ours.get("/do-not-fax?done=added&n=2")).text
    assert "2 numéros ajoutés." in page
    assert "par téléphone" in page
    assert "0972101019" not in (await ours.get("/do-not-fax?q=0972101010")).text
    assert "0972101010" not in (await theirs.get("/do-not-fax")).text
    assert (await theirs.get("/do-not-fax/1/remove")).status_code == 404
    assert (await theirs.post("/do-not-fax/1/remove", {"note": "x"})).status_code == 404

    assert (await ours.post("/do-not-fax/1/remove", {"note": ""})).status_code == 422
    await ours.post("/do-not-fax/1/remove", {"note": "il a changé d'avis"})

    assert await desk.db.read(objections.blocking, ANNE, line=OURS) is None
    ledger = await desk.db.read(objections.ledger, scope=OURS)
    assert [(each.action, each.note) for each in ledger[-1:]] == [
        ("removed", "il a changé d'avis")
    ]


async def test_what_has_no_number_is_not_put_on_the_do_not_fax_list(ours):
    answer = await ours.post("/do-not-fax", {"numbers": "bonjour"})

    assert answer.status_code == 422
    assert 'id="numbers-error"' in answer.text


async def test_operators_keep_the_list_of_all_lines(marie, ours, desk):
    await marie.post("/do-not-fax", {"numbers": "0972101010"})

    assert await desk.db.read(objections.blocking, ANNE, line=OURS)
    assert "0972101010" not in (await ours.get("/do-not-fax")).text


@pytest.mark.parametrize(
    "path", ["/lists", "/lists/1", "/do-not-fax", "/lists/1/delete"]
)
async def test_the_pages_are_in_english_too(ours, read_lists, path):
    await ours.post("/language", {"tongue": "en"})
    await ours.post("/lists", {"name": "Clients", "numbers": "0972101010\nabc"})
    await read_lists()

    page = (await ours.get(path)).text

    assert '<html lang="en">' in page
    assert "numéro" not in page
