"""
line and password -> the line: may this sender fax for it?

I/O: the store.

The password is looked at in constant time, for lines that do not exist, too; failures
are counted, and the sender of a line's list who is proven to be himself is never locked
out by somebody who guesses.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from ..domain.errors import OrderRefused
from ..domain.guesses import Subject, subjects_of_mail
from ..domain.line import FaxLine
from ..domain.trust import Admission, AllowList, Network, Trust, is_in
from ..orders.ordering import MailOrder
from ..password import is_password
from ..store import allow_lists, guesses, lines
from ..store.database import Database

logger = logging.getLogger(__name__)

BAD_CREDENTIALS = OrderRefused(
    "Le numéro de ligne (objet du message) ou le mot de passe fax (p:) est incorrect."
    " Vérifiez les deux ; majuscules et minuscules comptent dans le mot de passe.",
    code="bad-credentials",
)
"One sentence for both, so that nobody learns which lines exist."

OTHER_LINE = OrderRefused(
    "Votre message nomme, dans l'objet ou par « ligne: », une autre ligne fax que celle"
    " avec laquelle votre logiciel de messagerie s'est identifié. Écrivez le numéro de"
    " votre ligne, ou changez l'identifiant du serveur d'envoi dans votre logiciel.",
    code="other-line",
)
NOT_LISTED = OrderRefused(
    "Cette ligne n'accepte que les fax demandés depuis certaines adresses, et celle de"
    " votre message n'en fait pas partie. Écrivez depuis une adresse autorisée, ou"
    " demandez au responsable de la ligne d'ajouter la vôtre.",
    code="sender-not-listed",
)
NOT_PROVEN = OrderRefused(
    "Votre adresse est autorisée sur cette ligne, mais rien ne prouve que ce message"
    " vient de vous : il n'est pas signé (DKIM), et le serveur qui l'a envoyé n'est pas"
    " déclaré pour votre domaine (SPF). Envoyez-le par le serveur de messagerie habituel"
    " de votre domaine, ou montrez ce message à la personne qui s'en occupe.",
    code="sender-not-proven",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """Who handed a mail in, and how far its sender is believed."""

    peer: str
    login: str | None
    trust: Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    line: FaxLine | None
    allowed: AllowList
    locked_until: datetime | None


class Credentials:
    """
    Checks the line and the password of an order.

    Args:
        db: The store.

        own_machines: Networks that hand in other people's mail: their address says
            nothing about who guesses.

        zone: In which requesters read times.

        clock: Aware UTC.
    """

    def __init__(
        self,
        *,
        db: Database,
        own_machines: Sequence[Network] = (),
        zone: ZoneInfo,
        clock: Callable[[], datetime],
    ) -> None:
        self._db = db
        self._own_machines = own_machines
        self._zone = zone
        self._clock = clock

    async def line_of(self, order: MailOrder, by: Handover) -> FaxLine:
        """
        Give the line that pays for an order.

        Raises:
            OrderRefused: It may not.
        """
        subjects = self._subjects(order, by)
        number, now = order.line_number.e164, self._clock()
        known = await self._db.read(_known, number, subjects, now=now)
        admission = known.allowed.admits(by.trust.address, by.trust.level, by.peer)
        line = known.line
        if by.login is not None:
            if line is None or line.number != by.login:
                raise OTHER_LINE
            return _admitted(line, admission)
        is_himself = (
            bool(known.allowed.senders)
            and by.trust.level.is_proof
            and admission is Admission.ADMITTED
        )
        if known.locked_until is not None and not is_himself:
            raise self._locked(known.locked_until)
        readings = (order.password, *order.other_passwords)
        password_hash = line.password_hash if line else None
        is_right = await asyncio.to_thread(is_password, password_hash, readings)
        if not is_right or line is None:
            if not is_himself and await self._db.tx(
                guesses.count_failure, subjects, now=now
            ):
                logger.warning("too many wrong passwords: %s", _names(subjects))
            raise BAD_CREDENTIALS
        return _admitted(line, admission)

    def _subjects(self, order: MailOrder, by: Handover) -> tuple[Subject, ...]:
        return subjects_of_mail(
            order.line_number.e164,
            sender=by.trust.address,
            level=by.trust.level,
            peer=None if is_in(by.peer, self._own_machines) else by.peer,
        )

    def _locked(self, until: datetime) -> OrderRefused:
        at = until.astimezone(self._zone)
        return OrderRefused(
            "Trop de messages avec un mauvais mot de passe sont venus pour cette ligne."
            " Par sécurité, aucun n'est accepté de votre part avant le"
            f" {at:%d/%m/%Y à %H:%M}. Renvoyez votre message après, avec le bon mot de"
            " passe ; si vous ne l'avez plus, demandez-le au responsable de la ligne.",
            code="too-many-guesses",
        )


def _known(
    conn: Connection, number: str, subjects: Sequence[Subject], *, now: datetime
) -> _Known:
    return _Known(
        line=lines.get(conn, number),
        allowed=allow_lists.get(conn, number),
        locked_until=guesses.locked_until(conn, subjects, now=now),
    )


def _admitted(line: FaxLine, admission: Admission) -> FaxLine:
    if admission is Admission.NOT_LISTED:
        raise NOT_LISTED
    if admission is Admission.NOT_PROVEN:
        raise NOT_PROVEN
    return line


def _names(subjects: Sequence[Subject]) -> str:
    return ", ".join(subject.name for subject in subjects)
