"""
Operators add and remove each other, never themselves.
"""

from ecofax_gateway.store import operators
from tests.site import OPERATOR

from .test_operator_lines import password_in


async def names(desk):
    return [each.name for each in await desk.db.read(operators.listing)]


async def test_an_operator_is_added_and_can_log_in(marie, new_browser):
    answer = await marie.post("/operator/operators", {"name": " paul "})

    logged_in = await new_browser().log_in("paul", password_in(answer))

    assert logged_in.status_code == 303


async def test_a_name_that_makes_no_sense_is_told(marie, desk):
    for name in ("", OPERATOR, "0366720307", "x" * 61):
        answer = await marie.post("/operator/operators", {"name": name})
        assert answer.status_code == 422, name
        assert 'id="name-error"' in answer.text
    assert await names(desk) == [OPERATOR]


async def test_a_removed_operator_is_logged_out(marie, desk, new_browser):
    answer = await marie.post("/operator/operators", {"name": "paul"})
    paul = new_browser()
    await paul.log_in("paul", password_in(answer))

    asked = await marie.get("/operator/operators/paul/remove")
    await marie.post("/operator/operators/paul/remove")

    assert "paul ne pourra plus entrer" in asked.text
    assert await names(desk) == [OPERATOR]
    assert (await paul.get("/operator/queue")).status_code == 303


async def test_nobody_removes_himself(marie, desk):
    answer = await marie.post(f"/operator/operators/{OPERATOR}/remove")

    assert answer.status_code == 409
    assert await names(desk) == [OPERATOR]


async def test_a_new_password_ends_the_sessions(marie, new_browser):
    added = await marie.post("/operator/operators", {"name": "paul"})
    paul = new_browser()
    await paul.log_in("paul", password_in(added))

    answer = await marie.post("/operator/operators/paul/password")

    assert (await paul.get("/operator/queue")).status_code == 303
    assert password_in(answer) != password_in(added)
    assert (await new_browser().log_in("paul", password_in(answer))).status_code == 303


async def test_an_operator_that_there_is_not_is_not_found(marie):
    for verb in ("remove", "password"):
        path = f"/operator/operators/nobody/{verb}"
        assert (await marie.get(path)).status_code == 404
        assert (await marie.post(path)).status_code == 404
