"""
What joins a reply when it is posted: made from the store then, not kept twice.

Pure: no I/O, no clock, no randomness.
"""

from enum import StrEnum


class Enclosure(StrEnum):
    """One thing that a reply carries beside its words."""

    PICTURE = "picture"
    "The first page, small, in the HTML."

    PROOF = "proof"
    "The pages that the far end confirmed, as a PDF."

    PREVIEW = "preview"
    "The pages of a draft, as its first recipient would get them, as a PDF."

    REPORT = "report"
    "Every number of a campaign, as CSV and PDF."
