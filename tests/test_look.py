"""The colours that mean something differ for every eye, and stand out in every theme."""

import math
import re
from itertools import combinations
from pathlib import Path

import pytest

from authoring.diagrams import BOX, INK, NOTE, TONE
from websocket_lab.display.look import stylesheet


ROOT = Path(__file__).resolve().parent.parent
# Machado, Oliveira and Fernandes (2009), full severity, on linear RGB.
EYES = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "deuteranopia": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "tritanopia": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}
# Oklab, of linear RGB.
CONES = ((0.4122, 0.5363, 0.0514), (0.2119, 0.6807, 0.1074), (0.0883, 0.2817, 0.6300))
LAB = ((0.2105, 0.7936, -0.0041), (1.9780, -2.4286, 0.4506), (0.0259, 0.7828, -0.8087))
# A difference in Oklab of 0.02 can just be seen when two colours touch.
CLEARLY = 0.08
GROUNDS = {"light": ("#ffffff", "#f0f2f4"), "dark": ("#111111", "#2b2b2b")}
MEANINGS = ("brand", "good", "bad", "wait")
SERIES = ("brand", "good", "wait", "other")

Colour = tuple[float, ...]


def palette(theme: str) -> dict[str, str]:
    """Return the colours of the light or the dark theme by name."""
    light, dark = stylesheet("display/look.css").split('[data-jp-theme-light="false"] .wsl', 1)
    return dict(re.findall(r"--wsl-([a-z-]+): (#[0-9a-f]{6});", light if theme == "light" else dark))


def linear(colour: str) -> Colour:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return tuple(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)


def turned(matrix: tuple[Colour, ...], colour: Colour) -> Colour:
    return tuple(sum(a * b for a, b in zip(row, colour, strict=True)) for row in matrix)


def seen(colour: str, eye: str) -> Colour:
    """Return what an eye makes of a colour, as Oklab."""
    light = [min(1, max(0, part)) for part in turned(EYES[eye], linear(colour))]
    return turned(LAB, tuple(part ** (1 / 3) for part in turned(CONES, tuple(light))))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG counts it."""
    lights = sorted(sum(turned(((0.2126, 0.7152, 0.0722),), linear(colour))) for colour in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("names", [MEANINGS, SERIES], ids=["meanings", "series"])
@pytest.mark.parametrize("theme", GROUNDS)
def test_every_eye_tells_the_colours_apart(theme: str, names: tuple[str, ...], eye: str) -> None:
    colours = palette(theme)
    close = [
        pair
        for pair in combinations(names, 2)
        if math.dist(*(seen(colours[name], eye) for name in pair)) < CLEARLY
    ]

    assert close == []


@pytest.mark.parametrize("theme", GROUNDS)
def test_words_in_these_colours_can_be_read(theme: str) -> None:
    colours = palette(theme)
    pale = [
        (name, ground)
        for name in (*MEANINGS, "other")
        for ground in GROUNDS[theme]
        if contrast(colours[name], ground) < 4.5
    ]

    assert pale == []


@pytest.mark.parametrize("theme", GROUNDS)
def test_words_on_a_button_can_be_read(theme: str) -> None:
    assert contrast(palette(theme)["brand"], palette(theme)["on-brand"]) >= 4.5


@pytest.mark.parametrize("theme", GROUNDS)
def test_the_test_page_has_the_same_colours(theme: str) -> None:
    page = (ROOT / "server_snippets" / "server" / "static" / "test_page.css").read_text(encoding="utf-8")
    pairs = re.findall(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", page)
    colours = {name: light if theme == "light" else dark for name, light, dark in pairs}

    assert {name: colours[name] for name in MEANINGS} == {name: palette(theme)[name] for name in MEANINGS}


@pytest.mark.parametrize("theme", GROUNDS)
def test_diagrams_can_be_read_on_a_page_of_either_theme(theme: str) -> None:
    page = GROUNDS[theme][0]

    assert contrast(TONE, page) > 4.2
    assert all(contrast(ground, page) > 4 and contrast(ground, INK) > 4.5 for ground in (BOX, NOTE))
