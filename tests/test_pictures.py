"""What a reader sees of each chart: no label on another, none cut off, none too small to read."""

from __future__ import annotations

import re
from html import unescape
from itertools import permutations

import nbformat
import pytest
from conftest import ROOT
from test_site import LATEST, pytestmark

from cqbook.figures import figure

__all__ = ["pytestmark"]

FONT = next((ROOT / "lib" / "cqbook" / "figures" / "fonts").glob("*.otf"), None)
#: The pictures of a page (two widths) and the one that is taken away, in both languages.
KINDS = ("wide", "narrow", "en.wide", "en.narrow", "", "en")
#: Pixels of 390 that a narrow picture is set in; the least height of a letter there.
LEAST_TEXT = 11

MEASURE = """async (svgs) => {
  await document.fonts.ready;
  const found = [];
  for (const [name, text] of svgs) {
    const holder = document.createElement('div');
    holder.innerHTML = text;
    document.body.append(holder);
    const svg = holder.querySelector('svg');
    const edge = svg.getBoundingClientRect();
    const labels = [...svg.querySelectorAll('text')]
      .filter(node => node.textContent.trim()
        && +getComputedStyle(node).opacity > 0 && node.getAttribute('fill') !== 'transparent'
        // the ground of a label, in its own shape
        && !node.getAttribute('stroke'))
      .map(node => ({node, box: node.getBoundingClientRect(),
        size: parseFloat(getComputedStyle(node).fontSize)}));
    labels.forEach(({node, box, size}, i) => {
      if (box.left < edge.left - 1 || box.right > edge.right + 1
          || box.top < edge.top - 2 || box.bottom > edge.bottom + 2)
        found.push([name, 'cut', node.textContent]);
      if (size < LEAST) found.push([name, 'small', node.textContent + ' ' + size]);
      for (const other of labels.slice(i + 1)) {
        const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
        const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
        // the box of a line is higher than its letters
        if (across > 1 && down > 0.35 * Math.min(box.height, other.box.height))
          found.push([name, 'over', node.textContent + ' | ' + other.node.textContent]);
      }
    });
    holder.remove();
  }
  return found;
}""".replace("LEAST", str(LEAST_TEXT))


def measured(browser, tmp_path, pictures):
    """What is wrong with labels of SVG pictures: name, kind, text."""
    page = tmp_path / "pictures.html"
    face = f"@font-face{{font-family:'CQBook Sans SC';src:url('{FONT.as_uri()}')}}" if FONT else ""
    page.write_text(
        f"<!doctype html><meta charset=utf-8><style>{face}</style><p style="
        "\"font-family:'CQBook Sans SC'\">字</p>",
        encoding="utf-8",
    )
    tab = browser.new_page()
    tab.goto(page.as_uri())
    found = tab.evaluate(MEASURE, pictures)
    tab.close()
    return [tuple(item) for item in found]


def pictures_of(kind):
    end = f".{kind}.svg" if kind else ".svg"
    return [
        (path.name, path.read_text(encoding="utf-8"))
        for path in sorted((LATEST / "_figures").glob(f"*{end}"))
        if re.fullmatch(r"fig-[a-z0-9-]+", path.name.removesuffix(end))
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_labels_are_apart_whole_and_large_enough(browser, tmp_path, kind):
    pictures = pictures_of(kind)
    assert len(pictures) > 20
    assert measured(browser, tmp_path, pictures) == []


def test_a_label_on_another_one_cut_and_one_too_small_are_seen(browser, tmp_path):
    text = '<text x="{}" y="{}" font-size="{}">{}</text>'
    labels = [(10, 40, 12, "甲方"), (15, 42, 12, "乙方")]
    labels += [(190, 80, 12, "出界的字"), (9, 90, 9, "小")]
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100">'
    svg += "".join(text.format(*label) for label in labels) + "</svg>"
    found = measured(browser, tmp_path, [("x", svg)])
    assert {kind for _, kind, _ in found} == {"over", "cut", "small"}
    assert ("x", "over", "甲方 | 乙方") in found


#: Numbers that are no values: periods, and what a sentence says to lie below or above.
PERIODS = re.compile(
    r"\d+(?:[—、]\d+)?[年月]|(?<!\d)(?:19|20)\d\d(?![\d.%])|[HQ][1-4]"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w*(?:–\w+)?"
)
LIMITS = re.compile(r"(?:不到|超|under |over )[\d.]+%?|[\d.]+[%倍]?以[上下]")
#: A place among those that are drawn, a number of them.
COUNTS = re.compile(r"第(\d+)|no\. (\d+)|(\d+)个(?:预计|目标)|(\d+) (?:estimates|targets)")
NUMBERS = re.compile(r"(?<![\d.A-Za-z])\d[\d,]*(?:\.\d+)?")


def numbers_in(text):
    """The numbers of a text that are values, each with its decimals."""
    found = NUMBERS.findall(LIMITS.sub(" ", PERIODS.sub(" ", text)))
    plain = [number.replace(",", "") for number in found]
    return {float(number): len(number.partition(".")[2]) for number in plain}


def follows(number, digits, known):
    """Whether a number is the difference of two that stand there, or a part or multiple of one."""
    half = 0.5001 * 10**-digits
    made = (
        value
        for one, other in permutations(known, 2)
        for value in (one - other, *((one / other, 100 * one / other) if other else ()))
    )
    return any(min(abs(value - number), abs(value - 100 - number)) <= half for value in made)


def written(name):
    """The texts of a picture of the built book on a phone."""
    drawn = (LATEST / "_figures" / f"{name}.narrow.svg").read_text(encoding="utf-8")
    return [unescape(text) for text in re.findall(r">([^<]+)<", drawn)]


#: Chapters of the built book.
PUBLISHED = [
    path
    for path in sorted((ROOT / "chapters").glob("*.ipynb"))
    if (LATEST / "chapters" / f"{path.stem}.html").exists()
]


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_a_number_of_a_title_stands_in_its_picture_on_a_phone(path):
    """Of the five numbers of a title three could once not be read off its columns on a phone.

    What a title reckons must follow from two numbers that are drawn, or stand in subtitle or note;
    a year that is one of the picture's must be named along its axis.
    """
    for drawn in figure.figures_of(nbformat.read(path, 4)):
        own = drawn.identity
        told = own.english
        periods = " ".join(row.get("label", "") for row in own.table.records())
        for name, title, rest in (
            (own.id, own.title, f"{own.subtitle} {own.caption}"),
            (f"{own.id}.en", told.title, f"{told.caption} {told.note}"),
        ):
            texts = written(name)
            beside = numbers_in(" ".join([*texts, rest]))
            places = {float(part) for found in COUNTS.findall(title) for part in found if part}
            for number, digits in numbers_in(title).items():
                if number not in {*beside, *places}:
                    assert follows(number, digits, beside), (own.id, title, number, texts)
            for year in re.findall(r"(?<!\d)20(\d\d)(?![\d.%])", title):
                named = re.compile(rf"(?<![\d.])'?(?:20)?{year}(?![\d.])")
                if f"20{year}" in periods:
                    assert any(map(named.search, texts)), (own.id, title, year, texts)
