"""Sentences of the book that stand on a claim, in anybody's running text: whole, or altered.

They may stand beside any figure, with a line that cites them or without one. What is left of a
paragraph without them is for who compares it with the texts of figures.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from cqbook.citing.alike import bare, pairs_of
from cqbook.citing.cited import FigureKey

#: The part of a claim's letters, two by two, that a sentence made of it has.
LIKE = 0.7
#: What stands in the place of a sentence that is taken out.
TAKEN = "※"
#: Signs that a sentence ends with, bare.
STOPS = ".;!?"
_ENDS = re.compile(r"(?<=[;!?])|(?<=\D\.)|(?<=\.)(?=\D)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?[万亿]{0,2}")
_COUNTED = re.compile(rf"{_NUMBER.pattern}[一-鿿%‰]?")
#: What takes a sentence back that it leads in, or says behind it what it means.
_DENIED = re.compile(r"(?:并非|不是|没有|并不|并没|未必|不再|误以为|误传|有人说)[^.;!?]{0,12}$")
_OF_IT = re.compile(
    "[^.;!?※]{0,40}(?:美元|人民币|单位|口径|换算|应为|有误|不实|不准|不成立|并非|不是)"
)
_BEHIND = re.compile(
    rf"[,(]{_OF_IT.pattern}"
    rf"|[.;!?)]*(?:以上|上述|前述|上面|此处|这里|该句|这句话?|这一(?:数|说法)|这些数){_OF_IT.pattern}"
)
_CLAUSE = re.compile(r"[,;:()]|(?<=\D)\.|\.(?=\D)")


@dataclass(frozen=True)
class SaidClaim:
    """A sentence that stands on a claim, by its name and edition; ``cited``: by the document."""

    key: FigureKey
    text: str
    cited: bool = False

    @functools.cached_property
    def plain(self) -> str:
        """The sentence as it is looked for, without its last stop."""
        return bare(self.text).rstrip(STOPS)

    def stands_in(self, plain: str) -> bool:
        """Return whether a text, bare, has it whole."""
        return self.plain in plain and self.whole.search(plain) is not None

    @functools.cached_property
    def whole(self) -> re.Pattern[str]:
        """The sentence where nothing is joined to its end, as a further digit or 以上."""
        return re.compile(rf"{re.escape(self.plain)}(?![\w%‰])")

    @functools.cached_property
    def pairs(self) -> frozenset[str]:
        """Its letters two by two."""
        return pairs_of(self.plain)


@dataclass(frozen=True)
class ClaimFault:
    """A sentence made of a claim's that says another thing; ``words``: with the same numbers."""

    claim: SaidClaim
    text: str
    share: float
    words: bool = False


@dataclass(frozen=True)
class WithoutClaims:
    """What is left of a paragraph, bare, with the claims of the book taken out, and those amiss."""

    rest: str
    faults: tuple[ClaimFault, ...]

    @property
    def taken(self) -> bool:
        """Whether any was there."""
        return TAKEN in self.rest


def without_claims(text: str, claims: Sequence[SaidClaim]) -> WithoutClaims:
    """Take the sentences that stand on claims out of a paragraph.

    Parameters
    ----------
    text : str
        The paragraph.
    claims : sequence of SaidClaim
        Of the editions that the document is of.
    """
    plain = bare(text)
    faults: list[ClaimFault] = []
    for claim in sorted(claims, key=lambda item: (-len(item.plain), not item.cited)):
        if not claim.stands_in(plain):
            continue
        before, *behind = claim.whole.split(plain)
        if _DENIED.search(before) or any(map(_BEHIND.match, behind)):
            faults.append(ClaimFault(claim, text, 1.0))
        plain = TAKEN.join([before, *behind])
    own = pairs_of(plain)
    sentences = _ENDS.split(plain)
    near: dict[str, ClaimFault] = {}
    for claim in claims:
        if len(claim.pairs & own) < LIKE * len(claim.pairs):
            continue
        size = len(_ENDS.split(claim.plain))
        for place in range(max(1, len(sentences) - size + 1)):
            said = "".join(sentences[place : place + size]).strip(TAKEN)
            fault = _fault(said, claim)
            if fault and (said not in near or near[said].share < fault.share):
                near[said] = fault
    return WithoutClaims(plain, (*faults, *near.values()))


def _fault(said: str, claim: SaidClaim) -> ClaimFault | None:
    """Return what a sentence, none of the book's, makes of a claim; nothing if it is one's own."""
    share = len(claim.pairs & pairs_of(said)) / max(1, len(claim.pairs))
    if share < LIKE:
        return None
    other = set(_COUNTED.findall(said)) - set(_COUNTED.findall(claim.plain))
    if other and (claim.cited or _NUMBER.sub("#", claim.plain) in _NUMBER.sub("#", said)):
        return ClaimFault(claim, said, share)
    if claim.cited and not other and not _is_shortened(said.rstrip(STOPS), claim.plain):
        return ClaimFault(claim, said, share, words=True)
    return None


def _is_shortened(said: str, whole: str) -> bool:
    """Return whether a sentence is another with whole clauses left out."""
    clauses = iter(_CLAUSE.split(whole))
    return all(clause in clauses for clause in _CLAUSE.split(said) if clause)
