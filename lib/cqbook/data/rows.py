"""Rows of a table as dictionaries."""

from __future__ import annotations

from typing import Any

import pandas as pd

#: A row of a table by column: text, number or truth value, as the table's schema says.
TableRow = dict[str, Any]


def rows_of(frame: pd.DataFrame) -> list[TableRow]:
    """Return the rows of a frame.

    Column by column: ``to_dict("records")`` gives the same, cell by cell, in five times the time.
    """
    names = [str(name) for name in frame.columns]
    cells = (column.tolist() for _, column in frame.items())
    return [dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True)]
