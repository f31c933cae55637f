"""Search that finds Chinese: pairs of neighbouring characters, split alike here and in the browser.

Sphinx's own Chinese search wants a dictionary on the machine that builds and none in the browser,
so that a query is never cut as the text was. Two-character pieces need no dictionary.
"""

from __future__ import annotations

import re
from typing import ClassVar

from sphinx.search import SearchLanguage

_RUN = re.compile(r"[\u3400-\u9fff]+|[A-Za-z0-9][A-Za-z0-9._-]*")


def pieces(text: str) -> list[str]:
    """Return the search terms of `text`: pairs of Chinese characters, Latin words, numbers."""
    found = []
    for run in _RUN.findall(text):
        if ord(run[0]) < 0x3400:
            found.append(run.rstrip("._-").lower())
        elif len(run) == 1:
            found.append(run)
        else:
            found += [run[index : index + 2] for index in range(len(run) - 1)]
    return found


class ChinesePairs(SearchLanguage):
    """Search language ``zh`` by pairs of characters."""

    lang = "zh"
    language_name = "Chinese"
    stopwords: ClassVar[set[str]] = set()
    # the same splitting as `pieces`, for the query
    js_splitter_code = r"""
function splitQuery(query) {
  var found = [];
  (query.match(/[\u3400-\u9fff]+|[A-Za-z0-9][A-Za-z0-9._-]*/g) || []).forEach(function (run) {
    if (run.charCodeAt(0) < 0x3400) found.push(run.replace(/[._-]+$/, "").toLowerCase());
    else if (run.length === 1) found.push(run);
    else
      for (var i = 0; i < run.length - 1; i++) found.push(run.slice(i, i + 2));
  });
  return found;
}
"""

    def split(self, input: str) -> list[str]:
        """Return the terms of a text."""
        return pieces(input)

    def word_filter(self, word: str) -> bool:
        """Keep every term: a pair of characters is never too short."""
        return bool(word)
