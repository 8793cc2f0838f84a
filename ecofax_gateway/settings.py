"""
The configuration: one TOML file, frozen dataclasses, every mistake at once.

Each field carries its own help, so that `example()` can print the whole file;
`config.example.toml` is that text, and a test holds it there. Without a file the
embedded defaults serve: mail on 127.0.0.1:2525, the built-in fax machine, replies as
files.
"""

import difflib
import ipaddress
import os
import tomllib
import typing
from collections.abc import Callable, Iterable
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .domain.errors import BadSettings

BUILT_IN = "built-in"
"The proxy that is no proxy: the daemon starts a fax machine of its own."


def _key(
    help_: str,
    *,
    default: Any = MISSING,
    example: Any = None,
    check: Callable[[Any], str | None] | None = None,
) -> Any:
    metadata = {"help": help_, "example": example, "check": check}
    if default is MISSING:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)


def _address(text: str) -> str | None:
    host, _, port = text.rpartition(":")
    if host and port.isdigit() and int(port) <= 65535:
        return None
    return 'write it as "host:port", e.g. "127.0.0.1:2525"'


def _address_or_none(text: str) -> str | None:
    return _address(text) if text else None


def _proxy(text: str) -> str | None:
    if text == BUILT_IN:
        return None
    host, _, port = text.partition(":")
    if host and (not port or (port.isdigit() and 0 < int(port) <= 65535)):
        return None
    return f'write it as "sip.example.net" or "192.0.2.1:5060", or "{BUILT_IN}"'


def _zone(name: str) -> str | None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return 'name a zone of the tz database, e.g. "Europe/Paris"'
    return None


def _networks(texts: Iterable[str]) -> str | None:
    for text in texts:
        try:
            ipaddress.ip_network(text)
        except ValueError:
            return f'{text!r} is no network: write "192.0.2.0/24" or "192.0.2.7"'
    return None


def _ip(text: str) -> str | None:
    if text == "":
        return None
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return 'write an IP address of this machine, e.g. "192.0.2.10"'
    return None


def _one_of(*choices: str) -> Callable[[str], str | None]:
    def check(text: str) -> str | None:
        return None if text in choices else f"choose one of {', '.join(choices)}"

    return check


def _from(least: float) -> Callable[[float], str | None]:
    return lambda value: None if value >= least else f"must be at least {least:g}"


def _database(url: str) -> str | None:
    if url == "" or url.startswith(("sqlite:///", "postgresql+psycopg://")):
        return None
    return 'begin with "sqlite:///" or "postgresql+psycopg://"'


def _mail_address(text: str) -> str | None:
    local, at, domain = text.rpartition("@")
    return None if local and at and domain else 'write "name@domain"'


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """The node itself."""

    node: str = _key(
        "Name of this node; it must stay the same over restarts.", default="node1"
    )
    silent_after: float = _key(
        "Seconds without a heartbeat after which the other nodes of the same database\n"
        "take a node's work over. The same on all nodes.",
        default=15.0,
        check=_from(1),
    )
    lost_call: float = _key(
        "Seconds that a call keeps its channels when its node was lost: until the fax\n"
        "machine has hung up.",
        default=120.0,
        check=_from(4),
    )
    state: str = _key(
        "Folder of everything that must outlive a restart. Empty: the service's\n"
        "state directory, else ~/.local/state/ecofax-gateway.",
        default="",
    )
    time_zone: str = _key(
        "Dates in mails, replies and tag lines are in this zone.",
        default="Europe/Paris",
        check=_zone,
    )
    log_level: str = _key(
        "debug, info, warning or error.",
        default="info",
        check=_one_of("debug", "info", "warning", "error"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """Where mail comes in."""

    listen: str = _key(
        "Address and port of the mail listener.",
        default="127.0.0.1:2525",
        check=_address,
    )
    listen_tls: str = _key(
        "The same, encrypted from the first byte (port 465); empty: none.",
        default="",
        check=_address_or_none,
    )
    listen_lmtp: str = _key(
        "For a mail server that delivers by LMTP, with an answer for each recipient;\n"
        "empty: none.",
        default="",
        check=_address_or_none,
    )
    certificate: str = _key(
        "PEM file with the certificate chain, for STARTTLS and listen_tls; read again\n"
        "by itself when it is renewed. Empty: nothing is encrypted.",
        default="",
    )
    certificate_key: str = _key("PEM file with its key, no passphrase.", default="")
    hostname: str = _key("Name in the greeting.", default="ecofax.fr")
    domains: tuple[str, ...] = _key(
        "Domains whose mail becomes faxes.", default=("ecofax.fr",)
    )
    trusted_networks: tuple[str, ...] = _key(
        "Who may hand in mail: your mail relay and your own machines. Whoever hands in\n"
        "mail gets replies sent to the address the mail names, so list only machines\n"
        "that vouch for it.",
        default=("127.0.0.0/8", "::1/128"),
        check=_networks,
    )
    login: bool = _key(
        "Let others hand in mail too if they log in: over TLS, with a fax line's number\n"
        "and its fax password. They need no p: in the mail.",
        default=False,
    )
    proxy_networks: tuple[str, ...] = _key(
        "Proxies in front of us: each connection from there begins with a PROXY header\n"
        "(HAProxy: send-proxy-v2), and its client's address counts. Not for listen_tls.",
        default=(),
        check=_networks,
    )
    max_connections: int = _key(
        "At the same time; a quarter is kept for trusted_networks.",
        default=200,
        check=_from(4),
    )
    max_bytes: int = _key(
        "Largest mail accepted, in bytes.", default=40_000_000, check=_from(10_000)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Where everything is kept."""

    database: str = _key(
        "URL of the database. Empty: SQLite in the state folder. For several nodes:\n"
        '"postgresql+psycopg://user@host/name" (password in ~/.pgpass or PGPASSFILE).',
        default="",
        check=_database,
    )
    keep_days: int = _key(
        "Days that documents, pages and mails of finished orders are kept.",
        default=30,
        check=_from(1),
    )
    history_days: int = _key(
        "Days that the history of finished orders is kept: numbers, calls, replies.\n"
        "0: for ever.",
        default=1095,
        check=_from(0),
    )
    repeat_hours: float = _key(
        "The same pages to the same number from the same line within this many hours\n"
        "are held and asked about. 0: they are sent.",
        default=24.0,
        check=_from(0),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplySettings:
    """How answers go out."""

    by: str = _key(
        '"smtp": by mail through the relay below. "folder": each as an .eml file.',
        default="folder",
        check=_one_of("smtp", "folder"),
    )
    relay: str = _key(
        "Address and port of the mail server that takes replies.",
        default="127.0.0.1:25",
        check=_address,
    )
    folder: str = _key(
        'Folder for the .eml files. Empty: "replies" in the state folder.', default=""
    )
    sender: str = _key(
        "Whom replies are from.",
        default="Ecofax <fax@ecofax.fr>",
        check=_mail_address,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionSettings:
    """Documents to pages."""

    office_instances: int = _key(
        "LibreOffice instances; as many as cores is the most that helps. 0: none, and\n"
        "office documents are refused.",
        default=1,
        check=_from(0),
    )
    workers: int = _key("Orders prepared at the same time.", default=2, check=_from(1))
    seconds: float = _key(
        "Longest time for one document.", default=60.0, check=_from(1)
    )
    memory_mb: int = _key(
        "Most memory for one conversion.", default=4096, check=_from(512)
    )
    max_pages: int = _key("Most pages of one document.", default=200, check=_from(1))


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """The call engine."""

    bind: str = _key(
        "Address of this machine that calls leave from. Empty: the one that the\n"
        "system uses towards the trunk.",
        default="",
        check=_ip,
    )
    sip_port: int = _key(
        "UDP port for SIP; 0: any free one.", default=0, check=_from(0)
    )
    ring_timeout: float = _key("Seconds to let it ring.", default=60.0, check=_from(5))


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrySettings:
    """Patience with a number; seconds, each drawn from half to one and a half."""

    busy: float = _key("After a busy line.", default=180.0, check=_from(0))
    no_answer: float = _key("After nobody answered.", default=300.0, check=_from(0))
    no_fax: float = _key(
        "After a voice, or two machines that did not agree.",
        default=300.0,
        check=_from(0),
    )
    cut_off: float = _key(
        "After a call that broke or went astray.", default=60.0, check=_from(0)
    )
    trunk_fault: float = _key(
        "After a fault of the trunk or of this machine (not counted as a try).",
        default=60.0,
        check=_from(0),
    )
    max_dials: int = _key("Most calls for one fax.", default=12, check=_from(1))
    max_with_carrier: int = _key(
        "Most calls in which a fax machine was met.", default=3, check=_from(1)
    )
    give_up_hours: float = _key(
        "Give up this long after the first call.", default=24.0, check=_from(0.01)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkSettings:
    """One way for calls to leave."""

    name: str = _key("Its name in logs and reports.", example="carrier")
    proxy: str = _key(
        'Where calls go: "sip.example.net", "192.0.2.1:5060", or "built-in": a fax\n'
        "machine of the gateway's own that prints every fax into the state folder\n"
        "(for trying only: nothing leaves this machine).",
        example="sip.example.net:5060",
        check=_proxy,
    )
    username: str = _key("For digest authentication; empty: none.", default="")
    password_file: str = _key(
        "File that holds the trunk's password (one line, mode 0600).", default=""
    )
    domain: str = _key(
        "Host part of the SIP addresses. Empty: the proxy's.", default=""
    )
    channels: int = _key("Calls at the same time.", default=4, check=_from(1))
    number_format: str = _key(
        '"national": 0972101010, abroad 0044...; "e164": +33972101010.',
        default="national",
        check=_one_of("national", "e164"),
    )
    cost_per_minute: float = _key(
        "Price of a minute, for `preflight`; 0: not told.", default=0.0, check=_from(0)
    )
    ecm: bool = _key("Error correction (T.30 Annex A).", default=True)
    paced: bool = _key(
        "At the speed of a real fax line. false: as fast as the machine can, only\n"
        'towards "built-in" or a fax-machine command on 127.x.x.x.',
        default=True,
    )


BUILT_IN_TRUNK = TrunkSettings(name=BUILT_IN, proxy=BUILT_IN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole configuration."""

    gateway: GatewaySettings = GatewaySettings()
    smtp: SmtpSettings = SmtpSettings()
    store: StoreSettings = StoreSettings()
    replies: ReplySettings = ReplySettings()
    conversion: ConversionSettings = ConversionSettings()
    engine: EngineSettings = EngineSettings()
    retry: RetrySettings = RetrySettings()
    trunk: TrunkSettings = BUILT_IN_TRUNK

    embedded: bool = False
    "True without a configuration file: a demo line is made, see `daemon`."

    @property
    def state(self) -> Path:
        """The state folder, absolute; not made here."""
        named = self.gateway.state or os.environ.get("STATE_DIRECTORY", "")
        if named:
            return Path(named).expanduser().absolute()
        home = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
        return (Path(home) / "ecofax-gateway").expanduser().absolute()

    @property
    def database_url(self) -> str:
        """The database's URL, with the default filled in."""
        return self.store.database or f"sqlite:///{self.state / 'ecofax.sqlite'}"

    @property
    def reply_folder(self) -> Path:
        """Where replies are written when they go to a folder."""
        return Path(self.replies.folder or self.state / "replies")

    @property
    def zone(self) -> ZoneInfo:
        """The zone of every date that a person reads."""
        return ZoneInfo(self.gateway.time_zone)


def load_settings(path: Path | None) -> Settings:
    """
    Read the configuration; None: the embedded defaults.

    Raises:
        BadSettings: With every mistake, each naming its key and the mend.
    """
    if path is None:
        return Settings(embedded=True)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise BadSettings([f"{path}: {reason}; name another with --config"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings([f"{path}: not valid TOML: {error}"]) from error
    return parse_settings(table)


def parse_settings(table: dict[str, Any]) -> Settings:
    """
    Build settings from a parsed TOML table.

    Raises:
        BadSettings: With every mistake.
    """
    mistakes: list[str] = []
    values: dict[str, Any] = {}
    sections = {f.name: f.type for f in fields(Settings) if f.name != "embedded"}
    for name in table.keys() - sections.keys():
        mistakes.append(f"[{name}]: no such section{_did_you_mean(name, sections)}")
    for name, kind in sections.items():
        if name in table:
            section = _parse_section(name, kind, table[name], mistakes)
            if section is not None:
                values[name] = section
    if "trunk" not in table:
        mistakes.append(
            "[trunk]: missing; name your SIP trunk, or for trying only write"
            f' proxy = "{BUILT_IN}"'
        )
    settings = Settings(**values)
    mistakes += _across(settings)
    if mistakes:
        raise BadSettings(sorted(mistakes))
    return settings


def _across(settings: Settings) -> list[str]:
    """Rules that span two keys."""
    mistakes = _across_smtp(settings.smtp)
    trunk = settings.trunk
    if not trunk.paced and not (
        trunk.proxy == BUILT_IN or trunk.proxy.startswith("127.")
    ):
        mistakes.append(
            "trunk.paced: only our own fax machine, on this machine, can run without"
            " pacing; a real one needs paced = true"
        )
    if trunk.username and not trunk.password_file:
        mistakes.append("trunk.password_file: needed with trunk.username")
    return mistakes


def _across_smtp(smtp: SmtpSettings) -> list[str]:
    mistakes = []
    if bool(smtp.certificate) != bool(smtp.certificate_key):
        missing = "certificate_key" if smtp.certificate else "certificate"
        mistakes.append(
            f"smtp.{missing}: missing; a certificate and its key go together"
        )
    if smtp.listen_tls and not smtp.certificate:
        mistakes.append("smtp.certificate: needed with smtp.listen_tls")
    if smtp.login and not smtp.certificate:
        mistakes.append(
            "smtp.certificate: needed with smtp.login; a password in the clear is refused"
        )
    return mistakes


def _parse_section(name: str, kind: Any, table: Any, mistakes: list[str]) -> Any:
    if not isinstance(table, dict):
        mistakes.append(f"[{name}]: must be a table of keys")
        return None
    known = {f.name: f for f in fields(kind)}
    types = typing.get_type_hints(kind)
    before = len(mistakes)
    for key in table.keys() - known.keys():
        mistakes.append(f"{name}.{key}: no such key{_did_you_mean(key, known)}")
    values = {}
    for key, spec in known.items():
        if key in table:
            wrong, values[key] = _read(spec, types[key], table[key])
            if wrong:
                mistakes.append(f"{name}.{key}: {wrong}")
        elif spec.default is MISSING:
            mistakes.append(f"{name}.{key}: missing; {_first_line(spec)}")
    return kind(**values) if len(mistakes) == before else None


def _read(spec: Field[Any], kind: Any, value: Any) -> tuple[str | None, Any]:
    """(what is wrong, the value as its type)."""
    if kind == tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            return 'must be a list of texts, e.g. ["a", "b"]', value
        value = tuple(value)
    elif kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    elif not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        words = {str: "a text", int: "a whole number", float: "a number"}
        return f"must be {words.get(kind, 'true or false')}", value
    check = spec.metadata["check"]
    return (check(value) if check else None), value


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _first_line(spec: Field[Any]) -> str:
    return str(spec.metadata["help"]).splitlines()[0]


def example() -> str:
    """
    The whole configuration file with every key, its help and its default.

    A key that shows its default is commented out; one that must be given is not.
    """
    lines = [
        "# ecofax-gateway: every key, with its default.",
        "# A line that begins with # shows a default; remove the # to change it.",
        "# Check the file with: ecofax-gateway check-config --config FILE",
    ]
    for section in fields(Settings):
        if section.name == "embedded":
            continue
        kind: Any = section.type
        heading = (kind.__doc__ or "").strip()
        lines += ["", "", f"# {heading}", f"[{section.name}]"]
        for spec in fields(kind):
            lines.append("")
            lines += [f"# {line}" for line in spec.metadata["help"].splitlines()]
            if spec.default is MISSING:
                lines.append(f"{spec.name} = {_toml(spec.metadata['example'])}")
            else:
                lines.append(f"# {spec.name} = {_toml(spec.default)}")
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case tuple():
            return "[" + ", ".join(_toml(item) for item in value) + "]"
        case _:
            return repr(value)
