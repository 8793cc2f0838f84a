from datetime import UTC, datetime

import pytest

from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.number import FaxNumber
from ecofax_gateway.domain.order import BadNumber
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.replies.accepted import accepted
from ecofax_gateway.replies.cancelled import cancelled
from ecofax_gateway.replies.duplicates import duplicates
from ecofax_gateway.replies.explain import EXPLANATIONS, explain
from ecofax_gateway.replies.facts import FaxFacts
from ecofax_gateway.replies.failed import failed
from ecofax_gateway.replies.refused import refused
from ecofax_gateway.replies.report import report
from ecofax_gateway.replies.restricted import restricted
from ecofax_gateway.replies.sent import sent
from ecofax_gateway.replies.unknown import unknown

from .conftest import text_of

HOME, ABROAD = FaxNumber("+33972101010"), FaxNumber("+442079460000")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DELIVERED = Outcome(
    ending=Ending.DELIVERED,
    pages_confirmed=3,
    remote_id="+33 9 72 10 10 10",
    bit_rate=14400,
    ecm=True,
    duration_s=72.3,
)
BUSY = Outcome(ending=Ending.BUSY, detail="486 Busy Here")


def fax(state, outcome=None, *, number=HOME, pages_confirmed=0, attempts=2):
    return FaxFacts(
        number=number,
        state=state,
        outcome=outcome,
        pages_confirmed=pages_confirmed,
        attempts=attempts,
        ended_at=NOON,
    )


def test_the_acknowledgement_in_full(letterhead, campaign):
    message = accepted(
        letterhead,
        campaign,
        numbers=[HOME, ABROAD],
        due_at=datetime(2026, 6, 21, 13, 15, tzinfo=UTC),
        call_seconds=71.6,
        ignored=["logo.png"],
        warnings=["Le texte de la page 2 est très petit."],
        bad_numbers=[
            BadNumber(text="97x", line=3, reason="contient des lettres"),
            BadNumber(text="12", line=None, reason="est trop court"),
        ],
    )

    assert message["Subject"] == "Télécopie de 'fax.pdf' : prise en compte"
    assert text_of(message) == (
        "Bonjour,\n\n"
        "Votre demande de fax est bien prise en compte. Vous recevrez un autre message"
        " dès que nous saurons si elle a abouti.\n\n"
        "Référence : C7\n"
        "Document : fax.pdf\n"
        "Pages : 3\n"
        "Qualité : premium (finesse haute)\n"
        "Ligne émettrice : 03 66 72 03 07\n"
        "Départ : le 21-06-2026 à 15:15 (UTC+02:00)\n\n"
        "Durée d'un appel : environ 1 min 12 s\n\n"
        "Destinataires (2) :\n- 09 72 10 10 10\n- +442079460000\n\n"
        "À savoir :\n- Le texte de la page 2 est très petit.\n\n"
        "Ces pièces de votre message ne sont pas imprimées (images de signature, pièces"
        " vides ou répétées, messages sans document) :\n- logo.png\n\n"
        "Ces numéros ne sont pas appelés, car ils ne sont pas valides :\n"
        "- ligne 3 : « 97x » contient des lettres\n"
        "- « 12 » est trop court\n\n"
        "En cas de question, donnez la référence C7 à la personne qui gère votre"
        " service de fax.\n"
    )


def test_the_shortest_acknowledgement_says_nothing_idle(letterhead, campaign):
    text = text_of(accepted(letterhead, campaign, numbers=[HOME]))

    assert "Départ : tout de suite\n\nDestinataire : 09 72 10 10 10\n\nEn" in text
    assert "À savoir" not in text
    assert "imprimées" not in text


def test_long_lists_are_cut_and_counted(letterhead, campaign):
    numbers = [FaxNumber(f"+3397210{n:04}") for n in range(25)]
    text = text_of(accepted(letterhead, campaign, numbers=numbers))

    assert "Destinataires (25)" in text
    assert text.count("\n- 09 72 10") == 20
    assert "- ... et 5 autres\n" in text


def test_sent_tells_what_the_far_end_told(letterhead, campaign):
    message = sent(
        letterhead, campaign, fax(FaxState.SENT, DELIVERED, pages_confirmed=3)
    )
    text = text_of(message)

    assert message["Subject"] == "Télécopie de 'fax.pdf' : envoyée"
    assert "l'appareil du destinataire a confirmé 3 pages." in text
    assert (
        "Destinataire : 09 72 10 10 10\n"
        "Appareil qui a répondu : +33 9 72 10 10 10\n"
        "Heure : le 02-03-2026 à 13:00 (UTC+01:00)\n"
        "Durée de l'appel : 1 min 12 s\n"
        "Vitesse : 14 400 bit/s\n"
        "Nombre d'appels : 2\n"
    ) in text
    assert "correction d'erreurs" not in text


def test_sent_without_error_correction_says_so(letterhead, campaign):
    outcome = Outcome(ending=Ending.DELIVERED, pages_confirmed=1, ecm=False)
    text = text_of(
        sent(letterhead, campaign, fax(FaxState.SENT, outcome, pages_confirmed=1))
    )

    assert "a confirmé 1 page." in text
    assert "sans correction d'erreurs" in text


@pytest.mark.parametrize("ending", list(Ending))
def test_every_ending_has_its_sentences(letterhead, campaign, ending):
    explanation = explain(ending)
    text = text_of(
        failed(letterhead, campaign, fax(FaxState.FAILED, Outcome(ending=ending)))
    )

    assert explanation.what.endswith(".")
    assert explanation.todo.endswith(".")
    assert f"{explanation.what}\n{explanation.todo}\n" in text
    assert text.rstrip().endswith(f"technique : {ending.value}")


def test_no_two_endings_say_the_same():
    assert len({explanation.what for explanation in EXPLANATIONS.values()}) == len(
        Ending
    )


@pytest.mark.parametrize(
    ("confirmed", "attempts", "sentence"),
    [
        (0, 2, "Aucune page n'a été confirmée."),
        (1, 2, "confirmé 1 page sur 3 : si vous renvoyez le fax, la suite seule suffit"
               " (à partir de la page 2)."),
        (3, 2, "confirmé toutes les pages (3)"),
        (0, 0, "Aucun appel n'a été passé."),
    ],
)  # fmt: skip
def test_failed_tells_what_arrived(letterhead, campaign, confirmed, attempts, sentence):
    message = failed(
        letterhead,
        campaign,
        fax(FaxState.FAILED, BUSY, pages_confirmed=confirmed, attempts=attempts),
    )
    text = text_of(message)

    assert message["Subject"] == "Télécopie de 'fax.pdf' : échec de l'envoi"
    assert sentence in text
    assert text.rstrip().endswith("busy, 486 Busy Here")


@pytest.mark.parametrize(
    ("confirmed", "sentence", "todo"),
    [
        (0, "Aucune des 3 pages n'avait été confirmée", "renvoyez seulement ce qui manque"),
        (2, "avait confirmé 2 pages sur 3. La suite (à partir de la page 3)",
         "renvoyez seulement ce qui manque"),
        (3, "toutes les pages (3)", "rien à faire"),
    ],
)  # fmt: skip
def test_unknown_says_that_nothing_is_redialled(
    letterhead, campaign, confirmed, sentence, todo
):
    message = unknown(
        letterhead, campaign, fax(FaxState.UNKNOWN, pages_confirmed=confirmed)
    )
    text = text_of(message)

    assert message["Subject"] == "Télécopie de 'fax.pdf' : envoi interrompu"
    assert sentence in text
    assert todo in text
    assert "Nous ne rappelons pas de nous-mêmes" in text


def test_the_report_counts_and_lists_trouble_first(letterhead, campaign):
    message = report(
        letterhead,
        campaign,
        [
            fax(FaxState.SENT, DELIVERED, pages_confirmed=3),
            fax(FaxState.CANCELLED),
            fax(FaxState.UNKNOWN, pages_confirmed=1),
            fax(FaxState.FAILED, BUSY, number=ABROAD),
        ],
    )

    assert message["Subject"] == "Télécopie de 'fax.pdf' : rapport de campagne"
    assert (
        "Numéros : 4\nEnvoyés : 1\nEn échec : 1\n"
        "Interrompus, à vérifier : 1\nAnnulés : 1\n\n"
        "- +442079460000 : échec. La ligne du destinataire était occupée."
        " (busy, 486 Busy Here)\n"
        "- 09 72 10 10 10 : interrompu, 1 page confirmée sur 3. Demandez au destinataire"
        " ce qu'il a reçu avant de renvoyer.\n"
        "- 09 72 10 10 10 : annulé\n"
        "- 09 72 10 10 10 : envoyé, 3 pages confirmées, le 02-03-2026 à 13:00"
        " (UTC+01:00), 2 appels, 1 min 12 s, 14 400 bit/s,"
        " appareil « +33 9 72 10 10 10 »\n"
    ) in text_of(message)


def test_the_refusal_lists_every_mistake_and_shows_a_right_mail(letterhead):
    message = refused(
        letterhead,
        mistakes="Le mot de passe fax manque.\nLa date « x » n'existe pas.",
        domain="ecofax.test",
    )
    text = text_of(message)

    assert message["Subject"] == "Télécopie : erreur de traitement"
    assert message["X-Fax-Job"] is None
    assert (
        "contient 2 erreurs :\n\n- Le mot de passe fax manque.\n- La date « x » n'existe"
        " pas.\n"
    ) in text
    assert "  À : 0972101010@ecofax.test" in text
    assert "  Texte : p:le_mot_de_passe_de_la_ligne\n" in text


def test_one_mistake_is_singular(letterhead):
    text = text_of(refused(letterhead, mistakes="Rien.", domain="ecofax.test"))

    assert "contient une erreur :" in text


def test_the_guides_warnings_have_the_guides_subjects(letterhead, campaign):
    twice = duplicates(letterhead, campaign, [HOME])
    some = restricted(letterhead, campaign, [ABROAD], others=3)
    none = restricted(letterhead, campaign, [ABROAD], others=0)

    assert twice["Subject"] == "Télécopie de 'fax.pdf' : Numéro dupliqué"
    assert "ne lui sera envoyé qu'une fois :\n\n- 09 72 10 10 10\n" in text_of(twice)
    assert some["Subject"] == "Télécopie de 'fax.pdf' : Numéros restreints"
    assert "le fax part aux autres (3) :\n\n- +442079460000\n" in text_of(some)
    assert "Votre fax n'est pas parti" in text_of(none)
    assert "\n  qualite:best\n" in text_of(some)


def test_cancelled_tells_who_had_it_all_the_same(letterhead, campaign):
    whole = cancelled(letterhead, campaign, [fax(FaxState.CANCELLED)])
    part = cancelled(
        letterhead,
        campaign,
        [
            fax(FaxState.SENT, DELIVERED, pages_confirmed=3),
            fax(FaxState.CANCELLED, number=ABROAD, pages_confirmed=1),
        ],
    )

    assert whole["Subject"] == "Télécopie de 'fax.pdf' : annulée"
    assert "avant d'être envoyé" in text_of(whole)
    assert "déjà reçu :\n- 09 72 10 10 10\n" in text_of(part)
    assert "une partie :\n- +442079460000 : 1 page sur 3\n" in text_of(part)
