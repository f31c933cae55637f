"""Words by which prose compares: a sentence that has one stands on a claim, or is a quotation.

The list is short and sure rather than whole: a topic (增长从哪里来) is no comparison, and a rate
that code has put into words (增长2%) brings its own direction. What it misses, a reader finds.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from cqbook.build.prose import UNREAD, Found, found

#: Chinese, as regular expressions; what looks like one and is none is excepted here.
COMPARING_CHINESE = (
    r"[高低多少大小快慢强弱]于(?!是)",
    r"超过|不及|反超|赶上|追平|领先|落后|居首|首位|首次|首破|第一(?![产季期批章步个次类部])",
    r"最(?![近终后新初])",
    r"创(?:下|历史|纪录|了?新高)|新高|新低|纪录|历史性",
    r"下滑|回升|回落|上升|走低|走高|攀升|翻番|翻倍|逆转|好转|恶化",
    r"(?:增加|减少|增长|下降|提高|降低|扩大|缩小|多|少|涨|跌)了(?!解)",
    r"更[高低多少大小快慢强弱贵便早晚]",
    r"比[^，。；！？\n]{1,24}[高低多少大小快慢早晚贵](?![小少])",
    r"补上|抵消|弥补|取代|过半|大半|大部分|多数|主要靠|逐年|连年|一直[在是]",
)
#: English, for abstracts and English titles.
COMPARING_ENGLISH = (
    r"(?:more|less|fewer|higher|lower|larger|smaller|faster|slower|greater|bigger|earlier|later)"
    r"(?= than|\b)(?! or less)",
    r"highest|lowest|largest|smallest|fastest|slowest|biggest|record(?:s)?\b|the most|the least",
    r"exceed\w*|overtook|overtak\w+|outpac\w+|surpass\w*|ahead of|behind\b",
    r"rose|fell|grew|shrank|declin\w+|dropped|doubled|halved|tripled|replac\w+|offset",
)
_COMPARING = re.compile(
    "|".join(COMPARING_CHINESE) + "|" + rf"\b(?:{'|'.join(COMPARING_ENGLISH)})", re.I
)
#: Terms that have such a word in them.
_TERMS = re.compile(r"(?:lower|upper) bounds?|最大(?:负荷|缺口)|更多请见", re.I)
_HIDDEN = (
    _TERMS,
    # what the claim itself says, or says instead
    re.compile(r"(?ms)^(?P<fence>:{3,})\{(?:claim|unless)\}.*?^(?P=fence)[^\S\n]*$"),
    re.compile(r"(?ms)^```.*?^```[^\S\n]*$"),
    re.compile(r"“[^”]*”"),
    *UNREAD,
)
#: Calls that show a figure or a table, and what of them readers read.
_SHOWING = ("figure", "table")
_READ = ("title", "subtitle", "note", "english")


def comparing(text: str) -> Iterator[Found]:
    """Yield the comparing words of Markdown outside claims and quotations."""
    return found(text, [_COMPARING], _HIDDEN)


def comparing_titles(source: str) -> Iterator[Found]:
    """Yield the comparing words of titles and notes of a code cell that no claim says."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in _SHOWING:
            for keyword in node.keywords:
                if keyword.arg in _READ:
                    yield from _literal(keyword.value)


def _literal(node: ast.AST) -> Iterator[Found]:
    """Yield the comparing words of the texts below a node; what a claim `says` stands on it."""
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "says":
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from comparing(node.value)
    for child in ast.iter_child_nodes(node):
        yield from _literal(child)
