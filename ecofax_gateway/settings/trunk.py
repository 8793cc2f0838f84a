"""
The keys of a trunk: how calls leave, for whom, how fast and at what price.

Pure: no I/O, no clock, no randomness.
"""

import inspect
import re
from dataclasses import dataclass, replace
from typing import Any

from ..domain.dialling import CallerRule, NumberFormat, parse_rule
from ..domain.document import Quality
from .keys import at_least, each, key, one_of, print_section, read_keys, read_section
from .retry import RETRY, RetrySettings

BUILT_IN = "built-in"
"The proxy that is no proxy: the daemon starts a fax machine of its own."

TRANSPORTS = ("", "udp", "tcp", "tls")

FOLLOW, DIRECT, AUDIO = "follow", "direct", "audio"
"What `t38` may be."

_PREFIX = re.compile(r"\+[0-9]{1,15}\Z")
_PRICE = re.compile(r"(\+[0-9]{1,15})=([0-9]{1,6}(?:\.[0-9]{1,6})?)\Z")
_CALLER = re.compile(r"\+?[0-9]{3,17}\Z")
_NAME = re.compile(r"[\w.-]{1,40}\Z")
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,253}[A-Za-z0-9])?\.?\Z")
_IPV6 = re.compile(r"[0-9A-Fa-f:.]{2,45}\Z")


def _name(text: str) -> str | None:
    if _NAME.match(text):
        return None
    return "write 1 to 40 letters, digits, dots, dashes or underscores"


def _proxy(text: str) -> str | None:
    if text == BUILT_IN or split_proxy(text) is not None:
        return None
    return (
        'write it as "sip.example.net", "192.0.2.1:5060" or "[2001:db8::1]:5060", or'
        f' "{BUILT_IN}"'
    )


def split_proxy(text: str) -> tuple[str, int] | None:
    """
    The host and the port of a proxy, 0 where none is named; None: it is none.

    Args:
        text: "host", "host:port", "[IPv6]" or "[IPv6]:port".
    """
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or not _IPV6.match(host) or (rest and rest[0] != ":"):
            return None
        port = rest[1:] if rest else ""
        named = bool(rest)
    else:
        host, colon, port = text.partition(":")
        named = bool(colon)
        if not _HOST.match(host):
            return None
    if not named:
        return host, 0
    if not (port.isascii() and port.isdigit() and 0 < int(port) <= 65535):
        return None
    return host, int(port)


def _rule(text: str) -> str | None:
    try:
        parse_rule(text)
    except ValueError as error:
        return str(error)
    return None


def _prefix(text: str) -> str | None:
    return None if _PREFIX.match(text) else 'write "+" and digits, e.g. "+33"'


def _price(text: str) -> str | None:
    return None if _PRICE.match(text) else 'write "+PREFIX=PRICE", e.g. "+336=0.08"'


def _caller(text: str) -> str | None:
    if text in set(CallerRule) or _CALLER.match(text):
        return None
    return 'write "line", "anonymous" or a number as the trunk wants it'


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkSettings:
    """
    One way for calls to leave. Write [[trunk]] once for each: a fax leaves by the
    cheapest that serves its number and quality, and by the next if that one fails.
    """

    name: str = key(
        "Its name in logs, reports and commands.", example="carrier", check=_name
    )
    proxy: str = key(
        'Where calls go: "sip.example.net" (by its SRV records, else its address),\n'
        '"192.0.2.1:5060", or "built-in": a fax machine of the gateway\'s own that\n'
        "prints every fax into the state folder (for trying only: nothing leaves this\n"
        "machine).",
        example="sip.example.net:5060",
        check=_proxy,
    )
    transport: str = key(
        '"udp", "tcp" or "tls". Empty: what the name\'s NAPTR records say, else UDP.',
        default="",
        check=one_of(*TRANSPORTS),
    )
    tls_ca_file: str = key(
        "PEM file with the authorities that may have signed the trunk's certificate.\n"
        "Empty: the system's.",
        default="",
    )
    tls_verify: bool = key(
        "false: any certificate will do; only inside one's own network.", default=True
    )
    username: str = key("For digest authentication; empty: none.", default="")
    password_file: str = key(
        "File that holds the trunk's password (one line, mode 0600).", default=""
    )
    domain: str = key("Host part of the SIP addresses. Empty: the proxy's.", default="")
    register: bool = key(
        "Keep a registration at the proxy, as a telephone does.", default=False
    )
    register_seconds: int = key(
        "How long a registration is asked for; it is renewed in time.",
        default=3600,
        check=at_least(60),
    )
    ping_seconds: float = key(
        "How often a trunk that needs no registration is asked whether it is alive\n"
        "(OPTIONS); any answer will do. 0: never, for one that does not answer them.",
        default=60.0,
        check=at_least(0),
    )
    channels: int = key(
        "Calls at the same time, over all nodes.", default=4, check=at_least(1)
    )
    calls_per_second: float = key(
        "Calls begun in a second at most, over all nodes; 0: any number.",
        default=0.0,
        check=at_least(0),
    )
    number_format: str = key(
        'How numbers are dialled. "national": 0972101010, abroad 0044...; "e164":\n'
        '+33972101010; "rules": as number_rules say.',
        default="national",
        check=one_of(*NumberFormat),
    )
    number_rules: tuple[str, ...] = key(
        "What comes instead of the first digits of +33972101010; the longest beginning\n"
        'that fits counts, e.g. ["+33=0", "+=00"].',
        default=(),
        check=each(_rule),
    )
    caller_id: str = key(
        'The number that a call shows: "line" (that of the fax line), "anonymous", or\n'
        "one number for all, written as the trunk wants it.",
        default="line",
        check=_caller,
    )
    t38: str = key(
        '"follow": begin as a voice call and go over to T.38; "direct": T.38 from the\n'
        'first; "audio": no T.38 at all (G.711).',
        default=FOLLOW,
        check=one_of(FOLLOW, DIRECT, AUDIO),
    )
    ecm: bool = key("Error correction (T.30 Annex A).", default=True)
    prefixes: tuple[str, ...] = key(
        'Beginnings of the numbers that it serves, e.g. ["+33", "+32"]. Empty: all.',
        default=(),
        check=each(_prefix),
    )
    qualities: tuple[str, ...] = key(
        'Qualities that it serves, e.g. ["best"]. Empty: all.',
        default=(),
        check=each(one_of(*Quality)),
    )
    cost_per_minute: float = key(
        "Price of a minute; the cheapest trunk is the first choice. 0: not told.",
        default=0.0,
        check=at_least(0),
    )
    cost_by_prefix: tuple[str, ...] = key(
        'Other prices, by the number\'s beginning, e.g. ["+336=0.08", "+44=0.05"].',
        default=(),
        check=each(_price),
    )
    paced: bool = key(
        "At the speed of a real fax line. false: as fast as the machine can, only\n"
        'towards "built-in" or a fax-machine command on 127.x.x.x.',
        default=True,
    )

    retry: RetrySettings = RETRY
    "Of [retry] and of its own [trunk.retry], which counts where it says something."

    @property
    def prices(self) -> dict[str, float]:
        """`cost_by_prefix`, read."""
        matches = [_PRICE.match(text) for text in self.cost_by_prefix]
        return {match[1]: float(match[2]) for match in matches if match}


BUILT_IN_TRUNK = TrunkSettings(name=BUILT_IN, proxy=BUILT_IN)


def read_trunks(
    tables: Any, retry: RetrySettings, mistakes: list[str]
) -> tuple[TrunkSettings, ...]:
    """
    Read [trunk], or every [[trunk]].

    Args:
        tables: As TOML has it: a table, or a list of them.

        retry: The patience of trunks that say nothing else.

        mistakes: What is wrong is added here.
    """
    if not isinstance(tables, list):
        read = [_read_trunk("trunk", tables, retry, mistakes)]
    else:
        read = [
            _read_trunk(f"trunk[{n}]", table, retry, mistakes)
            for n, table in enumerate(tables, 1)
        ]
    trunks = [trunk for trunk in read if trunk is not None]
    names = [trunk.name for trunk in trunks]
    for name in sorted({name for name in names if names.count(name) > 1}):
        mistakes.append(
            f"trunk.name: {name!r} is the name of several; each needs its own"
        )
    return tuple(trunks)


def _read_trunk(
    label: str, table: Any, retry: RetrySettings, mistakes: list[str]
) -> TrunkSettings | None:
    before = len(mistakes)
    trunk: TrunkSettings | None = read_section(
        label, TrunkSettings, table, mistakes, but=("retry",)
    )
    own = table.get("retry", {}) if isinstance(table, dict) else {}
    patience = read_keys(f"{label}.retry", RetrySettings, own, mistakes)
    if trunk is None or patience is None or len(mistakes) > before:
        return None
    mistakes += [f"{label}.{wrong}" for wrong in _across(trunk)]
    return replace(trunk, retry=replace(retry, **patience))


def _across(trunk: TrunkSettings) -> list[str]:
    """Rules that span two keys; each names the one to change."""
    wrong = []
    is_built_in = trunk.proxy == BUILT_IN
    if not trunk.paced and not (is_built_in or trunk.proxy.startswith("127.")):
        wrong.append(
            "paced: only our own fax machine, on this machine, can run without"
            " pacing; a real one needs paced = true"
        )
    if trunk.username and not trunk.password_file:
        wrong.append("password_file: needed with username")
    if trunk.register and is_built_in:
        wrong.append("register: the built-in fax machine takes no registration")
    if is_built_in and trunk.transport not in ("", "udp"):
        wrong.append("transport: the built-in fax machine speaks UDP")
    if trunk.transport != "tls" and (trunk.tls_ca_file or not trunk.tls_verify):
        named = "tls_ca_file" if trunk.tls_ca_file else "tls_verify"
        wrong.append(f'{named}: counts only with transport = "tls"')
    if (trunk.number_format == NumberFormat.RULES) != bool(trunk.number_rules):
        wrong.append('number_rules: goes together with number_format = "rules"')
    return wrong


def print_trunk() -> list[str]:
    """The lines of an example with every key of a trunk."""
    title = inspect.cleandoc(TrunkSettings.__doc__ or "")
    lines = print_section("[[trunk]]", title, TrunkSettings, but=("retry",))
    patience = "Its own patience; a key that is not given is as in [retry]."
    return [*lines, "", *print_section("[trunk.retry]", patience, RetrySettings)]
