"""
What the requester should know of the pages: French sentences on how they will be read.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import dataclass

SMALL_PRINT = 0.6
"Below this scale 10 pt letters become smaller than 6 pt: the requester is warned."


@dataclass(frozen=True, slots=True, kw_only=True)
class Lettering:
    """The text of one page."""

    smaller_pt: float | None = None
    "The size that a tenth of it is not larger than; None if there is no text."

    pale: bool = False
    "Some of it is hardly darker, or lighter, than what it stands on."

    characters: frozenset[str] = frozenset()


class Remarks:
    """
    Collects what is to be said of the pages of one document.

    Args:
        vertical_dpi: 98, 196 or 391.
    """

    def __init__(self, *, vertical_dpi: int) -> None:
        self._vertical_dpi = vertical_dpi
        self._reduced: list[tuple[int, float]] = []
        self._blank: list[int] = []
        self._small: list[tuple[int, float]] = []
        self._pale: list[int] = []
        self._characters: set[str] = set()
        self._count = 0

    def note(
        self, *, scale: float, lettering: Lettering | None, is_blank: bool
    ) -> None:
        """
        Add the next page.

        Args:
            scale: Printed size by real size.

            lettering: None if its text is not known.
        """
        self._count += 1
        lettering = lettering or Lettering()
        size = lettering.smaller_pt
        if scale < SMALL_PRINT:
            self._reduced.append((self._count, scale))
        elif size is not None and size * scale < READABLE_PT[self._vertical_dpi]:
            self._small.append((self._count, size * scale))
        if lettering.pale:
            self._pale.append(self._count)
        if is_blank:
            self._blank.append(self._count)
        self._characters |= lettering.characters

    @property
    def all_blank(self) -> bool:
        """Whether there was nothing on any page."""
        return len(self._blank) == self._count

    @property
    def characters(self) -> frozenset[str]:
        """All that are written on the pages."""
        return frozenset(self._characters)

    def sentences(self, *, dropped: int) -> tuple[str, ...]:
        """
        What there is to say, after the last page.

        Args:
            dropped: Blank pages at the end that were left out.
        """
        if self._count and self.all_blank:
            return ("Le document ne contient rien d’imprimable : il sort blanc.",)
        inner = self._blank[: len(self._blank) - dropped]
        return (
            *_of_reduced(self._reduced),
            *_of_small(self._small, self._vertical_dpi),
            *_of_pale(self._pale),
            *_of_dropped(dropped),
            *_of_blank(inner),
        )


def _of_reduced(reduced: list[tuple[int, float]]) -> tuple[str, ...]:
    if not reduced:
        return ()
    first = reduced[0][0]
    percent = max(1, round(100 * min(scale for _, scale in reduced)))
    if len(reduced) == 1:
        return (
            f"La page {first} est plus grande qu’une feuille A4 : elle est réduite"
            f" à {percent} % et peut être difficile à lire.",
        )
    return (
        f"{len(reduced)} pages, dont la page {first}, sont plus grandes qu’une"
        f" feuille A4 : elles sont réduites, jusqu’à {percent} %, et peuvent être"
        " difficiles à lire.",
    )


def _of_small(small: list[tuple[int, float]], vertical_dpi: int) -> tuple[str, ...]:
    if not small:
        return ()
    number, size = min(small, key=lambda one: one[1])
    finer = [dpi for dpi in _QUALITIES if dpi > vertical_dpi]
    enough = [dpi for dpi in finer if size >= READABLE_PT[dpi]]
    told = f"Du texte de la page {number} est très petit ({size:.0f} points) pour la"
    told += f" qualité {_QUALITIES[vertical_dpi]}"
    if enough:
        return (f"{told} ; qualite:{_QUALITIES[enough[0]]} le rendrait lisible.",)
    return (f"{told} et sera difficile à lire.",)


_QUALITIES = {98: "normal", 196: "premium", 391: "best"}
"As requesters write them."

READABLE_PT = {98: 6.5, 196: 4.8, 391: 3.5}
"""Smaller text is hard to read: its small letters have fewer than 4 rows and columns.
The columns are the same in all qualities, so four times the rows do not give a fourth of
the size."""


def _of_pale(numbers: list[int]) -> tuple[str, ...]:
    if not numbers:
        return ()
    some = "Du texte de la page" if len(numbers) == 1 else "Du texte des pages"
    return (
        f"{some} {_listed(numbers)} est gris clair, ou d’une couleur proche de son fond :"
        " il sortira fin et mal marqué. Écrivez-le en noir pour qu’il se lise bien.",
    )


def _of_dropped(count: int) -> tuple[str, ...]:
    if count == 0:
        return ()
    if count == 1:
        return ("La dernière page était blanche : elle n’est pas envoyée.",)
    return (
        f"Les {count} dernières pages étaient blanches : elles ne sont pas envoyées.",
    )


def _of_blank(numbers: list[int]) -> tuple[str, ...]:
    if not numbers:
        return ()
    if len(numbers) == 1:
        return (f"La page {numbers[0]} est blanche.",)
    return (f"Les pages {_listed(numbers)} sont blanches.",)


def _listed(numbers: list[int]) -> str:
    listed = ", ".join(map(str, numbers[:MAX_LISTED]))
    return listed + ("…" if len(numbers) > MAX_LISTED else "")


MAX_LISTED = 8
"Page numbers in one sentence."
