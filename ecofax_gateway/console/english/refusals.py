"""
Refusals in English, by their code; those of orders by mail are in `replies.mistakes`.

Pure: no I/O, no clock, no randomness.
"""

WORDS: dict[str, str] = {}

BY_CODE = {
    "bad-pace": "The pace must be more than 0.",
    "bad-spread": "The period must be longer than 0.",
    "no-campaign": "There is no such campaign.",
    "no-line": "The line that is to send it does not exist.",
    "no-number": "This number is not in the campaign, or its fax is over already.",
    "no-recipient": "There is no such recipient.",
    "not-a-draft": "The campaign is no draft any more: it was launched or is over. Copy"
    " it to make another.",
    "not-over": "The campaign is not over: stop it first.",
    "not-paused": "The campaign is not paused.",
    "nothing-failed": "No fax of this campaign has failed.",
    "past-date": "This date is past already.",
    "proof-list": "A proof goes to ten numbers at most.",
    "purged": "The documents of this campaign are not kept any more.",
    "unprintable": "A document of the campaign cannot be printed: replace it or take it"
    " out.",
}
