"""
What tests of new campaigns do over and over, as somebody at a browser or as the gateway.
"""

import re
from io import BytesIO

import numpy as np
from pypdf import PdfWriter

from converters.tiff_f import encode
from ecofax_gateway.pipeline import campaigns
from ecofax_gateway.store import drafts, preparation
from ecofax_gateway.store.drafts import Changes

NUMBERS = ("+33972101010", "+33972101011")


def pdf(pages=1):
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(width=595, height=842)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def files(*names):
    return [
        ("files", (name, pdf() + name.encode(), "application/pdf")) for name in names
    ]


def tiff(dpi, pages=2):
    """Pages with one black line each, the first at another place than the second."""
    rows = {98: 1143, 196: 2286, 391: 4572}[dpi]
    inks = []
    for number in range(pages):
        ink = np.zeros((rows, 1728), np.bool_)
        ink[rows // 2 + number * 20, 200:900] = True
        inks.append(ink)
    return encode(inks, vertical_dpi=dpi)


async def begin(browser, **fields):
    """Begin a draft; its reference."""
    form = {"name": "Vœux", "kind": "real", **fields}
    answer = await browser.post("/campaigns/new", form)
    assert answer.status_code == 303, answer.text
    return re.fullmatch(r"/campaigns/(\w+)/edit/document", answer.headers["location"])[
        1
    ]


async def upload(browser, ref, *names, **fields):
    form = {"quality": "premium", "then": "stay", **fields}
    path = f"/campaigns/{ref}/edit/document"
    return await browser.post(path, form, files=files(*names))


async def render(desk, ref):
    """Make its pages: two for each document."""
    campaign = await desk.db.read(campaigns.found, ref)
    dpi = campaign.quality.vertical_dpi
    documents = await desk.db.read(preparation.documents, ref)
    content = await desk.db.keep(tiff(dpi))
    for each in documents:
        await desk.db.tx(
            preparation.rendered, each.sha256, dpi, content, count=2, now=desk.clock()
        )
    await desk.db.tx(
        preparation.release, ref, page_count=2 * len(documents), now=desk.clock()
    )


async def add_numbers(desk, ref, numbers=NUMBERS, **fields):
    await desk.db.tx(drafts.edit, ref, Changes(expected=len(numbers)), now=desk.clock())
    await desk.db.tx(
        drafts.add_numbers,
        ref,
        numbers,
        trunk="main",
        first=1,
        fields=fields or None,
        now=desk.clock(),
    )


async def found(desk, ref):
    return await desk.db.read(campaigns.found, ref)


async def complete(browser, desk, **fields):
    """A draft that lacks nothing."""
    ref = await begin(browser, **fields)
    await upload(browser, ref, "a.pdf")
    await render(desk, ref)
    await add_numbers(desk, ref)
    await send_by(browser, ref, send_type="automatic")
    return ref


async def send_by(browser, ref, **fields):
    return await browser.post(f"/campaigns/{ref}/edit/sending", fields)
