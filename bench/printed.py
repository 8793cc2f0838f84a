"""
Pages whose text is known: what people send, drawn from a seed.

Pure: no I/O, no clock, no randomness.

Each kind is one A4 page as PDF (the slide is 16:9) and the lines that are written on
it. Another seed gives other words, fonts, greys, colours and places of the same kind:
what is measured with one seed can be checked with others.
"""

import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

import numpy as np
import pypdfium2
from PIL import Image, ImageDraw, ImageFilter
from reportlab.lib.colors import Color
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

A4 = (595.28, 841.89)
SLIDE = (720.0, 405.0)
MARGIN = 57.0

_WORDS = """
accord adresse affaire ancien appel avant banque bureau calcul caisse chaque client
commande compte conseil contrat courrier demande depuis devis dossier droit durée
échéance effet encore entre envoi épreuve état facture fermeture feuille fichier
garantie gestion heure hiver indice jardin journal jusque lettre ligne livraison
maison marché matin message mesure montant nombre notice numéro offre ordre page
papier partie patient période plan portail prévu produit projet quantité question
rapport rayon réponse réunion samedi santé service signature somme suite tarif taxe
terrain travaux unité usage valeur vente version visite voiture volume
""".split()  # noqa: SIM905 -- words are read as text


@dataclass
class Known:
    """One page being drawn, and what is written on it."""

    size: tuple[float, float] = A4
    lines: list[str] = field(default_factory=list)
    photos: list[tuple[float, float, float, float]] = field(default_factory=list)
    "Left, top, width, height in points from the top left."

    def __post_init__(self) -> None:
        self._out = io.BytesIO()
        self.canvas = Canvas(self._out, pagesize=self.size, invariant=True)

    def write(
        self,
        words: str,
        x: float,
        y: float,
        *,
        font: str = "Helvetica",
        size: float = 10.0,
        colour: tuple[float, float, float] = (0, 0, 0),
    ) -> None:
        """Write a line; *y* is its base line, from the top."""
        self.canvas.setFillColor(Color(*colour))
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, self.size[1] - y, words)
        self.lines.append(words)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        colour: tuple[float, float, float],
    ) -> None:
        """Fill a rectangle; *y* is its upper edge, from the top."""
        self.canvas.setFillColor(Color(*colour))
        self.canvas.rect(x, self.size[1] - y - height, width, height, stroke=0, fill=1)

    def picture(
        self, image: Image.Image, x: float, y: float, width: float, height: float
    ) -> None:
        """Put an image as a JPEG; *y* is its upper edge, from the top."""
        coded = io.BytesIO()
        image.save(coded, "JPEG", quality=80)
        bottom = self.size[1] - y - height
        self.canvas.drawImage(
            ImageReader(io.BytesIO(coded.getvalue())), x, bottom, width, height
        )

    def pdf(self) -> bytes:
        """The page."""
        self.canvas.showPage()
        self.canvas.save()
        return self._out.getvalue()


def sentence(rng: Random, characters: int) -> str:
    """Words and now and then an amount, up to a length."""
    said = rng.choice(_WORDS).capitalize()
    while len(said) < characters - 14:
        amount = f"{rng.randint(1, 99)} {rng.randint(100, 999)},{rng.randint(10, 99)}"
        said += " " + (rng.choice(_WORDS) if rng.random() < 0.88 else amount)
    return said


FONTS = ("Helvetica", "Times-Roman", "Helvetica-Bold", "Times-Italic", "Courier")


def text(size: float) -> Callable[[Random, Sequence[Image.Image]], Known]:
    """A letter in black."""

    def draw(rng: Random, photos: Sequence[Image.Image]) -> Known:
        page = Known()
        y = 80.0
        while y < 560:
            font = rng.choice(FONTS)
            wide = 0.62 if font == "Courier" else 0.56
            room = int((A4[0] - 2 * MARGIN) / (size * wide))
            page.write(sentence(rng, min(room, 80)), MARGIN, y, font=font, size=size)
            y += size * 1.7
        return page

    return draw


def grey(rng: Random, photos: Sequence[Image.Image]) -> Known:
    """Grey letters on white and on light grey."""
    page = Known()
    y = 80.0
    for row in range(22):
        level = rng.uniform(0.3, 0.68)
        if row % 3 == 2:
            tint = rng.uniform(0.82, 0.95)
            level = min(level, tint - 0.35)
            page.box(MARGIN - 8, y - 13, A4[0] - 2 * MARGIN + 16, 19, (tint,) * 3)
        font = rng.choice(FONTS[:2])
        size = rng.choice((9.0, 10.0, 11.0))
        said = sentence(rng, 75)
        page.write(said, MARGIN, y, font=font, size=size, colour=(level,) * 3)
        y += 22
    return page


def _seen(colour: tuple[float, float, float]) -> float:
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


def colour(rng: Random, photos: Sequence[Image.Image]) -> Known:
    """Coloured letters on coloured boxes, some light on dark, some dark on light."""
    page = Known()
    y = 80.0
    for _ in range(18):
        while True:
            ground = (rng.random(), rng.random(), rng.random())
            ink = (rng.random(), rng.random(), rng.random())
            if abs(_seen(ground) - _seen(ink)) > 0.3:
                break
        page.box(MARGIN - 8, y - 16, A4[0] - 2 * MARGIN + 16, 25, ground)
        font = rng.choice(("Helvetica", "Helvetica-Bold"))
        size = rng.choice((10.0, 11.0, 13.0))
        page.write(sentence(rng, 58), MARGIN, y, font=font, size=size, colour=ink)
        y += 28
    return page


def _scanned(
    page: Known, rng: Random, *, paper: float, ink: float, noise: float
) -> Known:
    """The same page as a scanner sees it: skewed, shadowed, blurred, noisy, coded."""
    dpi = rng.choice((150, 200, 300))
    document = pypdfium2.PdfDocument(page.pdf())
    drawn = document[0].render(scale=dpi / 72, grayscale=True).to_pil()
    document.close()
    drawn = drawn.rotate(
        rng.uniform(-0.7, 0.7), Image.Resampling.BICUBIC, fillcolor=255
    ).filter(ImageFilter.GaussianBlur(dpi / 300))
    levels = ink + (paper - ink) * np.asarray(drawn, np.float32) / 255
    rows, columns = levels.shape
    down, across = np.mgrid[0:rows, 0:columns]
    angle = rng.uniform(0, 2 * math.pi)
    slope = math.cos(angle) * down / rows + math.sin(angle) * across / columns
    levels *= 1 - 0.22 * (slope - slope.min()) / float(np.ptp(slope))
    crowd = np.random.default_rng(rng.randrange(2**32))
    levels += crowd.normal(0, noise, levels.shape)
    seen = Image.fromarray(levels.clip(0, 255).astype(np.uint8))
    scan = Known(lines=page.lines)
    scan.picture(seen, 0, 0, *A4)
    return scan


def scan(rng: Random, photos: Sequence[Image.Image]) -> Known:
    """A letter that went through a scanner."""
    return _scanned(
        text(10.0)(rng, photos),
        rng,
        paper=rng.uniform(215, 245),
        ink=rng.uniform(30, 70),
        noise=rng.uniform(3, 7),
    )


def faint(rng: Random, photos: Sequence[Image.Image]) -> Known:
    """A scan of a carbon copy: letters hardly darker than their paper."""
    return _scanned(
        text(12.0)(rng, photos),
        rng,
        paper=rng.uniform(215, 235),
        ink=rng.uniform(135, 155),
        noise=rng.uniform(2, 4),
    )


def slide(rng: Random, photos: Sequence[Image.Image]) -> Known:
    """A slide: light letters on a dark ground that shades into another."""
    page = Known(size=SLIDE)
    top = (rng.uniform(0, 0.15), rng.uniform(0, 0.2), rng.uniform(0.2, 0.5))
    bottom = tuple(min(1.0, part * rng.uniform(0.2, 1.3)) for part in top)
    page.canvas.linearGradient(
        0, SLIDE[1], 0, 0, (Color(*top), Color(*bottom)), extend=True
    )
    page.write(
        sentence(rng, 34), 50, 70, font="Helvetica-Bold", size=28, colour=(1, 1, 1)
    )
    y = 120.0
    for _ in range(9):
        light = rng.choice(((1, 1, 1), (1, 0.9, 0.4), (0.7, 0.85, 1), (0.8, 0.8, 0.8)))
        size = rng.choice((14.0, 16.0, 18.0))
        page.write(sentence(rng, 54), 60, y, size=size, colour=light)
        y += 29
    return page


def mixed(rng: Random, photos: Sequence[Image.Image]) -> Known:
    """A brochure: a coloured head, text, a photo, a table, a chart."""
    page = Known()
    head = (rng.uniform(0, 0.3), rng.uniform(0.2, 0.4), rng.uniform(0.4, 0.7))
    page.box(0, 20, A4[0], 70, head)
    page.write(
        sentence(rng, 40), MARGIN, 64, font="Helvetica-Bold", size=18, colour=(1, 1, 1)
    )
    for row in range(9):
        page.write(sentence(rng, 46), MARGIN, 120 + 16 * row, size=9.5)
    picture = rng.choice(photos)
    place = (MARGIN + 270, 108.0, 210.0, 150.0)
    page.picture(picture.resize((840, 600)), *place)
    page.photos.append(place)
    for row in range(8):
        y = 300 + 20 * row
        tint = (0.85, 0.9, 0.97) if row % 2 else (1.0, 1.0, 1.0)
        page.box(MARGIN, y - 14, 480, 20, head if row == 0 else tint)
        shade = (1.0, 1.0, 1.0) if row == 0 else (0.1, 0.1, 0.1)
        page.write(sentence(rng, 70), MARGIN + 6, y, size=9, colour=shade)
    for bar in range(6):
        tall = rng.uniform(40, 160)
        paint = (rng.random(), rng.random(), rng.random())
        page.box(MARGIN + 10 + 80 * bar, 690 - tall, 60, tall, paint)
        label = f"{rng.choice(_WORDS)} {rng.randint(10, 99)}"
        page.write(label, MARGIN + 10 + 80 * bar, 704, size=8)
    return page


def photo(rng: Random, photos: Sequence[Image.Image]) -> Known:
    """A photo with a line under it."""
    page = Known()
    picture = rng.choice(photos)
    tall = 480 * picture.height / picture.width
    shown = picture.crop((0, 0, picture.width, min(picture.height, picture.width)))
    tall = 480 * shown.height / shown.width
    place = (MARGIN, 90.0, 480.0, tall)
    page.picture(shown, *place)
    page.photos.append(place)
    page.write(sentence(rng, 70), MARGIN, 90 + tall + 24, size=10)
    page.write(sentence(rng, 70), MARGIN, 90 + tall + 42, size=10, font="Times-Roman")
    return page


def invented_photo(seed: int) -> Image.Image:
    """Hills, a sky and round things in the light, where no real photo is at hand."""
    crowd = np.random.default_rng(seed)
    total = np.zeros((600, 800), np.float32)
    for octave in (4, 8, 16, 32, 64, 128):
        few = Image.fromarray(crowd.integers(0, 255, (octave, octave), np.uint8))
        total += np.asarray(few.resize((800, 600), Image.Resampling.BICUBIC)) / octave
    total -= total.min()
    land = Image.fromarray((255 * total / total.max()).astype(np.uint8))
    draw = ImageDraw.Draw(land)
    for _ in range(6):
        x, y, r = crowd.integers(60, 740), crowd.integers(60, 540), 60
        for step in range(r, 0, -2):
            level = int(40 + 200 * (1 - step / r))
            draw.ellipse((x - step, y - step, x + step, y + step), fill=level)
    return land.filter(ImageFilter.GaussianBlur(1))


KINDS: dict[str, Callable[[Random, Sequence[Image.Image]], Known]] = {
    "black8": text(8.0),
    "black10": text(10.0),
    "black12": text(12.0),
    "grey": grey,
    "colour": colour,
    "scan": scan,
    "faint": faint,
    "slide": slide,
    "mixed": mixed,
    "photo": photo,
}
"""By the name that the table shows."""
