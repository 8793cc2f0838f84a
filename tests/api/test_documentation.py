"""
The examples of docs/api.md, one after the other, against a real server.
"""

import asyncio
import json
import os
import re
from pathlib import Path

import pytest

from ecofax_gateway.domain.api_token import Scope
from ecofax_gateway.pipeline import tokens
from ecofax_gateway.store import objections, webhooks
from ecofax_gateway.web.server import WebServer
from tests.site import OURS

DOCUMENT = Path(__file__).parents[2] / "docs/api.md"
EXAMPLES = re.findall(r"```sh\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)


@pytest.fixture
async def address(site):
    server = WebServer(site, host="127.0.0.1", port=0)
    port = server.start()

    yield f"http://127.0.0.1:{port}/api/v1"

    await server.close()


async def run(script, folder, environment):
    """What a script prints; it must succeed in every line."""
    process = await asyncio.create_subprocess_exec(
        "bash",
        "-euo",
        "pipefail",
        "-c",
        script,
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(120):
        out, err = await process.communicate()
    assert process.returncode == 0, (script, out, err)
    return out.decode()


async def test_every_example_works(address, desk, tmp_path):
    token = await desk.db.tx(
        tokens.make, OURS, name="x", scopes=list(Scope), now=desk.clock()
    )
    folder = tmp_path / "examples"
    folder.mkdir()
    environment = {"ECOFAX": address, "TOKEN": str(token)}
    line, made, sent, _, campaign, draft, changed, hook = [
        await run(script, folder, environment) for script in EXAMPLES
    ]

    assert json.loads(line)["number"] == OURS
    assert made.startswith("ecofax_")
    assert sent == '"waiting"\n'
    assert '"duplicates": 1' in campaign
    assert campaign.endswith("2\n")
    assert draft == "null\nRappel\nnull\n"
    assert changed == '"Cabinet Durand"\n'
    assert hook.startswith("whsec_")
    assert await desk.db.read(objections.blocking, "+33972101099", line=OURS)
    assert len(await desk.db.read(webhooks.listing, OURS)) == 1
