"""What stays on one line of a page."""

from __future__ import annotations

import pytest

from cqbook.site.unbroken import split_line


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("2025年1—10月的增量", ["1—10月"]),
        ("得涨5%—40%，或下降−61%至−41%", ["5%—40%", "−61%至−41%"]),
        ("新华社（转引），2024-01-23；重庆日报，2024-01", ["2024-01-23", "2024-01"]),
        ("229亿元—255亿元", ["229亿元—255亿元"]),
        # a dash between words is none between numbers, nor is an id a date
        ("书中的比较——多了、少了", []),
        ("os-20240123-xinhua", []),
        ("电话023-67000000", []),
    ],
)
def test_ranges_and_dates_are_kept_whole(text, kept):
    found = list(split_line(text))
    assert "".join(part for part, _ in found) == text
    assert all(part for part, _ in found)
    assert [part for part, one in found if one] == kept
