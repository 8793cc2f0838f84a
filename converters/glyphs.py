"""
Which characters no installed font can draw.

I/O: runs fontconfig's fc-list, where a text has characters that only some fonts draw.

LibreOffice looks for a character in all the fonts there are; what none has comes out as
an empty box.
"""

import subprocess
import unicodedata
from collections.abc import Iterable

MAX_NAMED = 5
"Characters in one sentence."

SECONDS = 10.0

_ORDINARY = (
    *(range(0x0530), range(0x1E00, 0x2070), range(0x20A0, 0x20C0)),
    *(range(0x2100, 0x2190), range(0xE000, 0xF900), range(0xFE00, 0xFE10)),
    *(range(0xFFF0, 0x10000), range(0xE0000, 0x110000)),
)
"""What the fonts of our own set-up have (Latin, Greek, Cyrillic, punctuation), and what
is no character to be drawn: private use, variation selectors."""


def warnings(characters: Iterable[str]) -> tuple[str, ...]:
    """One French sentence that names what is missing, or none."""
    missing = undrawn(characters)
    if not missing:
        return ()
    listed = ", ".join(f"{one} (U+{ord(one):04X})" for one in missing[:MAX_NAMED])
    if len(missing) == 1:
        return (
            f"Aucune police installée n’a le caractère {listed} : un carré vide sort à"
            " sa place. Envoyez le document en PDF.",
        )
    more = "…" if len(missing) > MAX_NAMED else ""
    return (
        f"Aucune police installée n’a {len(missing)} caractères du document :"
        f" {listed}{more}. Des carrés vides sortent à leur place ; envoyez le document"
        " en PDF.",
    )


def undrawn(characters: Iterable[str]) -> list[str]:
    """Those that no font has, in order; none if that cannot be found out."""
    rare = sorted(one for one in set(characters) if _is_rare(one))
    if not rare:
        return []
    try:
        listed = subprocess.run(
            ["fc-list", "--format", "%{charset} "],  # noqa: S607 -- PATH is ours
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=True,
        ).stdout.decode("ascii", "replace")
        spans = {_span(word) for word in set(listed.split())}
    except (OSError, subprocess.SubprocessError, ValueError):
        return []
    return [
        one
        for one in rare
        if not any(first <= ord(one) <= last for first, last in spans)
    ]


def _is_rare(character: str) -> bool:
    code = ord(character)
    drawn = not unicodedata.category(character).startswith(("C", "Z", "M"))
    return drawn and not any(code in usual for usual in _ORDINARY)


def _span(word: str) -> tuple[int, int]:
    """As fontconfig writes it: hexadecimal, one code or the first and the last."""
    first, _, last = word.partition("-")
    return int(first, 16), int(last or first, 16)
