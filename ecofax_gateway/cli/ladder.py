"""
The journal of a call for people: two columns, ours and theirs, and what it came to.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Iterator

from ..domain.journal import MAX_FIRST_NOTES, Journal, Layer, Note, Packets

COLUMN = 34
"""Characters of our side; theirs goes on to the end of the line."""

INDENT = "    "


def print_ladder(journal: Journal) -> Iterator[str]:
    """
    The lines of one call's journal.

    Yields:
        The ladder, oldest first, then pages, network, far end, capture.
    """
    if journal.notes:
        yield f"{INDENT}{'seconds':>8}  {'we':<{COLUMN}}   they"
    for index, note in enumerate(journal.notes):
        if journal.left_out and index == MAX_FIRST_NOTES:
            yield f"{INDENT}{'...':>8}  {journal.left_out} more left out"
        yield _rung(note)
    for page in journal.pages:
        again = f", {page.ecm_retries} times asked again" if page.ecm_retries else ""
        yield (
            f"{INDENT}page {page.number}: {page.began_s:.1f} to {page.ended_s:.1f} s,"
            f" {page.octets} octets, {page.rows} rows, {page.bit_rate} bit/s{again},"
            f" {page.answer}"
        )
    if journal.trainings > 1:
        yield f"{INDENT}trained {journal.trainings} times"
    if journal.media:
        yield f"{INDENT}by {journal.media}"
    if journal.packets is not None:
        yield f"{INDENT}packets: {_network(journal.packets)}"
    told = [
        f"{name} {value}"
        for name, value in (
            ("country", journal.far_end.country),
            ("made by", journal.far_end.vendor),
            ("model", journal.far_end.model),
        )
        if value
    ]
    if told:
        yield f"{INDENT}far end: {', '.join(told)}"
    if journal.capture:
        yield f"{INDENT}packets captured in {journal.capture}"


def _rung(note: Note) -> str:
    times = f" ({note.times} times)" if note.times > 1 else ""
    said = f"{note.name}{times}{'  ' if note.detail else ''}{note.detail}"
    at = f"{INDENT}{note.at_s:>8.2f}  "
    if note.layer is Layer.OWN:
        return f"{at}({said})"
    if not note.from_us:
        return f"{at}{'':<{COLUMN}} < {said}"
    return f"{at}{said:<{COLUMN}} >"


def _network(packets: Packets) -> str:
    parts = [f"{packets.sent} sent", f"{packets.received} received"]
    for count, what in (
        (packets.lost, "lost"),
        (packets.by_redundancy, "repaired by redundancy"),
        (packets.by_parity, "repaired by parity"),
        (packets.out_of_order, "late"),
        (packets.duplicate, "duplicate"),
        (packets.strange, "not understood"),
    ):
        if count:
            parts.append(f"{count} {what}")
    if packets.jitter_ms:
        parts.append(f"jitter up to {packets.jitter_ms:.0f} ms")
    return ", ".join(parts)
