"""
The configuration: read whole, refused whole.
"""

import tomllib
from pathlib import Path

import pytest

from ecofax_gateway.domain.errors import BadSettings
from ecofax_gateway.settings import (
    Settings,
    example,
    load_settings,
    parse_settings,
)

EXAMPLE = Path(__file__).parents[1] / "config.example.toml"
TRUNK = {"name": "t", "proxy": "192.0.2.1"}


def mistakes(table):
    with pytest.raises(BadSettings) as caught:
        parse_settings(table)
    return caught.value.mistakes


def test_the_example_is_what_the_code_says():
    assert EXAMPLE.read_text(encoding="utf-8") == example()


def test_the_example_reads_as_it_stands():
    settings = load_settings(EXAMPLE)

    assert settings.smtp == Settings().smtp
    assert settings.trunk.proxy == "sip.example.net:5060"


def test_the_example_shows_the_defaults():
    """Taking every # away from a key changes nothing but the trunk."""
    lines = [
        line[2:] if line.startswith("# ") and " = " in line and line[2].islower()
        and line.split(" = ")[0][2:].isidentifier() else line
        for line in example().splitlines()
    ]  # fmt: skip
    table = tomllib.loads("\n".join(lines))
    settings = parse_settings(table)

    assert settings.gateway == Settings().gateway
    assert settings.retry == Settings().retry
    assert settings.engine == Settings().engine
    assert sum(len(section) for section in table.values()) == example().count(" = ")


def test_no_file_means_embedded_defaults():
    settings = load_settings(None)

    assert settings.embedded
    assert settings.smtp.listen == "127.0.0.1:2525"
    assert settings.trunk.proxy == "built-in"


def test_every_mistake_is_named_at_once():
    found = mistakes(
        {
            "smpt": {},
            "smtp": {"listen": "anywhere", "domains": "ecofax.fr", "max_bytes": True},
            "gateway": {"time_zone": "Paris", "log_level": 3},
            "trunk": {"name": "t", "proxi": "x", "channels": 0},
        }
    )

    assert len(found) == 9
    assert "[smpt]: no such section; did you mean 'smtp'?" in found
    assert "trunk.proxi: no such key; did you mean 'proxy'?" in found
    assert any(m.startswith("trunk.proxy: missing") for m in found)
    assert "smtp.max_bytes: must be a whole number" in found


def test_a_file_without_a_trunk_is_refused():
    """Or its faxes would go to the built-in machine and be reported as sent."""
    assert any(m.startswith("[trunk]: missing") for m in mistakes({}))


def test_only_the_built_in_machine_runs_unpaced():
    assert any("paced" in m for m in mistakes({"trunk": {**TRUNK, "paced": False}}))


def test_a_username_needs_a_password_file():
    assert any(
        "password_file" in m for m in mistakes({"trunk": TRUNK | {"username": "u"}})
    )


def test_a_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(BadSettings, match="name another with --config"):
        load_settings(tmp_path / "none.toml")


def test_a_broken_file_says_where(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text("[smtp\n")

    with pytest.raises(BadSettings, match="line 1"):
        load_settings(path)
