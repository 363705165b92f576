"""QR codes as a terminal shows them."""

from __future__ import annotations

from PIL import Image


def render(drawing: str, scale: int = 6) -> Image.Image:
    """A terminal's picture of half-block characters: white on black, two pixels in each."""
    halves = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}
    lines = [line for line in drawing.splitlines() if line.strip()]
    image = Image.new("L", (max(map(len, lines)), 2 * len(lines)))
    for row, line in enumerate(lines):
        for column, character in enumerate(line):
            for half, white in enumerate(halves[character]):
                image.putpixel((column, 2 * row + half), 255 * white)
    return image.resize((image.width * scale, image.height * scale))
