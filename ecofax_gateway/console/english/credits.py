"""
Limits and use of a line: « Crédits ».

Pure: no I/O, no clock, no randomness.
"""

WORDS = {
    "sans limite": "no limit",
    "pas de crédit prépayé": "no prepaid pages",
    "{n} pages": "{n} pages",
    "Toutes les lignes": "All lines",
    "Pages aujourd'hui": "Pages today",
    "Pages ce mois-ci": "Pages this month",
    "envoyées ou réservées": "sent or reserved",
    "Crédit restant": "Prepaid pages left",
    "Les pages d'un envoi sont réservées quand il part ; celles qui n'arrivent pas sont"
    " rendues. Pour changer une limite ou acheter des pages, voyez avec la personne qui"
    " gère le service.": "The pages of an order are reserved when it leaves; those that"
    " do not arrive are given back. To change a limit or to buy pages, see the person"
    " who runs the service.",
    "Les 30 derniers jours": "The last 30 days",
    "{n} pages confirmées en 30 jours, {most} au plus en un jour.": "{n} pages confirmed"
    " in 30 days, {most} at most on one day.",
    "Pages par jour": "Pages by day",
    "Jour": "Day",
    "Fax envoyés": "Faxes sent",
}
