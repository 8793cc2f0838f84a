"""
Which pages of the documents are sent: "1-3,5".

Pure: no I/O, no clock, no randomness.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from .document import DocumentRole

MAX_RANGES = 50
"""In one choice; whoever needs more makes a document of his pages."""

MAX_PAGE = 9_999
"""Beyond what any fax may have; larger is a telephone number or a date."""

_RANGE = re.compile(
    r"(?P<first>\d{1,5})(?:\s?(?:[-–—]|à|a|to)\s?(?P<last>\d{1,5})|\s?(?P<open>[-–—]))?\Z",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*[,;+]\s*|\s+(?:et|and|und)\s+", re.IGNORECASE)


class NotAChoice(ValueError):
    """
    What was written chooses no pages.

    Its text is a French fragment that says why.
    """


@dataclass(frozen=True, slots=True)
class PageChoice:
    """Some pages, each once and in the order of the documents."""

    ranges: tuple[tuple[int, int | None], ...]
    "First and last page, from 1; None: to the end."

    def of(self, count: int) -> frozenset[int]:
        """
        The chosen pages among *count*.

        Raises:
            NotAChoice: If one of them does not exist: what was asked for cannot be
                sent whole.
        """
        chosen: set[int] = set()
        for first, last in self.ranges:
            beyond = max(first, last or first)
            if beyond > count:
                have = "n'a qu'une page" if count == 1 else f"n'a que {count} pages"
                have = f"le fax {have}" if count else "aucun document n'est joint"
                raise NotAChoice(f"demande la page {beyond}, mais {have}")
            chosen.update(range(first, (last or count) + 1))
        return frozenset(chosen)

    def __str__(self) -> str:
        """As `parse_page_choice` reads it, and as people do."""
        return ",".join(
            f"{first}" if last == first else f"{first}-{last or ''}"
            for first, last in self.ranges
        )


def parse_page_choice(text: str) -> PageChoice:
    """
    Read "1-3,5", "2 à 4 et 7" or "3-" (to the end).

    Raises:
        NotAChoice: With the reason, in French.
    """
    pieces = _BETWEEN.split(text.strip())
    if len(pieces) > MAX_RANGES:
        raise NotAChoice(f"a plus de {MAX_RANGES} morceaux")
    return PageChoice(tuple(_range(piece) for piece in pieces))


def chosen_pages(
    documents: Sequence[tuple[DocumentRole, int]], choice: PageChoice | None
) -> list[Collection[int]]:
    """
    The pages of each document that are sent, from 1.

    A choice counts over the attached documents together; other pages always go.

    Args:
        documents: What each is, and how many pages it has.

        choice: None: every page.

    Raises:
        NotAChoice: If it names a page that does not exist.
    """
    if choice is None:
        return [range(1, count + 1) for _, count in documents]
    attached = DocumentRole.ATTACHED
    wanted = choice.of(sum(count for role, count in documents if role is attached))
    result: list[Collection[int]] = []
    before = 0
    for role, count in documents:
        if role is not attached:
            result.append(range(1, count + 1))
            continue
        result.append([n for n in range(1, count + 1) if before + n in wanted])
        before += count
    return result


def _range(piece: str) -> tuple[int, int | None]:
    match = _RANGE.match(piece)
    if match is None:
        raise NotAChoice("n'est pas un choix de pages")
    first = int(match["first"])
    last = None if match["open"] else int(match["last"] or first)
    if not 1 <= first <= MAX_PAGE or not 1 <= (last or first) <= MAX_PAGE:
        raise NotAChoice(f"nomme une page qui n'est pas entre 1 et {MAX_PAGE}")
    if last is not None and last < first:
        raise NotAChoice(f"va à rebours ({piece})")
    return first, last
