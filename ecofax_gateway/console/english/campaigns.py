"""
The campaigns: list, page, actions, calls.

Pure: no I/O, no clock, no randomness.
"""

_LIST = {
    "Nouvelle campagne": "New campaign",
    "Chercher": "Search",
    "Chercher une campagne": "Search for a campaign",
    "Nom ou référence": "Name or reference",
    "Aussi les fax isolés": "Single faxes, too",
    "Aucune campagne ne correspond.": "No campaign matches.",
    "Tout montrer": "Show all",
    "Pas encore de campagne. La première se prépare en cinq étapes, et rien ne part sans"
    " votre accord.": "No campaign yet. The first is prepared in five steps, and nothing"
    " leaves before you say so.",
    "La campagne est supprimée.": "The campaign is deleted.",
    "{first} à {last} sur {total}": "{first} to {last} of {total}",
    "incertains : {n}": "unknown: {n}",
    "ligne {number}": "line {number}",
    "Actualiser": "Refresh",
    "Tableau de {time}.": "Table of {time}.",
    "Nom": "Name",
    "État": "State",
    "Résultat": "Result",
    "Départ": "Start",
    "Numéro": "Number",
    "Numéros": "Numbers",
    "Fin": "End",
    "Fin prévue": "Expected end",
    "Création": "Created",
    "tous": "all",
}

_STATES = {
    "brouillon": "draft",
    "prête": "ready",
    "en cours": "running",
    "en cours, {percent} % terminés": "running, {percent}% done",
    "en pause": "paused",
    "terminée": "finished",
    "N/A": "N/A",
    "succès": "success",
    "succès partiel": "partial success",
    "en erreur": "error",
    "envoyé": "sent",
    "envoyés": "sent",
    "en échec": "failed",
    "sans certitude": "unknown",
    "annulé": "cancelled",
    "annulés": "cancelled",
    "appel en cours": "being called",
    "en file": "queued",
    "programmé": "scheduled",
    "en attente": "waiting",
    "retenu": "held",
    "à venir ou en cours": "to come or under way",
    "normale": "normal",
    "haute": "high",
    "meilleure": "best",
}

_PAGE = {
    "La campagne est lancée.": "The campaign is launched.",
    "La campagne est en pause : aucun nouvel appel ne part.": "The campaign is paused:"
    " no new call is made.",
    "La campagne a repris.": "The campaign goes on.",
    "La campagne est arrêtée.": "The campaign is stopped.",
    "Voici la nouvelle campagne vers les numéros qui n'ont pas abouti.": "This is the new"
    " campaign to the numbers that were not reached.",
    "Voici la copie. C'est un brouillon : rien ne part avant que vous la lanciez.": "This"
    " is the copy. It is a draft: nothing leaves before you launch it.",
    "Annulés": "Cancelled",
    "Rien ne part d'un brouillon. S'il n'est pas modifié pendant {n} jours, il est"
    " supprimé.": "Nothing leaves from a draft. If it is not changed for {n} days, it is"
    " deleted.",
    "Sans certitude : l'appel a été coupé par une panne de notre côté, le fax est"
    " peut-être arrivé. Rien n'est renvoyé sans vous.": "Unknown: a fault of ours cut the"
    " call off, the fax may have arrived. Nothing is sent again without you.",
    "Trop des premiers numéros ont échoué : la campagne s'est mise en pause.": "Too many"
    " of the first numbers failed: the campaign paused itself.",
    "Chercher un numéro": "Search for a number",
    "Numéros de la campagne": "Numbers of the campaign",
    "Appels": "Calls",
    "Pages": "Pages",
    "Heure": "Time",
    "Cause": "Cause",
    "Aucun numéro ne correspond.": "No number matches.",
    "Cette campagne n'a pas encore de numéros.": "This campaign has no numbers yet.",
    "Ligne": "Line",
    "Documents": "Documents",
    "Pages par fax": "Pages of a fax",
    "pas encore fabriquées": "not made yet",
    "Qualité": "Quality",
    "Lancement": "Launched",
    "Appels permis": "Calls allowed",
    "Cadence": "Pace",
    "au plus {n} par minute": "at most {n} a minute",
    "Étalement": "Spread over",
    "Premiers numéros d'essai": "First numbers as a test",
    "les {n} premiers ; pause si plus de {percent} % échouent": "the first {n}; pause if"
    " more than {percent}% fail",
    "Origine": "Origin",
    "copie de": "copy of",
    "remplace": "replaces",
    "renvoi de": "resending of",
    "bon à tirer de": "proof of",
    "Réponses à": "Replies to",
    "Rapport pour tableur (CSV)": "Report for a spreadsheet (CSV)",
    "Rapport imprimable (PDF)": "Report to print (PDF)",
}

_CHARTS = {
    "Pourquoi des fax ne sont pas arrivés": "Why faxes did not arrive",
    "Causes": "Causes",
    "Part": "Share",
    "Raison inconnue": "Unknown reason",
    "Autres causes": "Other causes",
    "Appels au fil du temps": "Calls over time",
    "Appels : {calls}, dont {sent} aboutis. Une colonne représente {step} ; la plus"
    " haute, {most}.": "Calls: {calls}, {sent} of them delivered. A column stands for"
    " {step}; the highest, for {most}.",
    "Du {first} au {last}.": "From {first} to {last}.",
    "Les mêmes chiffres en tableau": "The same figures as a table",
    "Début": "Beginning",
    "Aboutis": "Delivered",
    "Non aboutis": "Not delivered",
}

_ACTIONS = {
    "Lancer": "Launch",
    "Continuer la préparation": "Go on preparing it",
    "Modifier": "Edit",
    "Mettre en pause": "Pause",
    "Reprendre": "Resume",
    "Arrêter": "Stop",
    "Renvoyer": "Send again",
    "Renvoyer les échecs": "Resend the failed",
    "Copier": "Copy",
    "Supprimer": "Delete",
    "Lancer « {name} » ?": "Launch “{name}”?",
    "Reprendre « {name} » ?": "Resume “{name}”?",
    "Arrêter « {name} » ?": "Stop “{name}”?",
    "Renvoyer les échecs de « {name} » ?": "Resend the failed of “{name}”?",
    "Supprimer « {name} » ?": "Delete “{name}”?",
    "Lancer la campagne": "Launch the campaign",
    "Reprendre les appels": "Resume the calls",
    "Arrêter la campagne": "Stop the campaign",
    "Supprimer la campagne": "Delete the campaign",
    "Les appels commenceront {when}.": "The calls will begin {when}.",
    "Les appels commencent tout de suite.": "The calls begin at once.",
    "Les appels reprennent aussitôt que les heures permises le permettent.": "The calls go"
    " on as soon as the hours allow it.",
    "Ce qui n'est pas parti ne partira plus. Un appel en cours est raccroché ; les fax"
    " déjà envoyés le restent.": "What has not left will not leave. A call under way is"
    " hung up; faxes that were sent stay sent.",
    "Un arrêt est définitif. Pour suspendre et reprendre plus tard, mettez plutôt la"
    " campagne en pause.": "A stop is for good. To go on later, pause the campaign"
    " instead.",
    "Ne partiront pas": "Will not leave",
    "Une nouvelle campagne, avec le même document, part tout de suite vers les numéros"
    " qui ont échoué.": "A new campaign with the same document leaves at once, to the"
    " numbers that failed.",
    "Renvoyer aussi les numéros sans certitude ({n})": "Resend to the unknown numbers,"
    " too ({n})",
    "Leur fax est peut-être arrivé : ils risquent de le recevoir deux fois.": "Their fax"
    " may have arrived: they may get it twice.",
    "La campagne disparaît de la liste, avec ses numéros ({n}) et son rapport.": "The"
    " campaign disappears from the list, with its numbers ({n}) and its report.",
    "Ce qui a été envoyé ne peut pas être repris.": "What was sent cannot be taken back.",
    "Numéros à appeler": "Numbers to call",
    "Numéros en échec": "Numbers that failed",
    "Temps de ligne": "Time on the line",
    "environ {duration}": "about {duration}",
    "vers {when}": "around {when}",
    "dans plus d'un an : les heures permises sont trop courtes": "more than a year from"
    " now: the hours allowed are too short",
}

_CALLS = {
    "Pages confirmées": "Pages confirmed",
    "Aucun appel n'a encore été fait.": "No call was made yet.",
    "Appel {n}": "Call {n}",
    "Cet appel est en cours.": "This call is under way.",
    "Le déroulement, signal par signal": "What was said, signal by signal",
    "pas composé": "not dialled",
    "Durée": "Duration",
    "{first} à {last}": "{first} to {last}",
    "aucune": "none",
    "L'appareil se nomme": "The machine calls itself",
    "Vitesse": "Speed",
    "avec correction d'erreurs": "with error correction",
    "sans correction d'erreurs": "without error correction",
    "Appel commun avec": "Call shared with",
    "Réseau": "Network",
    "Code pour l'assistance": "Code for support",
    "Signaux de l'appel {n}": "Signals of call {n}",
    "Seconde": "Second",
    "Qui": "Who",
    "Signal": "Signal",
    "Ce que cela veut dire": "What it means",
    "nous": "we",
    "eux": "they",
    "{n} signaux ne sont pas gardés": "{n} signals are not kept",
    "Page {n} de l'appel": "Page {n} of the call",
    "{seconds} s, réponse {answer}": "{seconds} s, answer {answer}",
    "{n} fois redemandée": "asked for again {n} times",
    "Par": "By",
    "Paquets": "Packets",
    "{sent} envoyés, {received} reçus, {lost} perdus": "{sent} sent, {received} received,"
    " {lost} lost",
}

WORDS = _LIST | _STATES | _PAGE | _CHARTS | _ACTIONS | _CALLS
