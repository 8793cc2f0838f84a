"""
A child taken over by its document answers what it likes: never more than a failure.
"""

import json

import pytest

from converters import sandbox
from converters.contract import ConversionFailed, Limits
from converters.workshop import Workshop

TAKEN_OVER = """
import os, sys
def answer():
    sys.stdin.buffer.readline()
    sys.stdout.buffer.write({said})
    sys.stdout.buffer.flush()
    os._exit({status})
"""
STARTED = "\nanswer()\n"
FORKED = """
from converters import worker, zygote
worker.main = answer
zygote.main()
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
@pytest.mark.parametrize("way", ["forked", "started"])
async def test_whatever_it_says_is_a_failure(said, status, way, tmp_path, monkeypatch):
    script = TAKEN_OVER.format(said=said, status=status)
    if way == "forked":
        take_over(monkeypatch, "zygote_command", script + FORKED)
    else:
        take_over(monkeypatch, "worker_command", script + STARTED)
        monkeypatch.setattr(sandbox, "walls", lambda: sandbox.Walls.NONE)
    workshop = Workshop(folder=tmp_path, limits=Limits(seconds=60), office_instances=0)

    with pytest.raises(ConversionFailed) as caught:
        await workshop.render(b"%PDF-1.4", "a.pdf", vertical_dpi=98)
    await workshop.close()

    assert caught.value.code in {"crashed", "too-large"}


def take_over(monkeypatch, name, script):
    command, environment = getattr(sandbox, name)()
    changed = [*command[: command.index("-m")], "-c", script]
    monkeypatch.setattr(sandbox, name, lambda: (changed, environment))
