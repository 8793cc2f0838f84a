"""
`demo`: the main job, once, with its real parts; `demo_steps` tells what came of it.

I/O: the installed daemon as a child process, files.
"""

import argparse
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .options import Commands, add_command

CONFIG = """\
# Made by `demo`; look at config.example.toml for every key.
[gateway]
state = "{state}"

[smtp]
listen = "127.0.0.1:0"

[trunk]
name = "demo"
proxy = "built-in"
paced = {paced}
"""


def add_parsers(commands: Commands) -> None:
    """Add `demo`."""
    parser = add_command(
        commands,
        "demo",
        "send a mail through the whole gateway to the built-in fax machine",
        example="demo --real-time",
        config=False,
    )
    parser.add_argument(
        "--real-time",
        action="store_true",
        help="at the speed of a real fax line (about two minutes)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("demo-output"),
        metavar="FOLDER",
        help="what there is to look at afterwards (default: demo-output)",
    )
    parser.set_defaults(run=demo)


def demo(arguments: argparse.Namespace) -> int:
    """Run the demo; 0 only if every page arrived and both replies came."""
    began = time.monotonic()
    output = arguments.output.absolute()
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    config = output / "config.toml"
    paced = "true" if arguments.real_time else "false"
    config.write_text(CONFIG.format(state=output / "state", paced=paced))
    with _gateway(config, output / "gateway.log") as gateway:
        # The daemon starts while we import what the rest of the demo needs.
        from .demo_steps import carry_out

        return carry_out(gateway, config, output, began)


@contextmanager
def _gateway(config: Path, log: Path) -> Iterator[subprocess.Popen[str]]:
    """The installed daemon as a process of its own."""
    command = [sys.executable, "-m", "ecofax_gateway", "run", "--config", str(config)]
    with log.open("wb") as errors:
        child = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True
        )
    try:
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        child.communicate()
