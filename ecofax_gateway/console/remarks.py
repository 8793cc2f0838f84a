"""
What is to be known of the pages of a document, in the reader's language.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Mapping

from ..domain.language import Tongue
from ..replies.remarks_en import remark_in_english

_WORDS: Mapping[Tongue, Mapping[str, str]] = {
    Tongue.FR: {
        "qualité normal ": "qualité normale ",
        "qualité premium ": "qualité haute ",
        "qualité best ": "qualité meilleure ",
        "qualite:premium": "la qualité haute",
        "qualite:best": "la qualité meilleure",
    },
    Tongue.EN: {
        "quality premium ": "quality high ",
        "quality best ": "quality finest ",
        "qualite:premium": "the high quality",
        "qualite:best": "the finest quality",
    },
}
"""Whoever writes mails names qualities as a mail does; here they are chosen by name."""


def remark(sentence: str, tongue: Tongue) -> str:
    """
    Say a remark that is kept as the converters said it.

    Args:
        sentence: In French; as it is, if nobody knows its English.
    """
    said = sentence
    if tongue is not Tongue.FR:
        said = remark_in_english(sentence) or sentence
    for written, shown in _WORDS[tongue].items():
        said = said.replace(written, shown)
    return said
