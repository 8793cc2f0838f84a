"""
A child taken over by its document answers what it likes: never more than a failure.
"""

import json

import pytest

from converters import workshop as module
from converters.contract import ConversionFailed, Limits
from converters.workshop import Workshop

TAKEN_OVER = """
import os, sys
sys.stdin.buffer.readline()
sys.stdout.buffer.write({said})
sys.stdout.buffer.flush()
os._exit({status})
"""


def answer(**values):
    return json.dumps(values).encode() + b"\n"


PAGE = answer(bytes=1143 * 216, page=1)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        pytest.param("b''", 0, id="nothing"),
        pytest.param("b''", 1, id="died"),
        pytest.param("b'\\n'", 0, id="empty-line"),
        pytest.param("b'[' * 60_000 + b'\\n'", 0, id="deep"),
        pytest.param("b'x' * 200_000", 0, id="endless-line"),
        pytest.param(repr(b"[1]\n"), 0, id="no-object"),
        pytest.param(repr(b'{"bytes": Infinity}\n'), 0, id="infinite"),
        pytest.param(repr(answer(bytes=-1)), 0, id="negative"),
        pytest.param(repr(answer(bytes=10**12)), 0, id="huge"),
        pytest.param(repr(answer(bytes=10) + b"short"), 0, id="short"),
        pytest.param(repr(answer(bytes=4, page=1) + b"II*\0"), 0, id="no-page"),
        pytest.param(f"{PAGE!r} + b'\\xff' * (1143 * 216)", 0, id="ink-in-band"),
        pytest.param(f"({PAGE!r} + bytes(1143 * 216)) * 201", 0, id="endless-pages"),
        pytest.param(f"{PAGE!r} + bytes(1143 * 216)", 0, id="no-last-word"),
        pytest.param(repr(answer(bytes=0, warnings=7)), 0, id="no-warnings"),
    ],
)
async def test_whatever_it_says_is_a_failure(said, status, tmp_path, monkeypatch):
    command, environment = module.worker_command()
    script = TAKEN_OVER.format(said=said, status=status)
    taken_over = [*command[: command.index("-m")], "-c", script]
    monkeypatch.setattr(module, "worker_command", lambda: (taken_over, environment))
    workshop = Workshop(folder=tmp_path, limits=Limits(seconds=5), office_instances=0)

    with pytest.raises(ConversionFailed) as caught:
        await workshop.render(b"%PDF-1.4", "a.pdf", vertical_dpi=98)

    assert caught.value.code in {"crashed", "too-large"}
