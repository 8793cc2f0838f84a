"""
The command, as somebody types it.
"""

import argparse
import asyncio
import json
import sys

import pytest

from ecofax_gateway.fax_machine.behaviour import Behaviour, Conduct
from ecofax_gateway.fax_machine.main import add_arguments


@pytest.fixture
def parser():
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser


def test_numbers_have_their_own_plans(parser):
    options = parser.parse_args(
        ["--folder=faxes", "--number=0972101927=busy*1", "--behave=dcn:3"]
    )

    plans = dict(options.number)
    assert plans["0972101927"].next_behaviour() == Behaviour(Conduct.BUSY)
    assert options.behave.next_behaviour() == Behaviour(Conduct.DCN, 3)


def test_without_options_it_behaves_well(parser):
    options = parser.parse_args(["--folder=faxes"])

    assert options.behave.next_behaviour() == Behaviour()
    assert options.port == 5060


@pytest.mark.parametrize(
    "option", ["--behave=rude", "--number=0972101927", "--number==busy", "--t38=maybe"]
)
def test_a_wrong_option_is_explained(parser, capsys, option):
    with pytest.raises(SystemExit):
        parser.parse_args(["--folder=faxes", option])

    assert option.split("=")[0] in capsys.readouterr().err


async def run(*options):
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "ecofax_gateway.fax_machine.main",
        *options,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_it_says_when_it_is_ready_and_stops_when_asked(tmp_path):
    process = await run(f"--folder={tmp_path}", "--port=0")
    async with asyncio.timeout(60):
        ready = json.loads(await process.stdout.readline())
        process.terminate()
        await process.communicate()

    assert ready["event"] == "ready"
    assert ready["port"] > 0
    assert process.returncode == 0


async def test_a_port_that_is_taken_is_a_sentence_not_a_traceback(tmp_path):
    first = await run(f"--folder={tmp_path}", "--port=0")
    async with asyncio.timeout(60):
        ready = json.loads(await first.stdout.readline())
        second = await run(f"--folder={tmp_path}", f"--port={ready['port']}")
        _, said = await second.communicate()
        first.terminate()
        await first.communicate()

    assert second.returncode == 1
    assert b"cannot begin" in said
    assert b"Traceback" not in said
