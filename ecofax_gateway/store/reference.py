"""
References for people: short, easy to read out on the telephone.

Pure: no I/O, no clock, no randomness: the entropy is an argument.
"""

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and capitals without 0, 1, I, L, O and U, which are mistaken for others."""

LENGTH = 8
"""30^8, 6.6e11: among a million orders a new one meets an old one once in 650 000;
the primary key then refuses it and the mail is offered again."""


def reference(entropy: int) -> str:
    """
    A mail's or campaign's reference, e.g. "K7M2XQ9D".

    Args:
        entropy: At least 64 random bits, e.g. `secrets.randbits(64)`.
    """
    letters = []
    for _ in range(LENGTH):
        entropy, index = divmod(entropy, len(ALPHABET))
        letters.append(ALPHABET[index])
    return "".join(letters)


def fax_reference(campaign: str, position: int, *, of: int) -> str:
    """
    The reference of one fax: its campaign's, with its position when there are several.

    Args:
        position: From 1.

        of: How many faxes the campaign has.
    """
    return campaign if of == 1 else f"{campaign}-{position}"
