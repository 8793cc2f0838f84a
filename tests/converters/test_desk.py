"""
What a conversion forked from a warm process can do, tried from inside; and its end.
"""

import asyncio
import json
import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from converters import sandbox
from converters.contract import ConversionFailed, Limits
from converters.desk import Desk
from converters.process import tree
from converters.workshop import Workshop

PROBE = """
import ctypes, json, os, socket, subprocess, sys
from pathlib import Path
from converters import worker, zygote
from converters.contract import Limits
libc = ctypes.CDLL(None, use_errno=True)

def tried(act):
    try:
        return str(act())
    except OSError as error:
        return type(error).__name__

def called(function, *arguments):
    return "done" if function(*arguments) >= 0 else ctypes.get_errno()

def is_open(descriptor):
    try:
        return bool(os.fstat(descriptor))
    except OSError:
        return False

def powers():
    sets = (ctypes.c_uint32 * 6)()
    libc.capget((ctypes.c_uint32 * 2)(0x20080522, 0), sets)
    return list(sets)

def probe():
    secret, port = json.loads(sys.stdin.buffer.readline())
    worker._confine(Limits())
    before = os.listdir("/tmp")
    Path("/tmp/left").write_text("x")
    if os.fork() == 0:
        os.setsid()
        while True:
            os.read(0, 1) or ctypes.CDLL(None).pause()
    seen = {
        "secret": tried(lambda: open(secret).read()),
        "written": [
            path
            for path in ("/", "/dev", "/dev/shm", "/app", "/app/converters", "/usr")
            if tried(lambda: open(path + "/probe", "w")) != "OSError"
        ],
        "network": tried(lambda: socket.create_connection(("127.0.0.1", port), 5)),
        "interfaces": tried(socket.if_nameindex),
        "processes": os.listdir("/proc"),
        "pid": os.getpid(),
        "parent": os.getppid(),
        "signal": tried(lambda: os.kill(-1, 0)),
        "powers": powers(),
        "mount": called(libc.mount, b"tmpfs", b"/tmp", b"tmpfs", 0, None),
        "namespace": called(libc.unshare, 0x10000000),
        "trace": called(libc.ptrace, 0, 0, 0, 0),
        "open": [number for number in range(64) if is_open(number)],
        "environment": sorted(os.environ),
        "before": before,
        "program": subprocess.run(["/usr/bin/true"]).returncode,
    }
    sys.stdout.buffer.write(json.dumps(seen).encode() + b"\\n")
    sys.stdout.buffer.flush()
    os._exit(0)

worker.main = probe
zygote.main()
"""

HANGING = """
import os, signal
from converters import worker, zygote
def hang():
    if os.fork() == 0:
        os.setsid()
    else:
        os.write(1, b"1")
    signal.pause()
worker.main = hang
zygote.main()
"""


@pytest.fixture
def inside(monkeypatch):
    """
    Have the zygote run a script of the test in its place.
    """

    def arrange(script):
        command, environment = sandbox.zygote_command()
        changed = [*command[: command.index("-m")], "-c", script]
        monkeypatch.setattr(sandbox, "zygote_command", lambda: (changed, environment))

    return arrange


async def gone(pid):
    """Wait until a process has ended."""
    try:
        opened = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(opened, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(opened)
        os.close(opened)


async def ask(desk, *request):
    async with desk.worker() as worker:
        worker.sink.write(json.dumps(request).encode() + b"\n")
        answer = json.loads(await worker.source.readline())
        return answer, await worker.ended()


async def test_each_fence_holds_in_a_forked_child(inside, tmp_path, monkeypatch):
    monkeypatch.setenv("FAX_PASSWORD", "secret")
    secret = tmp_path / "config.toml"
    secret.write_text("password")
    inside(PROBE)
    desk = Desk(folder=tmp_path)

    with socket.create_server(("127.0.0.1", 0)) as server:
        async with asyncio.timeout(60):
            seen, status = await ask(desk, str(secret), server.getsockname()[1])
    await desk.close()

    assert status == 0
    assert seen["secret"] == "FileNotFoundError"
    assert (seen["written"], seen["network"]) == ([], "PermissionError")
    assert (seen["processes"], seen["pid"], seen["parent"]) == ([], 1, 0)
    assert seen["powers"] == [0] * 6
    assert {seen[what] for what in ("mount", "namespace", "trace")} == {1}
    assert seen["open"] == [0, 1, 2]
    assert "FAX_PASSWORD" not in seen["environment"]
    assert seen["program"] == 0


def program_below(folder):
    """What leads to this Python in there, if that is where it was installed."""
    python = Path(sys.prefix)
    return (
        [python.relative_to(folder).parts[0]] if python.is_relative_to(folder) else []
    )


async def test_no_document_meets_what_another_left(inside, tmp_path):
    """Neither its files nor the process that it left to wait for the next one."""
    inside(PROBE)
    desk = Desk(folder=tmp_path)

    async with asyncio.timeout(60):
        first, _ = await ask(desk, "", 1)
        waiting = tree(desk._zygote.process.pid)
        second, _ = await ask(desk, "", 1)
        same = tree(desk._zygote.process.pid)
    await desk.close()

    assert first["before"] == second["before"] == program_below("/tmp")
    assert waiting == same
    assert len(waiting) <= 3  # bubblewrap, its first process, the zygote


async def test_a_child_that_hangs_ends_with_all_it_started(inside, tmp_path):
    inside(HANGING)
    limits = Limits(seconds=12)
    workshop = Workshop(folder=tmp_path, limits=limits, office_instances=0)
    seen = set()

    async def look(worker, *_):
        await worker.source.readexactly(1)
        for desk in workshop._desks:
            if desk._zygote is not None:
                seen.update(tree(desk._zygote.process.pid))
        await worker.source.readexactly(1)

    workshop._exchange = look
    with pytest.raises(ConversionFailed) as caught:
        await workshop.render(b"%PDF-1.4", "a.pdf", vertical_dpi=98)

    assert caught.value.code == "too-slow"
    assert len(seen) >= 5
    async with asyncio.timeout(60):
        await asyncio.gather(*map(gone, seen))
    await workshop.close()


@pytest.mark.parametrize("killed", ["idle", "closed"])
async def test_a_zygote_that_died_is_replaced_unnoticed(killed, document, tmp_path):
    workshop = Workshop(folder=tmp_path, office_instances=0)
    content = document("pdf/openoffice.pdf")
    before = await workshop.render(content, "a.pdf", vertical_dpi=98)
    (dead,) = [desk._zygote for desk in workshop._desks if desk._zygote]
    if killed == "idle":
        os.kill(dead.process.pid, signal.SIGKILL)
        async with asyncio.timeout(60):
            await gone(dead.process.pid)
    else:
        dead.control.shutdown(socket.SHUT_RDWR)

    after = await workshop.render(content, "a.pdf", vertical_dpi=98)
    await workshop.close()

    assert after == before


async def test_a_zygote_killed_under_a_document_is_replaced(document, tmp_path):
    workshop = Workshop(folder=tmp_path, office_instances=0)
    content = document("pdf/openoffice.pdf")
    before = await workshop.render(content, "a.pdf", vertical_dpi=98)
    asked = 0
    original = workshop._exchange

    async def struck(*arguments):
        nonlocal asked
        asked += 1
        if asked == 1:
            (victim,) = [desk._zygote for desk in workshop._desks if desk._zygote]
            os.kill(victim.process.pid, signal.SIGKILL)
            async with asyncio.timeout(60):
                await asyncio.gather(*map(gone, tree(victim.process.pid)))
        return await original(*arguments)

    workshop._exchange = struck
    after = await workshop.render(content, "a.pdf", vertical_dpi=98)
    await workshop.close()

    assert (asked, after) == (2, before)


async def test_where_no_rooms_can_be_had_each_document_starts_a_process(
    document, tmp_path, monkeypatch
):
    monkeypatch.setattr(sandbox, "_FOR_ROOMS", ())
    workshop = Workshop(folder=tmp_path, office_instances=0)

    made = [
        await workshop.render(document("pdf/openoffice.pdf"), "a.pdf", vertical_dpi=98)
        for _ in range(2)
    ]
    await workshop.close()

    assert {each.pages for each in made} == {1}
    assert all(desk._zygote is None for desk in workshop._desks)
    assert list(tmp_path.iterdir()) == []


async def test_both_ways_make_the_same_pages(document, tmp_path, monkeypatch):
    content = document("pdf/webCapture.pdf")
    forking = Workshop(folder=tmp_path / "one", office_instances=0)
    forked = await forking.render(content, "a.pdf", vertical_dpi=98)
    await forking.close()
    monkeypatch.setattr(sandbox, "walls", lambda: sandbox.Walls.NONE)
    starting = Workshop(folder=tmp_path / "other", office_instances=0)

    started = await starting.render(content, "a.pdf", vertical_dpi=98)
    await starting.close()

    assert started == forked


async def test_a_document_given_up_before_its_worker_is_there_leaves_nothing(
    inside, tmp_path
):
    inside(PROBE)
    desk = Desk(folder=tmp_path)
    asking = asyncio.create_task(ask(desk, "", 1))
    await asyncio.sleep(0)  # the zygote is being launched
    assert desk._launching is not None
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking

    async with asyncio.timeout(60):
        _, status = await ask(desk, "", 1)
        family = tree(desk._zygote.process.pid)
        await desk.close()
        await asyncio.gather(*map(gone, family))

    assert status == 0
