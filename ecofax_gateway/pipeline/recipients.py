"""
What people do with lists of recipients: one set of functions for console and API.

I/O: the database, through the caller's transaction.

Whoever calls these rings the bell of the list clerk, or knows that it looks once a
second. A refusal is an `OrderRefused` whose sentence, in French, says what to do.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from ..domain.campaign import Stage
from ..domain.errors import OrderRefused
from ..store import drafts, recipient_choices, recipient_lists, sifting
from ..store.campaigns import Campaign
from ..store.drafts import DraftAnswer
from ..store.recipient_choices import Choice
from ..store.recipient_lists import MAX_LISTS, MAX_NAME_CHARS, NewList, RecipientList
from ..store.sifting import Sieve, Tally
from .campaigns import found, refusal, stage_of

MAX_CHOSEN = 20
"""Lists that one draft is put together of."""


def add(conn: Connection, new: NewList, *, now: datetime) -> int:
    """
    Take in a list that is to be read; its id.

    Raises:
        OrderRefused: If its name is taken or none, or the line has too many.
    """
    if new.name is not None:
        new = replace(new, name=_name(new.name))
        if len(recipient_lists.named(conn, new.line)) >= MAX_LISTS:
            raise OrderRefused(
                f"Cette ligne garde déjà {MAX_LISTS} listes : supprimez-en une.",
                code="too-many-lists",
            )
    list_id = recipient_lists.create(conn, new, now=now)
    if list_id is None:
        raise _name_taken(new.name or "")
    return list_id


def add_to_draft(conn: Connection, new: NewList, *, now: datetime) -> int:
    """
    Take in a list for a draft, which goes to it too from now on; its id.

    Raises:
        OrderRefused: If it is no draft any more, or goes to too many lists.
    """
    assert new.campaign is not None, "it is for a draft"
    _draft(conn, new.campaign)
    list_id = add(conn, new, now=now)
    chosen = recipient_choices.get(conn, new.campaign) or Choice(lists=())
    choose(
        conn,
        new.campaign,
        Choice(lists=(*chosen.lists, list_id), minus=chosen.minus, clean=chosen.clean),
        now=now,
    )
    return list_id


def choose(conn: Connection, ref: str, choice: Choice, *, now: datetime) -> None:
    """
    Say whom a draft goes to; its numbers are written in the background.

    Raises:
        OrderRefused: If it is no draft any more, or a list is not its line's.
    """
    line = _draft(conn, ref).line
    if len(choice.lists) + len(choice.minus) > MAX_CHOSEN:
        raise OrderRefused(
            f"Une campagne peut combiner au plus {MAX_CHOSEN} listes.",
            code="too-many-lists",
        )
    lists = tuple(dict.fromkeys(choice.lists))
    minus = tuple(each for each in dict.fromkeys(choice.minus) if each not in lists)
    for list_id in (*lists, *minus):
        its = recipient_lists.get(conn, list_id)
        # What was given for a draft stays with it, also if another line sends it.
        if its is None or (its.line != line and its.campaign != ref):
            raise OrderRefused("Cette liste n'existe plus.", code="no-list")
    chosen = Choice(lists=lists, minus=minus, clean=choice.clean)
    recipient_choices.put(conn, ref, chosen, now=now)


def again(conn: Connection, ref: str, *, now: datetime) -> None:
    """Write a draft's numbers anew, if they come from lists: something else changed."""
    is_draft = drafts.lock(conn, ref) is not None
    chosen = recipient_choices.get(conn, ref)
    if is_draft and chosen is not None:
        recipient_choices.put(conn, ref, chosen, now=now)


def choose_column(
    conn: Connection, kept: RecipientList, column: int, *, now: datetime
) -> None:
    """
    Read a list again, with the numbers in another column, and write them anew.

    Raises:
        OrderRefused: If there is no such column, or its file is not kept any more.
    """
    if not 0 <= column < len(kept.columns):
        raise OrderRefused("Cette colonne n'existe pas.", code="no-column")
    # The drafts before their list, as whoever drops it locks them.
    for ref in recipient_choices.drafts_of(conn, kept.id):
        again(conn, ref, now=now)
    if not recipient_lists.choose_column(conn, kept.id, column, now=now):
        raise OrderRefused(
            "Le fichier de cette liste n'est plus conservé : donnez-le de nouveau.",
            code="list-file-gone",
        )


def save(conn: Connection, kept: RecipientList, name: str, *, now: datetime) -> None:
    """
    Keep a list under a name, also for other campaigns.

    Raises:
        OrderRefused: If the name is taken or none.
    """
    name = _name(name)
    if not recipient_lists.rename(conn, kept.id, name, now=now):
        raise _name_taken(name)


def drop(conn: Connection, kept: RecipientList, ref: str, *, now: datetime) -> None:
    """Let a draft go to a list no more; one without a name is deleted with it."""
    drafts.lock(conn, ref)
    chosen = recipient_choices.get(conn, ref)
    if chosen is not None:
        choose(
            conn,
            ref,
            Choice(
                lists=tuple(each for each in chosen.lists if each != kept.id),
                minus=tuple(each for each in chosen.minus if each != kept.id),
                clean=chosen.clean,
            ),
            now=now,
        )
    if kept.name is None:
        recipient_lists.mark_deleted(conn, kept.id, now=now)


def delete(conn: Connection, kept: RecipientList, *, now: datetime) -> None:
    """
    Delete a list.

    Raises:
        OrderRefused: If a draft goes to it.
    """
    used = recipient_choices.drafts_of(conn, kept.id)
    if used:
        raise OrderRefused(
            f"Cette liste est utilisée par le brouillon {used[0]} : retirez-la de ses"
            " destinataires d'abord.",
            code="list-in-use",
        )
    recipient_lists.mark_deleted(conn, kept.id, now=now)


def tally(conn: Connection, ref: str, *, now: datetime) -> Tally:
    """
    Count what a draft's lists come to, as far as they are read.

    Raises:
        OrderRefused: If there is no such campaign.
    """
    chosen = recipient_choices.get(conn, ref)
    if chosen is None:
        return Tally()
    return sifting.tally(conn, chosen, sieve_of(found(conn, ref), chosen, now))


def sieve_of(campaign: Campaign, choice: Choice, now: datetime) -> Sieve:
    """What decides whether a number is called for a draft."""
    return Sieve(
        line=campaign.line, quality=campaign.quality, clean=choice.clean, now=now
    )


def _draft(conn: Connection, ref: str) -> Campaign:
    # Of two who change its lists at the same time, each sees what the other chose.
    drafts.lock(conn, ref)
    draft = found(conn, ref)
    if stage_of(draft) is not Stage.DRAFT:
        raise refusal(DraftAnswer.NOT_A_DRAFT, ref)
    return draft


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > MAX_NAME_CHARS:
        raise OrderRefused(
            f"Donnez à la liste un nom de 1 à {MAX_NAME_CHARS} caractères.",
            code="list-name",
        )
    return name


def _name_taken(name: str) -> OrderRefused:
    return OrderRefused(
        f"Une liste « {name} » existe déjà : choisissez un autre nom.",
        code="list-name-taken",
    )
