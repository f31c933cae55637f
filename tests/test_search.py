"""Terms of the search index: pairs of characters, words, numbers."""

from __future__ import annotations

import pytest

from cqbook.site.search import pieces


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("产业转移", ["产业", "业转", "转移"]),
        ("8158.4亿元", ["8158.4", "亿元"]),
        ("HHI 指数", ["hhi", "指数"]),
        ("fig-trade-months。", ["fig-trade-months"]),
        ("，。、", []),
        ("辆", ["辆"]),
    ],
)
def test_pieces(text, terms):
    assert pieces(text) == terms
