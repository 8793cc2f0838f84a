"""
Who asks for something by console or API, and whose things he may see.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Principal:
    """A fax line, or an operator, who sees every line."""

    line: str | None = None
    "E.164."

    operator: str | None = None
    "The operator's name."

    def __post_init__(self) -> None:
        """
        Raises:
            ValueError: If it is both, or neither.
        """
        if (self.line is None) == (self.operator is None):
            raise ValueError("a principal is a line or an operator")

    @property
    def is_operator(self) -> bool:
        """Whether all lines are shown, and the gateway itself."""
        return self.operator is not None

    def may_see(self, line: str) -> bool:
        """Whether what belongs to *line* may be shown and changed."""
        return self.is_operator or self.line == line
