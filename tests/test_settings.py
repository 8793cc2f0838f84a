"""
The configuration: read whole, refused whole.
"""

import math
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
from ecofax_gateway.settings.trunk import split_proxy

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
    (trunk,) = settings.trunks
    assert trunk.proxy == "sip.example.net:5060"


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
    (trunk,) = table.pop("trunk")
    sections = [*table.values(), trunk, trunk.pop("retry")]
    assert sum(len(section) for section in sections) == example().count(" = ")


def test_no_file_means_embedded_defaults():
    settings = load_settings(None)

    assert settings.embedded
    assert settings.smtp.listen == "127.0.0.1:2525"
    (trunk,) = settings.trunks
    assert trunk.proxy == "built-in"


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


@pytest.mark.parametrize(
    ("section", "key", "value", "wrong"),
    [
        ("gateway", "time_zone", "Europe", "name a zone"),
        ("gateway", "time_zone", "x" * 300, "name a zone"),
        ("gateway", "state", "~nobody-of-this-name/x", "there is no such user"),
        ("engine", "capture", "~nobody-of-this-name/x", "there is no such user"),
        ("gateway", "silent_after", math.nan, "must be at least 1"),
        ("gateway", "lost_call", math.inf, "must be at most 86400"),
        ("gateway", "node", "", "write 1 to 40 letters"),
        ("gateway", "node", "a b\n", "write 1 to 40 letters"),
        ("smtp", "domains", [], "'' is none: write a name"),
        ("smtp", "domains", ["a.fr", "@b.fr"], "'@b.fr' is none: write a name"),
        ("smtp", "hostname", "a.fr\r\nb", "write a name"),
        ("smtp", "postmaster", "Anne <anne@a.fr>", 'write "name@domain"'),
        ("replies", "relay", "mail.example:0", "write its port"),
        ("replies", "sender", "Ecofax <fax@ecofax.fr", 'write "name@domain"'),
        ("replies", "sender", "a\nb@c.fr", 'write "name@domain"'),
        ("store", "database", "mysql://user@host/name", 'write "sqlite:'),
        ("store", "database", "sqlite:///", 'write "sqlite:'),
        ("store", "database", "postgresql+psycopg://u@h:x/d", 'write "sqlite:'),
        ("store", "database", "postgresql+psycopg://u@h", 'write "sqlite:'),
        ("store", "keep_days", 10**12, "must be at most 36500"),
        ("store", "repeat_hours", math.inf, "must be at most 876000"),
        ("retry", "give_up_hours", math.inf, "must be at most 876000"),
        ("conversion", "memory_mb", 10**30, "must be at most 1000000000"),
        ("engine", "sip_port", 70_000, "must be at most 65535"),
        ("smtp", "listen", "127.0.0.1:²", "write it as"),
        ("smtp", "listen", "127.0.0.1:65536", "write it as"),
        ("trust", "nameserver", "127.0.0.1", "write it as"),
        ("trust", "nameserver", "127.0.0.1:53²", "write it as"),
        ("trust", "nameserver", "10.0.0.0/8:53", "write it as"),
    ],
)
def test_a_value_that_cannot_be_used_is_a_mistake(section, key, value, wrong):
    (found,) = mistakes({section: {key: value}, "trunk": TRUNK})

    assert found.startswith(f"{section}.{key}: {wrong}")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "sqlite:////var/lib/a folder/x.db",
        "postgresql+psycopg://u@h/d",
        "postgresql+psycopg://u:p:w@[::1]:5432/d",
        "postgresql+psycopg://postgres@/d?host=/run/postgresql",
        "postgresql+psycopg://?service=ecofax",
    ],
)
def test_a_database_is_named_by_its_url(url):
    settings = parse_settings({"store": {"database": url}, "trunk": TRUNK})

    assert settings.store.database == url


@pytest.mark.parametrize(
    "sender", ["fax@ecofax.fr", "Ecofax <fax@ecofax.fr>", '"É, x" <a@b>']
)
def test_a_sender_may_have_a_name(sender):
    settings = parse_settings({"replies": {"sender": sender}, "trunk": TRUNK})

    assert settings.replies.sender == sender


@pytest.mark.parametrize("server", ["", "127.0.0.1:53", "[::1]:53"])
def test_a_name_server_is_an_address_and_a_port(server):
    settings = parse_settings({"trust": {"nameserver": server}, "trunk": TRUNK})

    assert settings.trust.nameserver == server


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


TWO = [
    {"name": "cheap", "proxy": "192.0.2.1", "retry": {"busy": 30}},
    {"name": "sure", "proxy": "sip.example.net"},
]


def test_several_trunks_keep_their_order_and_their_patience():
    settings = parse_settings({"retry": {"busy": 60, "no_fax": 7}, "trunk": TWO})

    cheap, sure = settings.trunks
    assert (cheap.name, cheap.retry.busy, cheap.retry.no_fax) == ("cheap", 30.0, 7.0)
    assert (sure.name, sure.retry.busy, sure.retry.no_fax) == ("sure", 60.0, 7.0)


def test_mistakes_in_several_trunks_are_all_named():
    found = mistakes(
        {
            "trunk": [
                {
                    "name": "a",
                    "proxy": "sip.example.net:0",
                    "transport": "sctp",
                    "retry": {"buzy": 3, "busy": "long"},
                    "prefixes": ["33"],
                    "qualities": ["finest"],
                    "cost_by_prefix": ["+33"],
                    "number_rules": ["33=0"],
                    "caller_id": "nobody",
                },
                {"name": "a", "proxy": "192.0.2.1", "calls_per_second": -1},
                {"name": "b", "proxy": "192.0.2.1", "username": "u"},
                {"name": "b", "proxy": "built-in", "register": True},
                {"name": "c", "proxy": "[::1]:5060", "tls_ca_file": "ca.pem"},
                {"name": "d", "proxy": "192.0.2.1", "number_format": "rules"},
            ]
        }
    )

    for words in (
        "trunk[1].proxy: write it as",
        "trunk[1].transport: choose one of",
        "trunk[1].retry.buzy: no such key; did you mean 'busy'?",
        "trunk[1].retry.busy: must be a number",
        "trunk[1].prefixes: '33': write",
        "trunk[1].qualities: 'finest': choose one of",
        "trunk[1].cost_by_prefix: '+33': write",
        "trunk[1].number_rules: '33=0': write",
        "trunk[1].caller_id: write",
        "trunk[2].calls_per_second: must be at least 0",
        "trunk[3].password_file: needed with username",
        "trunk[4].register: ",
        "trunk[5].tls_ca_file: counts only with",
        "trunk[6].number_rules: goes together with",
        "trunk.name: 'b' is the name of several",
    ):
        assert any(m.startswith(words) for m in found), words
    assert len(found) == 15


@pytest.mark.parametrize(
    ("proxy", "address"),
    [
        ("sip.example.net", ("sip.example.net", 0)),
        ("192.0.2.1:5061", ("192.0.2.1", 5061)),
        ("[2001:db8::1]", ("2001:db8::1", 0)),
        ("[2001:db8::1]:5060", ("2001:db8::1", 5060)),
        ("sip.example.net:65536", None),
        ("[2001:db8::1", None),
        ("a b", None),
        ("", None),
        (":5060", None),
        ("x:٣", None),
    ],
)
def test_a_proxy_is_a_host_and_maybe_a_port(proxy, address):
    assert split_proxy(proxy) == address
