"""
The file of the configuration: read, checked and printed.

I/O: reads one file.

Each key carries its own help, so that `example()` can print the whole file;
`config.example.toml` is that text, and a test holds it there.
"""

import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

from ..domain.errors import BadSettings
from . import console, replies, smtp
from .console import ConsoleSettings
from .keys import did_you_mean, print_section, read_section
from .retry import RETRY
from .trunk import BUILT_IN, print_trunk, read_trunks
from .whole import Settings

EMBEDDED_CONSOLE = "127.0.0.1:8025"
"""Where the console is without a configuration file."""


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
    mistakes += smtp.contradictions(settings.smtp)
    if settings.trust.client_authority and not settings.smtp.certificate:
        mistakes.append("smtp.certificate: needed with trust.client_authority")
    mistakes += console.contradictions(settings.console)
    mistakes += replies.contradictions(settings.replies)
    if mistakes:
        raise BadSettings(sorted(mistakes))
    return settings


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


def _sections() -> dict[str, Any]:
    """The sections that are written once, by name."""
    plain = [f for f in fields(Settings) if f.name not in ("trunks", "embedded")]
    return {f.name: f.type for f in plain}
