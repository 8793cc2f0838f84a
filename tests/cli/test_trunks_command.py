"""
Trunks, as an operator sees them.
"""

import json
import os
import subprocess
import sys

import pytest

CONFIG = """
[gateway]
state = "{state}"
[[trunk]]
name = "cheap"
proxy = "192.0.2.1"
transport = "tls"
channels = 2
prefixes = ["+33"]
cost_per_minute = 0.01
cost_by_prefix = ["+336=0.10"]
[[trunk]]
name = "sure"
proxy = "sip.example.net"
qualities = ["best"]
channels = 3
calls_per_second = 2
cost_per_minute = 0.05
"""


@pytest.fixture
def ecofax(tmp_path):
    """Run a command with two trunks."""
    config = tmp_path / "config.toml"
    config.write_text(CONFIG.format(state=tmp_path / "state"))

    def run(*arguments, **environment):
        return subprocess.run(
            [sys.executable, "-m", "ecofax_gateway", *map(str, arguments)],
            env={**os.environ, "ECOFAX_CONFIG": str(config), **environment},
            capture_output=True,
            text=True,
            timeout=120,
        )

    run.config = config
    return run


@pytest.mark.parametrize("action", ["pause", "resume"])
def test_each_action_has_help_with_an_example(help_of, action):
    shown = help_of("trunks", action)

    assert f"Example: ecofax-gateway trunks {action} carrier" in shown


def test_trunks_are_shown_before_a_gateway_has_run(ecofax):
    shown = ecofax("trunks")
    told = json.loads(ecofax("trunks", "--json").stdout)

    assert shown.returncode == 0
    assert shown.stdout == (
        "cheap            new         0/2 channels, 0 waiting, 0.01 a minute\n"
        "  192.0.2.1 by tls\n"
        "  today 0 calls, 0 delivered, 0 failed by the trunk\n"
        "sure             new         0/3 channels, 2 calls/s, 0 waiting, 0.05 a minute\n"
        "  sip.example.net by auto\n"
        "  today 0 calls, 0 delivered, 0 failed by the trunk\n"
    )
    assert [each["name"] for each in told] == ["cheap", "sure"]
    assert told[1]["calls_per_second"] == 2.0
    assert told[0]["nodes"] == []


def test_a_trunk_that_is_not_there_cannot_be_paused(ecofax):
    refused = ecofax("trunks", "pause", "nobody")

    assert refused.returncode == 1
    assert "there is no trunk 'nobody'" in refused.stderr


def test_the_option_may_stand_before_the_action(ecofax):
    asked = ecofax(
        "trunks", "--config", ecofax.config, "pause", "x", ECOFAX_CONFIG="/nonexistent"
    )

    assert asked.returncode == 1, "the store was found, and no such trunk in it"
    assert "there is no trunk 'x'" in asked.stderr


def test_check_config_names_every_trunk(ecofax):
    shown = ecofax("check-config").stdout

    assert "  trunk      cheap: 192.0.2.1\n" in shown
    assert "  trunk      sure: sip.example.net\n" in shown


def test_an_order_that_no_trunk_serves_is_refused_in_words(ecofax, tmp_path):
    letter = tmp_path / "letter.txt"
    letter.write_text("Bonjour\n")
    ecofax("line", "add", "0366720307")

    refused = ecofax("send", "0692123456", letter)  # Réunion: +262

    assert refused.returncode == 1
    assert "aucun opérateur téléphonique n'est prévu" in refused.stderr


def test_a_preflight_counts_each_number_at_its_trunks_price(ecofax, tmp_path):
    ecofax("line", "add", "0366720307")
    letter = tmp_path / "letter.txt"
    letter.write_text("Bonjour\n")
    numbers = tmp_path / "numbers.txt"
    numbers.write_text("0972101010\n0612345678\n0692123456\n")

    shown = {}
    for quality in ("normal", "best"):
        told = ecofax("preflight", letter, numbers, "--quality", quality).stdout
        shown[quality] = told.splitlines()
    seconds = {
        quality: float(line.split(" a time, ")[1].split()[0])
        for quality, lines in shown.items()
        for line in lines
        if line.startswith("calls")
    }

    assert "left out   1 that no trunk serves in normal" in shown["normal"]
    cost = (0.01 + 0.10) * seconds["normal"] / 60
    assert f"cost       {cost:.2f} by the trunks' prices a minute" in shown["normal"]
    assert "trunks     2 by sure, 1 by cheap" in shown["best"]
    cost = (0.01 + 0.05 + 0.05) * seconds["best"] / 60
    assert f"cost       {cost:.2f} by the trunks' prices a minute" in shown["best"]


def test_another_quality_of_a_draft_is_another_route(ecofax, tmp_path):
    ecofax("line", "add", "0366720307")
    letter = tmp_path / "letter.txt"
    letter.write_text("Bonjour\n")
    numbers = tmp_path / "numbers.txt"
    numbers.write_text("0972101010\n0612345678\n")
    made = ecofax(
        "campaign", "create", letter, "--numbers", numbers, "--quality", "best"
    )
    ref = made.stdout.split(":")[0]

    planned = ecofax("trunks").stdout
    changed = ecofax("campaign", "edit", ref, "--quality", "normal")
    other = json.loads(ecofax("show", ref, "--json").stdout)

    assert made.returncode == 0, made.stderr
    assert changed.returncode == 0, changed.stderr
    assert "new" in planned
    assert [each["trunk"] for each in other["faxes"]] == ["cheap", "cheap"]
