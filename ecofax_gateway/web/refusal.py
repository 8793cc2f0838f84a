"""
Why something cannot be done, in the language of whoever asked for it.

Pure: no I/O, no clock, no randomness.
"""

from ..domain.errors import OrderRefused
from ..domain.language import Tongue
from ..replies.mistakes import ENGLISH
from .refusals_in_english import BY_CODE


def sentence(refusal: OrderRefused, tongue: Tongue) -> str:
    """
    Say it in a sentence.

    The French one quotes what was wrong; English has one for each kind of refusal, and
    where there is none yet the French is better than nothing.
    """
    if tongue is Tongue.FR:
        return refusal.for_requester
    known = BY_CODE.get(refusal.code) or ENGLISH.get(refusal.code)
    return known or refusal.for_requester
