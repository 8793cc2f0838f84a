"""
The pages of those who look after the gateway.

Pure: no I/O, no clock, no randomness.
"""

WORDS = {
    "Ajouter un exploitant": "Add an operator",
    "Ajouter une ligne": "Add a line",
    "Appels aujourd'hui": "Calls today",
    "Appels en cours": "Calls under way",
    "Appels à la fois": "Calls at a time",
    "Après trop de mots de passe faux, une ligne n'accepte plus rien pendant un temps."
    " On pourra réessayer tout de suite.": "After too many wrong passwords a line takes"
    " nothing for a while. People will be able to try again at once.",
    "Attend depuis": "Waiting for",
    "Aucun document n'attend d'être converti.": "No document waits to be converted.",
    "Aucun nouvel appel ne part de cette ligne.": "No new call of this line begins.",
    "Aucun nouvel appel ne partira de la ligne {number} {name} ; ceux qui sont en cours"
    " se terminent. Ses fax attendent.": "No new call of line {number} {name} will"
    " begin; those under way go on to their end. Its faxes wait.",
    "Aucun nouvel appel ne partira par « {name} ». Les {calls} appels en cours se"
    " terminent ; les {n} fax qui l'attendent prennent un autre réseau s'il y en a un,"
    " sinon ils attendent.": "No new call will leave by “{name}”. The {calls} calls under"
    " way go on to their end; the {n} faxes that wait for it take another trunk if there"
    " is one, else they wait.",
    "Aucun nœud en marche n'appelle : les fax attendent.": "No running node calls: the"
    " faxes wait.",
    "Aucun nœud en marche n'envoie les réponses par mail : elles attendent.": "No running"
    " node sends the replies by mail: they wait.",
    "Aucun nœud en marche ne fabrique de pages : les mails et les documents"
    " attendent.": "No running node makes pages: mails and documents wait.",
    "Aucun nœud n'a encore tourné.": "No node has run yet.",
    "Aucun nœud n'en a encore rien dit.": "No node has said anything of it yet.",
    "Aucun réseau n'est réglé.": "No trunk is set up.",
    "Canaux pris": "Channels in use",
    "Ce n'est pas un numéro de téléphone.": "This is no telephone number.",
    "Ce qu'il fait": "What it does",
    "Ce que chaque ligne a à envoyer, et ce qui l'en empêche.": "What each line has to"
    " send, and what keeps it from it.",
    "Ceux qui voient toutes les lignes et ces pages.": "Those who see all lines and"
    " these pages.",
    "Choisissez une langue.": "Choose a language.",
    "Choisissez une offre.": "Choose a plan.",
    "Conversions": "Conversions",
    "Copié": "Copied",
    "Date": "Date",
    "Dernier signe": "Last heard",
    "Derniers documents refusés": "Last refused documents",
    "Derniers mails refusés": "Last refused mails",
    "Des appels partiront de nouveau par « {name} ».": "Calls will leave by “{name}”"
    " again.",
    "Des documents aux pages de fax.": "From documents to fax pages.",
    "Décider": "Decide",
    "En appel": "In a call",
    "En cours": "Under way",
    "En file": "In the queue",
    "En préparation": "Being prepared",
    "Essais": "Tries",
    "Exploitants": "Operators",
    "Faire": "Do",
    "Expéditeur": "Sender",
    "Fax sans certitude": "Unknown faxes",
    "Files d'attente": "Queues",
    "Il n'y a pas encore de ligne.": "There is no line yet.",
    "Il n'y a rien à décider.": "There is nothing to decide.",
    "Il y a déjà un exploitant de ce nom.": "There is an operator of this name already.",
    "Il y a déjà une ligne de ce numéro.": "There is a line of this number already.",
    "Imprimé en haut de chaque page.": "Printed on top of every page.",
    "Indiquez un nombre de 0 à {n}.": "Give a number from 0 to {n}.",
    "Indiquez un nombre de pages, ou rien.": "Give a number of pages, or nothing.",
    "Joindre les pages envoyées à la confirmation": "Attach the pages sent to the"
    " confirmation",
    "L'ancien mot de passe de {name} ne vaudra plus, et ses sessions se ferment. Le"
    " nouveau s'affiche une seule fois.": "The old password of {name} will not count any"
    " more, and the sessions end. The new one is shown once.",
    "L'ancien mot de passe ne vaudra plus, ni par mail ni ici, et les sessions ouvertes"
    " se ferment. Le nouveau s'affiche une seule fois.": "The old password will not count"
    " any more, neither by mail nor here, and open sessions end. The new one is shown"
    " once.",
    "L'exploitant est supprimé, ses sessions sont fermées.": "The operator is removed,"
    " the sessions have ended.",
    "La ligne est changée.": "The line is changed.",
    "La ligne est de nouveau en service.": "The line is in service again.",
    "La ligne est en pause.": "The line is paused.",
    "La ligne est supprimée ; son historique reste.": "The line is removed; its history"
    " stays.",
    "La ligne {number} {name} n'enverra plus rien et personne ne s'y connectera. Son"
    " historique reste.": "Line {number} {name} will send nothing any more and nobody"
    " will log in to it. Its history stays.",
    "Langue des réponses": "Language of the replies",
    "Le nom a {n} lettres au plus.": "The name has {n} letters at most.",
    "Le réseau est de nouveau en service.": "The trunk is in service again.",
    "Le réseau est en pause.": "The trunk is paused.",
    "Le service s'est arrêté pendant ces appels. Rien ne repart de soi-même : quelqu'un"
    " décide.": "The service stopped during these calls. Nothing leaves again by itself:"
    " somebody decides.",
    "Les essais ratés sont oubliés.": "The failed tries are forgotten.",
    "Les fax qui attendent partent de nouveau.": "The faxes that wait leave again.",
    "Les machines qui font le travail.": "The machines that do the work.",
    "Lignes": "Lines",
    "Mot de passe": "Password",
    "Notez ce mot de passe : il ne sera plus montré.": "Note this password: it is not"
    " shown again.",
    "Nouveau mot de passe": "New password",
    "Numéro de la ligne": "Number of the line",
    "Nœud {node} : {state} depuis {when}": "Node {node}: {state} since {when}",
    "Nœuds": "Nodes",
    "Offre": "Plan",
    "Oublier les essais ratés": "Forget the failed tries",
    "Où": "Where",
    "Pages par jour, au plus": "Pages a day at most",
    "Pages par mois, au plus": "Pages a month at most",
    "Pages prépayées restantes": "Prepaid pages that are left",
    "Pannes aujourd'hui": "Failures today",
    "Par où partent les appels.": "By what calls leave.",
    "Pourquoi des appels n'ont pas abouti, en 24 heures": "Why calls did not arrive, in"
    " 24 hours",
    "Programmés": "Planned",
    "Quand": "When",
    "Retenus": "Held",
    "Rien n'attend.": "Nothing waits.",
    "Rien n'est bloqué.": "Nothing is stuck.",
    "Réseaux": "Trunks",
    "Un nom a 1 à {n} lettres, et n'est pas un numéro.": "A name has 1 to {n} letters,"
    " and is no number.",
    "Vide : pas de prépaiement.": "Empty: not prepaid.",
    "Vide : sans limite.": "Empty: no limit.",
    "Vie": "Life",
    "anglais": "English",
    "appels que le réseau n'a pas passés": "calls that the trunk did not carry",
    "appelle": "calls",
    "arrêté": "stopped",
    "attend son tour": "waits for its turn",
    "aucun nœud n'appelle": "no node calls",
    "bloqué": "stuck",
    "choisi": "chosen",
    "aboutis : {n}": "arrived: {n}",
    "console": "console",
    "en marche": "running",
    "en panne": "down",
    "en service": "in service",
    "enregistré": "registered",
    "envoie les réponses": "sends the replies",
    "fabrique les pages": "makes the pages",
    "français": "French",
    "français et anglais": "French and English",
    "il y a {time}": "{time} ago",
    "la campagne est en pause": "the campaign is paused",
    "la campagne n'appelle pas à cette heure-ci": "the campaign does not call at this"
    " hour",
    "la campagne suit sa cadence": "the campaign keeps its pace",
    "la ligne est en pause": "the line is paused",
    "la ligne n'a droit à aucun appel": "the line is allowed no call",
    "la ligne n'appelle pas à cette heure-ci": "the line does not call at this hour",
    "la ligne n'existe plus": "the line does not exist any more",
    "le réseau « {trunk} » est en pause": "the trunk “{trunk}” is paused",
    "le réseau « {trunk} » n'est plus réglé": "the trunk “{trunk}” is not set up any"
    " more",
    "le réseau « {trunk} » ne passe pas d'appels": "the trunk “{trunk}” carries no calls",
    "lent": "slow",
    "muet": "silent",
    "ne répond pas": "does not answer",
    "ouvre {when}": "opens {when}",
    "partent au prochain tour": "leave at the next turn",
    "personne": "nobody",
    "reçoit les mails": "takes mails in",
    "refuse l'enregistrement": "refuses our registration",
    "rien entendu encore": "nothing heard yet",
    "répond": "answers",
    "supprimée": "removed",
    "tous les appels permis à la ligne sont en cours": "all calls that the line may have"
    " are under way",
    "tous les canaux du réseau « {trunk} » sont pris": "all channels of the trunk"
    " “{trunk}” are in use",
    "vous": "you",
    "{name} ne pourra plus entrer, et ses sessions se ferment.": "{name} will not be let"
    " in any more, and the sessions end.",
    "{n} appels par seconde au plus.": "{n} calls a second at most.",
    "{n} fax": "{n} faxes",
    "1 fax attend depuis {time} :": "1 fax has been waiting for {time}:",
    "{n} fax attendent depuis {time} :": "{n} faxes have been waiting for {time}:",
    "{verb} : exploitant {name}": "{verb}: operator {name}",
    "{verb} : ligne {number}": "{verb}: line {number}",
    "{verb} : réseau {name}": "{verb}: trunk {name}",
    "à l'essai": "on trial",
    "échoue à chaque appel": "fails every call",
}
