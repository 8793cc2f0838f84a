"""
How a call ended, in sentences for a person who knows nothing of fax.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import dataclass
from enum import StrEnum

from ..domain.language import Tongue
from ..domain.outcome import Ending, Outcome
from .explain_en import SENTENCES


class Actor(StrEnum):
    """Who can do something about an ending; `actor_words` has them in English."""

    NOBODY = "personne"
    REQUESTER = "vous"
    RECIPIENT = "le destinataire"
    OPERATOR = "la personne qui gère le service"


@dataclass(frozen=True, slots=True)
class Explanation:
    """One ending, said to the requester."""

    what: str
    "What happened: one sentence."

    todo: str
    "Who can do something about it, and what."

    who: Actor
    "The first of them."


EXPLANATIONS: dict[Ending, Explanation] = {
    Ending.DELIVERED: Explanation(
        "Le fax du destinataire a confirmé avoir reçu toutes les pages.",
        "Vous n'avez rien à faire.",
        Actor.NOBODY,
    ),
    Ending.BUSY: Explanation(
        "La ligne du destinataire était occupée.",
        "Renvoyez le fax plus tard, ou demandez au destinataire de libérer sa ligne.",
        Actor.REQUESTER,
    ),
    Ending.NO_ANSWER: Explanation(
        "Personne n'a décroché : le fax du destinataire est sans doute éteint ou"
        " débranché.",
        "Demandez au destinataire de vérifier que son fax est allumé et qu'il répond"
        " tout seul, puis renvoyez.",
        Actor.RECIPIENT,
    ),
    Ending.NUMBER_UNKNOWN: Explanation(
        "Ce numéro n'existe pas ou n'est plus attribué.",
        "Vérifiez le numéro de fax auprès du destinataire, puis renvoyez au bon numéro.",
        Actor.REQUESTER,
    ),
    Ending.REJECTED: Explanation(
        "Le destinataire, ou son opérateur, a refusé l'appel.",
        "Demandez au destinataire si son fax accepte les appels de votre numéro.",
        Actor.RECIPIENT,
    ),
    Ending.UNREACHABLE: Explanation(
        "La ligne du destinataire est momentanément injoignable.",
        "Renvoyez le fax plus tard ; si cela dure, le destinataire doit voir avec son"
        " opérateur.",
        Actor.REQUESTER,
    ),
    Ending.TRUNK_FAULT: Explanation(
        "L'appel n'a pas pu partir : notre réseau téléphonique était en panne.",
        "Ce n'est ni votre faute ni celle du destinataire. Renvoyez le fax plus tard, ou"
        " signalez la référence à la personne qui gère le service.",
        Actor.OPERATOR,
    ),
    Ending.NOT_A_FAX: Explanation(
        "L'appel a été décroché, mais ce n'est pas un fax qui a répondu (une personne, un"
        " répondeur ou un silence).",
        "Vérifiez que ce numéro est bien celui d'un fax et non d'un téléphone.",
        Actor.REQUESTER,
    ),
    Ending.T38_REFUSED: Explanation(
        "La ligne du destinataire n'a pas accepté la transmission d'un fax par Internet"
        " (T.38).",
        "Renvoyez une fois ; si cela recommence, signalez la référence à la personne qui"
        " gère le service.",
        Actor.OPERATOR,
    ),
    Ending.HANDSHAKE_FAILED: Explanation(
        "Le fax du destinataire a répondu, mais les deux appareils n'ont pas réussi à"
        " s'entendre : la ligne est sans doute de mauvaise qualité.",
        "Renvoyez à une autre heure, ou demandez au destinataire s'il a un autre numéro"
        " de fax.",
        Actor.RECIPIENT,
    ),
    Ending.INCOMPATIBLE: Explanation(
        "Le fax du destinataire ne peut pas imprimer ce document (il manque peut-être de"
        " papier).",
        "Demandez au destinataire de vérifier le papier de son fax, ou renvoyez avec"
        " qualite:normal.",
        Actor.RECIPIENT,
    ),
    Ending.PAGE_REFUSED: Explanation(
        "Le fax du destinataire a signalé qu'une page arrivait illisible.",
        "Renvoyez les pages qui manquent ; qualite:normal passe mieux sur une mauvaise"
        " ligne.",
        Actor.REQUESTER,
    ),
    Ending.CUT_OFF: Explanation(
        "Le fax du destinataire a raccroché avant la dernière page.",
        "Demandez au destinataire ce qu'il a reçu, puis renvoyez les pages qui manquent.",
        Actor.RECIPIENT,
    ),
    Ending.STALLED: Explanation(
        "La communication s'est figée et nous avons raccroché.",
        "Demandez au destinataire ce qu'il a reçu, puis renvoyez les pages qui manquent.",
        Actor.RECIPIENT,
    ),
    Ending.PROTOCOL_ERROR: Explanation(
        "Le fax du destinataire a répondu de façon inattendue et l'envoi s'est arrêté.",
        "Renvoyez une fois ; si cela recommence, demandez au destinataire s'il a un autre"
        " numéro de fax.",
        Actor.REQUESTER,
    ),
    Ending.BROKEN_OFF: Explanation(
        "Notre service s'est arrêté pendant l'appel : nous ne savons pas avec certitude ce"
        " que le destinataire a reçu.",
        "Demandez au destinataire ce qu'il a reçu avant de renvoyer.",
        Actor.RECIPIENT,
    ),
    Ending.NOT_REACHED: Explanation(
        "L'appel, commun à plusieurs fax, s'est terminé avant le tour de celui-ci.",
        "Renvoyez le fax plus tard : ce n'est la faute de personne.",
        Actor.NOBODY,
    ),
    Ending.REPEAT: Explanation(
        "Le même document était déjà parti à ce numéro et personne n'a demandé à"
        " l'envoyer une seconde fois.",
        "S'il doit partir tout de même, renvoyez-le avec la ligne doublon:oui.",
        Actor.REQUESTER,
    ),
    Ending.CANCELLED: Explanation(
        "L'envoi a été annulé.",
        "Rien d'autre ne partira.",
        Actor.NOBODY,
    ),
    Ending.DO_NOT_FAX: Explanation(
        "Le destinataire a demandé à ne plus recevoir de fax de votre part, ou la personne"
        " qui gère le service a interdit ce numéro.",
        "N'envoyez plus de fax à ce numéro et retirez-le de vos listes. S'il s'agit d'une"
        " erreur, voyez avec la personne qui gère le service.",
        Actor.REQUESTER,
    ),
    Ending.LOCAL_FAULT: Explanation(
        "Une panne de notre service a empêché l'appel.",
        "Ce n'est ni votre faute ni celle du destinataire. Signalez la référence à la"
        " personne qui gère le service.",
        Actor.OPERATOR,
    ),
}


_ACTORS_EN = {
    Actor.NOBODY: "nobody",
    Actor.REQUESTER: "you",
    Actor.RECIPIENT: "the recipient",
    Actor.OPERATOR: "the person who runs the service",
}


def explain(ending: Ending, tongue: Tongue = Tongue.FR) -> Explanation:
    """Say what *ending* means and what to do."""
    french = EXPLANATIONS[ending]
    if tongue is Tongue.FR:
        return french
    what, todo = SENTENCES[ending]
    return Explanation(what, todo, french.who)


def actor_words(actor: Actor, tongue: Tongue = Tongue.FR) -> str:
    """Name who can act."""
    return actor.value if tongue is Tongue.FR else _ACTORS_EN[actor]


def raw_code(outcome: Outcome) -> str:
    """The technical words, for whoever is asked for help: « busy, 486 Busy Here »."""
    detail = " ".join(outcome.detail.split())
    return f"{outcome.ending.value}, {detail}" if detail else outcome.ending.value
