"""
What somebody writes back to one of our replies, as mail programs send it.
"""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.answer_key import AnswerKey, key_of
from ecofax_gateway.domain.document import Quality
from ecofax_gateway.mail.message import parse_mail
from ecofax_gateway.orders.answering import Verb, answer_key, wishes_of

KEY = AnswerKey("K7M2XQ9D", key_of(bytes(range(16))))
ADDRESS = f"fax+{KEY.tag}@ecofax.fr"
IDENTITY = f"<K7M2XQ9D.accepted.{KEY.key}@ecofax.fr>"

QUOTE = """\


Le lun. 2 mars 2026 à 13:00, Ecofax <fax@ecofax.fr> a écrit :
> Votre demande de fax est bien prise en compte.
> annule : rien ne part
"""


def mail_of(body, *, html=None, in_reply_to=None, references=None):
    mail = EmailMessage()
    mail["From"] = "accueil@cabinet.example"
    mail["Subject"] = "Re: Télécopie de 'devis.pdf' : prise en compte"
    if in_reply_to:
        mail["In-Reply-To"] = in_reply_to
    if references:
        mail["References"] = references
    mail.set_content(body)
    if html:
        mail.add_alternative(html, subtype="html")
    return parse_mail(mail.as_bytes())


@pytest.mark.parametrize(
    ("line", "verb"),
    [
        ("annule", Verb.CANCEL),
        ("Annule", Verb.CANCEL),
        ("ANNULER", Verb.CANCEL),
        ("annulé !", Verb.CANCEL),
        ("Annulez svp", Verb.CANCEL),
        ("Annulez l'envoi, s'il vous plaît.", Verb.CANCEL),
        ("Merci d'annuler", Verb.CANCEL),
        ("Merci d’annuler ce fax", Verb.CANCEL),
        ("Veuillez annuler cet envoi, merci", Verb.CANCEL),
        ("cancel", Verb.CANCEL),
        ("Please cancel the fax", Verb.CANCEL),
        ("renvoie", Verb.RESEND),
        ("Renvoie le fax stp", Verb.RESEND),
        ("Renvoyez.", Verb.RESEND),
        ("Merci de renvoyer", Verb.RESEND),
        ("resend", Verb.RESEND),
        ("continue", Verb.RESUME),
        ("Reprenez la campagne", Verb.RESUME),
    ],
)
def test_a_line_that_is_a_command(line, verb):
    assert wishes_of(mail_of(f"Bonjour,\n\n{line}\n{QUOTE}")).verbs == {verb}


@pytest.mark.parametrize(
    "body",
    [
        "Merci beaucoup !",
        "Annule le rendez-vous de jeudi avec le docteur",
        "Il ne faut pas annuler",
        "N'annule pas",
        "Je vous renvoie le devis signé demain",
        "> annule",
        "-- \nannule",
        "",
    ],
)
def test_prose_quotations_and_signatures_want_nothing(body):
    assert wishes_of(mail_of(body + "\n" + QUOTE)).is_empty


def test_a_forwarded_acknowledgement_wants_nothing():
    forwarded = (
        "Pour info.\n\n---------- Message transféré ---------\n"
        "De : Ecofax <fax@ecofax.fr>\nDate : lun. 2 mars 2026\n"
        "Objet : prise en compte\nÀ : moi\n\nannule\nqualite:best\n"
        "date:21-06-2027 15:15:00\n"
    )

    assert wishes_of(mail_of(forwarded)).is_empty


def test_date_quality_and_repeats_are_the_directives_of_orders():
    wishes = wishes_of(mail_of("qualite:best\ndate:21-06-2027 15:15:00" + QUOTE))

    assert wishes.quality is Quality.BEST
    assert wishes.due == "21-06-2027 15:15:00"
    assert not wishes.is_contradictory
    assert wishes_of(mail_of("doublon:oui" + QUOTE)).repeats


def test_html_alone_is_read_above_its_quotation():
    html = (
        "<div>Annule</div><div class='gmail_quote'><blockquote>renvoie</blockquote>"
        "</div>"
    )

    assert wishes_of(mail_of("\n", html=html)).verbs == {Verb.CANCEL}


@pytest.mark.parametrize(
    ("body", "is_contradictory"),
    [
        ("annule\nrenvoie", True),
        ("annule\nqualite:best", True),
        ("continue\ndate:21-06-2027 15:15", True),
        ("renvoie\nqualite:best", False),
        ("renvoie\ndate:21-06-2027 15:15", False),
        ("doublon:oui\nqualite:best", True),
        ("annule\nannulez", False),
    ],
)
def test_wishes_that_do_not_go_together(body, is_contradictory):
    assert wishes_of(mail_of(body)).is_contradictory is is_contradictory


def test_what_is_not_understood_is_named():
    assert "superbe" in wishes_of(mail_of("qualite:superbe")).mistakes[0]


@pytest.mark.parametrize(
    "address",
    [ADDRESS, ADDRESS.upper(), f"<{ADDRESS}>", f"FAX+{KEY.tag}@ecofax.fr"],
)
def test_the_address_says_which_order(address):
    assert answer_key(mail_of("merci"), [address], domain="ecofax.fr") == KEY


@pytest.mark.parametrize(
    "headers",
    [
        {"in_reply_to": IDENTITY},
        {"references": f"<m1@cabinet.example> {IDENTITY} <x@relay.example>"},
        {"in_reply_to": IDENTITY.lower()},
    ],
)
def test_the_thread_says_which_order_when_the_address_does_not(headers):
    mail = mail_of("annule" + QUOTE, **headers)

    assert answer_key(mail, ["fax@ecofax.fr"], domain="ecofax.fr") == KEY


@pytest.mark.parametrize(
    ("body", "recipient", "in_reply_to"),
    [
        ("annule", "fax@ecofax.fr", None),
        ("annule", "fax+marketing@ecofax.fr", None),
        ("annule", "0972101010@ecofax.fr", IDENTITY),
        ("merci", "fax@ecofax.fr", IDENTITY),
        ("p:secret\nqualite:best", "fax@ecofax.fr", IDENTITY),
        ("annule", "fax@ecofax.fr", IDENTITY.replace("ecofax.fr", "evil.example")),
        ("annule", f"fax+{KEY.tag[:-1]}@ecofax.fr", None),
    ],
)
def test_other_mail_is_no_answer(body, recipient, in_reply_to):
    mail = mail_of(body, in_reply_to=in_reply_to)

    assert answer_key(mail, [recipient], domain="ecofax.fr") is None


@given(st.binary(min_size=16, max_size=16))
def test_a_key_comes_back_out_of_an_address_in_any_case(secret):
    key = AnswerKey("K7M2XQ9D", key_of(secret))

    assert AnswerKey.from_tag(key.tag) == key
    assert AnswerKey.from_tag(key.tag.upper()) == key
    assert len(f"fax+{key.tag}") <= 64


@given(st.text(max_size=80))
def test_anything_behind_a_plus_is_read_without_harm(tag):
    AnswerKey.from_tag(tag)
    AnswerKey.from_identities(tag, domain="ecofax.fr")
