"""
`ecofax-gateway operator`.
"""

import pytest

from ecofax_gateway import cli


@pytest.fixture
def ecofax(tmp_path, capsys):
    config = tmp_path / "config.toml"
    config.write_text(
        f'[gateway]\nstate = "{tmp_path}/state"\n'
        '[trunk]\nname = "demo"\nproxy = "built-in"\n'
    )

    def run(*arguments):
        status = cli.main([*arguments, "--config", str(config)])
        told = capsys.readouterr()
        return status, told.out + told.err

    return run


def test_a_password_is_shown_once_and_never_again(ecofax):
    status, told = ecofax("operator", "add", "marie")
    password = told.split()[-1]

    assert status == 0
    assert len(password) == 10
    assert password not in ecofax("operator", "list")[1]
    assert "marie" in ecofax("operator", "list")[1]


def test_a_name_is_taken_once_and_is_no_number(ecofax):
    ecofax("operator", "add", "marie")

    for name, why in (
        ("marie", "already"),
        ("0366720307", "fax lines"),
        (" ", "letters"),
    ):
        status, told = ecofax("operator", "add", name)
        assert status == 1
        assert why in told


def test_who_is_not_there_is_told_so(ecofax):
    for action in ("passwd", "remove"):
        status, told = ecofax("operator", action, "paul")
        assert status == 1
        assert "ecofax-gateway operator list" in told


def test_a_removed_operator_is_gone(ecofax):
    ecofax("operator", "add", "marie")

    assert ecofax("operator", "remove", "marie")[0] == 0
    assert "marie" not in ecofax("operator", "list")[1]
