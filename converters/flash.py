"""
Flash movies (SWF): the pictures at which they rest, a page each.

I/O: runs rsvg-convert; only inside the worker's sandbox.
"""

from .contract import Cause, Drawn, Given
from .flash_movie import NotFlash, pictures
from .program import OUR_SVG, UNREADABLE, follow

NOTHING_SHOWN = Cause(
    for_requester="Cette animation Flash (SWF) ne montre rien sans ses programmes, qui"
    " ne sont pas exécutés. Envoyez une capture d’écran ou un PDF.",
    code="nothing-shown",
)


def open_document(given: Given) -> Drawn:
    """See `contract.Family`."""
    try:
        pages = pictures(given.content)
    except NotFlash:
        raise UNREADABLE.failure() from None
    if not pages:
        raise NOTHING_SHOWN.failure()
    made = follow(OUR_SVG, pages, seconds=given.limits.seconds / 2)
    from .pdf import sheets

    return Drawn(sheets(made, limits=given.limits))
