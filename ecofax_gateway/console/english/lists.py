"""
Lists of recipients, their step of a new campaign, and whom not to fax.

Pure: no I/O, no clock, no randomness.
"""

_GIVING = {
    "Numéros saisis ou collés": "Numbers typed or pasted",
    "Un par ligne, ou un tableau copié de votre tableur ; au-delà de 20 000 lignes,"
    " donnez un fichier.": "One a line, or a table copied from your spreadsheet; beyond"
    " 20,000 rows, give a file.",
    "Fichier": "File",
    "Texte, CSV, XLSX, XLS ou ODS, jusqu'à 250 000 lignes. La colonne des numéros est"
    " trouvée toute seule, et vous pouvez la changer.": "Text, CSV, XLSX, XLS or ODS, up"
    " to 250,000 rows. The column of the numbers is found by itself, and you can change"
    " it.",
    "Adresse d'une liste sur le Web": "Address of a list on the Web",
    "Par exemple https://www.exemple.fr/liste.csv ; lue une fois, maintenant.": "For"
    " example https://www.example.com/list.csv; read once, now.",
}

_READING = {
    " : ": ": ",
    "Numéros saisis": "Numbers typed in",
    "Liste de {server}": "List from {server}",
    "en cours de lecture": "being read",
    "illisible": "cannot be read",
    "Cette liste est en cours de lecture.": "This list is being read.",
    "{n} numéros lus": "{n} numbers read",
    "{n} numéros": "{n} numbers",
    "La colonne « {column} » ne contient pas de numéros : choisissez-en une autre.": 'The column "{column}" has no numbers in it: choose another.',
    "La colonne « {column} » contient peu de numéros : est-ce la bonne ?": 'The column "{column}" has few numbers in it: is it the right one?',
    "Premières lignes": "First rows",
    "Premières lignes de {list}": "First rows of {list}",
    "numéros": "numbers",
    "Colonne des numéros": "Column of the numbers",
    "Lire cette colonne": "Read this column",
    "La liste est relue avec cette colonne.": "The list is read again with this column.",
    "{n} lignes sans numéro valable": "{n} lines without a valid number",
    "1 ligne sans numéro valable": "1 line without a valid number",
    "Ce qui n'est pas un numéro": "What is no number",
    "Pourquoi": "Why",
    "Les {n} premières sont montrées.": "The first {n} are shown.",
    "Lus": "Read",
    "Valables": "Valid",
    "chacun une fois": "each once",
    "En double": "Duplicates",
    "Non valables": "Invalid",
    "écartés": "left out",
    "Surtaxés ou étrangers": "Premium-rate or foreign",
    "surtaxé ou étranger": "premium-rate or foreign",
}

_CHOOSING = {
    "Résumé": "Summary",
    "Vos destinataires sont en cours de lecture.": "Your recipients are being read.",
    "{n} sur {total} enregistrés": "{n} of {total} saved",
    "Vous pouvez continuer : tout s'enregistre pendant ce temps.": "You can go on:"
    " everything is saved meanwhile.",
    "Cette campagne appellera {n} numéros.": "This campaign will call {n} numbers.",
    "Cette campagne appellera 1 numéro.": "This campaign will call 1 number.",
    "Cette campagne n'appellera personne.": "This campaign will call nobody.",
    "appelés une fois": "called once",
    "Soustraits": "Subtracted",
    "par une autre liste": "by another list",
    "appelés": "called",
    "écartés : il faut la qualité meilleure": "left out: they need the finest quality",
    "À ne pas faxer": "Not to be faxed",
    "Échoués définitivement avant": "Failed for good before",
    "appelés ; voir « nettoyer la liste »": 'called; see "clean the list"',
    "Les destinataires sont ceux de la campagne d'origine. Si vous donnez une liste,"
    " elle les remplace.": "The recipients are those of the campaign it was made from."
    " A list that you give takes their place.",
    "La liste est reçue : voici ce qui y est lu.": "The list is here: this is what is read"
    " in it.",
    "aucun numéro": "no number",
    "La liste est retirée.": "The list is taken out.",
    "La liste est gardée : vous la retrouvez dans « Listes ».": "The list is kept: you"
    ' find it under "Lists".',
    "Garder cette liste": "Keep this list",
    "Retirer de la campagne": "Take out of the campaign",
    "Ajouter des destinataires": "Add recipients",
    "Ajouter": "Add",
    "Combiner les listes": "Combine the lists",
    "ne pas utiliser": "do not use",
    "appeler ces numéros": "call these numbers",
    "exclure ces numéros": "leave these numbers out",
    "Nettoyer la liste": "Clean the list",
    "Écarte les numéros qui n'existent pas, d'après nos appels des 30 derniers jours.": "Leaves out numbers that do not exist, as our calls of the last 30 days have told.",
    "Enregistrer": "Save",
    "Continuer": "Go on",
}

_KEEPING = {
    "Des destinataires gardés sous un nom, pour plusieurs campagnes.": "Recipients kept"
    " under a name, for several campaigns.",
    "La liste est supprimée.": "The list is deleted.",
    "La liste est créée.": "The list is created.",
    "La liste a un nouveau nom.": "The list has a new name.",
    "Nouvelle liste": "New list",
    "Nom de la liste": "Name of the list",
    "Créer la liste": "Create the list",
    "Créée": "Created",
    "Pas encore de liste. Créez-en une ici, ou gardez celle d'une campagne.": "No list"
    " yet. Create one here, or keep that of a campaign.",
    "Télécharger (CSV)": "Download (CSV)",
    "Renommer": "Rename",
    "D'où elle vient": "Where it came from",
    "Chercher un destinataire": "Search for a recipient",
    "Numéro ou texte": "Number or text",
    "{n} destinataires": "{n} recipients",
    "1 destinataire": "1 recipient",
    "1 numéro sur cette page": "1 number on this page",
    "Aucun destinataire ne correspond.": "No recipient matches.",
    "Supprimer une liste": "Delete a list",
    "Supprimer la liste « {name} » ?": 'Delete the list "{name}"?',
    "Supprimer la liste": "Delete the list",
    "Ses {n} numéros seront effacés. Les campagnes déjà préparées ou envoyées ne"
    " changent pas.": "Its {n} numbers will be erased. Campaigns that are prepared or"
    " sent already do not change.",
}

_OBJECTING = {
    "Aucune ligne n'appelle ces numéros, quoi qu'on lui demande.": "No line calls these"
    " numbers, whatever it is asked for.",
    "Votre ligne n'appelle jamais ces numéros. La liste générale du service s'y ajoute.": "Your line never calls these numbers. The service's own list comes on top.",
    "{n} numéros ajoutés.": "{n} numbers added.",
    "1 numéro ajouté.": "1 number added.",
    "Le numéro peut de nouveau recevoir des fax.": "The number may receive faxes again.",
    "Numéros à ne pas faxer": "Numbers not to be faxed",
    "Depuis": "Since",
    "Raison": "Reason",
    "numéro effacé, toujours protégé": "erased number, still protected",
    "{n} numéros sur cette page, du plus ancien au plus récent": "{n} numbers on this"
    " page, oldest first",
    "La liste est vide.": "The list is empty.",
    "Ajouter des numéros": "Add numbers",
    "Par exemple : demandé par téléphone le 3 mars.": "For example: asked by telephone"
    " on 3 March.",
    "Ne plus faxer ces numéros": "Never fax these numbers again",
    "Retirer un numéro": "Take a number off",
    "Faxer de nouveau le {number} ?": "Fax {number} again?",
    "Il est sur la liste depuis le {date}.": "It has been on the list since {date}.",
    "Pourquoi peut-il de nouveau recevoir des fax ?": "Why may it receive faxes again?",
    "Le registre garde cette raison.": "The ledger keeps this reason.",
    "Retirer de la liste": "Take off the list",
}

WORDS = {**_GIVING, **_READING, **_CHOOSING, **_KEEPING, **_OBJECTING}
