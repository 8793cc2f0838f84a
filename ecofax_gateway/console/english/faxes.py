"""
Single faxes: the history, one fax, the form that sends one; and credits.

Pure: no I/O, no clock, no randomness.
"""

WORDS = {
    "Chaque fax envoyé à un numéro, seul ou dans une campagne.": "Every fax sent to a"
    " number, alone or in a campaign.",
    "Envoyer un fax": "Send a fax",
    "Chercher un fax": "Search for a fax",
    "Numéro, nom ou référence": "Number, name or reference",
    "Depuis le": "From",
    "Jusqu'au": "Until",
    "envoyés": "sent",
    "en échec": "failed",
    "pas encore partis": "not gone yet",
    "annulés": "cancelled",
    "un canal est réservé": "a channel is taken",
    "le numéro est composé": "the number is being dialled",
    "cela sonne": "it is ringing",
    "l'appareil a décroché": "the machine has answered",
    "les pages passent": "the pages are going through",
    "accusé de réception": "acknowledgement",
    "confirmation d'envoi": "confirmation",
    "avis d'échec": "notice of failure",
    "avis sans certitude": "notice that it is unknown",
    "rapport": "report",
    "avis de pause": "notice of a pause",
    "avis d'annulation": "notice of cancellation",
    "question sur un doublon": "question about a repeat",
    "message": "message",
    "Annuler ce fax": "Cancel this fax",
    "Renvoyer": "Send again",
    "Envoyer tout de même": "Send all the same",
    "Considérer comme reçu": "Take it for received",
    "Considérer comme échoué": "Take it for failed",
    "Demandé": "Ordered",
    "Terminé": "Ended",
    "Appels": "Calls",
    "{n} fax sur cette page, du plus récent au plus ancien": "{n} faxes on this page,"
    " newest first",
    "Aucun fax n'est encore parti.": "No fax has been sent yet.",
    "Aucun fax ne correspond.": "No fax matches.",
    "Fax au {number}": "Fax to {number}",
    "Tous les fax": "All faxes",
    "Parmi les {n} derniers envois seulement : pour en trouver de plus anciens par leur"
    " nom, indiquez des dates.": "Among the last {n} orders only: to find older ones by"
    " their names, say of when they are.",
    "Preuve d'envoi (PDF)": "Proof of transmission (PDF)",
    "Votre fax est pris en compte.": "Your fax has been taken in.",
    "L'annulation est demandée.": "The cancellation was asked for.",
    "Le fax est renvoyé : voici le nouveau.": "The fax is sent again: this is the new"
    " one.",
    "Le fax va partir.": "The fax is going to leave.",
    "Ce fax est considéré comme reçu.": "This fax is taken for received.",
    "Ce fax est considéré comme échoué.": "This fax is taken for failed.",
    "{n} sur {total}": "{n} of {total}",
    "Voir la campagne {name}": "See the campaign {name}",
    "confirmée": "confirmed",
    "pas confirmée": "not confirmed",
    "Pages du fax": "Pages of the fax",
    "Page {n} sur {total}": "Page {n} of {total}",
    "Page {n}, {what}": "Page {n}, {what}",
    "Les pages ne sont plus conservées.": "The pages are not kept any more.",
    "Qui a été prévenu": "Who was told",
    "parti": "gone",
    "abandonné": "given up",
    "Le fax du destinataire a confirmé avoir reçu toutes les pages.": "The recipient's"
    " fax machine confirmed that it got every page.",
    "Ce fax est considéré comme reçu, {who}. Le fax du destinataire n'a confirmé que"
    " {n} pages.": "This fax is taken for received ({who}). The recipient's fax machine"
    " confirmed only {n} pages.",
    "Le document n'a pas pu être préparé pour le fax.": "The document could not be made"
    " into fax pages.",
    "Ce fax n'est pas arrivé.": "This fax did not arrive.",
    "Notre service s'est arrêté pendant l'appel : nous ne savons pas si les dernières"
    " pages sont arrivées. Demandez au destinataire ce qu'il a reçu, puis renvoyez le"
    " fax ou dites ce qu'il en est.": "Our service stopped during the call: we do not"
    " know whether the last pages arrived. Ask the recipient what has arrived, then send"
    " the fax again or say how it is.",
    "Les mêmes pages sont déjà parties à ce numéro il y a peu : ce fax attend que vous"
    " disiez s'il doit partir tout de même.": "The same pages went to this number a"
    " short time ago: this fax waits until you say whether it shall leave all the same.",
    "Ce fax a été annulé : rien d'autre ne partira.": "This fax was cancelled: nothing"
    " else will leave.",
    "L'annulation est demandée : nous raccrochons.": "The cancellation was asked for: we"
    " are hanging up.",
    "Appel en cours :": "Call under way:",
    "Le fax est en file : il part dès qu'un canal est libre.": "The fax is in the queue:"
    " it leaves as soon as a channel is free.",
    "Prochain appel : {when}.": "Next call: {when}.",
    "Le fax attend son tour.": "The fax waits for its turn.",
    "Les pages sont en cours de fabrication.": "The pages are being made.",
    "{verb} ?": "{verb}?",
    "Le fax au {number} ne partira pas. Si un appel est en cours, nous raccrochons ; les"
    " pages déjà confirmées ({n}) restent chez le destinataire.": "The fax to {number}"
    " will not leave. If a call is under way, we hang up; the pages that were confirmed"
    " ({n}) stay with the recipient.",
    "Toutes les pages ({pages}) repartent maintenant au {number}.": "All pages ({pages})"
    " leave again for {number} now.",
    "Le destinataire en a déjà confirmé {n} : il les recevra une seconde fois.": "The"
    " recipient has confirmed {n} of them already and will get them a second time.",
    "Les {pages} pages partent au {number}, qui les a déjà reçues il y a peu.": "The"
    " {pages} pages leave for {number}, which got them a short time ago.",
    "Le fax au {number} comptera comme envoyé, sur votre parole : {n} pages sur {pages}"
    " ont été confirmées. Il n'y aura pas de preuve d'envoi pour les autres, et cela ne"
    " se défait pas.": "The fax to {number} will count as sent, on your word: {n} pages"
    " of {pages} were confirmed. There will be no proof for the others, and this cannot"
    " be undone.",
    "Le fax au {number} comptera comme échoué, alors que {n} pages sur {pages} ont été"
    " confirmées. Rien ne repart de soi-même, et cela ne se défait pas.": "The fax to"
    " {number} will count as failed, though {n} pages of {pages} were confirmed. Nothing"
    " leaves again by itself, and this cannot be undone.",
    "Un document, un numéro. Pour une longue liste, créez plutôt une campagne.": "One"
    " document, one number. For a long list, make a campaign.",
    "Numéro de fax": "Fax number",
    "Par exemple 09 72 10 10 10. Plusieurs : un par ligne, 20 au plus.": "For example"
    " 09 72 10 10 10. Several: one a line, 20 at most.",
    "PDF de préférence ; aussi Word, LibreOffice, images, texte. Plusieurs fichiers"
    " forment un seul fax.": "Best a PDF; also Word, LibreOffice, pictures, text. Several"
    " files make one fax.",
    "Plus fine, plus longue à passer.": "Finer takes longer to go through.",
    "celle de la ligne": "that of the line",
    "à une date": "at a date",
    "jour et heure ci-dessous": "day and hour below",
    "Jour et heure du départ": "Day and hour to leave at",
    "Page de garde et options": "Cover page and options",
    "Commencer par une page de garde": "Begin with a cover page",
    "À l'attention de": "For the attention of",
    "Texte de la page de garde": "Text of the cover page",
    "Envoyer même si ce numéro a reçu les mêmes pages il y a peu": "Send even if this"
    " number had the same pages a short time ago",
    "Ce n'est pas un numéro de fax : {told}": "This is no fax number: {told}",
    "Indiquez le numéro de fax du destinataire.": "Give the recipient's fax number.",
    "Indiquez un jour et une heure à venir, dans l'année.": "Give a day and an hour to"
    " come, within a year.",
    "Cette date est déjà passée.": "This date is past already.",
    "Choisissez le document à faxer.": "Choose the document to fax.",
    "Choisissez de nouveau le document : il n'a pas été gardé.": "Choose the document"
    " again: it was not kept.",
    "Document": "Document",
    "Envoyer": "Send",
    "Objet": "Subject",
    "Référence": "Reference",
    "tout de suite": "at once",
}
