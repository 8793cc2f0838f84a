"""
What differs on the pages of one recipient: places, and what he reads there.

I/O: reads the store. What is drawn depends on what is stored and on the time of the
call, which is stored too: the pages of any call can be made again, bit for bit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from converters import overlay
from converters.fields import fields_of, filled, missing, values_of
from converters.ink import Ink
from converters.place import Kind, Place, is_on

from ..domain.document import DocumentRole, Quality
from ..domain.errors import OrderRefused
from ..domain.line import FaxLine
from ..domain.number import FaxNumber
from ..domain.order import Cover
from ..store import covers, preparation
from ..store.covers import Asked, Drawn

OF_THE_FAX = frozenset(
    [
        "NUMERO",
        "CODE",
        "LIGNE",
        "NUMERO_LIGNE",
        "OBJET",
        "TEXTE",
        "DATE",
        "HEURE",
        "PAGE",
        "PAGES",
    ]
)
"""Fields that every fax has; a column of the same name is not looked at."""

ALIKE = {
    "NOM": ("NOM", "NAME", "DESTINATAIRE", "CONTACT", "LAST_NAME"),
    "PRENOM": ("PRENOM", "FIRST_NAME", "FIRSTNAME"),
    "SOCIETE": ("SOCIETE", "COMPANY", "ENTREPRISE", "ORGANISATION", "ORGANIZATION"),
}
"""Columns under which a list may have what a template asks for."""

MAX_NAMED = 10
"""Recipients without a value that are named; then they are only counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """What is drawn for one recipient."""

    cover: tuple[Place, ...]
    cover_pages: int
    overlay: tuple[Place, ...]
    "Their pages are counted after the cover page."

    values: Mapping[str, str]
    "By key; without what depends on the call."

    def draw(
        self,
        ink: Ink,
        page: int,
        of: int,
        *,
        at: datetime,
        zone: ZoneInfo,
        vertical_dpi: int,
    ) -> None:
        """
        Draw what belongs on one page.

        Args:
            ink: The page; changed.

            page, of: Counted over the whole fax, from 1.

            at: When the call got its channel; shown in *zone*.
        """
        before = self.cover_pages
        places = [place for place in self.cover if is_on(place, page, before)]
        if page > before:
            places = [p for p in self.overlay if is_on(p, page - before, of - before)]
        when = at.astimezone(zone)
        values = {
            **self.values,
            "DATE": f"{when:%d/%m/%Y}",
            "HEURE": f"{when:%H:%M}",
            "PAGE": str(page),
            "PAGES": str(of),
        }
        for place in places:
            text = filled(place.text, _quoted(values) if _is_link(place) else values)
            overlay.draw(ink, place, text, vertical_dpi=vertical_dpi)


def personal(
    conn: Connection, drawn: Drawn, line: FaxLine, quality: Quality
) -> Personal | None:
    """
    What is drawn on the pages of a fax; None if they are everybody's.

    Raises:
        LookupError: If its cover page is not kept.
    """
    its, count = _cover_places(conn, drawn.campaign, quality)
    places = tuple(map(Place.from_json, drawn.overlay))
    if not its and not places:
        return None
    return Personal(
        cover=its,
        cover_pages=count,
        overlay=places,
        values={
            **recipient_values(drawn.row, drawn.cover),
            "NUMERO": str(FaxNumber(drawn.number)),
            "CODE": drawn.opt_out_code or "",
            "LIGNE": line.name,
            "NUMERO_LIGNE": str(FaxNumber(line.number)),
            "OBJET": drawn.cover.subject if drawn.cover else "",
            "TEXTE": drawn.cover.text if drawn.cover else "",
        },
    )


def recipient_values(row: Mapping[str, str], cover: Cover | None) -> dict[str, str]:
    """What a list, and for whom the cover says it is, tell of a recipient; by key."""
    values = values_of(row.items())
    for key, names in ALIKE.items():
        known = next((values[name] for name in names if values.get(name)), "")
        if known:
            values[key] = known
    if cover is not None and cover.name and not values.get("NOM"):
        values |= values_of([("NOM", cover.name)])
    return values


def keys_of(texts: Iterable[str]) -> set[str]:
    """The fields that texts use."""
    return {field.key for text in texts for field in fields_of(text)}


def check(conn: Connection, ref: str) -> None:
    """
    See that every recipient has what the pages of a campaign say of him.

    A draft may still get it, and is not looked at.

    Raises:
        OrderRefused: If not: names the column, and the recipients.
    """
    asked = covers.asked_of(conn, ref)
    if asked is None or asked.is_draft:
        return
    lacking = lacking_of(conn, ref, asked)
    if lacking:
        raise lack(lacking)


def lacking_of(conn: Connection, ref: str, asked: Asked) -> dict[str, list[str]]:
    """
    The recipients of a campaign that have nothing for a field, by its key.

    Raises:
        LookupError: If its cover page is not made yet, or not kept.
    """
    needed = needed_keys(texts_of(conn, ref, asked))
    lacking: dict[str, list[str]] = {}
    if not needed:
        return lacking
    for number, row in covers.rows_of(conn, ref):
        for key in _without(needed, row, asked.cover):
            who = lacking.setdefault(key, [])
            # Those that are named, as people write them: of 100 000 it takes seconds.
            who.append(str(FaxNumber(number)) if len(who) < MAX_NAMED else number)
    return lacking


def texts_of(conn: Connection, ref: str, asked: Asked) -> list[str]:
    """
    All that is drawn on the pages of a campaign, with its fields.

    Raises:
        LookupError: If its cover page is not made yet, or not kept.
    """
    places, _ = _cover_places(conn, ref, asked.quality)
    return [place.text for place in places] + [
        str(place["text"]) for place in asked.overlay
    ]


def lacking_keys(
    texts: Iterable[str], row: Mapping[str, str], cover: Cover | None
) -> list[str]:
    """Fields that a recipient must have and has not."""
    return _without(needed_keys(texts), row, cover)


def needed_keys(texts: Iterable[str]) -> tuple[str, ...]:
    """Fields of texts that every recipient must have, each once."""
    needed = (key for text in texts for key in missing(text, {}))
    return tuple(key for key in dict.fromkeys(needed) if key not in OF_THE_FAX)


def _without(
    needed: Iterable[str], row: Mapping[str, str], cover: Cover | None
) -> list[str]:
    values = recipient_values(row, cover)
    return [key for key in needed if not values.get(key)]


def listed(number: FaxNumber, lines: Sequence[int]) -> str:
    """A recipient, as whoever wrote the list finds him in it."""
    return f"{number} (ligne {lines[0]})" if lines else str(number)


def lack(lacking: Mapping[str, list[str]]) -> OrderRefused:
    """
    The refusal of pages that would have holes.

    Args:
        lacking: By key, the recipients without it, as people find them.
    """
    sentences = []
    for key, who in lacking.items():
        more = f" et {len(who) - MAX_NAMED} autres" if len(who) > MAX_NAMED else ""
        sentences.append(
            f"Le champ [{key.replace('_', ' ')}] n'a pas de valeur pour :"
            f" {', '.join(who[:MAX_NAMED])}{more}."
        )
    sentences.append(
        "Ajoutez la colonne ou la valeur qui manque à la liste des destinataires"
        " (pour [NOM], une ligne « nom: » dans le message suffit) ; ou écrivez dans le"
        " modèle ce qui la remplace, par exemple [PRENOM|client], ou rien : [PRENOM|]."
    )
    return OrderRefused("\n".join(sentences), code="missing-column")


def _is_link(place: Place) -> bool:
    return place.kind is Kind.QR and place.text.startswith(("http://", "https://"))


def _quoted(values: Mapping[str, str]) -> dict[str, str]:
    return {key: quote(value, safe="") for key, value in values.items()}


def _cover_places(
    conn: Connection, ref: str, quality: Quality
) -> tuple[tuple[Place, ...], int]:
    for document in preparation.documents(conn, ref):
        if document.role is DocumentRole.COVER:
            found = preparation.find_pages(conn, document.sha256, quality.vertical_dpi)
            if found is None:
                raise LookupError(f"{ref}: its cover page is not kept")
            return tuple(map(Place.from_json, found.places)), found.count
    return (), 0
