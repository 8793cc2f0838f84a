"""
Reads a list of recipients in another process, which may die of it.

I/O: a child process for each list, `list_process`, behind the converters' walls.
"""

import asyncio
import contextlib
import json
import signal
import tempfile
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ecofax_gateway
from converters.office import end
from converters.sandbox import python_command, walls

from ..domain.errors import OrderRefused
from .intake import Fault, Recipient

LINE_BYTES = 16 * 1024**2
"""Of one line of the answer: its texts are cut at 1 MB of characters."""

_OUT_OF_CPU = {-signal.SIGXCPU, 128 + signal.SIGXCPU, -signal.SIGKILL, 128 + 9}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLimits:
    """What one list may cost."""

    cpu_seconds: int = 60
    "100 000 rows take five."

    wall_seconds: float = 180.0
    "Of silence between two batches, for a machine that does other things too."

    address_bytes: int = 1536 * 1024**2
    "Address space: 250 000 rows of six columns need 700 MB."


@dataclass(frozen=True, slots=True)
class Head:
    """How a list looks."""

    columns: tuple[str, ...]
    "Of a table; empty: a plain list."

    number_column: int | None
    preview: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some of its recipients."""

    recipients: tuple[Recipient, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """What it came to."""

    entries: int
    valid: int
    restricted: int
    duplicates: int
    invalid: int
    reasons: Mapping[str, int]
    faults: tuple[Fault, ...]


class ListReader:
    """
    Reads lists, each in a process of its own.

    Args:
        folder: Private; made if absent. For what the child might write where there is
            no bubblewrap.

        limits: What one list may cost.
    """

    def __init__(self, *, folder: Path, limits: ListLimits | None = None) -> None:
        self._folder = folder
        self._limits = limits or ListLimits()

    async def read(
        self, content: bytes, *, column: int | None
    ) -> AsyncGenerator[Head | Batch | Total, None]:
        """
        Read a list: its head, its batches, its total.

        Close the iterator to stop it early; the process ends then.

        Args:
            column: That has the numbers; None: find it.

        Raises:
            OrderRefused: If it cannot be read, or not within the limits.
        """
        await asyncio.to_thread(walls)  # tried once, by running it
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(
            dir=self._folder, ignore_cleanup_errors=True
        ) as home:
            # A sandbox that is killed while it is being built leaves a part behind.
            child = await asyncio.shield(
                asyncio.ensure_future(self._launch(home, column))
            )
            try:
                async for piece in self._pieces(child, content):
                    yield piece
            finally:
                await asyncio.shield(asyncio.ensure_future(_end(child)))

    async def _pieces(
        self, child: asyncio.subprocess.Process, content: bytes
    ) -> AsyncGenerator[Head | Batch | Total, None]:
        assert child.stdin is not None
        assert child.stdout is not None
        with contextlib.suppress(OSError):  # it says why, or its end does
            child.stdin.write(content)
            await child.stdin.drain()
            child.stdin.close()
        while True:
            try:
                async with asyncio.timeout(self._limits.wall_seconds):
                    line = await child.stdout.readline()
                piece = _piece(line)
            except (OSError, ValueError, TimeoutError):  # a line too long is one
                raise _defect() from None
            if piece is None:
                raise await _why(child)
            yield piece
            if isinstance(piece, Total):
                return

    async def _launch(
        self, home: str, column: int | None
    ) -> asyncio.subprocess.Process:
        package = Path(ecofax_gateway.__file__).parent
        command, environment = python_command(
            "ecofax_gateway.orders.list_process", package, package.parent / "converters"
        )
        return await asyncio.create_subprocess_exec(
            *command,
            str(self._limits.cpu_seconds),
            str(self._limits.address_bytes),
            "-" if column is None else str(column),
            env={"HOME": home, "TMPDIR": home, **environment},
            cwd=home,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=LINE_BYTES,
        )


def _piece(line: bytes) -> Head | Batch | Total | None:
    """
    What a line says; None: there is none.

    Raises:
        OrderRefused: If the list was refused.

        ValueError: If the child does not say what ours does.
    """
    if not line:
        return None
    try:
        said = json.loads(line)
        if "refused" in said:
            raise OrderRefused(str(said["refused"]), code=str(said["code"]))
        if "batch" in said:
            return Batch(tuple(_recipient(*row) for row in said["batch"]))
        if "columns" in said:
            return Head(
                columns=tuple(map(str, said["columns"])),
                number_column=said["number_column"],
                preview=tuple(tuple(map(str, row)) for row in said["preview"]),
            )
        faults = tuple(Fault(int(n), str(t), str(r)) for n, t, r in said.pop("faults"))
        return Total(faults=faults, **said)
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError("not an answer") from error


def _recipient(number: Any, restricted: Any, fields: Any) -> Recipient:
    if fields is not None:
        fields = {str(name): str(value) for name, value in fields.items()}
    return Recipient(str(number), bool(restricted), fields)


async def _why(child: asyncio.subprocess.Process) -> OrderRefused:
    """Why a child ended without a word: its limits, most likely."""
    status = await child.wait()
    if status in _OUT_OF_CPU:
        return OrderRefused(
            "La lecture de cette liste prend trop de temps. Enregistrez-la au format CSV"
            " et réduisez-la.",
            code="list-too-slow",
        )
    return _defect()


def _defect() -> OrderRefused:
    return OrderRefused(
        "Cette liste n'a pas pu être lue. Enregistrez-la au format CSV ou texte, puis"
        " réessayez.",
        code="list-defect",
    )


async def _end(child: asyncio.subprocess.Process) -> None:
    assert child.stdin is not None
    await end(child)
    with contextlib.suppress(OSError):
        await child.stdin.wait_closed()  # or asyncio complains of what was not written
