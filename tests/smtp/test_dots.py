"""
Where a mail ends, however its bytes are cut.
"""

import re

from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.smtp.dots import DataDecoder

TEXT = st.lists(
    st.sampled_from([b".", b"..", b"\r\n", b"\r", b"\n", b"x", b"\r\n.", b"\r\n.."]),
    max_size=14,
).map(b"".join)


def by_the_book(sent):
    """RFC 5321 (2008) §4.5.2, of the whole at once: the mail, and what follows it."""
    mail, _, after = (b"\r\n" + sent).partition(b"\r\n.\r\n")
    return re.sub(rb"\r\n\.", b"\r\n", mail + b"\r\n")[2:], after


@given(TEXT, TEXT, st.lists(st.integers(1, 9), min_size=1))
def test_a_mail_ends_where_the_book_says_however_it_is_cut(text, after, sizes):
    sent = text + b"\r\n.\r\n" + after
    decoder, mail, position, n = DataDecoder(), b"", 0, 0
    while not decoder.is_complete:
        size = sizes[n % len(sizes)]
        mail += decoder.feed(sent[position : position + size])
        position, n = position + size, n + 1

    assert (mail, decoder.rest + sent[position:]) == by_the_book(sent)


def test_a_mail_may_be_empty():
    decoder = DataDecoder()

    assert decoder.feed(b".\r\nQUIT\r\n") == b""
    assert decoder.is_complete
    assert decoder.rest == b"QUIT\r\n"
