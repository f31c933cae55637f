"""Where labels stand so that no two overlap: reckoned from a scale and the size of the picture.

All in px, y downwards as pictures have it. A picture is drawn at any width between a phone's and a
desk's: what may not overlap is tried at both.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

#: A step below the zero of which less than this part is used is cut there: it is empty.
USED = 0.2
#: Height of a line of 12 px text.
LINE = 15.0
#: Width of a full-width character of it.
CHARACTER = 12.0
#: px of the numbers of columns side by side.
SMALL = 11
#: Width of a letter of it, with the room that browsers want.
LETTER = 7


class Box(NamedTuple):
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Return whether two boxes have room in common."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def crossed_by(self, start: tuple[float, float], end: tuple[float, float]) -> bool:
        """Return whether the straight line between two points enters the box."""
        # Liang and Barsky (1984): the part of the line that lies in all four half-planes
        first, last = 0.0, 1.0
        across, down = end[0] - start[0], end[1] - start[1]
        for step, room in (
            (-across, start[0] - self.left),
            (across, self.right - start[0]),
            (-down, start[1] - self.top),
            (down, self.bottom - start[1]),
        ):
            if step == 0:
                if room < 0:
                    return False
            elif step < 0:
                first = max(first, room / step)
            else:
                last = min(last, room / step)
        return first <= last


def spread(
    wanted: Sequence[float], heights: Sequence[float], low: float, high: float
) -> list[float]:
    """Return the middles of labels of one column, each as near as can be to where it is wanted.

    Parameters
    ----------
    wanted : sequence of float
        Where the middle of each would stand.
    heights : sequence of float
    low, high : float
        Ends of the column; too short a column is overrun at its end.

    Notes
    -----
    Least squares under the condition that they keep their order and do not overlap: isotonic
    regression by pooling adjacent violators (Best and Chakravarti, 1990).
    """
    order = sorted(range(len(wanted)), key=lambda place: (wanted[place], place))
    if not order:
        return []
    offsets = [0.0]
    for above, below in pairwise(order):
        offsets.append(offsets[-1] + (heights[above] + heights[below]) / 2)
    pools: list[list[float]] = []
    for place, offset in zip(order, offsets, strict=True):
        pools.append([wanted[place] - offset, 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            mean, count = pools.pop()
            total = pools[-1][1] + count
            pools[-1] = [(pools[-1][0] * pools[-1][1] + mean * count) / total, total]
    flat = [mean for mean, count in pools for _ in range(int(count))]
    least = low + heights[order[0]] / 2
    most = max(least, high - heights[order[-1]] / 2 - offsets[-1])
    placed = [0.0] * len(wanted)
    for place, mean, offset in zip(order, flat, offsets, strict=True):
        placed[place] = min(max(mean, least), most) + offset
    return placed


def tall(texts: Iterable[str]) -> list[float]:
    """Return how many px labels of 12 px text need, one above the other."""
    return [LINE * (text.count("\n") + 1) + 3 for text in texts]


def shifts(values: Iterable[float], texts: Iterable[str], scale: Axis) -> list[float]:
    """Return the px by which labels of one column are shifted from their values, not to overlap."""
    said = list(texts)
    stand = [scale.px(value) for value in values]
    placed = spread(stand, tall(said), -LINE, scale.height + LINE)
    # a text of two lines hangs on its first
    hang = [LINE * text.count("\n") / 2 for text in said]
    return [px - at - up for px, at, up in zip(placed, stand, hang, strict=True)]


@dataclass(frozen=True)
class Axis:
    """A linear axis with a tick at every ``step``; ``height`` in px, its low end below."""

    low: float
    high: float
    step: float
    height: float

    @property
    def domain(self) -> list[float]:
        """The ends, for a scale."""
        return [self.low, self.high]

    @property
    def ticks(self) -> list[float]:
        """Round numbers from end to end."""
        first = math.ceil(self.low / self.step - 1e-9)
        count = math.floor(self.high / self.step + 1e-9) - first
        return [_round((first + place) * self.step) for place in range(count + 1)]

    def px(self, value: float) -> float:
        """Return how far from the top a value stands."""
        return (self.high - value) / (self.high - self.low) * self.height

    def value(self, px: float) -> float:
        """Return the value that stands so far from the top."""
        return self.high - px / self.height * (self.high - self.low)


def _round(number: float) -> float:
    return float(f"{number:.10g}")


def axis(values: Iterable[float], height: float, *, zero: bool, ticks: int = 5) -> Axis:
    """Return an axis with about so many ticks that holds all values, and zero if wanted."""
    numbers = [value for value in values if not math.isnan(value)] + ([0.0] if zero else [])
    low, high = min(numbers), max(numbers)
    span = (high - low) or abs(high) or 1.0
    power = 10 ** math.floor(math.log10(span / ticks))
    step = next(size * power for size in (1, 2, 2.5, 5, 10) if size * power >= span / ticks * 0.999)
    least, most = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    if least == most:
        most += step
    if low < 0 < high and low - least > (1 - USED) * step:
        least = math.floor(low / step * 10) * step / 10
    return Axis(_round(least), _round(most), _round(step), height)
