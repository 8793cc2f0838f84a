"""
The language that somebody asks for.

Pure: no I/O, no clock, no randomness.

Standards:
    RFC 9110 (2022) §12.5.4 -- Accept-Language
"""

from ..domain.language import Tongue


def preferred(accept_language: str) -> Tongue:
    """
    Choose by what a browser asks for.

    Args:
        accept_language: The header (RFC 9110 §12.5.4), or nothing.

    Returns:
        English only if it is asked for before French.
    """
    asked: list[tuple[float, str]] = []
    for entry in accept_language.split(","):
        name, _, weight = entry.partition(";q=")
        try:
            asked.append((-float(weight or 1), name.strip().lower()[:2]))
        except ValueError:
            continue
    known = [name for _, name in sorted(asked, key=lambda each: each[0])]
    first = next((name for name in known if name in {*Tongue}), Tongue.FR)
    return Tongue(first)
