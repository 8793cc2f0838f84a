"""
URLs as people write them, and as attackers do.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.outbound.destination import (
    MAX_URL_CHARS,
    OutboundFailed,
    read_url,
    redirected,
)


@pytest.mark.parametrize(
    ("text", "url", "host"),
    [
        ("https://exemple.fr", "https://exemple.fr/", "exemple.fr"),
        (" http://exemple.fr:8080/a?b=c#d ", "http://exemple.fr:8080/a?b=c", None),
        ("HTTPS://Exemple.FR/Liste.csv", "https://exemple.fr/Liste.csv", "exemple.fr"),
        ("https://école.fr/été.csv", "https://xn--cole-9oa.fr/%C3%A9t%C3%A9.csv", None),
        ("http://[2606:4700::1]:8080/", "http://[2606:4700::1]:8080/", "2606:4700::1"),
    ],
)
def test_what_people_write_is_read(text, url, host):
    found = read_url(text)

    assert found.url == url
    assert host in (None, found.host)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "url-scheme"),
        ("exemple.fr/liste.csv", "url-scheme"),
        ("file:///etc/passwd", "url-scheme"),
        ("ftp://exemple.fr/liste.csv", "url-scheme"),
        ("gopher://127.0.0.1:25/_HELO", "url-scheme"),
        ("https://", "url-malformed"),
        ("https://exemple.fr/a b", "url-malformed"),
        ("http://exemple.fr/\r\nX: y", "url-malformed"),
        ("http://[::1", "url-malformed"),
        ("http://exemple.fr:http/", "url-malformed"),
        ("http://exemple.fr:99999/", "url-malformed"),
        ("http://a..b/", "url-malformed"),
        ("https://exemple.fr/" + "a" * MAX_URL_CHARS, "url-malformed"),
        ("https://anne:zebre@exemple.fr/", "url-password"),
        ("http://127.0.0.1@exemple.fr/", "url-password"),
        ("http://exemple.fr:25/", "url-port"),
        ("http://exemple.fr:0/", "url-port"),
    ],
)
def test_what_is_not_called_is_refused_by_its_reason(text, code):
    with pytest.raises(OutboundFailed) as refused:
        read_url(text)

    assert refused.value.code == code
    assert "zebre" not in refused.value.sentence


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("autre.csv", "https://exemple.fr/listes/autre.csv"),
        ("/autre.csv", "https://exemple.fr/autre.csv"),
        ("//autre.fr/x", "https://autre.fr/x"),
        ("https://autre.fr:8443/x", "https://autre.fr:8443/x"),
    ],
)
def test_a_redirect_is_relative_to_where_it_stands(location, url):
    assert (
        redirected(read_url("https://exemple.fr/listes/une.csv"), location).url == url
    )


def test_a_redirect_may_not_give_up_encryption():
    with pytest.raises(OutboundFailed) as refused:
        redirected(read_url("https://exemple.fr/"), "http://exemple.fr/")

    assert refused.value.code == "url-downgrade"


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://[", "https://"]))
def test_any_text_is_a_destination_or_refused(text, scheme):
    try:
        found = read_url(scheme + text)
    except OutboundFailed:
        return

    assert found.url.isascii()
    assert read_url(found.url) == found
