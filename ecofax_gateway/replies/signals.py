"""
The signals of a call in words, for people who know nothing of fax or telephony.

Pure: no I/O, no clock, no randomness.

Standards:
    ITU-T T.30 (09/2005) §5.3.6.1, Annex A §4 -- what the frames mean
    RFC 3261 §13, §15, §21 -- methods and status classes
"""

from ..domain.journal import Layer, Note
from ..domain.language import Tongue

Words = tuple[str, str]
"""French, English."""

T30: dict[str, Words] = {
    "CNG": ("tonalité d'appel d'un fax", "calling tone of a fax machine"),
    "CED": ("tonalité de réponse d'un fax", "answering tone of a fax machine"),
    "V.21": ("début de message sans suite", "beginning of a message, then nothing"),
    "CSI": ("son nom", "its name"),
    "TSI": ("notre nom", "our name"),
    "NSF": ("sa marque et ses options", "its make and options"),
    "NSS": ("options de la marque", "options of the make"),
    "DIS": ("ce que l'appareil sait faire", "what the machine can do"),
    "DTC": ("demande de recevoir", "asks to receive"),
    "DCS": ("ce que nous choisissons", "what we choose"),
    "TCF": ("essai de la vitesse", "test of the speed"),
    "CFR": ("l'essai est bon : prêt à recevoir", "the test was good: ready to receive"),
    "FTT": ("l'essai est mauvais", "the test was bad"),
    "image": ("les points d'une page", "the dots of a page"),
    "MPS": ("fin de page, une autre suit", "end of page, another follows"),
    "EOM": ("fin de page, autre réglage ensuite", "end of page, new settings follow"),
    "EOP": ("fin de la dernière page", "end of the last page"),
    "PPS": ("fin d'un bloc", "end of a block"),
    "MCF": ("bien reçu", "received well"),
    "RTP": ("reçu, mais recommencer l'essai", "received, but test again"),
    "RTN": ("page illisible", "page not readable"),
    "PIP": ("reçu, une personne veut parler", "received, somebody wants to talk"),
    "PIN": (
        "illisible, une personne veut parler",
        "unreadable, somebody wants to talk",
    ),
    "PPR": ("des morceaux à renvoyer", "parts to send again"),
    "CTC": ("nous continuons de corriger", "we go on correcting"),
    "CTR": ("d'accord pour continuer", "agrees to go on"),
    "EOR": ("nous renonçons à corriger", "we give up correcting"),
    "ERR": ("d'accord pour renoncer", "agrees to give up"),
    "RR": ("êtes-vous prêt ?", "are you ready?"),
    "RNR": ("pas encore prêt", "not ready yet"),
    "CRP": ("répétez, s'il vous plaît", "please repeat"),
    "FDM": ("diagnostic", "diagnostic"),
    "DCN": ("fin : je raccroche", "the end: hanging up"),
}

METHODS: dict[str, Words] = {
    "INVITE": ("appel du numéro", "the number is called"),
    "re-INVITE": ("passage au mode fax proposé", "a change of mode is proposed"),
    "ACK": ("réponse notée", "answer noted"),
    "CANCEL": ("appel abandonné", "the call is abandoned"),
    "BYE": ("raccroché", "hung up"),
    "PRACK": ("progression notée", "progress noted"),
    "UPDATE": ("réglage de l'appel", "settings of the call"),
    "REFER": ("transfert demandé", "a transfer is asked for"),
}

STATUSES: dict[str, Words] = {
    "100": ("le réseau s'en occupe", "the network is on it"),
    "180": ("ça sonne", "it rings"),
    "181": ("l'appel est renvoyé ailleurs", "the call is forwarded"),
    "183": ("l'appel progresse", "the call makes progress"),
    "200": ("accepté", "accepted"),
    "401": ("identifiez-vous", "say who you are"),
    "404": ("numéro inconnu", "number unknown"),
    "407": ("identifiez-vous", "say who you are"),
    "408": ("pas de réponse à temps", "no answer in time"),
    "480": ("injoignable pour le moment", "cannot be reached now"),
    "486": ("occupé", "busy"),
    "487": ("appel abandonné", "the call was abandoned"),
    "488": ("mode refusé", "mode refused"),
    "600": ("occupé partout", "busy everywhere"),
    "603": ("refusé", "refused"),
}

CLASSES: dict[str, Words] = {
    "1": ("l'appel progresse", "the call makes progress"),
    "2": ("accepté", "accepted"),
    "3": ("à appeler ailleurs", "to be called elsewhere"),
    "4": ("refusé", "refused"),
    "5": ("panne du réseau", "fault of the network"),
    "6": ("refusé", "refused"),
}
"""By the first digit of a status that has no words of its own."""

OWN: dict[str, Words] = {
    "watchdog": ("plus rien ne venait : raccroché", "nothing came any more: hung up"),
    "hung up by order": ("raccroché sur demande", "hung up on request"),
}


def signal_words(note: Note, tongue: Tongue = Tongue.FR) -> str:
    """Say what a step of a call means; empty: its name says all there is."""
    match note.layer:
        case Layer.T30:
            words = T30.get(note.name) or T30.get(note.name.partition("-")[0])
        case Layer.SIP:
            words = METHODS.get(note.name) or _status(note.name)
        case Layer.OWN:
            words = OWN.get(note.name)
    return "" if words is None else words[tongue is Tongue.EN]


def _status(name: str) -> Words | None:
    status = name.partition(" ")[0]
    return STATUSES.get(status) or (
        CLASSES.get(status[0]) if len(status) == 3 and status.isdecimal() else None
    )
