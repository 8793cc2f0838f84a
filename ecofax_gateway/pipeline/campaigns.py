"""
What people do with campaigns: one set of functions for commands, console and API.

I/O: the database, through the caller's transaction.

A refusal is an `OrderRefused` whose sentence, in French, says what to do. Whoever
calls these rings the bell of the daemon, or knows that it looks once a second.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from ..domain.campaign import Relation, SendType, Stage, stage, total
from ..domain.errors import OrderRefused
from ..domain.fax import FaxState
from ..domain.number import FaxNumber
from ..domain.window import Window
from ..store import (
    campaigns,
    canary,
    copies,
    covers,
    drafts,
    opt_outs,
    recipient_choices,
    repeats,
    schedules,
    trunks,
)
from ..store.campaigns import (
    Campaign,
    Cancellation,
    Creation,
    NewCampaign,
    Wishes,
)
from ..store.drafts import Changes, DraftAnswer
from ..store.states import CampaignState
from .answer import Answer
from .personal import check
from .routing import Routing, split_restricted

BATCH = drafts.BATCH

MAX_PROOF_NUMBERS = 10
"""A proof is for eyes: more is a campaign."""

FAILED = (FaxState.FAILED,)
FAILED_OR_UNKNOWN = (FaxState.FAILED, FaxState.UNKNOWN)

_SENTENCES = {
    DraftAnswer.ABSENT: "Il n'y a pas de campagne {ref}.",
    DraftAnswer.NOT_A_DRAFT: "La campagne {ref} n'est plus un brouillon : elle est lancée"
    " ou terminée. Copiez-la pour en faire une autre.",
    DraftAnswer.NO_DOCUMENT: "La campagne {ref} n'a pas de document : donnez-lui ce qui"
    " est à faxer.",
    DraftAnswer.TROUBLE: "Un document de la campagne {ref} ne peut pas être imprimé :"
    " remplacez-le, ou retirez-le.",
    DraftAnswer.INCOMPLETE: "La liste des numéros de la campagne {ref} est incomplète :"
    " donnez-lui une nouvelle liste.",
    DraftAnswer.SETTLING: "Les destinataires de la campagne {ref} sont en cours"
    " d'enregistrement : réessayez dans un instant.",
    DraftAnswer.NO_LINE: "La ligne qui doit envoyer la campagne {ref} n'existe pas.",
    DraftAnswer.NO_PROOF: "La campagne {ref} demande un bon à tirer, et aucun n'est arrivé :"
    " envoyez-le d'abord.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some numbers of a long list, to be written in one transaction."""

    first: int
    "Position of the first one, from 1."

    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """When and how fast a campaign calls; None: as it was."""

    window: Window | None = None
    no_window: bool = False
    "Call whenever the line may."

    pace: float | None = None
    "Calls a minute at most."

    no_pace: bool = False
    spread: timedelta | None = None
    "The period that its first calls are drawn over."

    no_spread: bool = False


def batches(numbers: Sequence[str]) -> Iterator[Batch]:
    """Cut a list of E.164 numbers into what one transaction may hold."""
    for start in range(0, len(numbers), BATCH):
        yield Batch(first=start + 1, numbers=tuple(numbers[start : start + BATCH]))


def create(conn: Connection, new: NewCampaign, *, now: datetime) -> None:
    """
    Write a draft; its numbers come by `add_batch`, its pages are made meanwhile.

    Args:
        new: With `draft` set, no numbers, and `wishes.expected` of them to come.

    Raises:
        OrderRefused: If its line was removed.
    """
    assert new.draft, "what leaves at once is no draft"
    if campaigns.create(conn, new, now=now) is Creation.LINE_GONE:
        raise OrderRefused(f"La ligne {new.line} n'existe plus.", code="no-line")


def add_batch(
    conn: Connection,
    ref: str,
    batch: Batch,
    *,
    trunk: str,
    other_trunks: Mapping[str, str] | None = None,
    fields: Mapping[str, Mapping[str, str]] | None = None,
    now: datetime,
) -> None:
    """
    Write some numbers of a draft.

    Args:
        trunk: By which they will leave.

        other_trunks: By number, for those that will leave by another one.

        fields: By number, its row of the list.

    Raises:
        OrderRefused: If it is no draft any more.
    """
    _ensure(
        drafts.add_numbers(
            conn,
            ref,
            batch.numbers,
            trunk=trunk,
            first=batch.first,
            other_trunks=other_trunks,
            fields=fields,
            now=now,
        ),
        ref,
    )


def edit(conn: Connection, ref: str, changes: Changes, *, now: datetime) -> None:
    """
    Change a campaign that was not launched.

    Raises:
        OrderRefused: If it was.
    """
    found(conn, ref)
    _ensure(drafts.edit(conn, ref, changes, now=now), ref)


def reroute(conn: Connection, ref: str, routing: Routing) -> None:
    """
    Let the faxes of a draft leave by the trunks that serve its quality now.

    Raises:
        OrderRefused: If no trunk serves some of its numbers in it, or there is none.
    """
    quality = found(conn, ref).quality
    waiting = trunks.of_campaign(conn, ref)
    plan = routing.plan([each.number for each in waiting], quality, trunks.closed(conn))
    trunks.move(conn, waiting, lambda number, _: plan.others.get(number, plan.trunk))


def set_rules(conn: Connection, ref: str, rules: Rules, *, now: datetime) -> None:
    """
    Change when and how fast a campaign calls, also while it is under way.

    A period is drawn when a campaign is let go, and changes nothing afterwards.

    Raises:
        OrderRefused: If there is no such campaign, or a rule makes no sense.
    """
    drafts.lock(conn, ref)
    found(conn, ref)
    if rules.pace is not None and not rules.pace > 0:
        raise OrderRefused("La cadence doit dépasser 0.", code="bad-pace")
    if rules.spread is not None and rules.spread <= timedelta():
        raise OrderRefused("La durée d'étalement doit dépasser 0.", code="bad-spread")
    if rules.window or rules.no_window:
        schedules.set_window(conn, ref, rules.window, now=now)
    if rules.pace or rules.no_pace:
        schedules.set_pace(conn, ref, rules.pace)
    if rules.spread or rules.no_spread:
        schedules.set_spread(conn, ref, rules.spread)


def launch(
    conn: Connection,
    ref: str,
    answer: Answer,
    *,
    due_at: datetime | None = None,
    repeat_window: timedelta = repeats.WINDOW,
    now: datetime,
) -> Campaign:
    """
    Let a draft leave: now, or when it is due.

    Args:
        due_at: In place of the time it was planned for; it must be to come.

        repeat_window: How long ago the same pages may have gone to the same number.

    Raises:
        OrderRefused: If it is no draft, has no document that can be printed, its list is
            incomplete or too long for a proof, its proof is missing, or a recipient
            has nothing where its pages say something of him.
    """
    # Nobody chooses other lists between a look at them and the launch.
    drafts.lock(conn, ref)
    draft = found(conn, ref)
    if draft.relation is Relation.PROOF and total(draft.counts) > MAX_PROOF_NUMBERS:
        raise _too_many_for_a_proof()
    planned = draft.due_at if draft.send_type is SendType.SCHEDULED else None
    due = due_at or planned
    if due is not None and due <= now:
        raise OrderRefused("Cette date est déjà passée.", code="past-date")
    _ensure(recipient_choices.standing(conn, ref), ref)
    launching = drafts.launch(
        conn, ref, due_at=due_at, repeat_window=repeat_window, now=now
    )
    _ensure(launching, ref)
    launched = found(conn, ref)
    if launched.state is CampaignState.READY:
        check(conn, ref)
        answer.accept(conn, ref, now=now)
        answer.ask_about_repeats(conn, ref, now=now)
    return launched


def pause(conn: Connection, ref: str, *, now: datetime) -> None:
    """
    Begin no call any more; those under way go on.

    Raises:
        OrderRefused: If it is no campaign that was launched and is not over.
    """
    _under_way(conn, ref)
    schedules.set_paused(conn, ref, paused=True, now=now)


def resume(conn: Connection, ref: str, *, now: datetime) -> None:
    """
    Go on after a pause; a canary that was stopped is overruled.

    Raises:
        OrderRefused: If it is not paused.
    """
    if not _under_way(conn, ref).paused:
        raise OrderRefused(f"La campagne {ref} n'est pas en pause.", code="not-paused")
    schedules.set_paused(conn, ref, paused=False, now=now)
    canary.overrule(conn, ref, now=now)


def stop(conn: Connection, ref: str, answer: Answer, *, now: datetime) -> Cancellation:
    """
    End a campaign: what has not left does not leave any more.

    Raises:
        OrderRefused: If there is none.
    """
    done = campaigns.cancel(conn, ref, now=now)
    if done is None:
        raise _absent(ref)
    answer.after_call(conn, ref, now=now)
    return done


def cancel_number(
    conn: Connection, ref: str, number: FaxNumber, answer: Answer, *, now: datetime
) -> Cancellation:
    """
    Take one number out of a campaign.

    Raises:
        OrderRefused: If it is not in it, or has come to its end.
    """
    found(conn, ref)
    done = campaigns.cancel(conn, ref, number=number.e164, now=now)
    if done is None or not (done.cancelled or done.hanging_up):
        raise OrderRefused(
            f"Le numéro {number} n'est pas dans la campagne {ref}, ou son fax est déjà"
            " terminé.",
            code="no-number",
        )
    answer.after_call(conn, ref, now=now)
    return done


def copy(
    conn: Connection,
    ref: str,
    new_ref: str,
    *,
    relation: Relation = Relation.COPY,
    now: datetime,
) -> Campaign:
    """
    Make a draft with the same documents, numbers and rules.

    Args:
        relation: What it is to its origin.

    Raises:
        OrderRefused: If there is no such campaign, its documents were erased, or its
            list is incomplete.
    """
    if drafts.lock(conn, ref) is not None:
        _ensure(recipient_choices.standing(conn, ref), ref)
    original = found(conn, ref)
    if total(original.counts) < (original.expected or 0):
        raise refusal(DraftAnswer.INCOMPLETE, ref)
    wishes = Wishes(
        name=original.name,
        canary=original.canary,
        needs_proof=original.needs_proof,
        origin=ref,
        relation=relation,
    )
    begin_from(conn, original, new_ref, wishes, now=now)
    copies.numbers(conn, ref, new_ref, now=now)
    return found(conn, new_ref)


def resend(
    conn: Connection,
    ref: str,
    new_ref: str,
    answer: Answer,
    *,
    with_unknown: bool = False,
    changes: Changes | None = None,
    routing: Routing | None = None,
    now: datetime,
) -> Campaign:
    """
    Launch a new campaign to the numbers that failed.

    Args:
        with_unknown: To those too whose fax may have arrived: a person said so.

        changes: What is to be otherwise than the first time.

        routing: By which trunks it then leaves; None: by those of the first time.

    Raises:
        OrderRefused: If there is no such campaign or number, or no trunk serves one.
    """
    original = found(conn, ref)
    states = FAILED_OR_UNKNOWN if with_unknown else FAILED
    if not any(original.counts.get(state) for state in states):
        unknown = original.counts.get(FaxState.UNKNOWN, 0)
        more = f" ({unknown} sans certitude)" if unknown else ""
        raise OrderRefused(
            f"Aucun fax de la campagne {ref} n'a échoué{more}.", code="nothing-failed"
        )
    wishes = Wishes(name=original.name, origin=ref, relation=Relation.RESEND)
    # What may have arrived is sent again because a person said so.
    begin_from(conn, original, new_ref, wishes, repeats_allowed=with_unknown, now=now)
    copies.numbers(conn, ref, new_ref, states=states, now=now)
    if changes is not None:
        edit(conn, new_ref, changes, now=now)
    if routing is not None:
        reroute(conn, new_ref, routing)
    return launch(conn, new_ref, answer, now=now)


def proof(
    conn: Connection,
    ref: str,
    new_ref: str,
    numbers: Sequence[FaxNumber],
    answer: Answer,
    *,
    trunk: str,
    other_trunks: Mapping[str, str] | None = None,
    recipient: int = 1,
    now: datetime,
) -> Campaign:
    """
    Send a draft's pages to a short list first; counted apart from the campaign.

    Args:
        recipient: The place in its list of the one whose pages they are, from 1.

    Raises:
        OrderRefused: If it is no draft, or the list is empty, too long or restricted.
    """
    original = found(conn, ref)
    if stage_of(original) is not Stage.DRAFT:
        raise refusal(DraftAnswer.NOT_A_DRAFT, ref)
    if not 0 < len(numbers) <= MAX_PROOF_NUMBERS:
        raise _too_many_for_a_proof()
    _, restricted = split_restricted(tuple(numbers), original.quality)
    if restricted:
        raise OrderRefused(
            f"Le numéro {restricted[0]} demande la qualité best.",
            code="restricted-numbers",
        )
    wishes = Wishes(
        name=f"{original.name} (BAT)".strip(),
        expected=len(numbers),
        origin=ref,
        relation=Relation.PROOF,
    )
    begin_from(conn, original, new_ref, wishes, repeats_allowed=True, now=now)
    batch = Batch(first=1, numbers=tuple(number.e164 for number in numbers))
    add_batch(conn, new_ref, batch, trunk=trunk, other_trunks=other_trunks, now=now)
    covers.copy_row(conn, ref, recipient, new_ref)
    return launch(conn, new_ref, answer, now=now)


def delete(conn: Connection, ref: str, *, now: datetime) -> None:
    """
    Take a campaign out of the lists; retention erases what is kept of it in its time.

    Nobody is written to: a draft that nobody launched concerns nobody.

    Raises:
        OrderRefused: If it was launched and is not over: stop it first.
    """
    drafts.lock(conn, ref)
    if stage_of(found(conn, ref)) is Stage.DRAFT:
        campaigns.cancel(conn, ref, now=now)
        campaigns.finish_if_all_final(conn, ref, now=now)
    if not drafts.hide(conn, ref, now=now):
        raise OrderRefused(
            f"La campagne {ref} n'est pas terminée : arrêtez-la d'abord.",
            code="not-over",
        )


def found(conn: Connection, ref: str) -> Campaign:
    """
    Give a campaign.

    Raises:
        OrderRefused: If there is none.
    """
    campaign = campaigns.get(conn, ref)
    if campaign is None:
        raise _absent(ref)
    return campaign


def refusal(answer: DraftAnswer, ref: str) -> OrderRefused:
    """Why the store did not do what was wished of a draft."""
    return OrderRefused(_SENTENCES[answer].format(ref=ref), code=answer.value)


def stage_of(campaign: Campaign) -> Stage:
    """Say what a campaign is doing, as people are told."""
    return stage(
        campaign.counts,
        is_launched=campaign.launched_at is not None,
        is_paused=campaign.paused,
        is_finished=campaign.finished_at is not None,
    )


def begin_from(
    conn: Connection,
    original: Campaign,
    ref: str,
    wishes: Wishes,
    *,
    repeats_allowed: bool = False,
    now: datetime,
) -> None:
    """
    Write a draft with the documents and rules of another campaign, without its numbers.

    Args:
        repeats_allowed: Also to numbers that had the same pages lately.

    Raises:
        OrderRefused: If its documents were erased.
    """
    if original.purged_at is not None:
        raise OrderRefused(
            f"Les documents de la campagne {original.ref} ne sont plus conservés.",
            code="purged",
        )
    new = NewCampaign(
        ref=ref,
        line=original.line,
        trunk="",
        source=original.source,
        requester=replace(original.requester, message_id=None),
        quality=original.quality,
        documents=(),
        numbers=(),
        notes={
            repeats.ALLOWED: repeats_allowed,
            opt_outs.WANTED: original.notes.get(opt_outs.WANTED, False),
        },
        draft=True,
        wishes=wishes,
    )
    create(conn, new, now=now)
    copies.documents(conn, original.ref, ref)
    if wishes.relation is not Relation.PROOF:
        copies.rules(conn, original.ref, ref)


def _under_way(conn: Connection, ref: str) -> Campaign:
    campaign = found(conn, ref)
    if campaign.launched_at is None or campaign.finished_at is not None:
        raise OrderRefused(
            f"La campagne {ref} n'est pas en cours.", code="not-under-way"
        )
    return campaign


def _ensure(answer: DraftAnswer, ref: str) -> None:
    if answer is not DraftAnswer.DONE:
        raise refusal(answer, ref)


def _absent(ref: str) -> OrderRefused:
    return OrderRefused(
        _SENTENCES[DraftAnswer.ABSENT].format(ref=ref), code="no-campaign"
    )


def _too_many_for_a_proof() -> OrderRefused:
    return OrderRefused(
        f"Un bon à tirer va à {MAX_PROOF_NUMBERS} numéros au plus.", code="proof-list"
    )
