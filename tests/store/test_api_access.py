"""
Tokens and idempotency keys.
"""

from datetime import timedelta

import pytest

from ecofax_gateway.domain.api_token import ApiToken, Scope, parse_token, secret_of
from ecofax_gateway.store import api_tokens, idempotency
from ecofax_gateway.store.idempotency import KeptAnswer, Obstacle

TOKEN = ApiToken("K7M2XQ9D", secret_of(bytes(range(32))))
ANSWER = KeptAnswer(status=201, headers={"location": "/x"}, body=b"{}")


def add(office, line, token=TOKEN, **kwargs):
    values = {
        "name": "a program",
        "scopes": {Scope.FAXES_READ},
        "expires_at": None,
        **kwargs,
    }
    return office.tx(api_tokens.add, token, line=line, now=office.now, **values)


def find(office, token=TOKEN):
    return office.tx(api_tokens.find, token, now=office.now)


def test_a_token_can_be_read_back_from_its_text():
    assert parse_token(str(TOKEN)) == TOKEN
    assert TOKEN.secret not in repr(TOKEN)


@pytest.mark.parametrize(
    "text",
    ["", "ecofax_", str(TOKEN)[:-1], str(TOKEN) + "x", str(TOKEN).replace("K7", "K8")],
)
def test_a_mistyped_token_is_none(text):
    assert parse_token(text) is None


def test_a_token_opens_its_line(office):
    line = office.line()
    add(office, line)

    assert find(office).line == line
    assert find(office).scopes == {Scope.FAXES_READ}
    assert find(office, ApiToken(TOKEN.id, "0" * 32)) is None
    assert find(office, ApiToken("AAAAAAAA", TOKEN.secret)) is None


def test_a_token_that_is_revoked_or_too_old_opens_nothing(office):
    line, other = office.line(), office.line("+33100000002")
    old = ApiToken("AAAAAAAA", TOKEN.secret)
    add(office, line)
    add(office, line, old, expires_at=office.now + timedelta(hours=1))
    not_his = office.tx(api_tokens.revoke, other, TOKEN.id, now=office.now)
    before = find(office), find(office, old)
    office.later(hours=1)
    revoked = office.tx(api_tokens.revoke, line, TOKEN.id, now=office.now)

    assert (not_his, revoked) == (False, True)
    assert None not in before
    assert (find(office), find(office, old)) == (None, None)


def test_a_use_is_written_once_a_minute(office):
    add(office, office.line())
    first = api_tokens.is_use_due(find(office), now=office.now)
    office.tx(api_tokens.note_use, TOKEN.id, now=office.now)
    at_once = api_tokens.is_use_due(find(office), now=office.now)
    office.later(minutes=1)

    assert (first, at_once) == (True, False)
    assert api_tokens.is_use_due(find(office), now=office.now)


def test_a_line_has_so_many_tokens_and_no_more(office):
    line = office.line()
    tokens = [
        ApiToken(f"AAAAAA{n:02}", TOKEN.secret)
        for n in range(api_tokens.MAX_TOKENS + 1)
    ]
    added = [add(office, line, token) for token in tokens]

    assert added == [True] * api_tokens.MAX_TOKENS + [False]


def begin(office, key="k", fingerprint="f", line="+33100000001"):
    return office.tx(
        idempotency.begin, line, key, fingerprint=fingerprint, now=office.now
    )


def test_a_repeated_request_gets_the_answer_of_the_first(office):
    first = begin(office)
    at_the_same_time = begin(office)
    office.tx(idempotency.keep, "+33100000001", "k", ANSWER)

    assert first is None
    assert at_the_same_time is Obstacle.UNDER_WAY
    assert begin(office) == ANSWER
    assert begin(office, fingerprint="g") is Obstacle.OTHER_REQUEST
    assert begin(office, line="+33100000002") is None


def test_a_request_that_changed_nothing_may_be_sent_again(office):
    begin(office)
    office.tx(idempotency.let_go, "+33100000001", "k")

    assert begin(office) is None


@pytest.mark.parametrize(
    ("kept", "later", "answer"),
    [
        (True, idempotency.KEPT - timedelta(seconds=1), ANSWER),
        (True, idempotency.KEPT, None),
        (False, idempotency.ABANDONED - timedelta(seconds=1), Obstacle.UNDER_WAY),
        (False, idempotency.ABANDONED, Obstacle.BROKEN_OFF),
        (False, idempotency.KEPT, None),
    ],
)
def test_a_key_is_known_for_a_time(office, kept, later, answer):
    begin(office)
    if kept:
        office.tx(idempotency.keep, "+33100000001", "k", ANSWER)
    office.now += later

    assert begin(office) == answer
