"""
The last two steps of a new campaign: how it leaves, and the check before.

Pure: no I/O, no clock, no randomness.
"""

WORDS = {
    # sending
    "Tout de suite": "At once",
    "Dès que vous la lancez, à la dernière étape.": "As soon as you launch it, in the"
    " last step.",
    "Manuel": "By hand",
    "Elle reste en brouillon, prête ; vous la lancez quand vous voulez depuis sa"
    " page.": "It stays a draft, ready; you launch it from its page when you like.",
    "Programmé": "Planned",
    "Vous la lancez, elle part à la date et à l'heure choisies.": "You launch it, it"
    " leaves on the date and at the time chosen.",
    "Choisissez quand la campagne part.": "Choose when the campaign leaves.",
    "Jour de l'envoi programmé": "Day it is planned for",
    "Heure": "Time",
    "Heure de {zone}.": "Time of {zone}.",
    "Indiquez le jour de l'envoi.": "Say on which day it leaves.",
    "Indiquez l'heure de l'envoi.": "Say at what time it leaves.",
    "Cette date n'existe pas, est passée ou à plus d'un an. Exemple : 21/06/2027 et"
    " 15:15.": "There is no such date, it is past, or more than a year away. Example:"
    " 21/06/2027 and 15:15.",
    "Cette date est déjà passée.": "This date is past already.",
    "L'heure demandée n'existe pas ce jour-là (passage à l'heure d'été) : l'envoi est"
    " prévu {when}.": "There is no such time on that day (summer time begins): it is"
    " planned for {when}.",
    "L'heure demandée existe deux fois ce jour-là (passage à l'heure d'hiver) : l'envoi"
    " part la première fois, {when}.": "There are two such times on that day (summer"
    " time ends): it leaves at the first, {when}.",
    "Heures permises": "Hours allowed",
    "Votre ligne a déjà ses propres heures : les deux doivent être ouvertes.": "Your"
    " line has hours of its own: both must be open.",
    "N'appeler qu'à certaines heures": "Call only at certain hours",
    "Personne n'est réveillé la nuit ; ce qui n'est pas parti attend l'ouverture"
    " suivante.": "Nobody is woken at night; what has not left waits for the next"
    " opening.",
    "Jours": "Days",
    "lundi": "Monday",
    "mardi": "Tuesday",
    "mercredi": "Wednesday",
    "jeudi": "Thursday",
    "vendredi": "Friday",
    "samedi": "Saturday",
    "dimanche": "Sunday",
    "De": "From",
    "À": "To",
    "Choisissez au moins un jour de la semaine.": "Choose at least one day of the week.",
    "Écrivez une heure comme 09:00.": "Write a time like 09:00.",
    "Jamais les jours fériés en France": "Never on public holidays of France",
    "Rythme": "Pace",
    "Étaler les premiers appels sur (heures)": "Spread the first calls over (hours)",
    "Vide : dès qu'un canal est libre.": "Empty: as soon as a channel is free.",
    "Appels par minute au plus": "Calls a minute at most",
    "Vide : sans limite propre.": "Empty: no limit of its own.",
    "Écrivez un nombre plus grand que 0, pas trop grand, ou laissez vide.": "Write a"
    " number above 0, not too large, or nothing.",
    "Commencer par quelques numéros": "Begin with a few numbers",
    "Si trop d'entre eux échouent, la campagne se met en pause et vous décidez.": "If"
    " too many of them fail, the campaign pauses and you decide.",
    "Premiers numéros": "First numbers",
    "Échecs admis (%)": "Failures allowed (%)",
    "Indiquez un nombre de numéros, et un pourcentage de 0 à 100.": "Give a number of"
    " numbers, and a percentage from 0 to 100.",
    "Compte rendu": "Report",
    "Adresse mail pour le compte rendu": "Mail address for the report",
    "Vide : pas de mail ; tout se lit ici.": "Empty: no mail; everything is here.",
    "Ce n'est pas une adresse mail.": "This is no mail address.",
    "Enregistrer et recalculer": "Save and estimate again",
    # what it comes to
    "Ce que cela prendra": "What it will take",
    "Appels en même temps": "Calls at the same time",
    "{n} au plus": "{n} at most",
    "Temps de ligne en tout": "Time on the line in all",
    "Durée de l'envoi": "How long it takes",
    "Coût des communications": "Cost of the calls",
    "environ {amount}, dans la monnaie du tarif": "about {amount}, in the tariff's"
    " currency",
    "pas de tarif connu": "no tariff known",
    "Sans compter les nouveaux essais aux numéros occupés ou absents.": "Not counting"
    " new tries to numbers that are busy or do not answer.",
    "Dès que le document et les destinataires sont là, la durée, la fin et le coût"
    " s'affichent ici.": "As soon as there are a document and recipients, duration, end"
    " and cost are shown here.",
    # check
    "Avant de lancer, il reste :": "What remains to be done before the launch:",
    "Tout y est : la campagne peut être lancée.": "Nothing is missing: the campaign can"
    " be launched.",
    "le nom de la campagne": "the name of the campaign",
    "un document à faxer": "a document to fax",
    "un document qui puisse être imprimé : l'un de ceux-ci ne le peut pas": "a document"
    " that can be printed: one of these cannot",
    "les pages : elles sont en cours de fabrication": "the pages: they are being made",
    "des destinataires": "recipients",
    "des destinataires qui puissent être enregistrés : voir pourquoi ils ne le peuvent"
    " pas": "recipients that can be saved: see why they cannot",
    "la fin de la liste : des numéros sont encore en cours d'écriture": "the end of the"
    " list: numbers are still being written",
    "moins de destinataires : un BAT va à dix numéros au plus": "fewer recipients: a"
    " proof goes to ten numbers at most",
    "une valeur pour [{field}] : 1 destinataire n'en a pas ({some})": "a value for"
    " [{field}]: 1 recipient has none ({some})",
    "une valeur pour [{field}] : {n} destinataires n'en ont pas ({some})": "a value for"
    " [{field}]: {n} recipients have none ({some})",
    "quand elle part": "when it leaves",
    "une date à venir : celle qui est prévue est passée": "a date to come: the one"
    " planned is past",
    "des heures d'appel : celles qui sont permises ne s'ouvrent jamais": "hours to call"
    " in: those allowed never open",
    "un essai arrivé à un numéro à vous : voir « Essayer »": "a trial that arrived at a"
    ' number of yours: see "Try it"',
    "lun.": "Mon",
    "mar.": "Tue",
    "mer.": "Wed",
    "jeu.": "Thu",
    "ven.": "Fri",
    "sam.": "Sat",
    "dim.": "Sun",
    "sauf jours fériés": "but public holidays",
    "à toute heure": "at any hour",
    "tout de suite": "at once",
    "à la main": "by hand",
    "Page de garde": "Cover page",
    "oui": "yes",
    "non": "no",
    "Toutes les pages en PDF": "All pages as PDF",
    "Toutes les pages en PDF, comme le premier destinataire les recevra": "All pages as"
    " PDF, as the first recipient will get them",
    "aucun": "none",
    "sans limite propre": "no limit of its own",
    "{n}, pause au-delà de {percent} % d'échecs": "{n}, pause above {percent} % of"
    " failures",
    "tous à la fois": "all at once",
    "pas de mail": "no mail",
    "Essayer": "Try it",
    "Un vrai fax, à un numéro à vous : vous voyez sur papier ce que recevra un"
    " destinataire. Il est compté à part.": "A real fax to a number of yours: you see on"
    " paper what a recipient will get. It is counted apart.",
    "Numéro de fax": "Fax number",
    "Ce n'est pas un numéro de fax.": "This is no fax number.",
    "Pages du destinataire numéro": "Pages of recipient number",
    "Envoyer l'essai": "Send the trial",
    "Ou les pages en PDF, par mail à": "Or the pages as PDF, by mail to",
    "Envoyer le PDF": "Send the PDF",
    "Les pages partent par mail, en PDF.": "The pages leave by mail, as PDF.",
    "L'essai part. Son résultat s'affiche plus bas.": "The trial leaves. Its result is"
    " shown below.",
    "Essais déjà envoyés": "Trials sent so far",
    "Envoyé le": "Sent",
    "Lancer…": "Launch…",
    "Programmer l'envoi…": "Plan the sending…",
    "Garder en brouillon": "Keep it as a draft",
}
