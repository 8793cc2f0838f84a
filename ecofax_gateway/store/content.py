"""
Where bytes are kept: in the row that owns them, or in a file of the spool.

Pure: no I/O, no clock, no randomness.
"""

import hashlib
from dataclasses import dataclass
from typing import Any, Self

INLINE_BYTES = 256 * 1024
"""Up to here in the row (one fsync, no orphans); above, SQLite would write them twice
(log and checkpoint), which measured slower than a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Some bytes and where they are; exactly one of *inline* and *spool* is set."""

    sha256: str
    size: int
    inline: bytes | None = None
    spool: str | None = None
    "Name of a file of the spool."

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Bytes that stay in the row, whatever their size."""
        return cls(sha256=hashlib.sha256(data).hexdigest(), size=len(data), inline=data)

    @property
    def columns(self) -> dict[str, Any]:
        """As the tables `mail` and `document` name it."""
        return {
            "sha256": self.sha256,
            "size": self.size,
            "inline": self.inline,
            "spool": self.spool,
        }

    def __repr__(self) -> str:
        place = self.spool or "inline"
        return f"Content({self.sha256[:12]}, {self.size} bytes, {place})"
