"""
The gateway's commands, as an operator types them.
"""

import os
import subprocess
import sys

import pytest


@pytest.fixture
def ecofax(tmp_path):
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

    added = run("line", "add", "0366720307", "--tag-line", "Durand")
    assert added.returncode == 0, added.stderr
    return run
