"""
The keys of the configuration: what each one is, how it is read, how it is printed.

Pure: no I/O, no clock, no randomness.
"""

import difflib
import typing
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import MISSING, Field, field, fields
from pathlib import Path
from typing import Any

Check = Callable[[Any], str | None]
"""What is wrong with a value of the right type, as a demand; None: nothing."""


MOST = 1_000_000_000
"""No number means anything beyond; TOML also has infinity."""

MOST_DAYS = 36_500
"""A hundred years; dates end in the year 9999."""


def key(
    help_: str,
    *,
    default: Any = MISSING,
    example: Any = None,
    check: Check | None = None,
) -> Any:
    """
    A field of a section.

    Args:
        help_: Printed above it in the example; its first line is said if it is missing.

        default: None given: the key must be.

        example: Printed where there is no default.
    """
    metadata = {"help": help_, "example": example, "check": check}
    if default is MISSING:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)


def one_of(*choices: str) -> Check:
    """A text of these."""

    def check(text: str) -> str | None:
        return None if text in choices else f"choose one of {', '.join(choices)}"

    return check


def at_least(least: float, *, most: float = MOST) -> Check:
    """A number that is not less, and not more than *most*."""

    def check(value: float) -> str | None:
        if not value >= least:  # nor is "nan"
            return f"must be at least {least:g}"
        return None if value <= most else f"must be at most {most:.0f}"

    return check


def folder(text: str) -> str | None:
    """What is wrong with a folder; None: nothing, whether it is there or not."""
    try:
        Path(text).expanduser()
    except RuntimeError:
        return "there is no such user, or he has no home; write the whole path"
    return None


def or_empty(check: Check) -> Check:
    """A text that passes *check*, or none at all."""
    return lambda text: check(text) if text else None


def each(check: Check) -> Check:
    """A list whose entries all pass *check*."""

    def check_all(values: Iterable[Any]) -> str | None:
        for value in values:
            if wrong := check(value):
                return f"{value!r}: {wrong}"
        return None

    return check_all


def read_section(
    label: str,
    kind: Any,
    table: Any,
    mistakes: list[str],
    *,
    but: Collection[str] = (),
) -> Any:
    """
    Read a table of keys as a dataclass whose fields were made by `key`.

    Args:
        label: Of the section, for what is wrong in it.

        mistakes: What is wrong is added here.

        but: Fields that are read elsewhere.

    Returns:
        An instance of *kind*, or None if anything is wrong.
    """
    known = {f.name: f for f in fields(kind) if f.name not in but}
    before = len(mistakes)
    values = read_keys(label, kind, table, mistakes, but=but)
    if values is None:
        return None
    for name, spec in known.items():
        if name not in table and spec.default is MISSING:
            mistakes.append(f"{label}.{name}: missing; {_first_line(spec)}")
    return kind(**values) if len(mistakes) == before else None


def read_keys(
    label: str,
    kind: Any,
    table: Any,
    mistakes: list[str],
    *,
    but: Collection[str] = (),
) -> dict[str, Any] | None:
    """
    Read those keys that a table gives, as values for fields of *kind*.

    Args:
        See `read_section`.

    Returns:
        None: it is no table.
    """
    if not isinstance(table, dict):
        mistakes.append(f"[{label}]: must be a table of keys")
        return None
    known = {f.name: f for f in fields(kind) if f.name not in but}
    types = typing.get_type_hints(kind)
    values = {}
    for name in sorted(table.keys() - known.keys() - set(but)):
        mistakes.append(f"{label}.{name}: no such key{did_you_mean(name, known)}")
    for name, spec in known.items():
        if name in table:
            wrong, values[name] = _read(spec, types[name], table[name])
            if wrong:
                mistakes.append(f"{label}.{name}: {wrong}")
    return values


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown name; empty if none is like it."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def print_section(
    heading: str, title: str, kind: Any, *, but: Collection[str] = ()
) -> list[str]:
    """
    Print a section with every key, its help and its default.

    A key that shows its default is commented out; one that must be given is not.

    Args:
        heading: With its brackets.

        title: A sentence above it.
    """
    lines = [f"# {line}" for line in title.splitlines()]
    lines.append(heading)
    for spec in fields(kind):
        if spec.name in but:
            continue
        lines.append("")
        lines += [f"# {line}" for line in spec.metadata["help"].splitlines()]
        if spec.default is MISSING:
            lines.append(f"{spec.name} = {toml(spec.metadata['example'])}")
        else:
            lines.append(f"# {spec.name} = {toml(spec.default)}")
    return lines


def toml(value: Any) -> str:
    """A value as TOML writes it."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case tuple():
            return "[" + ", ".join(toml(item) for item in value) + "]"
        case _:
            return repr(value)


def _read(spec: Field[Any], kind: Any, value: Any) -> tuple[str | None, Any]:
    """(what is wrong, the value as its type)."""
    if kind == tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            return 'must be a list of texts, e.g. ["a", "b"]', value
        value = tuple(value)
    elif kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    elif not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        words: Mapping[Any, str] = {
            str: "a text",
            int: "a whole number",
            float: "a number",
        }
        return f"must be {words.get(kind, 'true or false')}", value
    check = spec.metadata["check"]
    return (check(value) if check else None), value


def _first_line(spec: Field[Any]) -> str:
    return str(spec.metadata["help"]).splitlines()[0]
