"""
The commands, as an operator types them.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ecofax_gateway.cli import COMMANDS

DOCUMENT = Path(__file__).parents[2] / "ecofax_gateway/cli/documents/devis.pdf"

PROTECTION = ["line quota", "line show"] + [
    f"donotfax {action}"
    for action in ("add", "remove", "list", "import", "export", "ledger")
]


@pytest.fixture
def ecofax(tmp_path):
    """Run a command on a fresh state folder."""
    config = tmp_path / "config.toml"
    config.write_text(
        f'[gateway]\nstate = "{tmp_path}/state"\n'
        '[trunk]\nname = "t"\nproxy = "built-in"\n'
    )

    def run(*arguments, stdin=""):
        return subprocess.run(
            [sys.executable, "-m", "ecofax_gateway", *arguments],
            env={**os.environ, "ECOFAX_CONFIG": str(config)},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


@pytest.mark.parametrize(
    "command",
    [
        *COMMANDS,
        "line add",
        "line list",
        "line passwd",
        "line remove",
        "line set",
        "operator add",
        "operator passwd",
        *PROTECTION,
    ],
)
def test_every_command_has_help_with_an_example(help_of, command):
    shown = help_of(*command.split())

    assert shown
    if command != "line":
        assert "Example: ecofax-gateway " + command.split()[0] in shown


def test_help_lists_every_command(ecofax):
    shown = ecofax("--help").stdout

    assert all(f"    {command}" in shown for command in COMMANDS)


def test_a_line_from_beginning_to_end(ecofax):
    added = ecofax(
        "line", "add", "03 66 72 03 07", "--plan", "perso", "--name", "Durand"
    )
    password = added.stdout.rsplit(" ", 1)[-1].strip()
    listed = ecofax("line", "list").stdout
    again = ecofax("line", "add", "0366720307")
    changed = ecofax(
        "line", "passwd", "0366720307", "--password-stdin", stdin="s3cret\n"
    )
    removed = ecofax("line", "remove", "0366720307")
    gone = ecofax("line", "remove", "0366720307")

    assert added.returncode == 0
    assert len(password) == 10
    assert "03 66 72 03 07" in listed
    assert "perso  normal" in listed
    assert "Durand" in listed
    assert password not in listed
    assert again.returncode == 1
    assert "line passwd 0366720307" in again.stderr
    assert changed.returncode == 0
    assert "s3cret" not in changed.stdout
    assert removed.returncode == 0
    assert gone.returncode == 1
    assert "ecofax-gateway line list" in gone.stderr


@pytest.mark.parametrize("password", ["", "two words"])
def test_a_password_that_no_mail_could_carry_is_refused(ecofax, password):
    refused = ecofax(
        "line", "add", "0366720307", "--password-stdin", stdin=f"{password}\n"
    )

    assert refused.returncode == 1
    assert "no space" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "NOSUCH00"], "see: ecofax-gateway faxes"),
        (["cancel", "NOSUCH00"], "see: ecofax-gateway faxes"),
        (["send", "0972101010", str(DOCUMENT)], "line add NUMBER"),
        (["send", "poste", str(DOCUMENT)], "'poste' contient des lettres"),
        (["send", "0972101010", "/nowhere.pdf"], "/nowhere.pdf: No such file"),
        (["convert", "/nowhere.pdf", "-o", "/tmp/x.tif"], "No such file"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_to_do(ecofax, arguments, said):
    refused = ecofax(*arguments)

    assert refused.returncode == 1
    assert said in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_send_asks_which_line_and_refuses_restricted_numbers(ecofax):
    ecofax("line", "add", "0366720307")
    restricted = ecofax("send", "0899700000", str(DOCUMENT))
    ecofax("line", "add", "0366720308")
    which = ecofax("send", "0972101010", str(DOCUMENT))

    assert "--quality best" in restricted.stderr
    assert "--line NUMBER" in which.stderr


def test_an_order_waits_for_the_gateway_and_can_be_cancelled(ecofax):
    """Without a running gateway the order is kept; nothing is lost."""
    ecofax("line", "add", "0366720307")
    ref = ecofax("send", "0972101010", str(DOCUMENT)).stdout.split()[1].rstrip(":")

    listed = ecofax("faxes").stdout
    shown = ecofax("show", ref).stdout
    cancelled = ecofax("cancel", ref).stdout

    assert f"{ref}  " in listed
    assert "waiting" in listed
    assert "devis.pdf" in shown
    assert f"{ref}: 1 faxes cancelled" in cancelled
    assert "cancelled" in ecofax("faxes", "--state", "cancelled").stdout
    assert ecofax("faxes", "--state", "sent").stdout.strip() == "no fax"


def test_check_config_says_what_the_file_comes_to(ecofax):
    checked = ecofax("check-config")

    assert checked.returncode == 0
    assert "t: built-in" in checked.stdout


def test_a_wrong_configuration_is_refused_with_status_2(ecofax, tmp_path):
    """systemd is told not to start again on it."""
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('[smtp]\nlisten = "x"\n')

    for command in ("check-config", "run"):
        refused = ecofax(command, "--config", str(wrong))

        assert refused.returncode == 2
        assert refused.stderr.splitlines() == [
            "ecofax-gateway: [trunk]: missing; name your SIP trunk, or for trying only"
            ' write proxy = "built-in"',
            'ecofax-gateway: smtp.listen: write it as "host:port", e.g. "127.0.0.1:2525"',
        ]


def test_files_that_it_names_are_looked_into_before_the_start(ecofax, tmp_path):
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(
        f'[gateway]\nstate = "{tmp_path}/state"\n'
        '[smtp]\ncertificate = "/none.pem"\ncertificate_key = "/none.key"\n'
        '[replies]\ndkim_key = "/none.dkim"\n'
        '[trunk]\nname = "t"\nproxy = "192.0.2.1"\nusername = "u"\n'
        'password_file = "/none.password"\n'
    )

    refused = ecofax("check-config", "--config", str(wrong))

    assert refused.returncode == 2
    told = refused.stderr.splitlines()
    assert len(told) == 3
    assert "smtp.certificate: /none.pem" in told[0]
    assert "replies.dkim_key: /none.dkim" in told[1]
    assert "trunk.password_file of t: /none.password" in told[2]


@pytest.mark.parametrize(
    ("table", "said", "status"),
    [
        # 75: it may be there in a moment, systemd tries again.
        ('[smtp]\nlisten = "192.0.2.1:2525"\n', "smtp.listen: 192.0.2.1:2525", 75),
        ('[gateway]\nstate = "/proc/none"\n', "gateway.state: /proc/none", 2),
    ],
)
def test_what_only_the_start_can_tell_is_said_in_one_line(
    ecofax, tmp_path, table, said, status
):
    config = tmp_path / "config.toml"
    state = "" if "gateway" in table else f'[gateway]\nstate = "{tmp_path}/s"\n'
    config.write_text(
        f'{table}{state}[trunk]\nname = "t"\nproxy = "built-in"\npaced = false\n'
    )

    refused = ecofax("run", "--config", str(config))

    assert refused.returncode == status, refused.stderr
    assert f"ecofax-gateway: {said}" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_reader_that_has_enough_is_no_fault(tmp_path):
    """As with `| head`: the pipe is closed before anything is printed."""
    reading, writing = os.pipe()
    os.close(reading)

    run = subprocess.run(
        [sys.executable, "-m", "ecofax_gateway", "endings"],
        env={**os.environ, "XDG_STATE_HOME": str(tmp_path)},
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    os.close(writing)

    assert run.stderr == ""
    assert run.returncode == 141
