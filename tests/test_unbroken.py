"""What stays on one line of a page."""

from __future__ import annotations

import pytest
from docutils import nodes
from docutils.utils import new_document

from cqbook.site.unbroken import PASTED, UNBROKEN, keep_whole, split_line


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("2025年1—10月的增量", ["1—10月"]),
        ("得涨5%—40%，或下降−61%至−41%", ["5%—40%", "−61%至−41%"]),
        ("新华社（转引），2024-01-23；重庆日报，2024-01", ["2024-01-23", "2024-01"]),
        ("229亿元—255亿元", ["229亿元—255亿元"]),
        ("99.4万辆，不是100万；投资2.5万亿元，共4项", ["99.4万辆", "100万", "2.5万亿元", "4项"]),
        # a dash between words is none between numbers, nor is an id a date
        ("书中的比较——多了、少了", []),
        ("os-20240123-xinhua", []),
        ("电话023-67000000", []),
    ],
)
def test_ranges_dates_and_amounts_are_kept_whole(text, kept):
    found = list(split_line(text))
    assert "".join(part for part, _ in found) == text
    assert all(part for part, _ in found)
    assert [part for part, one in found if one] == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        # as glued it was kept whole behind its dash only, which began the next line as a minus
        ("36.03%—36.18%", ["36.03%—36.18%"]),
        ("10—12月", ["10—12月"]),
        ("约9.01万元", ["9.01万元"]),
    ],
)
def test_what_code_put_there_is_kept_whole(text, kept):
    page = new_document("page")
    page += nodes.inline("", text, classes=[PASTED])
    keep_whole(None, page, "page")
    found = [node.astext() for node in page.findall(nodes.inline) if UNBROKEN in node["classes"]]
    assert found == kept
