"""
One cell of a list: a number as people and spreadsheets write it, or several.

Pure: no I/O, no clock, no randomness.
"""

import re

from ..domain.number import FaxNumber, NotANumber, parse_number

MAX_TEXT_CHARS = 40
"""Of a bad entry, as quoted to the requester."""

MIN_JOINED_DIGITS = 6
"""Pieces between spaces that are long enough to be numbers of their own."""

MAX_PIECES = 64
"""On one line, when it is cut into numbers by trial."""

MAX_PIECES_A_NUMBER = 9
"""« +33 9 72 10 10 10 » has six; one digit a piece has nine or ten."""

_EXPONENT = re.compile(r"\d[.,]\d+e\+?\d+\Z", re.IGNORECASE)
_DECIMAL = re.compile(r"(\+?\d{6,17})[.,]0\Z")
_EXTENSION = re.compile(r"\d\s*(?:#|;ext|x|ext|poste)\s*\.?\s*\d", re.IGNORECASE)

NotRead = tuple[str, str]
"""What was written, cut, and the reason why it is no number."""


def read_number(text: str) -> FaxNumber:
    """
    Read one number; marks that spreadsheets put around it are taken off.

    Raises:
        NotANumber: With the reason, in French.
    """
    compact = bare(text)
    if _EXPONENT.match(compact):
        raise NotANumber(
            "a été abîmé par le tableur : mettez la colonne au format Texte, puis"
            " ressaisissez le numéro"
        )
    if _EXTENSION.search(compact):
        raise NotANumber("a un numéro de poste, ce qu'un fax ne peut pas composer")
    if decimal := _DECIMAL.match(compact):
        compact = decimal[1]
    return parse_number(compact)


def bare(cell: str) -> str:
    """A cell without what spreadsheets write to mark text: ="0972101010", '0972101010."""
    return cell.strip().strip("\"'= ")


class Scissors:
    """
    Reads cells, and cuts what holds several numbers, as long as its patience lasts.

    Args:
        trials: How many pieces are tried as numbers, over all cells.
    """

    def __init__(self, trials: int) -> None:
        self._trials = trials

    def read(self, cell: str) -> list[FaxNumber | NotRead]:
        """What a cell holds: numbers, and what is none."""
        try:
            return [read_number(cell)]
        except NotANumber as error:
            whole = (cell[:MAX_TEXT_CHARS], str(error))
        pieces = cell.split()
        if len(pieces) < 2 or len(pieces) > MAX_PIECES * 4:
            return [whole]
        found = [_or_bad(piece) for piece in pieces]
        if any(isinstance(entry, FaxNumber) for entry in found) or all(
            sum(c.isdigit() for c in piece) >= MIN_JOINED_DIGITS for piece in pieces
        ):
            # One of them stands alone: so do the others, good or bad.
            return found
        return list(self._only_cut(pieces)) or [whole]

    def _only_cut(self, pieces: list[str]) -> tuple[FaxNumber, ...]:
        """
        Cut "09 72 10 10 10 09 72 10 19 27" into numbers, if there is only one way.

        Two ways mean that one of them calls a stranger: then none is taken.
        """
        if len(pieces) > MAX_PIECES:
            return ()
        ways: list[list[tuple[FaxNumber, ...]]] = [[] for _ in range(len(pieces) + 1)]
        ways[0].append(())
        for end in range(1, len(pieces) + 1):
            for start in range(max(0, end - MAX_PIECES_A_NUMBER), end):
                if not ways[start]:
                    continue
                number = self._tried("".join(pieces[start:end]))
                if number is not None:
                    ways[end] += [(*way, number) for way in ways[start][:2]]
                    del ways[end][2:]
        return ways[-1][0] if len(ways[-1]) == 1 else ()

    def _tried(self, text: str) -> FaxNumber | None:
        if len(text) < MIN_JOINED_DIGITS or self._trials <= 0:
            return None
        self._trials -= 1
        try:
            return parse_number(text)
        except NotANumber:
            return None


def _or_bad(piece: str) -> FaxNumber | NotRead:
    try:
        return read_number(piece)
    except NotANumber as error:
        return (piece[:MAX_TEXT_CHARS], str(error))
