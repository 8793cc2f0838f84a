"""
Text as it is compared when somebody searches: no capitals, no accents.

Pure: no I/O, no clock, no randomness.

Standards:
    Unicode 15.0 §3.11, UAX #15 -- NFD takes an accent from its letter
"""

import unicodedata

LIGATURES = {"œ": "oe", "æ": "ae"}
"""Letters that have no decomposition, and that people type as two."""


def fold(text: str) -> str:
    """
    Make "Vœux d'Été" and "voeux d'ete" the same.
    """
    if text.isascii():
        return text.lower()
    folded = text.casefold()
    for letter, pair in LIGATURES.items():
        folded = folded.replace(letter, pair)
    decomposed = unicodedata.normalize("NFD", folded)
    return "".join(c for c in decomposed if not unicodedata.combining(c))
