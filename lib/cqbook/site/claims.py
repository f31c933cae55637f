"""The appendix 论断: all claims of the book, with verdict, margin and the way to the sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import islice
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst.states import Inliner
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from cqbook.data.catalog import Catalog
from cqbook.figures.claims import CLAIMS, Claim, StatedClaim
from cqbook.figures.english import ENGLISH_UNITS, english
from cqbook.figures.identity import read_record
from cqbook.quantities.verdict import rounded
from cqbook.site.abstracts import titles_of
from cqbook.site.directives import reading_order
from cqbook.site.markup import markup
from cqbook.site.nodes import Listing, TextPair, text_pair
from cqbook.site.settings import asked, book_of, known_words, once

#: Sentences of the smallest margins that stand first.
TIGHT = 10
#: The table with the English of sentences.
SENTENCES = "claim_sentences"


class ClaimList(nodes.General, nodes.Element):
    """Place of the list of all claims; filled when pages are resolved."""


#: What Sphinx notes of a page that lists them.
LISTS_CLAIMS = "cqbook_lists_claims"


class ClaimPlace(nodes.Inline, nodes.Element):
    """Place of a claim's sentence, ``name``: what the appendix and other pages link to; no text."""


def visit_place(self: HTML5Translator, node: nodes.Element) -> None:
    """Write the anchor."""
    self.body.append(markup("claimed.html", name=node["name"]))
    raise nodes.SkipNode


class Claims(SphinxDirective):
    """``{claim-list}``: every claim of the book, by page, in the order of its sentences."""

    def run(self) -> list[nodes.Node]:
        """Return a place that is filled once the order of the pages is known."""
        return [ClaimList()]


def claimed(
    _name: str,
    _rawtext: str,
    text: str,
    _lineno: int,
    _inliner: Inliner,
    _options: object = None,
    _content: object = None,
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """Return the place of a claim's sentence."""
    return [ClaimPlace(name=text)], []


def claims_in(staged: Path) -> list[StatedClaim]:
    """Return the claims of a staged book."""
    path = staged / CLAIMS
    if not path.exists():
        return []
    return [read_record(StatedClaim, item) for item in json.loads(path.read_text(encoding="utf-8"))]


def said_in(app: Sphinx) -> list[StatedClaim]:
    """Return the claims of the book that is rendered, in the order of its pages."""
    found = claims_in(Path(app.srcdir))
    order = {name.rpartition("/")[2]: i for i, name in enumerate(reading_order(app))}
    return sorted(found, key=lambda item: order.get(item.page, len(order)))


def sources_said(app: Sphinx, docname: str) -> dict[str, str]:
    """Return the labels of the sources, by id, that the sentences and titles of a page stand on."""
    return once(app, "cqbook_said", lambda: _sources_by_page(app)).get(docname, {})


def sources_named(app: Sphinx, text: str) -> dict[str, str]:
    """Return the labels of the sources, by id, that a text names: what lists rest on, say."""
    labels = _labels(app)
    # 2025-11 is not named where 2025-11-20 is
    found = {
        label: key
        for key, label in labels.items()
        if label in text and re.search(rf"{re.escape(label)}(?![-\d])", text)
    }
    return {key: label for label, key in found.items()}


#: The label of each source by its id.
_labels = asked(Catalog.source_labels)


def _sources_by_page(app: Sphinx) -> dict[str, dict[str, str]]:
    said = [item for item in said_in(app) if item.place and item.claim.holds]
    if not said:
        return {}
    source_of, labels = sources_of_rows(book_of(app), said), _labels(app)
    found: dict[str, dict[str, str]] = {}
    for item in said:
        # what customs detail gives is no row of the book
        names = [source_of[row] for row in item.claim.rows if row in source_of]
        found.setdefault(f"chapters/{item.page}", {}).update((name, labels[name]) for name in names)
    return found


def sources_of_rows(book: Catalog, said: Iterable[StatedClaim]) -> dict[str, str]:
    """Return the source of each observation that claims compare, by its id.

    Parameters
    ----------
    book : Catalog
    said : iterable of StatedClaim
        What of them is no observation of the book has none: of customs detail.
    """
    return book.sources_of(row for item in said for row in item.claim.rows)


_PLACE = re.compile(r"\{([^{}]+)\}")


def english_sentence(
    item: StatedClaim, sentences: Mapping[str, str], known: Mapping[str, str]
) -> str:
    """Return what a claim says in English; empty where it has no English.

    Parameters
    ----------
    item : StatedClaim
    sentences : mapping of str to str
        The English of sentences by their `StatedClaim.form`, with the same places.
    known : mapping of str to str
        The English that the book knows, see `cqbook.figures.english.dictionary`.
    """
    texts = {placed.name: placed.text for placed in item.texts}
    try:
        if not item.form:
            return item.title_en or english(item.sentence, known)
        return _PLACE.sub(lambda place: english(texts[place[1]], known), sentences[item.form])
    except KeyError:
        return ""


@asked
def _sentences(book: Catalog) -> Mapping[str, str]:
    """Return the English of the sentences of claims, as the data package has it."""
    # what a book of before 2026-12 has no table of, it has no English of
    if SENTENCES not in book.resources:
        return {}
    rows = book.text(SENTENCES)
    return dict(zip(rows["sentence_zh"], rows["sentence_en"], strict=True))


#: A sentence's claims, each with the way to it.
Sayings = list[tuple[str, StatedClaim]]


def _tightness(said: tuple[str, StatedClaim]) -> Decimal:
    """Return the margin of a claim as a share; of one without, more than any."""
    share = said[1].claim.relative
    return Decimal(share) if share else Decimal("Infinity")


def tightest(
    groups: Iterable[Mapping[str, Sayings]], most: int
) -> list[tuple[str, str, StatedClaim]]:
    """Return the sentences nearest to failing: sentence, way to it, the claim that fails first.

    Of several sentences that stand on the same comparison the first. A sentence is left out that
    says nothing by itself, and of its claims those that compare what it does not say: who reads it
    cannot tell how near it is.

    Parameters
    ----------
    groups : iterable of mapping of str to list
        By page, the claims of each sentence.
    most : int
        How many sentences, at most.
    """
    sorted_within = [
        (sentence, sorted(named, key=_tightness))
        for said in groups
        for sentence, items in said.items()
        if _alone(sentence)
        and (named := [item for item in items if _shows(sentence, item[1].claim)])
    ]
    found: dict[tuple[str, str], tuple[str, Sayings]] = {}
    for sentence, items in sorted(sorted_within, key=lambda item: _tightness(item[1][0])):
        claim = items[0][1].claim
        if claim.relative:
            # what several pages say of one comparison, once
            found.setdefault((claim.relative, claim.margin), (sentence, items))
    return [(sentence, *items[0]) for sentence, items in islice(found.values(), most)]


def turning(item: StatedClaim) -> str:
    """Return what of a claim turns first, and by how little: as a share too where that is untold.

    The shares are what `tightest` sorts by.
    """
    share = f"{rounded(100 * _tightness(('', item)))}%"
    alone = "" if share in item.claim.margin else f"占所比的数的{share}"
    return "；".join(filter(None, [item.claim.nearest, item.claim.margin, alone]))


#: How a sentence begins that leans on the one before it.
_LEANING = re.compile("[但却这那其]|同[一是]")
_YEAR = re.compile(r"(?:19|20)\d\d年")


def _alone(sentence: str) -> bool:
    """Return whether a sentence says of which year it is, and needs none before it."""
    return bool(_YEAR.search(sentence)) and not _LEANING.match(sentence)


def _shows(sentence: str, claim: Claim) -> bool:
    """Return whether a sentence says what a claim compares, so that its own words are proved.

    That is the limit, if it was held to one, and a number of one side, or whose numbers they are.
    """
    whose, _, compared = claim.nearest.rpartition("：")
    if not _names(sentence, claim.limit):
        return False
    if whose:
        return whose.rpartition("的")[2] in sentence
    said = _amounts(sentence)
    sides = re.split(" (?:[<>≤≥]|与) ", re.split(" (?:的相对差|相差不到)", compared)[0])
    return any(_meet(one, other) for one in said for side in sides for other in _between(side))


#: A number with its unit.
_UNITS = "|".join(sorted(filter(None, ENGLISH_UNITS), key=len, reverse=True))
_AMOUNT = re.compile(rf"(\d+(?:\.\d+)?)({_UNITS})")
#: From where to where a number may lie, and its unit.
SaidNumber = tuple[Decimal, Decimal, str]


def _amounts(text: str) -> list[SaidNumber]:
    """Return the numbers of a text, each as wide as its last digit leaves it."""
    found = []
    for printed, unit in _AMOUNT.findall(text):
        number = Decimal(printed)
        half = Decimal(5).scaleb(int(number.as_tuple().exponent) - 1)
        found.append((number - half, number + half, unit))
    return found


def _between(side: str) -> list[SaidNumber]:
    """Return what lies between the ends of one side of a comparison; nothing if it has none."""
    ends = _amounts(side)
    if not ends:
        return []
    return [(min(ends)[0], max(high for _, high, _ in ends), ends[0][2])]


def _meet(one: SaidNumber, other: SaidNumber) -> bool:
    return one[2] == other[2] and one[0] <= other[1] and other[0] <= one[1]


#: Limits that a sentence has a word for.
_IN_WORDS = {"50%": "半", "2倍": "翻了一番"}


def _names(sentence: str, limit: str) -> bool:
    """Return whether a sentence says the limit that it was held to; it may be held to none."""
    words = _IN_WORDS.get(limit, "")
    told = re.search(rf"(?:^|[^\d.]){re.escape(limit)}", sentence)
    return bool(told or (words and words in sentence))


def told_once(said: Mapping[str, Sayings]) -> dict[str, Sayings]:
    """Return the sentences of a page without those that only say again what stands before them.

    A title often has one comparison of a sentence above it, or those of two.
    """
    found: dict[str, Sayings] = {}
    told: set[str] = set()
    for sentence, items in said.items():
        compared = {part for _, item in items for part in item.claim.condition.split("；")}
        if not compared <= told:
            found[sentence] = items
            told |= compared
    return found


def note_lists(app: Sphinx, doctree: nodes.document) -> None:
    """Note that a page lists the claims of all: it changes with any of them."""
    if next(iter(doctree.findall(ClaimList)), None):
        app.env.metadata[app.env.docname][LISTS_CLAIMS] = True


def fill_claims(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Replace each `ClaimList` by the claims of all pages."""
    places = list(doctree.findall(ClaimList))
    if not places:
        return
    known, sentences = known_words(app), _sentences(app)
    # by page and sentence: one may stand on several claims
    groups: dict[tuple[str, str], dict[str, Sayings]] = {}
    for item in said_in(app):
        page = f"chapters/{item.page}"
        listed = item.place and item.claim.holds and item.claim.compares
        if page in app.env.titles and listed:
            way = f"{app.builder.get_relative_uri(docname, page)}#{item.place}"
            said_there = groups.setdefault(titles_of(app, page), {})
            said_there.setdefault(item.sentence, []).append((way, item))
    groups = {page: told_once(said_there) for page, said_there in groups.items()}
    count = sum(len(items) for said_there in groups.values() for items in said_there.values())
    tight = tightest(groups.values(), TIGHT)

    def said_of(item: StatedClaim) -> TextPair:
        return text_pair("；".join(filter(None, [item.claim.condition, item.claim.margin])), known)

    english_of = {
        sentence: english_sentence(items[0][1], sentences, known)
        for said_there in groups.values()
        for sentence, items in said_there.items()
    }
    html = markup(
        "claims.html",
        groups=groups,
        count=count,
        sentences=len(english_of),
        tight=[
            (
                sentence,
                way,
                text_pair(turning(item), known),
                titles_of(app, f"chapters/{item.page}"),
            )
            for sentence, way, item in tight
        ],
        said_of=said_of,
        english_of=english_of,
        chinese_alone=sum(not text for text in english_of.values()),
    )
    lists = [
        Listing(head=page, items=[_plainly(*found) for found in said.items()])
        for (page, _), said in groups.items()
    ]
    for place in places:
        place.replace_self([nodes.raw("", html, format="html"), *lists])


def _plainly(sentence: str, items: Sayings) -> tuple[str, str, str]:
    """Return a sentence with the way to it, and what was compared, by how much."""
    compared = "；".join(
        "，".join(filter(None, [item.claim.condition, item.claim.margin])) for _, item in items
    )
    return sentence, items[0][0], compared


def setup(app: Sphinx) -> None:
    """Register directive and role."""
    app.add_node(ClaimList)
    app.add_node(ClaimPlace, html=(visit_place, None))
    app.add_directive("claim-list", Claims)
    app.add_role("claimed", claimed)
    # after Sphinx has noted the metadata of the page
    app.connect("doctree-read", note_lists, priority=900)
    app.connect("doctree-resolved", fill_claims)
