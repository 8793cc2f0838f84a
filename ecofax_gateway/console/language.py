"""
The console's two languages: French is written in the pages, English stands beside it.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from ..domain.language import Tongue
from . import english


def english_words() -> Mapping[str, str]:
    """French -> English, of all rooms."""
    return {french: said for room in rooms().values() for french, said in room.items()}


def rooms() -> Mapping[str, Mapping[str, str]]:
    """What each room says, by its name."""
    return {
        found.name: import_module(f"{english.__name__}.{found.name}").WORDS
        for found in iter_modules(english.__path__)
    }


_ENGLISH = english_words()


class Words:
    """
    Says what a page says in one language.

    Args:
        tongue: Which.
    """

    def __init__(self, tongue: Tongue) -> None:
        self.tongue = tongue

    def __call__(self, french: str, **values: Any) -> str:
        """
        Say a sentence.

        Args:
            french: As the page has it, with `{name}` for values. What has no English is
                said in French: better than nothing, and a test finds it.
        """
        said = french if self.tongue is Tongue.FR else _ENGLISH.get(french, french)
        return said.format(**values) if values else said
