"""
Every reply in every language, as text and as HTML.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime
from string import Template

import pytest

from ecofax_gateway import replies
from ecofax_gateway.domain.campaign import Relation
from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.language import Language, Tongue
from ecofax_gateway.domain.number import FaxNumber
from ecofax_gateway.domain.order import BadNumber
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.mail.html import visible_text
from ecofax_gateway.replies.answered import Done
from ecofax_gateway.replies.envelope import RULE
from ecofax_gateway.replies.explain import Actor, actor_words, explain
from ecofax_gateway.replies.facts import FaxFacts
from ecofax_gateway.replies.mistakes import OTHER, in_english
from ecofax_gateway.replies.wording import sections_of, template_names

from .conftest import text_of

HOME = FaxNumber("+33972101010")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BUSY = Outcome(ending=Ending.BUSY, detail="486 Busy Here")
DELIVERED = Outcome(
    ending=Ending.DELIVERED, pages_confirmed=3, remote_id="+33 9", duration_s=70
)
FRENCH_ONLY = "Votre envoi demande 9 pages."


def fax(state, outcome=None, pages=0):
    return FaxFacts(
        number=HOME,
        state=state,
        outcome=outcome,
        pages_confirmed=pages,
        attempts=2,
        ended_at=NOON,
    )


LETTERS = {
    "accepted": lambda head, c: replies.accepted.accepted(
        head,
        c,
        numbers=[HOME],
        due_at=NOON,
        call_seconds=72.0,
        ignored=["logo.png"],
        warnings=["La page 3 est blanche."],
        bad_numbers=[BadNumber(text="97x", line=3, reason="contient des lettres")],
    ),
    "resent": lambda head, c: replies.accepted.accepted(
        head, c, numbers=[HOME], origin="C1", relation=Relation.RESEND
    ),
    "cancelled": lambda head, c: replies.cancelled.cancelled(
        head, c, [fax(FaxState.SENT, DELIVERED, 3), fax(FaxState.CANCELLED, pages=1)]
    ),
    "duplicates": lambda head, c: replies.duplicates.duplicates(head, c, [HOME]),
    "failed": lambda head, c: replies.failed.failed(
        head, c, fax(FaxState.FAILED, BUSY, 1)
    ),
    "opted-out": lambda head, c: replies.opted_out.opted_out(
        head, number=HOME, line=c.line, reference="C7"
    ),
    "over-quota": lambda head, c: replies.over_quota.over_quota(
        head, c, sentences=FRENCH_ONLY
    ),
    "paused": lambda head, c: replies.paused.paused(
        head, c, failed=3, of=20, percent=10
    ),
    "trial": lambda head, c: replies.trial.trial(head, c),
    "refused": lambda head, c: replies.refused.refused(
        head,
        mistakes=FRENCH_ONLY,
        domain="ecofax.test",
        reference="C7",
        codes=["no-password"],
    ),
    "repeated": lambda head, c: replies.repeated.repeated(
        head, c, [(HOME, NOON)], others=1, until=NOON
    ),
    "report": lambda head, c: replies.report.report(
        head,
        c,
        [
            fax(FaxState.SENT, DELIVERED, 3),
            fax(FaxState.FAILED, BUSY),
            fax(FaxState.UNKNOWN, pages=1),
            fax(FaxState.CANCELLED),
        ],
    ),
    "restricted": lambda head, c: replies.restricted.restricted(
        head, c, [HOME], others=2
    ),
    "sent": lambda head, c: replies.sent.sent(
        head, c, fax(FaxState.SENT, DELIVERED, 3), has_proof=True
    ),
    "unknown": lambda head, c: replies.unknown.unknown(
        head, c, fax(FaxState.UNKNOWN, pages=1)
    ),
    **{
        f"answered {done}": lambda head, c, done=done: replies.answered.answered(
            head, c, done, sentences=FRENCH_ONLY
        )
        for done in Done
    },
}


@pytest.fixture
def head(letterhead):
    return replace(
        letterhead, reply_to="fax+c7-key@ecofax.test", language=Language.BOTH
    )


def html_of(message):
    return message.get_body(("html",)).get_content()


@pytest.mark.parametrize("name", LETTERS)
def test_english_stands_below_french_and_alone_if_the_line_wants(head, campaign, name):
    write = LETTERS[name]
    texts = {
        language: text_of(write(replace(head, language=language), campaign))
        for language in Language
    }
    french, english = texts[Language.BOTH].split(RULE)

    assert french.strip() == texts[Language.FR].strip()
    assert french.startswith("Bonjour,")
    assert english.strip().startswith("Hello,")
    assert texts[Language.EN].startswith("Hello,")
    for foreign in ("Votre", "Référence", "Destinataire", "Télécopie"):
        assert foreign not in english
    subject = write(replace(head, language=Language.EN), campaign)["Subject"]
    assert str(subject).startswith("Fax")


def test_an_acknowledgement_in_english_reads_no_french(head, campaign):
    words = text_of(LETTERS["accepted"](replace(head, language=Language.EN), campaign))

    assert "Page 3 is blank." in words
    assert 'line 3: "97x" has letters in it' in words
    assert not re.search(r"[àâçéèêîôûœ«»’]|\b(?:la|les|des|est)\b", words)


@pytest.mark.parametrize("name", LETTERS)
def test_html_tells_what_the_text_tells(head, campaign, name):
    message = LETTERS[name](head, campaign)
    words = set(re.findall(r"[\wÀ-ÿ@./-]{4,}", text_of(message)))
    drawn = " ".join(visible_text(html_of(message)).split())

    assert words - set(re.findall(r"[\wÀ-ÿ@./-]{4,}", drawn)) == set()


@pytest.mark.parametrize("name", LETTERS)
def test_html_fetches_and_runs_nothing(head, campaign, name):
    drawn = html_of(LETTERS[name](head, campaign))

    assert not re.search(r"https?:|<script|<link|<img|url\(|@import| on\w+=", drawn)


def test_what_a_requester_wrote_stays_text(head, campaign):
    hostile = "</td><script>alert(1)</script><!-- page 1 -->.pdf"
    message = LETTERS["failed"](head, replace(campaign, documents=(hostile,)))

    assert "<script" not in html_of(message)
    assert html_of(message).count("<!-- page 1 -->") == 1
    assert hostile in text_of(message)


@pytest.mark.parametrize("tongue", list(Tongue))
@pytest.mark.parametrize("ending", list(Ending))
def test_every_ending_says_what_happened_who_acts_and_the_code(
    head, campaign, ending, tongue
):
    """facts: what, who, what next, and the raw code, in both languages."""
    told = explain(ending, tongue)
    outcome = Outcome(ending=ending, detail="raw detail 42")
    letter = replies.failed.failed(
        replace(head, language=Language(tongue)),
        campaign,
        fax(FaxState.FAILED, outcome),
    )
    text = text_of(letter)

    assert told.what.endswith(".")
    assert told.todo.endswith(".")
    assert f"{told.what}\n{told.todo}\n" in text
    assert actor_words(told.who, tongue) in text
    assert ("n'essayons plus" if tongue is Tongue.FR else "do not try any more") in text
    assert text.rstrip().endswith(f"{ending.value}, raw detail 42")


def test_no_two_endings_say_the_same_in_english():
    assert len({explain(e, Tongue.EN).what for e in Ending}) == len(Ending)
    assert len({actor_words(a, Tongue.EN) for a in Actor}) == len(Actor)


@pytest.mark.parametrize("template", template_names())
def test_both_languages_have_the_same_sections_and_values(template):
    assert sections_of(Tongue.EN, template) == sections_of(Tongue.FR, template)


def test_a_mistake_without_english_words_points_to_the_french_ones():
    assert in_english(["no-password", "no-password", "unheard-of"])[1:] == [OTHER]
    assert in_english([]) == [OTHER]
    assert Template(OTHER).get_identifiers() == []
