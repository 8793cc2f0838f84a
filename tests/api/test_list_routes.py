"""
Lists of recipients by the API, from their numbers to a draft's.
"""

import base64

import pytest

from ecofax_gateway.domain.api_token import Scope
from ecofax_gateway.pipeline import drafting
from ecofax_gateway.store import lines
from tests.site import OURS, THEIRS

TABLE = b"nom;standard;autre\nAnne;0145000000;0972101010\nPaul;0145000001;0972101019"


@pytest.fixture
async def ref(desk):
    ref = drafting.fresh_reference()
    line = await desk.db.read(lines.get, OURS)
    await desk.db.tx(drafting.begin, ref, line=line, now=desk.clock())
    return ref


def document(content):
    return {"name": "liste.csv", "content": base64.b64encode(content).decode()}


async def test_a_list_is_made_read_and_looked_into(program, read_lists):
    body = {"name": "Clients", "numbers": ["09 72 10 10 10", "0972101019", "rien"]}
    made = await program.post("/lists", body)
    await read_lists()

    assert made.status_code == 201
    assert made.json()["status"] == "reading"
    url = made.headers["location"].removeprefix("/api/v1")
    read = (await program.get(url)).json()
    assert (read["status"], read["countValid"], read["countInvalid"]) == ("ready", 2, 1)
    first = (await program.get(f"{url}/recipients?limit=1")).json()
    assert [each["number"] for each in first["items"]] == ["+33972101010"]
    cursor = first["nextCursor"]
    rest = (await program.get(f"{url}/recipients?cursor={cursor}")).json()
    assert [each["number"] for each in rest["items"]] == ["+33972101019"]
    assert rest["nextCursor"] is None
    [fault] = (await program.get(f"{url}/invalid")).json()["items"]
    assert (fault["lineNumber"], fault["text"]) == (3, "rien")
    assert [each["name"] for each in (await program.get("/lists")).json()["items"]] == [
        "Clients"
    ]


async def test_a_wrong_column_is_corrected(program, read_lists):
    made = await program.post(
        "/lists", {"name": "Clients", "document": document(TABLE)}
    )
    await read_lists()
    url = f"/lists/{made.json()['id']}"
    assert (await program.get(url)).json()["numberColumn"] == 1

    changed = await program.patch(url, {"numberColumn": 2})
    await read_lists()

    assert changed.status_code == 200
    found = (await program.get(f"{url}/recipients?q=anne")).json()["items"]
    assert [each["number"] for each in found] == ["+33972101010"]
    assert found[0]["fields"]["nom"] == "Anne"
    assert (await program.patch(url, {"numberColumn": 9})).status_code == 422


async def test_the_same_request_makes_one_list(program):
    body = {"name": "Clients", "numbers": ["0972101010"]}
    headers = {"idempotency-key": "a"}

    first = await program.post("/lists", body, headers=headers)
    again = await program.post("/lists", body, headers=headers)
    other = await program.post("/lists", body)

    assert again.json() == first.json()
    assert (other.status_code, other.json()["code"]) == (409, "list-name-taken")


async def test_lists_are_combined_for_a_draft(program, ref, read_lists):
    await program.post("/lists", {"name": "a", "numbers": ["0972101010", "0972101019"]})
    await program.post("/lists", {"name": "b", "numbers": ["0972101019"]})
    url = f"/campaigns/{ref}/recipients"
    assert (await program.get(url)).status_code == 404

    chosen = await program("PUT", url, json={"lists": [1], "minus": [2]})
    await read_lists()

    assert chosen.json()["status"] == "settling"
    settled = (await program.get(url)).json()
    assert (settled["status"], settled["countFaxed"]) == ("settled", 1)
    assert settled["countSubtracted"] == settled["countWritten"] == 1
    campaign = (await program.get(f"/campaigns/{ref}")).json()
    assert campaign["countTotal"] == 1
    in_use = await program("DELETE", "/lists/1")
    assert (in_use.status_code, in_use.json()["code"]) == (409, "list-in-use")
    await program("PUT", url, json={"lists": []})
    assert (await program("DELETE", "/lists/1")).status_code == 204
    assert (await program.get("/lists/1")).status_code == 404


async def test_another_lines_lists_are_not_found(new_program, ref, program):
    await program.post("/lists", {"name": "a", "numbers": ["0972101010"]})
    other = await new_program(THEIRS)

    assert (await other.get("/lists")).json()["items"] == []
    for path in ("/lists/1", "/lists/1/recipients", "/lists/1/invalid"):
        assert (await other.get(path)).status_code == 404
    assert (await other.patch("/lists/1", {"name": "x"})).status_code == 404
    assert (await other("DELETE", "/lists/1")).status_code == 404
    choice = {"lists": [1]}
    url = f"/campaigns/{ref}/recipients"
    assert (await other("PUT", url, json=choice)).status_code == 404
    assert (await other.get(url)).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"name": "a"},
        {"name": "", "numbers": ["0972101010"]},
        {"name": "a", "numbers": ["0972101010"], "document": document(TABLE)},
        {"name": "a", "document": {"content": "%%%"}},
        {"name": "a", "numbers": ["0972101010"], "numberColumn": -1},
    ],
)
async def test_a_list_that_makes_no_sense_is_refused(program, body):
    answer = await program.post("/lists", body)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_reading_lists_does_not_allow_to_change_them(new_program):
    program = await new_program(scopes=[Scope.LISTS_READ])

    assert (await program.get("/lists")).status_code == 200
    body = {"name": "a", "numbers": ["0972101010"]}
    assert (await program.post("/lists", body)).status_code == 403
