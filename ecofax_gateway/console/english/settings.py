"""
Settings: the line, tokens, webhooks, sessions.

Pure: no I/O, no clock, no randomness.
"""

WORDS = {
    "Jetons": "Tokens",
    "Webhooks": "Webhooks",
    "Sessions": "Sessions",
    "C'est enregistré.": "Saved.",
    "Le jeton n'ouvre plus rien.": "The token opens nothing any more.",
    "Le webhook est supprimé.": "The webhook is deleted.",
    "Le message d'essai part ; son résultat s'affiche ici.": "The test message is"
    " leaving; its result is shown here.",
    "C'est changé.": "It is changed.",
    "fax envoyé": "fax sent",
    "fax en échec": "fax failed",
    "fax sans certitude": "fax unknown",
    "fax annulé": "fax cancelled",
    "campagne lancée": "campaign launched",
    "campagne en pause": "campaign paused",
    "campagne reprise": "campaign resumed",
    "campagne arrêtée": "campaign stopped",
    "campagne terminée": "campaign finished",
    "campagne impossible à imprimer": "campaign cannot be printed",
    "message d'essai": "test message",
    "voir les campagnes": "see campaigns",
    "créer et lancer des campagnes": "make and launch campaigns",
    "voir les fax": "see faxes",
    "envoyer des fax": "send faxes",
    "voir les listes": "see lists",
    "changer les listes": "change lists",
    "voir les réglages de la ligne": "see the line's settings",
    "changer les réglages et créer des jetons": "change settings and make tokens",
    "gérer les webhooks et lire les événements": "manage webhooks and read events",
    "Choisissez une ligne.": "Choose a line.",
    "Lignes": "Lines",
    "Mes sessions": "My sessions",
    "Sur les pages et pour les appels": "On the pages and for calls",
    "Ligne d'en-tête": "Tag line",
    "Imprimée en haut de chaque page, avant le numéro. Vide : {name}.": "Printed on top"
    " of each page, before the number. Empty: {name}.",
    "celle de l'offre": "as the plan has it",
    "normale": "normal",
    "haute": "high",
    "meilleure": "best",
    "Quand un envoi n'en demande pas.": "Where an order asks for none.",
    "Appels par fax, au plus": "Calls for one fax, at most",
    "De 1 à {n}. Vide : ce que le service prévoit.": "From 1 to {n}. Empty: as the"
    " service is set up.",
    "Plusieurs fax pour le même numéro peuvent partir dans un seul appel": "Several"
    " faxes to the same number may go in one call",
    "Réponses par mail": "Replies by mail",
    "Nom de l'expéditeur": "Sender's name",
    "Adresse de l'expéditeur": "Sender's address",
    "Une adresse en @{domain}. Vide : celle du service.": "An address at @{domain}."
    " Empty: the service's.",
    "Copies à": "Copies to",
    "Une adresse par ligne, {n} au plus : chacune reçoit une copie de chaque réponse.": (
        "One address a line, {n} at most: each gets a copy of every reply."
    ),
    "Format": "Format",
    "texte et HTML, avec l'image de la première page": "text and HTML, with a picture"
    " of the first page",
    "texte seul": "text alone",
    "Langue": "Language",
    "français, avec l'anglais dessous": "French, with English below it",
    "français": "French",
    "anglais": "English",
    "Pages jointes à la confirmation": "Pages with the confirmation",
    "aucune": "none",
    "chaque page avec la date, l'heure et le destinataire": "each page with date, time"
    " and recipient",
    "telles qu'elles ont été envoyées": "as they were sent",
    "PDF": "PDF",
    "TIFF": "TIFF",
    "Enregistrer": "Save",
    "Un jeton permet à un programme de se servir de cette ligne, sans connaître le mot de passe fax.": (
        "A token lets a program use this line without knowing its fax password."
    ),
    "Documentation de l'API (en anglais)": "Documentation of the API",
    "Permet de": "May",
    "Dernière utilisation": "Last used",
    "Expire": "Expires",
    "Révoquer": "Revoke",
    "révoqué": "revoked",
    "expiré": "expired",
    "Aucun jeton pour l'instant.": "No token so far.",
    "Nouveau jeton": "New token",
    "Par exemple le programme qui s'en servira.": "For example the program that will"
    " use it.",
    "Il permet de": "It may",
    "Il expire": "It expires",
    "jamais": "never",
    "dans 30 jours": "in 30 days",
    "dans un an": "in a year",
    "Créer le jeton": "Make the token",
    "Jeton créé": "Token made",
    "Copiez-le maintenant : il n'est montré que cette fois. Qui l'a peut se servir de votre ligne.": (
        "Copy it now: it is shown this once. Whoever has it can use your line."
    ),
    "Jeton": "Token",
    "À envoyer dans l'en-tête Authorization: Bearer.": "Send it in the header"
    " Authorization: Bearer.",
    "Révoquer un jeton": "Revoke a token",
    "Révoquer le jeton « {name} » ?": "Revoke the token “{name}”?",
    "Le programme qui s'en sert n'aura plus accès à la ligne, tout de suite et pour toujours.": (
        "The program that uses it loses access to the line at once and for good."
    ),
    "Dernière utilisation : {when}": "Last used: {when}",
    "Un webhook prévient un programme à vous, par Internet, de ce qui arrive à vos fax et campagnes.": (
        "A webhook tells a program of yours, over the internet, what happens to your"
        " faxes and campaigns."
    ),
    "Adresse": "Address",
    "Événements": "Events",
    "tous": "all",
    "actif": "active",
    "{n} messages perdus": "{n} messages lost",
    "arrêté": "stopped",
    "Aucun webhook pour l'instant.": "No webhook so far.",
    "Nouveau webhook": "New webhook",
    "Commence par https:// ; elle doit être accessible depuis Internet.": "Begins with"
    " https://; it must be reachable from the internet.",
    "Rien de coché : tous.": "Nothing ticked: all.",
    "Ajouter le webhook": "Add the webhook",
    "Webhook": "Webhook",
    "Envoyer un message d'essai": "Send a test message",
    "Arrêter": "Stop",
    "Reprendre": "Resume",
    "Nouveau secret": "New secret",
    "Supprimer": "Delete",
    "Derniers messages": "Last messages",
    "Événement": "Event",
    "Quand": "When",
    "Essais": "Tries",
    "Réponse": "Answer",
    "Prochain essai": "Next try",
    "remis": "delivered",
    "en attente": "waiting",
    "abandonné": "given up",
    "Aucun message n'est encore parti.": "No message has left yet.",
    "Secret du webhook": "Secret of the webhook",
    "Copiez-le maintenant : il n'est montré que cette fois. Les messages sont signés avec lui.": (
        "Copy it now: it is shown this once. Messages are signed with it."
    ),
    "Secret": "Secret",
    "Signature : en-tête Webhook-Signature, norme Standard Webhooks.": "Signature:"
    " header Webhook-Signature, as Standard Webhooks has it.",
    "Remplacer le secret de ce webhook ?": "Replace this webhook's secret?",
    "Remplacer": "Replace",
    "Le secret actuel ne signe plus rien, tout de suite : votre programme refusera les messages tant qu'il n'a pas le nouveau.": (
        "The present secret signs nothing any more, at once: your program will refuse"
        " messages until it has the new one."
    ),
    "adresse d'un réseau privé : refusée": "address of a private network: refused",
    "nom de serveur introuvable": "no such server",
    "le serveur ne répond pas": "the server does not answer",
    "le serveur est trop lent": "the server is too slow",
    "certificat non valable": "certificate not valid",
    "connexion coupée": "connection broken off",
    "Supprimer un webhook": "Delete a webhook",
    "Supprimer ce webhook ?": "Delete this webhook?",
    "Les messages qui attendent encore ne partiront pas.": "Messages that still wait"
    " will not leave.",
    "Où vous êtes connecté en ce moment.": "Where you are logged in now.",
    "Navigateur": "Browser",
    "Connecté depuis": "Logged in since",
    "Dernière activité": "Last seen",
    "navigateur inconnu": "unknown browser",
    "ici": "here",
    "Se déconnecter partout": "Log out everywhere",
}
