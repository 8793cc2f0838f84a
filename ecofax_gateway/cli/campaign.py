"""
`campaign ACTION`: put campaigns together, let them leave, and steer them.
"""

import argparse
from datetime import UTC, datetime, timedelta

from ..pipeline import campaigns
from ..pipeline.drafting import fresh_reference
from ..store.campaigns import Cancellation
from ..writing import answer_of
from . import campaign_draft, campaign_view, merge
from .dates import due_time, minute
from .options import (
    MOST_SHOWN,
    Commands,
    add_command,
    add_group,
    open_store,
    plan_trunks,
    read_number,
    settings_of,
    whole,
)


def add_parsers(commands: Commands) -> None:
    """Add `campaign` and what it can do."""
    actions = add_group(
        commands,
        "campaign",
        "send to many numbers: drafts, launch, pause, reports",
        example="campaign create letter.pdf --numbers list.txt",
    )
    campaign_draft.add_parsers(actions)
    _add_departures(actions)
    _add_steering(actions)
    _add_children(actions)
    campaign_view.add_parsers(actions)
    merge.add_preview(actions)


def _add_departures(actions: Commands) -> None:
    launch = add_command(
        actions,
        "launch",
        "let a draft leave",
        example="campaign launch K7M2XQ9D",
    )
    launch.add_argument("ref", metavar="REF")
    launch.set_defaults(run=launch_campaign, at=None)

    schedule = add_command(
        actions,
        "schedule",
        "let a draft leave at a time to come",
        example="campaign schedule K7M2XQ9D '21-06-2027 15:15'",
    )
    schedule.add_argument("ref", metavar="REF")
    schedule.add_argument("at", metavar="TIME", help="e.g. '21-06-2027 15:15'")
    schedule.set_defaults(run=launch_campaign)


def _add_steering(actions: Commands) -> None:
    pause = add_command(
        actions,
        "pause",
        "begin no call any more; those under way go on",
        example="campaign pause K7M2XQ9D",
    )
    pause.add_argument("ref", metavar="REF")
    pause.set_defaults(run=pause_campaign)

    resume = add_command(
        actions,
        "resume",
        "go on after a pause, also after a canary's",
        example="campaign resume K7M2XQ9D",
    )
    resume.add_argument("ref", metavar="REF")
    resume.set_defaults(run=resume_campaign)

    stop = add_command(
        actions,
        "stop",
        "end a campaign: what has not left does not leave",
        example="campaign stop K7M2XQ9D",
    )
    stop.add_argument("ref", metavar="REF")
    stop.set_defaults(run=stop_campaign)

    cancel = add_command(
        actions,
        "cancel-number",
        "take one number out of a campaign",
        example="campaign cancel-number K7M2XQ9D 0972101010",
    )
    cancel.add_argument("ref", metavar="REF")
    cancel.add_argument("number")
    cancel.set_defaults(run=cancel_number)

    delete = add_command(
        actions,
        "delete",
        "take a draft, or a campaign that is over, out of the lists",
        example="campaign delete K7M2XQ9D",
    )
    delete.add_argument("ref", metavar="REF")
    delete.set_defaults(run=delete_campaign)


def _add_children(actions: Commands) -> None:
    resend = add_command(
        actions,
        "resend",
        "launch a new campaign to the numbers that failed",
        example="campaign resend K7M2XQ9D --unknown",
    )
    resend.add_argument("ref", metavar="REF")
    resend.add_argument(
        "--unknown",
        action="store_true",
        help="to those too whose fax may have arrived: they may get it twice",
    )
    resend.set_defaults(run=resend_failed)

    copy = add_command(
        actions,
        "copy",
        "make a draft with the same documents, numbers and rules",
        example="campaign copy K7M2XQ9D",
    )
    copy.add_argument("ref", metavar="REF")
    copy.set_defaults(run=copy_campaign)

    proof = add_command(
        actions,
        "proof",
        "send a draft's pages to a short list first (bon à tirer)",
        example="campaign proof K7M2XQ9D 0972101010 0366720307",
    )
    proof.add_argument("ref", metavar="REF")
    proof.add_argument("numbers", metavar="NUMBER", nargs="+")
    proof.add_argument(
        "--recipient",
        type=whole(1, MOST_SHOWN),
        default=1,
        metavar="N",
        help="whose pages, by the place in the list (1)",
    )
    proof.set_defaults(run=send_proof)


def launch_campaign(arguments: argparse.Namespace) -> int:
    """Launch a draft, now or at a time."""
    settings, now = settings_of(arguments), datetime.now(UTC)
    due_at = due_time(arguments.at, now, settings.zone) if arguments.at else None
    with open_store(settings) as db:
        launched = db.sync_tx(
            campaigns.launch,
            arguments.ref,
            answer_of(settings),
            due_at=due_at,
            repeat_window=timedelta(hours=settings.store.repeat_hours),
            now=now,
        )
    when = f"for {minute(launched.due_at, settings.zone)}" if launched.due_at else "now"
    print(f"{launched.ref}: launched {when}, {sum(launched.counts.values())} numbers")
    return 0


def pause_campaign(arguments: argparse.Namespace) -> int:
    """Pause a campaign."""
    with open_store(settings_of(arguments)) as db:
        db.sync_tx(campaigns.pause, arguments.ref, now=datetime.now(UTC))
    print(f"{arguments.ref}: paused; calls under way go on")
    return 0


def resume_campaign(arguments: argparse.Namespace) -> int:
    """Resume a campaign."""
    with open_store(settings_of(arguments)) as db:
        db.sync_tx(campaigns.resume, arguments.ref, now=datetime.now(UTC))
    print(f"{arguments.ref}: goes on")
    return 0


def stop_campaign(arguments: argparse.Namespace) -> int:
    """End a campaign."""
    settings = settings_of(arguments)
    with open_store(settings) as db:
        done = db.sync_tx(
            campaigns.stop, arguments.ref, answer_of(settings), now=datetime.now(UTC)
        )
    _tell_cancelled(arguments.ref, done)
    return 0


def cancel_number(arguments: argparse.Namespace) -> int:
    """Cancel the fax to one number."""
    settings = settings_of(arguments)
    number = read_number(arguments.number)
    with open_store(settings) as db:
        done = db.sync_tx(
            campaigns.cancel_number,
            arguments.ref,
            number,
            answer_of(settings),
            now=datetime.now(UTC),
        )
    _tell_cancelled(arguments.ref, done)
    return 0


def delete_campaign(arguments: argparse.Namespace) -> int:
    """Take a campaign out of the lists."""
    with open_store(settings_of(arguments)) as db:
        db.sync_tx(campaigns.delete, arguments.ref, now=datetime.now(UTC))
    print(f"{arguments.ref}: deleted from the lists; retention erases what is kept")
    return 0


def resend_failed(arguments: argparse.Namespace) -> int:
    """Send to the failed ones again."""
    settings = settings_of(arguments)
    with open_store(settings) as db:
        made = db.sync_tx(
            campaigns.resend,
            arguments.ref,
            fresh_reference(),
            answer_of(settings),
            with_unknown=arguments.unknown,
            now=datetime.now(UTC),
        )
    print(
        f"{made.ref}: launched to {made.expected} numbers of {arguments.ref}; see:"
        f" ecofax-gateway campaign show {made.ref}"
    )
    return 0


def copy_campaign(arguments: argparse.Namespace) -> int:
    """Copy a campaign."""
    with open_store(settings_of(arguments)) as db:
        made = db.sync_tx(
            campaigns.copy, arguments.ref, fresh_reference(), now=datetime.now(UTC)
        )
    print(f"{made.ref}: draft, {made.expected} numbers, as {arguments.ref}")
    return 0


def send_proof(arguments: argparse.Namespace) -> int:
    """Send a proof."""
    settings = settings_of(arguments)
    numbers = list(dict.fromkeys(read_number(text) for text in arguments.numbers))
    with open_store(settings) as db:
        quality = db.sync_read(campaigns.found, arguments.ref).quality
        plan = plan_trunks(db, settings, [one.e164 for one in numbers], quality)
        made = db.sync_tx(
            campaigns.proof,
            arguments.ref,
            fresh_reference(),
            numbers,
            answer_of(settings),
            trunk=plan.trunk,
            other_trunks=plan.others,
            recipient=arguments.recipient,
            now=datetime.now(UTC),
        )
    print(f"{made.ref}: proof of {arguments.ref} to {made.expected} numbers")
    return 0


def _tell_cancelled(ref: str, done: Cancellation) -> None:
    print(f"{ref}: {done.cancelled} faxes cancelled")
    if done.hanging_up:
        print(f"{len(done.hanging_up)} calls under way, being hung up")
