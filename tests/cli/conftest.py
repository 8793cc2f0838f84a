"""
The gateway's commands, as an operator types them.
"""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from ecofax_gateway import cli
from ecofax_gateway.domain.line import FaxLine
from ecofax_gateway.store import lines
from ecofax_gateway.store.database import Database


@pytest.fixture
def state_store(tmp_path, empty_store):
    """Open the store in the state folder of a gateway's commands, which is new."""

    def open_one():
        state = tmp_path / "state"
        state.mkdir(mode=0o700)
        shutil.copy(empty_store, state / "ecofax.sqlite")
        return Database.open(f"sqlite:///{state}/ecofax.sqlite", spool=state / "spool")

    return open_one


@pytest.fixture
def ecofax(tmp_path, state_store):
    """Run a command on a fresh state folder with one line."""
    config = tmp_path / "config.toml"
    config.write_text(
        f'[gateway]\nstate = "{tmp_path}/state"\n[trunk]\nname = "t"\nproxy = "built-in"\n'
    )

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "ecofax_gateway", *arguments],
            env={**os.environ, "ECOFAX_CONFIG": str(config)},
            capture_output=True,
            text=True,
            timeout=120,
        )

    line = FaxLine(number="+33366720307", tag_line="Durand", password_hash="x")
    db = state_store()
    db.sync_tx(lines.add, line, now=datetime.now(UTC))
    db.close()
    return run


@pytest.fixture
def help_of(capsys):
    """What a command says of itself, asked in this process: it prints and ends."""

    def ask(*words):
        with pytest.raises(SystemExit) as ended:
            cli.main([*words, "--help"])
        assert not ended.value.code
        return capsys.readouterr().out

    return ask
