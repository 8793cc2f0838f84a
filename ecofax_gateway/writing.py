"""
Settings -> who writes replies, for the daemon and for commands.

I/O: none of its own; what it gives writes to the store.
"""

from datetime import timedelta

from .pipeline.answer import Answer
from .pipeline.reply_cap import ReplyCap
from .pipeline.worker import Bell
from .settings import Settings


def answer_of(settings: Settings, bell: Bell | None = None) -> Answer:
    """Who writes replies; also for commands, which ring nobody."""
    return Answer(
        sender=settings.replies.sender,
        zone=settings.zone,
        bell=bell or Bell(),
        repeat_patience=timedelta(days=settings.store.repeat_days),
        answers_at=settings.smtp.domains[0] if settings.smtp.domains else "",
        cap=ReplyCap(
            settings.trust.replies_per_hour,
            sender=settings.replies.sender,
            zone=settings.zone,
        ),
    )
