"""
What starting the gateway costs.
"""

import subprocess
import sys

import pytest

SITE = ("ecofax_gateway.console", "ecofax_gateway.api")


@pytest.mark.parametrize(
    ("module", "has_site"),
    [("ecofax_gateway.cli.run", False), ("ecofax_gateway.console.app", True)],
)
def test_the_daemon_imports_the_rooms_of_the_site_only_to_serve_it(module, has_site):
    code = f"import sys, {module}; print(*sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert any(name.startswith(SITE) for name in done.stdout.split()) is has_site
