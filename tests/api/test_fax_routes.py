"""
Single faxes by the API.
"""

import base64
import io

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader

from converters import tiff_f
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.retry import Done
from ecofax_gateway.store import calls, claims, nodes, preparation
from ecofax_gateway.store.content import Content

LETTER = {"name": "lettre.txt", "content": base64.b64encode(b"Bonjour").decode()}
FAX = {"numbers": ["0972101010"], "documents": [LETTER]}


async def sent(program, **wishes):
    answer = await program.post("/faxes", {**FAX, **wishes})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def print_pages(desk, order):
    """Make the pages of an order: one, blank."""
    ink = np.zeros((2286, 1728), dtype=np.bool_)
    content = Content.of(tiff_f.encode([ink], vertical_dpi=196))
    [document] = await desk.db.read(preparation.documents, order)
    await desk.db.tx(
        preparation.rendered, document.sha256, 196, content, count=1, now=desk.clock()
    )
    await desk.db.tx(preparation.release, order, page_count=1, now=desk.clock())


async def deliver(desk):
    """Call everything that waits, and let it arrive."""
    now = desk.clock()
    epoch = await desk.db.tx(nodes.begin, "a", now=now)
    for each in await desk.db.tx(claims.claim, node="a", epoch=epoch, limit=9, now=now):
        await desk.db.tx(calls.intend, each, pages_sha256="x", now=now)
        outcome = Outcome(ending=Ending.DELIVERED, pages_confirmed=1, remote_id="+33 9")
        await desk.db.tx(calls.finish, each, outcome, Done(), now=now)
        await desk.db.tx(desk.answer.after_call, each.campaign, now=now)


async def test_a_fax_is_sent_looked_at_and_proved(program, desk):
    order = await sent(program)
    [reference] = order["faxes"]
    await print_pages(desk, order["reference"])
    await deliver(desk)
    fax = (await program.get(f"/faxes/{reference}")).json()
    pages = await program.get(f"/faxes/{reference}/pages.tif")
    pdf = await program.get(f"/faxes/{reference}/pages.pdf")
    proof = await program.get(f"/faxes/{reference}/proof.pdf")
    coded = await program.get(f"/faxes/{reference}/proof.tif")

    assert (fax["status"], fax["pagesConfirmed"], fax["cause"]) == ("sent", 1, None)
    assert [call["remoteId"] for call in fax["calls"]] == ["+33 9"]
    with Image.open(io.BytesIO(pages.content)) as picture:
        assert picture.size == (1728, 2286)
    assert len(PdfReader(io.BytesIO(pdf.content)).pages) == 1
    assert proof.content.startswith(b"%PDF")
    assert len(tiff_f.read(coded.content)) == 1


async def test_what_was_not_confirmed_has_no_proof(program):
    order = await sent(program)
    answer = await program.get(f"/faxes/{order['faxes'][0]}/proof.pdf")

    assert (answer.status_code, answer.json()["code"]) == (404, "no-proof")


async def test_a_fax_is_cancelled_once(program):
    order = await sent(program, numbers=["0972101010", "0972101011"])
    first, second = order["faxes"]
    done = await program.post(f"/faxes/{first}/cancel")
    again = await program.post(f"/faxes/{first}/cancel")
    other = await program.get(f"/faxes/{second}")

    assert (done.status_code, done.json()["status"]) == (200, "cancelled")
    assert done.json()["cause"]["code"] == "cancelled"
    assert again.status_code == 409
    assert other.json()["status"] == "waiting"


async def test_a_fax_is_sent_again(program, desk):
    order = await sent(program)
    await print_pages(desk, order["reference"])
    await deliver(desk)
    answer = await program.post(f"/faxes/{order['faxes'][0]}/resend")

    assert answer.status_code == 201
    assert answer.json()["origin"] == order["reference"]
    again = answer.json()["reference"]
    assert again != order["reference"]
    assert answer.headers["location"] == f"/api/v1/faxes/{again}"


async def test_faxes_are_looked_up(program):
    one = await sent(program)
    two = await sent(program, numbers=["0972101022"], again=True)
    by_number = (await program.get("/faxes?number=0972101022")).json()["items"]
    none = (await program.get("/faxes?status=sent")).json()["items"]
    first = (await program.get("/faxes?limit=1")).json()
    rest = (await program.get(f"/faxes?limit=1&cursor={first['nextCursor']}")).json()

    assert [each["reference"] for each in by_number] == two["faxes"]
    assert none == []
    assert first["items"][0]["reference"] == two["faxes"][0]
    assert rest["items"][0]["reference"] == one["faxes"][0]
    assert rest["nextCursor"] is None


async def test_the_same_key_sends_one_fax(program):
    headers = {"idempotency-key": "a"}
    first = await program.post("/faxes", FAX, headers=headers)
    second = await program.post("/faxes", FAX, headers=headers)

    assert first.json() == second.json()
    fax = first.json()["faxes"][0]
    assert first.headers["location"] == f"/api/v1/faxes/{fax}"
    assert second.headers["location"] == first.headers["location"]
    assert len((await program.get("/faxes")).json()["items"]) == 1


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"numbers": ["O972101010"]}, "bad-number"),
        ({"numbers": ["+442079460000"]}, "restricted-numbers"),
        ({"numbers": []}, "invalid-request"),
        ({"documents": []}, "invalid-request"),
        ({"sendDate": "2026-12-24"}, "invalid-request"),
        ({"sendDate": "0001-01-01T00:00:00+14:00"}, "invalid-request"),
    ],
)
async def test_what_cannot_be_faxed_is_refused(program, wish, code):
    answer = await program.post("/faxes", {**FAX, **wish})

    assert (answer.status_code, answer.json()["code"]) == (422, code)
