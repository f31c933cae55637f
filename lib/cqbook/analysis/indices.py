"""Indices of concentration and specialisation.

Pure functions on floats and pandas objects; no file, no chart, no rounding.

What is elementwise (`rca`) takes two numbers or two Series with the same index, and keeps a
missing value missing: a gap in the data stays a gap. What sums up a whole (`hhi`) refuses
missing values, since the sum would silently be that of something else. Negative and empty
inputs are errors that name the offending label.

Shares, growth and contributions, with the intervals that rounding leaves open, are in
`cqbook.quantities.formulas`.
"""

from __future__ import annotations

from typing import TypeVar

import pandas as pd

# A number, or one number for each label.
NumberOrSeries = TypeVar("NumberOrSeries", float, pd.Series)


def hhi(values: pd.Series) -> float:
    """Herfindahl–Hirschman index of concentration: H = Σ sᵢ², sᵢ = xᵢ / Σx.

    Parameters
    ----------
    values : Series, shape (n,)
        Non-negative amounts or shares on any scale; not all 0.

    Returns
    -------
    float
        Between 1/n (equal shares) and 1 (one holds all). Competition authorities print
        10000 · H.

    Raises
    ------
    ValueError
        If the input is empty, negative, not numeric, has gaps or sums to 0.

    References
    ----------
    Hirschman, A. O. (1945). *National Power and the Structure of Foreign Trade*.
    Herfindahl, O. C. (1950). *Concentration in the U.S. Steel Industry*. Dissertation, Columbia.
    """
    amounts = _complete(values, "values")
    return float(((amounts / _positive_sum(amounts, "values")) ** 2).sum())


def equivalent_number(values: pd.Series) -> float:
    """Return the number of equal units that would be as concentrated: 1 / H.

    Parameters
    ----------
    values : Series, shape (n,)
        As in `hhi`.

    Returns
    -------
    float
        1 to n.

    Raises
    ------
    ValueError
        As in `hhi`.

    References
    ----------
    Adelman, M. A. (1969). Comment on the “H” concentration measure as a numbers-equivalent.
    *Review of Economics and Statistics* 51(1), 99–101.
    """
    return 1 / hhi(values)


def rca(
    exports: NumberOrSeries, exports_total: float, world_exports: NumberOrSeries, world_total: float
) -> NumberOrSeries:
    """Revealed comparative advantage of one exporter: (E_cp / E_c) / (W_p / W).

    Parameters
    ----------
    exports : float or Series
        The exporter's exports of a product (or each product), non-negative.
    exports_total : float
        All its exports, positive.
    world_exports : float or Series
        The world's exports of the product, positive; same labels as `exports`.
    world_total : float
        All exports of the world, positive.

    Returns
    -------
    float or Series
        Above 1 where the exporter has an advantage.

    Raises
    ------
    ValueError
        If the input is empty, negative or not numeric, a divisor is 0, or labels differ.

    References
    ----------
    Balassa, B. (1965). Trade liberalisation and “revealed” comparative advantage. *The
    Manchester School* 33(2), 99–123.
    """
    own, world = _non_negative(exports, "exports"), _positive(world_exports, "world_exports")
    _same_labels(own, world)
    own_share = own / _positive(exports_total, "exports_total")
    return own_share / (world / _positive(world_total, "world_total"))


# --- what inputs must satisfy ---------------------------------------------------------------


def _numeric(values: NumberOrSeries, name: str) -> NumberOrSeries:
    """Return the values as float; text, booleans and an empty Series are refused."""
    if not isinstance(values, pd.Series):
        if isinstance(values, str | bool):
            msg = f"{name} 应为数值，现为 {values!r} | {name} must be numeric, got {values!r}"
            raise ValueError(msg)
        return float(values)
    if values.empty:
        msg = f"{name} 为空 | {name} is empty"
        raise ValueError(msg)
    # is_numeric_dtype, not np.issubdtype: the latter fails on the string type of pandas 3.
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        msg = f"{name} 应为数值，现为 {values.dtype} | {name} must be numeric, got {values.dtype}"
        raise ValueError(msg)
    return values.astype(float)


def _non_negative(values: NumberOrSeries, name: str) -> NumberOrSeries:
    numbers = _numeric(values, name)
    _refuse(numbers, numbers < 0, f"{name} 不能为负", f"{name} must not be negative")
    return numbers


def _positive(values: NumberOrSeries, name: str) -> NumberOrSeries:
    numbers = _numeric(values, name)
    _refuse(numbers, numbers <= 0, f"{name} 应大于零", f"{name} must be positive")
    return numbers


def _complete(values: pd.Series, name: str) -> pd.Series:
    numbers = _series(_non_negative(values, name), name)
    _refuse(numbers, numbers.isna(), f"{name} 有缺失", f"{name} must have no gaps")
    return numbers


def _series(values: pd.Series, name: str) -> pd.Series:
    if not isinstance(values, pd.Series):
        msg = f"{name} 应为 Series | {name} must be a Series, got {type(values).__name__}"
        raise TypeError(msg)
    return values


def _positive_sum(amounts: pd.Series, name: str) -> float:
    total = float(amounts.sum())
    if total == 0:
        msg = f"{name} 合计为零 | {name} sum to 0"
        raise ValueError(msg)
    return total


def _refuse(numbers: float | pd.Series, wrong: bool | pd.Series, why_zh: str, why_en: str) -> None:
    if isinstance(wrong, pd.Series) and isinstance(numbers, pd.Series):
        if wrong.any():
            where = _labels(wrong)
            found = numbers[wrong].tolist()[:5]
            msg = f"{why_zh}：{where} 为 {found} | {why_en}: got {found} at {where}"
            raise ValueError(msg)
    elif wrong:
        msg = f"{why_zh}：{numbers} | {why_en}: got {numbers}"
        raise ValueError(msg)


def _labels(marked: pd.Series) -> list[object]:
    """Return the first five labels that are marked."""
    return marked.index[marked].tolist()[:5]


def _same_labels(left: float | pd.Series, right: float | pd.Series) -> None:
    """Refuse to pair Series with different labels: pandas would fill up with missing values."""
    if not (isinstance(left, pd.Series) and isinstance(right, pd.Series)):
        return
    if not left.index.equals(right.index):
        differ = left.index.symmetric_difference(right.index).tolist()[:5]
        found = str(differ) if differ else "顺序不同 (another order)"
        msg = f"两列的标签不一致：{found} | labels differ: {found}"
        raise ValueError(msg)
