"""
Office documents: LibreOffice opens them as they are.

Pure: no I/O, no clock, no randomness.
"""

from .contract import ForOffice, Given


def open_document(given: Given) -> ForOffice:
    """See `contract.Family`."""
    return ForOffice(given.content, given.found.office_filter)
