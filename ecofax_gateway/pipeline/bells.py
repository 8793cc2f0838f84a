"""
Whom to wake when there is work on this node: a bell for each step of the path.

I/O: none of its own; see `worker`.
"""

from dataclasses import dataclass, field

from .worker import Bell


@dataclass(frozen=True, slots=True)
class Bells:
    """One for each kind of work; whoever makes some rings."""

    order: Bell = field(default_factory=Bell)
    "Mails to read."

    render: Bell = field(default_factory=Bell)
    "Pages to make."

    call: Bell = field(default_factory=Bell)
    "Numbers to call."

    post: Bell = field(default_factory=Bell)
    "Replies to send."

    trunk: Bell = field(default_factory=Bell)
    "News of a trunk to write down."

    tell: Bell = field(default_factory=Bell)
    "Webhooks to tell something."

    lists: Bell = field(default_factory=Bell)
    "Lists to read, numbers of drafts to write."
