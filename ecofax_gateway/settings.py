"""
The configuration: one TOML file, frozen dataclasses, every mistake at once.

Each field carries its own help, so that `example()` can print the whole file;
`config.example.toml` is that text, and a test holds it there. Without a file the
embedded defaults serve: mail on 127.0.0.1:2525, the console on 127.0.0.1:8025, the
built-in fax machine, replies as files.
"""

import ipaddress
import os
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .domain.document import Quality
from .domain.errors import BadSettings
from .domain.route import Carrier
from .keys import at_least, did_you_mean, key, one_of, print_section, read_section
from .smtp.postman import RelayTls
from .trunk_settings import (
    BUILT_IN,
    BUILT_IN_TRUNK,
    RETRY,
    RetrySettings,
    TrunkSettings,
    print_trunk,
    read_trunks,
)
from .trust_settings import TRUST, TrustSettings, networks

EMBEDDED_CONSOLE = "127.0.0.1:8025"
"""Where the console is without a configuration file."""


def _address(text: str) -> str | None:
    host, _, port = text.rpartition(":")
    if host and port.isdigit() and int(port) <= 65535:
        return None
    return 'write it as "host:port", e.g. "127.0.0.1:2525"'


def _address_or_none(text: str) -> str | None:
    return _address(text) if text else None


def _zone(name: str) -> str | None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return 'name a zone of the tz database, e.g. "Europe/Paris"'
    return None


def _ip(text: str) -> str | None:
    if text == "":
        return None
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return 'write an IP address of this machine, e.g. "192.0.2.10"'
    return None


def _database(url: str) -> str | None:
    if url == "" or url.startswith(("sqlite:///", "postgresql+psycopg://")):
        return None
    return 'begin with "sqlite:///" or "postgresql+psycopg://"'


def _mail_address(text: str) -> str | None:
    local, at, domain = text.rpartition("@")
    return None if local and at and domain else 'write "name@domain"'


def _mail_address_or_none(text: str) -> str | None:
    return _mail_address(text) if text else None


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """The node itself."""

    node: str = key(
        "Name of this node; it must stay the same over restarts.", default="node1"
    )
    silent_after: float = key(
        "Seconds without a heartbeat after which the other nodes of the same database\n"
        "take a node's work over. The same on all nodes.",
        default=15.0,
        check=at_least(1),
    )
    lost_call: float = key(
        "Seconds that a call keeps its channels when its node was lost: until the fax\n"
        "machine has hung up.",
        default=120.0,
        check=at_least(4),
    )
    state: str = key(
        "Folder of everything that must outlive a restart. Empty: the service's\n"
        "state directory, else ~/.local/state/ecofax-gateway.",
        default="",
    )
    time_zone: str = key(
        "Dates in mails, replies and tag lines are in this zone.",
        default="Europe/Paris",
        check=_zone,
    )
    log_level: str = key(
        "debug, info, warning or error.",
        default="info",
        check=one_of("debug", "info", "warning", "error"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """Where mail comes in."""

    listen: str = key(
        "Address and port of the mail listener.",
        default="127.0.0.1:2525",
        check=_address,
    )
    listen_tls: str = key(
        "The same, encrypted from the first byte (port 465); empty: none.",
        default="",
        check=_address_or_none,
    )
    listen_lmtp: str = key(
        "For a mail server that delivers by LMTP, with an answer for each recipient;\n"
        "empty: none.",
        default="",
        check=_address_or_none,
    )
    certificate: str = key(
        "PEM file with the certificate chain, for STARTTLS and listen_tls; read again\n"
        "by itself when it is renewed. Empty: nothing is encrypted.",
        default="",
    )
    certificate_key: str = key("PEM file with its key, no passphrase.", default="")
    hostname: str = key("Name in the greeting.", default="ecofax.fr")
    domains: tuple[str, ...] = key(
        "Domains whose mail becomes faxes.", default=("ecofax.fr",)
    )
    postmaster: str = key(
        "Address of a person, in another domain, whom mail for postmaster@ and abuse@ is\n"
        "passed on to; whoever takes mail from the internet has to have one (RFC 5321\n"
        "section 4.5.1). Empty: it is refused.",
        default="",
        check=_mail_address_or_none,
    )
    trusted_networks: tuple[str, ...] = key(
        "Who may hand in mail: your mail relay and your own machines. Whoever hands in\n"
        "mail gets replies sent to the address the mail names, so list only machines\n"
        "that vouch for it.",
        default=("127.0.0.0/8", "::1/128"),
        check=networks,
    )
    login: bool = key(
        "Let others hand in mail too if they log in: over TLS, with a fax line's number\n"
        "and its fax password. They need no p: in the mail.",
        default=False,
    )
    proxy_networks: tuple[str, ...] = key(
        "Proxies in front of us: each connection from there begins with a PROXY header\n"
        "(HAProxy: send-proxy-v2), and its client's address counts. Not for listen_tls.",
        default=(),
        check=networks,
    )
    max_connections: int = key(
        "At the same time; a quarter is kept for trusted_networks.",
        default=200,
        check=at_least(4),
    )
    max_bytes: int = key(
        "Largest mail accepted, in bytes.", default=40_000_000, check=at_least(10_000)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSettings:
    """Console and API."""

    listen: str = key(
        'Address and port, e.g. "127.0.0.1:8025"; empty: no console here.',
        default="",
        check=_address_or_none,
    )
    certificate: str = key(
        "PEM file with the certificate chain. Empty: http, for a proxy in front that\n"
        "does https, or for this machine alone.",
        default="",
    )
    certificate_key: str = key("PEM file with its key, no passphrase.", default="")
    proxy_networks: tuple[str, ...] = key(
        "Proxies in front of us, whose X-Forwarded-For and -Proto headers count.",
        default=(),
        check=networks,
    )
    https: bool = key(
        "Browsers come by https to the proxy in front of us: cookies are for that alone.",
        default=False,
    )
    outbound_networks: tuple[str, ...] = key(
        "Networks that webhooks may be sent to, and lists fetched from, although they are\n"
        "not public.",
        default=(),
        check=networks,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Where everything is kept."""

    database: str = key(
        "URL of the database. Empty: SQLite in the state folder. For several nodes:\n"
        '"postgresql+psycopg://user@host/name" (password in ~/.pgpass or PGPASSFILE).',
        default="",
        check=_database,
    )
    keep_days: int = key(
        "Days that documents, pages and mails of finished orders are kept.",
        default=30,
        check=at_least(1),
    )
    history_days: int = key(
        "Days that the history of finished orders is kept: numbers, calls, replies.\n"
        "0: for ever.",
        default=1095,
        check=at_least(0),
    )
    repeat_hours: float = key(
        "The same pages to the same number from the same line within this many hours\n"
        "are held and asked about. 0: they are sent.",
        default=24.0,
        check=at_least(0),
    )
    repeat_days: float = key(
        "Days after which what was held so, and nobody released, is cancelled. Its\n"
        "sender is told the date when he is asked, and then that it was cancelled.",
        default=7.0,
        check=at_least(1),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplySettings:
    """How answers go out."""

    by: str = key(
        '"smtp": by mail through the relay below. "folder": each as an .eml file.',
        default="folder",
        check=one_of("smtp", "folder"),
    )
    relay: str = key(
        "Address and port of the mail server that takes replies.",
        default="127.0.0.1:25",
        check=_address,
    )
    relay_tls: str = key(
        '"opportunistic": encrypted if the relay offers it. "starttls" (port 587) and\n'
        '"implicit" (port 465): always, and its certificate is checked. "none".',
        default="opportunistic",
        check=one_of(*RelayTls),
    )
    relay_authorities: str = key(
        "PEM file of who signed the relay's certificate. Empty: those that the system\n"
        "trusts.",
        default="",
    )
    relay_user: str = key(
        "Name to log in to the relay with. Empty: no login.", default=""
    )
    relay_password_file: str = key(
        "File that holds its password (one line, mode 0600).", default=""
    )
    folder: str = key(
        'Folder for the .eml files. Empty: "replies" in the state folder.', default=""
    )
    sender: str = key(
        "Whom replies are from.",
        default="Ecofax <fax@ecofax.fr>",
        check=_mail_address,
    )
    dkim_key: str = key(
        "File of the key that replies are signed with (DKIM); made, with its DNS\n"
        "record, by: ecofax-gateway dkim-key. Empty: replies are not signed.",
        default="",
    )
    dkim_selector: str = key("Name of that key in the DNS.", default="ecofax")
    dkim_domain: str = key("Domain that signs. Empty: that of the sender.", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionSettings:
    """Documents to pages."""

    office_instances: int = key(
        "LibreOffice instances; as many as cores is the most that helps. 0: none, and\n"
        "office documents are refused.",
        default=1,
        check=at_least(0),
    )
    workers: int = key(
        "Orders prepared at the same time.", default=2, check=at_least(1)
    )
    seconds: float = key(
        "Longest time for one document.", default=55.0, check=at_least(1)
    )
    memory_mb: int = key(
        "Most memory for one conversion.", default=1536, check=at_least(512)
    )
    max_pages: int = key("Most pages of one document.", default=200, check=at_least(1))


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """The call engine."""

    bind: str = key(
        "Address of this machine that calls leave from. Empty: the one that the\n"
        "system uses towards the trunk.",
        default="",
        check=_ip,
    )
    sip_port: int = key(
        "UDP port for SIP; 0: any free one.", default=0, check=at_least(0)
    )
    ring_timeout: float = key(
        "Seconds to let it ring.", default=60.0, check=at_least(5)
    )
    capture: str = key(
        "Folder for the packets of every call, as pcap files named after the fax and\n"
        "kept as long as pages: the pages are in them. Empty: none are written.",
        default="",
    )

    @property
    def captures(self) -> Path | None:
        """The folder of captures, absolute; None: there are none."""
        return Path(self.capture).expanduser().absolute() if self.capture else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole configuration."""

    gateway: GatewaySettings = GatewaySettings()
    smtp: SmtpSettings = SmtpSettings()
    console: ConsoleSettings = ConsoleSettings()
    trust: TrustSettings = TRUST
    store: StoreSettings = StoreSettings()
    replies: ReplySettings = ReplySettings()
    conversion: ConversionSettings = ConversionSettings()
    engine: EngineSettings = EngineSettings()
    retry: RetrySettings = RETRY
    trunks: tuple[TrunkSettings, ...] = (BUILT_IN_TRUNK,)
    "In the file: [trunk], or [[trunk]] once for each. Their order counts."

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
    def carriers(self) -> tuple[Carrier, ...]:
        """What each trunk serves, and for how much."""
        return tuple(
            Carrier(
                name=trunk.name,
                prefixes=trunk.prefixes,
                qualities=frozenset(map(Quality, trunk.qualities or Quality)),
                cost_per_minute=trunk.cost_per_minute,
                cost_by_prefix=trunk.prices,
            )
            for trunk in self.trunks
        )

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
        return Settings(embedded=True, console=ConsoleSettings(listen=EMBEDDED_CONSOLE))
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
    sections = _sections()
    for name in table.keys() - {*sections, "trunk"}:
        close = did_you_mean(name, [*sections, "trunk"])
        mistakes.append(f"[{name}]: no such section{close}")
    for name, kind in sections.items():
        if name in table:
            section = read_section(name, kind, table[name], mistakes)
            if section is not None:
                values[name] = section
    if table.get("trunk"):
        retry = values.get("retry", RETRY)
        values["trunks"] = read_trunks(table["trunk"], retry, mistakes)
    else:
        mistakes.append(
            "[trunk]: missing; name your SIP trunk, or for trying only write"
            f' proxy = "{BUILT_IN}"'
        )
    settings = Settings(**values)
    mistakes += _across_smtp(settings.smtp)
    if settings.trust.client_authority and not settings.smtp.certificate:
        mistakes.append("smtp.certificate: needed with trust.client_authority")
    mistakes += _across_console(settings.console)
    mistakes += _across_replies(settings.replies)
    if mistakes:
        raise BadSettings(sorted(mistakes))
    return settings


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
    own = {domain.lower() for domain in smtp.domains}
    if smtp.postmaster.rpartition("@")[2].lower() in own:
        mistakes.append(
            "smtp.postmaster: name an address in another domain; mail for this one comes"
            " back here"
        )
    return mistakes


def _across_console(console: ConsoleSettings) -> list[str]:
    if bool(console.certificate) == bool(console.certificate_key):
        return []
    missing = "certificate_key" if console.certificate else "certificate"
    return [f"console.{missing}: missing; a certificate and its key go together"]


def _across_replies(replies: ReplySettings) -> list[str]:
    mistakes = []
    if bool(replies.relay_user) != bool(replies.relay_password_file):
        missing = "relay_password_file" if replies.relay_user else "relay_user"
        mistakes.append(
            f"replies.{missing}: missing; a name and its password go together"
        )
    checked = (RelayTls.STARTTLS, RelayTls.IMPLICIT)
    if replies.relay_user and replies.relay_tls not in checked:
        mistakes.append(
            'replies.relay_tls: write "starttls" or "implicit" with relay_user; a'
            " password is given to no server whose certificate was not checked"
        )
    return mistakes


def _sections() -> dict[str, Any]:
    """The sections that are written once, by name."""
    plain = [f for f in fields(Settings) if f.name not in ("trunks", "embedded")]
    return {f.name: f.type for f in plain}


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
    for name, kind in _sections().items():
        title = (kind.__doc__ or "").strip()
        lines += ["", "", *print_section(f"[{name}]", title, kind)]
    return "\n".join([*lines, "", "", *print_trunk()]) + "\n"
