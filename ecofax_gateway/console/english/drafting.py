"""
The steps of a new campaign.

Pure: no I/O, no clock, no randomness.
"""

WORDS = {
    "Un champ comme [PRENOM] que le document contient déjà est imprimé tel quel, entre"
    " crochets.": "A field such as [PRENOM] that the document has already is printed as it"
    " is, with its brackets.",
    "« {name} » est un tableau, et sera faxé. Si ce sont vos destinataires, retirez-le et"
    " donnez-le à l'étape « Destinataires ».": "“{name}” is a table, and will be faxed. If"
    " it is your recipients, take it out and give it at the step “Recipients”.",
    # the frame
    "Général": "General",
    "Destinataires": "Recipients",
    "Envoi": "Sending",
    "Vérification": "Check",
    "Nouvelle campagne": "New campaign",
    "Enregistrer et continuer": "Save and go on",
    "C'est enregistré.": "Saved.",
    "Supprimer le brouillon": "Delete the draft",
    # general
    "Nom de la campagne": "Name of the campaign",
    "Pour la retrouver ; vos destinataires ne le voient pas.": "To find it again; your"
    " recipients do not see it.",
    "Donnez un nom à la campagne.": "Give the campaign a name.",
    "Ce nom est trop long : {n} caractères au plus.": "This name is too long: {n}"
    " characters at most.",
    "Nature": "Kind",
    "Campagne": "Campaign",
    "Elle part quand vous la lancez.": "It leaves when you launch it.",
    "Campagne avec bon à tirer": "Campaign with a proof first",
    "Elle ne peut être lancée qu'après l'arrivée d'un essai, sur papier, à un numéro à"
    " vous.": "It can be launched only after a trial has arrived, on paper, at a number"
    " of yours.",
    "BAT : c'est elle-même un essai": "Proof: it is itself a trial",
    "Pour dix numéros au plus, autant de fois que vous voulez ; vous en reprenez ensuite"
    " les réglages pour l'envoi réel.": "To ten numbers at most, as often as you like;"
    " you then take its settings for the real campaign.",
    "Ligne qui envoie": "Sending line",
    "Reprendre les réglages d'une campagne": "Take the settings of a campaign",
    "Aucune": "None",
    "Document, destinataires et heures sont copiés ; vous pouvez tout changer"
    " ensuite.": "Document, recipients and hours are copied; you can change everything"
    " afterwards.",
    # document
    "Document à faxer": "Document to fax",
    "Ajouter un document": "Add a document",
    "PDF de préférence ; aussi Word, OpenDocument, Excel, images, texte… Plusieurs"
    " fichiers deviennent un seul fax.": "Best as PDF; also Word, OpenDocument, Excel,"
    " pictures, text… Several files become one fax.",
    "Ce fichier est vide.": "This file is empty.",
    "Une campagne a {n} documents au plus.": "A campaign has {n} documents at most.",
    "L'objet est trop long : {n} caractères au plus.": "The subject is too long: {n}"
    " characters at most.",
    "Le texte est trop long : {n} caractères au plus.": "The text is too long: {n}"
    " characters at most.",
    "Document ajouté.": "Document added.",
    "Document retiré.": "Document taken out.",
    "L'ordre des documents a changé.": "The order of the documents has changed.",
    "Documents, dans l'ordre de l'envoi": "Documents, in the order of sending",
    "Taille": "Size",
    "Actions": "Actions",
    "{n} Ko": "{n} KB",
    "Monter": "Move up",
    "Retirer": "Take out",
    "Pour du texte courant ; le plus rapide.": "For ordinary text; the fastest.",
    "Pour les petits caractères et les dessins ; deux fois plus de lignes.": "For small"
    " letters and drawings; twice as many rows.",
    "Pour les détails fins ; nécessaire pour les numéros surtaxés et étrangers ; le plus"
    " lent.": "For fine details; needed for special-rate and foreign numbers; the"
    " slowest.",
    "Commencer par une page de garde": "Begin with a cover page",
    "Le modèle de votre ligne, avec le nom de chaque destinataire s'il est dans la"
    " liste.": "The template of your line, with each recipient's name if the list has"
    " it.",
    "Objet de la page de garde": "Subject on the cover page",
    "Enregistrer et voir les pages": "Save and see the pages",
    "Écrire le nom de chaque destinataire, ou une autre colonne de la liste, sur les"
    " pages": "Write each recipient's name, or another column of the list, on the"
    " pages",
    # pages
    "« {name} » ne peut pas être imprimé": '"{name}" cannot be printed',
    "Ces documents ne peuvent pas être imprimés": "These documents cannot be printed",
    "Retirez-le, puis donnez-en un autre, de préférence en PDF.": "Take it out, then"
    " give another one, best as PDF.",
    "Les pages sont en cours de fabrication.": "The pages are being made.",
    "Elles apparaissent ici dès qu'elles sont prêtes.": "They appear here as soon as"
    " they are ready.",
    "À vérifier avant l'envoi": "To be checked before it leaves",
    "Temps de ligne par fax": "Time on the line for each fax",
    "Les pages, telles qu'elles seront imprimées": "The pages as they will be printed",
    "Page {n}, voir en grand": "Page {n}, see it large",
    "Page {n} sur {total}": "Page {n} of {total}",
    "{n} pages": "{n} pages",
    # fields
    "Textes personnels": "Personal texts",
    "Écrivez entre crochets, en capitales, le nom d'une colonne de votre liste :"
    " [PRENOM], [NOM], [SOCIETE]… [PRENOM|client] met « client » à qui n'a pas de"
    " prénom. [DATE], [NUMERO], [PAGE] et [CODE] sont toujours connus.": "Write the name"
    " of a column of your list in brackets and capitals: [PRENOM], [NOM], [SOCIETE]…"
    ' [PRENOM|customer] writes "customer" for who has no first name. [DATE], [NUMERO],'
    " [PAGE] and [CODE] are always known.",
    "Colonnes de votre liste : {names}.": "Columns of your list: {names}.",
    "Places sur les pages, en millimètres depuis le coin en haut à gauche d'une feuille"
    " A4": "Places on the pages, in millimetres from the top left corner of an A4 sheet",
    "Sorte": "Kind",
    "Page": "Page",
    "De gauche": "From the left",
    "Du haut": "From the top",
    "Texte": "Text",
    "Sorte, ligne {n}": "Kind, row {n}",
    "Page, ligne {n}": "Page, row {n}",
    "De gauche, ligne {n}": "From the left, row {n}",
    "Du haut, ligne {n}": "From the top, row {n}",
    "Taille, ligne {n}": "Size, row {n}",
    "Texte, ligne {n}": "Text, row {n}",
    "texte": "text",
    "code QR": "QR code",
    "toutes": "all",
    "la dernière": "the last",
    "Les pages se comptent sans la page de garde.": "Pages are counted without the cover"
    " page.",
    "Taille : en points pour un texte (11 si vide), en millimètres pour un code QR (25"
    " si vide). Une ligne sans texte est retirée. Après l'enregistrement, d'autres"
    " lignes vides s'ajoutent.": "Size: in points for a text (11 if empty), in"
    " millimetres for a QR code (25 if empty). A row without text is taken out. When you"
    " save, more empty rows are added.",
    "Ligne {n} : écrivez des nombres pour la page, la place et la taille.": "Row {n}:"
    " write numbers for the page, the place and the size.",
    "Ligne {n} : cette place sort de la page A4 (210 × 297 mm), ou sa taille ne convient"
    " pas (7 à 200 points).": "Row {n}: this place is off the A4 page (210 × 297 mm), or"
    " its size does not fit (7 to 200 points).",
    "Enregistrer et voir": "Save and see",
    "Retour au document": "Back to the document",
    "Aperçu": "Preview",
    "Destinataire numéro": "Recipient number",
    "sur {n}": "of {n}",
    "Pas encore de destinataires : les champs restent tels quels.": "No recipients yet:"
    " fields stay as they are written.",
    "Voir": "See",
    "Page {n} telle que le destinataire {recipient} la recevra, voir en grand": "Page"
    " {n} as recipient {recipient} will get it, see it large",
    "Les pages ne sont pas encore fabriquées.": "The pages are not made yet.",
}
