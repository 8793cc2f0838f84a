"""
Refusals in English, by their code; those of orders by mail are in `replies.mistakes`.

Pure: no I/O, no clock, no randomness.
"""

BY_CODE = {
    "bad-address": "This is no mail address.",
    "bad-copies": "Copies go to 5 addresses at most, each complete (name@domain.com).",
    "bad-from-email": "The sender's address must be in the service's own domain: mail"
    " from here for another one would be taken for a forgery.",
    "bad-from-name": "The sender's name has 60 characters at most, on one line.",
    "bad-tag-line": "The tag line has 40 characters at most, on one line.",
    "bad-tries": "The calls for one fax go from 1 to 12.",
    "token-name": "Give the token a name of 1 to 80 characters, to know it by later.",
    "token-scopes": "Choose at least one thing that the token may do.",
    "too-many-tokens": "This line has 50 tokens already: revoke one.",
    "too-many-webhooks": "This line has 10 webhooks already: delete one.",
    "call-may-stand": "The call of this fax may still be going on: try again in two"
    " minutes.",
    "how-many-numbers": "A simple fax goes to one number, or to 20 at most. For more,"
    " make a campaign.",
    "line-in-use": "This line still has faxes to send: stop them first.",
    "not-oneself": "You cannot remove yourself: ask another operator.",
    "rendering": "The pages are being made: try again in a moment.",
    "restricted-numbers": "Surtaxed and foreign numbers need the best quality.",
    "too-late": "This fax has come further meanwhile: look how it stands, then try"
    " again if you must.",
    "bad-number": "This is no fax number, or one that may not be called.",
    "bad-pace": "The pace must be more than 0.",
    "bad-spread": "The period must be longer than 0.",
    "incomplete": "The list of numbers is not complete: give it again.",
    "list-defect": "This list could not be read. Save it as CSV or text and try again.",
    "list-empty": "This list is empty.",
    "list-encrypted": "This workbook is protected by a password: save it without one.",
    "list-erased": "The file of this list was erased: give it again.",
    "list-file-gone": "The file of this list is not kept any more: give it again.",
    "list-given-up": "This list could not be saved: try again, or save it as CSV.",
    "list-in-use": "A draft goes to this list: take it out of its recipients first.",
    "list-is-document": "This file is a document, not a list. Save the list as XLSX,"
    " CSV or text.",
    "list-name": "Give the list a name of 1 to 80 characters.",
    "list-name-taken": "There is a list of this name already: choose another.",
    "list-quotes": "The list has a quotation mark that is opened and not closed."
    " Correct it, or save the table as CSV again.",
    "list-too-large": "The file is too large.",
    "list-too-long": "The list has too many numbers: share it between several"
    " campaigns.",
    "list-too-slow": "Reading this list takes too long. Save it as CSV and make it"
    " smaller.",
    "list-too-wide": "The columns of this list hold too much text: keep only those"
    " you need.",
    "list-unread": "A list of recipients could not be read, or is gone: take it out, or"
    " give it again.",
    "list-unreadable": "This file is no readable workbook. Save the list as XLSX, CSV"
    " or text.",
    "missing-column": "A recipient has nothing where the pages say something of him: complete the"
    " list, or write what stands there otherwise, as in [NAME|customer].",
    "no-campaign": "There is no such campaign.",
    "no-column": "There is no such column.",
    "no-line": "The line that is to send it does not exist.",
    "no-list": "This list is not there any more.",
    "no-numbers": "There is no valid fax number in this list.",
    "no-number": "This number is not in the campaign, or its fax is over already.",
    "no-proof": "This campaign wants a proof, and none has arrived: send it first.",
    "no-recipient": "There is no such recipient.",
    "no-valid-number": "There is no valid fax number in what you gave.",
    "not-a-draft": "The campaign is no draft any more: it was launched or is over."
    " Copy it to make another.",
    "not-over": "The campaign is not over: stop it first.",
    "not-paused": "The campaign is not paused.",
    "not-under-way": "The campaign is not running.",
    "nothing-failed": "No fax of this campaign has failed.",
    "nothing-given": "Give numbers, a file or the address of a list.",
    "one-source": "Give numbers, a file or an address, but only one of the three.",
    "page-out-of-range": "There is no such page.",
    "past-date": "This date is past already.",
    "proof-list": "A proof goes to ten numbers at most.",
    "purged": "The documents of this campaign are not kept any more.",
    "reason-missing": "Say why this number may receive faxes again.",
    "recipients-settling": "The recipients are being saved: try again in a moment.",
    "too-many-lists": "There are too many lists.",
    "unprintable": "A document of the campaign cannot be printed: replace it or take"
    " it out.",
    "url-broken-off": "The server closed the connection or answers nonsense: try"
    " again later.",
    "url-certificate": "The server's certificate is not valid: the connection is not"
    " safe.",
    "url-compressed": "The server sends the file compressed, which is not accepted.",
    "url-downgrade": "The server sends us from an https:// to an http:// address,"
    " which is not protected.",
    "url-malformed": "This is no whole address on the Web. Write for example"
    " https://www.example.com/list.csv.",
    "url-password": "An address with a user name or a password in it is not accepted.",
    "url-port": "This port is not accepted: use 80, 443 or one above 1023.",
    "url-private": "This address leads to a private network or to this machine, which"
    " is not allowed.",
    "url-redirects": "The server sends us to another address too many times.",
    "url-scheme": "Only addresses that begin with http:// or https:// are accepted.",
    "url-status": "The server did not give the file: it is not there, or not public.",
    "url-too-large": "The file is too large.",
    "url-too-slow": "The server is too slow: it did not give everything in time.",
    "url-unknown-host": "The server's name is unknown: check the address.",
    "url-unreachable": "The server does not answer: check the address, or try again"
    " later.",
}
