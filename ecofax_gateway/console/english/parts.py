"""
The parts that all pages are made of: `components.html`.

Pure: no I/O, no clock, no randomness.
"""

WORDS = {
    "Il reste quelque chose à corriger": "Something needs correcting",
    "Ne rien faire": "Do nothing",
    "Envoyés": "Sent",
    "Échoués": "Failed",
    "Sans certitude": "Unknown",
    "En attente": "Waiting",
    "{done} sur {total} terminés": "{done} of {total} done",
    "Pages du tableau": "Pages of the table",
    "Précédent": "Previous",
    "Suivant": "Next",
    "Étapes": "Steps",
    "fait": "done",
}
