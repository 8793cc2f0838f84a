"""
Real programs of other people as far ends of our calls.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bench.ports import free_port
from ecofax_gateway.engine.protocol import TrunkAddress

from ..senders.conftest import order as order
from ..senders.conftest import paper as paper
from ..senders.conftest import sender as sender
from ..senders.conftest import start_fax_machine as start_fax_machine
from .program import is_bound, running, until


@dataclass
class Sipp:
    """A sipp that plays a scenario as the far end."""

    port: int
    process: Any
    log: Path
    errors: Path

    def trunk(self, **values: Any) -> TrunkAddress:
        return TrunkAddress(
            **{"host": "127.0.0.1", "port": self.port, "paced": False, **values}
        )

    async def verdict(self) -> str:
        """Nothing if each call went as the scenario says; else what sipp says."""
        status = await self.process.wait()
        if status == 0:
            return ""
        errors = self.errors.read_text("latin-1") if self.errors.exists() else ""
        tail = self.log.read_text("latin-1")[-1500:]
        return f"status {status}\n{errors or tail}"

    def successful(self) -> int:
        """Calls that went as the scenario says, told when it has ended."""
        counts = re.findall(
            r"Successful call +\| +\d+ +\| +(\d+)", self.log.read_text()
        )
        return int(counts[-1])


StartSipp = Callable[..., Awaitable[Sipp]]


@pytest.fixture
async def play(tmp_path: Path) -> AsyncIterator[StartSipp]:
    """Start sipp with a scenario; it ends by itself after *calls* calls."""
    numbers = count(1)
    async with AsyncExitStack() as stack:

        async def start(
            scenario: str,
            *options: str,
            calls: int = 1,
            seconds: int = 40,
            port: int | None = None,
        ) -> Sipp:
            folder = tmp_path / f"sipp-{next(numbers)}"
            folder.mkdir()
            (folder / "scenario.xml").write_text(scenario)
            port = port or free_port()
            log, errors = folder / "log", folder / "errors"
            process = await stack.enter_async_context(
                running(
                    [
                        "sipp",
                        *("-sf", folder / "scenario.xml"),
                        *("-i", "127.0.0.1", "-p", port, "-t", "u1"),
                        *("-m", calls, "-timeout", f"{seconds}s", "-timeout_error"),
                        *("-nostdin", "-trace_err", "-error_file", errors),
                        *options,
                    ],
                    log,
                )
            )
            sipp = Sipp(port, process, log, errors)
            await until(
                lambda: is_bound(port) or process.returncode is not None, what="sipp"
            )
            return sipp

        yield start
