"""
Every page's frame, the login and what is said when something went wrong.

Pure: no I/O, no clock, no randomness.
"""

WORDS = {
    "Aller au contenu": "Skip to content",
    "Campagnes": "Campaigns",
    "Fax": "Faxes",
    "Listes": "Lists",
    "Ne pas faxer": "Do not fax",
    "Crédits": "Credits",
    "Réglages": "Settings",
    "Exploitation": "Operations",
    "Menu principal": "Main menu",
    "Se déconnecter": "Log out",
    "Connexion": "Log in",
    "Se connecter": "Log in",
    "Numéro de la ligne de fax": "Number of the fax line",
    "ou nom d'exploitant": "or name of an operator",
    "Mot de passe fax": "Fax password",
    "Le numéro ou le mot de passe est faux.": "The number or the password is wrong.",
    "Trop d'essais : réessayez plus tard.": "Too many tries: try again later.",
    "Ligne {number}": "Line {number}",
    "Exploitant {name}": "Operator {name}",
    "Menu": "Menu",
    "Avec le mot de passe de vos fax par mail.": "With the password of your faxes by"
    " mail.",
    "Envoyé veut dire : chaque page confirmée par le télécopieur.": "Sent means: every"
    " page was confirmed by the fax machine.",
    "Cette page n'existe pas": "There is no such page",
    "Elle a peut-être été supprimée, ou appartient à une autre ligne.": "It may have"
    " been deleted, or it belongs to another line.",
    "Vous n'y avez pas droit": "You may not do this",
    "Cette page est réservée aux exploitants.": "This page is for operators.",
    "Formulaire périmé": "This form has expired",
    "Revenez à la page précédente, rechargez-la et recommencez.": "Go back, reload the"
    " page and try again.",
    "Impossible": "Not possible",
    "Service indisponible": "Service not available",
    "La base de données ne répond pas. Rien n'est perdu : réessayez dans un instant.": "The database does not answer. Nothing is lost: try again in a moment.",
    "Demande incompréhensible": "This request cannot be understood",
    "Fichier trop gros": "The file is too large",
    "Un fichier a {n} Mo au plus, un texte collé 1 Mo. Rien n'a été enregistré de ce que"
    " vous venez d'envoyer ; le reste est toujours là.": "A file has {n} MB at most, text"
    " that is pasted 1 MB. Nothing of what you have just"
    " sent was saved; everything else is still there.",
    "Voir la campagne": "Look at the campaign",
    "Vous n'étiez plus connecté : ce que vous venez d'envoyer n'est pas enregistré."
    " Connectez-vous, puis recommencez.": "You were not logged in any more: what you have"
    " just sent is not saved. Log in, then try again.",
    "Revenir à la page précédente": "Go back to the page before",
    "Erreur": "Error",
    "C'est une erreur de notre part, et elle est notée. Réessayez, ou prévenez"
    " l'exploitant.": "This is a fault of ours, and it was noted. Try again, or tell the"
    " operator.",
    "Retour aux campagnes": "Back to the campaigns",
}
