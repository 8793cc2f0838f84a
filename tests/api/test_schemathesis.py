"""
Requests that the OpenAPI document allows, and some that it does not: no answer is a
fault of ours, and none is one that the document does not know.

Nothing is left to chance: the same requests each time.
"""

import asyncio
import itertools

import hypothesis
import schemathesis
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ecofax_gateway.api.app import make_api
from tests.api.test_campaign_routes import NEW

EXAMPLES = {GenerationMode.POSITIVE: 8, GenerationMode.NEGATIVE: 4}
"""For each of some 45 operations: a minute in all."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def try_operation(operation, mode, examples, call):
    """
    Call an operation some times; *call* is told how often it was.
    """
    numbers = itertools.count()

    @hypothesis.settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(operation.as_strategy(generation_mode=mode))
    def try_one(case):
        call(case, next(numbers))

    try_one()


async def test_every_answer_is_one_that_is_documented(program, desk, site_clock):
    campaign = (await program.post("/campaigns", NEW)).json()["reference"]
    webhook = await program.post("/webhooks", {"url": "https://example.net/"})
    bearer = {"Authorization": f"Bearer {program.token}"}
    known = {"webhooks": webhook.json()["id"], "campaigns": campaign, "faxes": campaign}
    schema = schemathesis.openapi.from_asgi("/openapi.json", make_api(desk))
    seen: dict[int, int] = {}

    def call(case, number):
        site_clock.forward(seconds=1)  # the pace of a token is another test's
        kind = case.operation.path.split("/")[2]
        if number % 2 and kind in known and "reference" in case.path_parameters:
            case.path_parameters["reference"] = known[kind]
        answer = case.call(headers=bearer)
        seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
        case.validate_response(answer, checks=CHECKS)

    def try_all():
        for found in schema.get_all_operations():
            for mode, examples in EXAMPLES.items():
                try_operation(found.ok(), mode, examples, call)

    await asyncio.to_thread(try_all)

    assert {200, 201, 204, 404, 422} <= seen.keys()
    assert sum(seen.values()) > 400
