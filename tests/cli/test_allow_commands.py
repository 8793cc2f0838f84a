"""
Who may send for a line, as an operator types it.
"""

import pytest


def test_a_list_is_made_shown_and_taken_away(ecofax):
    allow = ("line", "allow", "0366720307")

    assert ecofax(*allow).stdout.endswith("everybody who has its password\n")
    made = ecofax(*allow, "Anne@Example.net", "@example.org", "--open", "10.1.0.0/24")
    assert made.stdout.endswith(
        "anne@example.net, example.org; without proof from 10.1.0.0/24\n"
    )
    assert "senders  anne@example.net" in ecofax("line", "show", "0366720307").stdout
    ecofax(*allow, "--remove", "example.org", "--close", "10.1.0.0/24")
    last = ecofax(*allow, "--remove", "anne@example.net")
    assert last.stdout.endswith("everybody who has its password\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["0366720307", "anne at example"], "write an address"),
        (["0366720307", "localhost"], "write an address"),
        (["0366720307", "--open", "10.1.0.7/24"], "write a network"),
        (["0366720308", "anne@example.net"], "there is no line"),
    ],
)
def test_what_cannot_be_on_a_list_is_said(ecofax, arguments, told):
    refused = ecofax("line", "allow", *arguments)

    assert refused.returncode != 0
    assert told in refused.stderr


def test_a_line_can_be_unlocked(ecofax):
    assert "0 counts" in ecofax("line", "unlock", "0366720307").stdout
    assert "there is no line" in ecofax("line", "unlock", "0366720308").stderr
