"""Economic indicators on numbers: shares, growth, concentration, specialisation, inequality.

Pure functions on floats and pandas objects; no file, no chart, no rounding. Rates are in
percent, contributions in percent or percentage points, all other indices plain numbers.

What is elementwise (`share` of a whole, `growth`, `grubel_lloyd` …) takes two numbers or two
Series with the same index, and keeps a missing value missing: a gap in the data stays a gap.
What sums up a whole (`hhi`, `gini` …) refuses missing values, since the sum would silently be
that of something else. Negative and empty inputs are errors that name the offending label.

The intervals that rounding leaves open are not here but in `cqbook.reported`.
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar, cast

import numpy as np
import pandas as pd

# A number, or one number for each label.
Quantity = TypeVar("Quantity", float, pd.Series)


# --- shares and growth ----------------------------------------------------------------------


def share(values: pd.Series, whole: float | pd.Series | None = None) -> pd.Series:
    """Share of each value in a whole: 100 · xᵢ / whole.

    Parameters
    ----------
    values : Series, shape (n,)
        Non-negative.
    whole : float or Series, shape (n,), optional
        The whole, positive, or one for each label. The sum of the values if not given, which
        then must not have gaps.

    Returns
    -------
    Series, shape (n,)
        Percent.

    Raises
    ------
    ValueError
        If the input is empty, negative or not numeric, the whole not positive, or the labels of
        the two differ.
    """
    if whole is None:
        parts = _complete(values, "values")
        return 100 * parts / _positive_sum(parts, "values")
    parts = _series(_non_negative(values, "values"), "values")
    base = _positive(cast("pd.Series", whole), "whole")
    _same_labels(parts, base)
    return 100 * parts / base


def growth(current: Quantity, previous: Quantity) -> Quantity:
    """Growth rate: 100 · (current / previous − 1).

    Parameters
    ----------
    current : float or Series
        Non-negative.
    previous : float or Series
        Positive; same labels as `current`.

    Returns
    -------
    float or Series
        Percent.

    Raises
    ------
    ValueError
        If the input is empty, negative or not numeric, a previous value is 0, or labels differ.
    """
    now, base = _non_negative(current, "current"), _positive(previous, "previous")
    _same_labels(now, base)
    return 100 * (now / base - 1)


def implied_previous(current: Quantity, growth_percent: Quantity) -> Quantity:
    """Value of the previous period that a value and its growth imply: current / (1 + g/100).

    Parameters
    ----------
    current : float or Series
        Non-negative.
    growth_percent : float or Series
        Percent, above −100; same labels as `current`.

    Returns
    -------
    float or Series
        In the unit of `current`.

    Raises
    ------
    ValueError
        If the input is empty or not numeric, a value negative, a growth −100 or less, or labels
        differ.
    """
    now = _non_negative(current, "current")
    ratio = _positive(1 + _numeric(growth_percent, "growth_percent") / 100, "1 + growth/100")
    _same_labels(now, ratio)
    return now / ratio


def cagr(first: Quantity, last: Quantity, years: float) -> Quantity:
    """Compound annual growth rate: 100 · ((last / first)^(1/years) − 1).

    Parameters
    ----------
    first : float or Series
        Positive.
    last : float or Series
        Non-negative; same labels as `first`.
    years : float
        Years between the two, positive: 3 from 2022 to 2025.

    Returns
    -------
    float or Series
        Percent a year.

    Raises
    ------
    ValueError
        If the input is empty, negative or not numeric, a first value or the time is 0, or
        labels differ.
    """
    start, end = _positive(first, "first"), _non_negative(last, "last")
    _same_labels(start, end)
    span = _positive(years, "years")
    yearly: Quantity = (end / start) ** (1 / span)
    return 100 * (yearly - 1)


def contribution_rate(
    current: pd.Series,
    previous: pd.Series,
    *,
    whole_current: float | None = None,
    whole_previous: float | None = None,
) -> pd.Series:
    """Return the 贡献率, each part's share in the change of the whole: 100 · Δxᵢ / Δwhole.

    Parameters
    ----------
    current, previous : Series, shape (n,)
        Non-negative, same labels.
    whole_current, whole_previous : float, optional
        The whole at both times; the sums of the parts if not given. Give both or neither.

    Returns
    -------
    Series, shape (n,)
        Percent. Negative where a part moved against the whole; if the whole shrank, the share
        in its decline.

    Raises
    ------
    ValueError
        If the input is empty, negative, not numeric or has gaps, labels differ, only one whole
        is given, or the whole did not change.

    Notes
    -----
    National Bureau of Statistics of China, glossary of the Statistical Yearbook, “contribution
    share”: 贡献率 = 某因素增量 / 总增量 × 100 %. Often confused with 拉动, which is
    `contribution_points`.
    """
    change, whole, base = _changes(current, previous, whole_current, whole_previous)
    if whole == base:
        msg = f"总量没有变化，无从计算贡献率 | the whole did not change, it stayed at {whole}"
        raise ValueError(msg)
    return 100 * change / (whole - base)


def contribution_points(
    current: pd.Series,
    previous: pd.Series,
    *,
    whole_current: float | None = None,
    whole_previous: float | None = None,
) -> pd.Series:
    """Return the 拉动, what each part adds to the growth of the whole: 100 · Δxᵢ / whole₀.

    Parameters
    ----------
    current, previous : Series, shape (n,)
        Non-negative, same labels.
    whole_current, whole_previous : float, optional
        As in `contribution_rate`.

    Returns
    -------
    Series, shape (n,)
        Percentage points; over all parts they sum to the growth of the whole.

    Raises
    ------
    ValueError
        If the input is empty, negative, not numeric or has gaps, labels differ, only one whole
        is given, or the whole was 0.

    Notes
    -----
    拉动 = 贡献率 × growth of the whole (National Bureau of Statistics of China, as above).
    """
    change, _, base = _changes(current, previous, whole_current, whole_previous)
    return 100 * change / _positive(base, "previous whole")


def _changes(
    current: pd.Series,
    previous: pd.Series,
    whole_current: float | None,
    whole_previous: float | None,
) -> tuple[pd.Series, float, float]:
    """Change of each part, the whole, and the whole before."""
    now, before = _complete(current, "current"), _complete(previous, "previous")
    _same_labels(now, before)
    if whole_current is None and whole_previous is None:
        return now - before, float(now.sum()), float(before.sum())
    if whole_current is None or whole_previous is None:
        msg = "总量须两期都给或都不给 | give the whole of both periods or of neither"
        raise ValueError(msg)
    whole = _non_negative(whole_current, "whole_current")
    return now - before, whole, _non_negative(whole_previous, "whole_previous")


# --- concentration --------------------------------------------------------------------------


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


def hhi_normalised(values: pd.Series) -> float:
    """Herfindahl–Hirschman index freed of the number of units: (H − 1/n) / (1 − 1/n).

    Parameters
    ----------
    values : Series, shape (n,)
        As in `hhi`; at least two, zeros count as units.

    Returns
    -------
    float
        0 (equal shares) to 1 (one holds all).

    Raises
    ------
    ValueError
        As in `hhi`, and if there is only one value.
    """
    index, least = hhi(values), 1 / len(values)
    if len(values) == 1:
        msg = "只有一个单位，标准化无意义 | one value only: the normalised index needs two"
        raise ValueError(msg)
    return (index - least) / (1 - least)


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


# --- specialisation -------------------------------------------------------------------------


def location_quotient(
    local: Quantity, local_total: float, reference: Quantity, reference_total: float
) -> Quantity:
    """Location quotient: (xᵢ / x) / (Xᵢ / X).

    Parameters
    ----------
    local, reference : float or Series
        An industry's size in the place and in the reference area, which contains the place;
        `local` non-negative, `reference` positive, same labels.
    local_total, reference_total : float
        Size of all industries, positive.

    Returns
    -------
    float or Series
        Above 1 where the place has more of the industry than the reference area.

    Raises
    ------
    ValueError
        If the input is empty, negative or not numeric, a divisor is 0, or labels differ.

    References
    ----------
    Florence, P. S. (1939). *Report on the Location of Industry*. Farhauer, O. & Kröll, A.
    (2013). *Standorttheorien*, ch. 6.
    """
    place, area = _non_negative(local, "local"), _positive(reference, "reference")
    _same_labels(place, area)
    own = place / _positive(local_total, "local_total")
    return own / (area / _positive(reference_total, "reference_total"))


def rca(
    exports: Quantity, exports_total: float, world_exports: Quantity, world_total: float
) -> Quantity:
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

    See Also
    --------
    rca_matrix : for all exporters and products at once.
    """
    # The index is a location quotient of exports; only the words differ.
    return location_quotient(exports, exports_total, world_exports, world_total)


def rca_matrix(exports: pd.DataFrame) -> pd.DataFrame:
    """Revealed comparative advantage of every exporter in every product.

    Parameters
    ----------
    exports : DataFrame, shape (exporters, products)
        Non-negative, complete; every exporter and every product has exports. The world is the
        sum of the rows.

    Returns
    -------
    DataFrame, shape (exporters, products)
        Balassa's index (see `rca`). ``rca_matrix(exports) >= 1`` is the usual yes-or-no form.

    Raises
    ------
    ValueError
        If the table is empty, negative, not numeric, has gaps, or a row or column that sums to
        0; the message names its label.
    """
    if exports.empty:
        msg = "表为空 | exports: the table is empty"
        raise ValueError(msg)
    table = exports.apply(lambda column: _complete(column, f"exports[{column.name!r}]"))
    by_exporter = _positive(table.sum(axis="columns"), "exports by exporter")
    by_product = _positive(table.sum(axis="index"), "exports by product")
    of_exporter = table.div(by_exporter, axis="index")
    return of_exporter.div(by_product / by_product.sum(), axis="columns")


def grubel_lloyd(exports: Quantity, imports: Quantity) -> Quantity:
    """Grubel–Lloyd index of intra-industry trade: 1 − |X − M| / (X + M).

    Parameters
    ----------
    exports, imports : float or Series
        Of the same industry or industries, non-negative, not both 0; same labels.

    Returns
    -------
    float or Series
        0 (trade goes one way only) to 1 (balanced).

    Raises
    ------
    ValueError
        If the input is empty, negative or not numeric, there is no trade, or labels differ.

    References
    ----------
    Grubel, H. G. & Lloyd, P. J. (1975). *Intra-Industry Trade*. Macmillan.
    """
    return 1 - abs(normalised_trade_balance(exports, imports))


def normalised_trade_balance(exports: Quantity, imports: Quantity) -> Quantity:
    """Trade balance as a part of trade: (X − M) / (X + M).

    Parameters
    ----------
    exports, imports : float or Series
        Non-negative, not both 0; same labels.

    Returns
    -------
    float or Series
        −1 (imports only) to 1 (exports only).

    Raises
    ------
    ValueError
        If the input is empty, negative or not numeric, there is no trade, or labels differ.

    References
    ----------
    Lafay, G. (1992). The measurement of revealed comparative advantages. In Dagenais & Muet
    (eds.), *International Trade Modelling*; 贸易竞争力指数 (TC) in Chinese writing.
    """
    sold, bought = _non_negative(exports, "exports"), _non_negative(imports, "imports")
    _same_labels(sold, bought)
    return (sold - bought) / _positive(sold + bought, "exports + imports")


def shift_share(
    region_start: pd.Series,
    region_end: pd.Series,
    nation_start: pd.Series,
    nation_end: pd.Series,
) -> pd.DataFrame:
    """Classical shift-share analysis of a region's change, industry by industry.

    With g the nation's growth over all industries and gᵢ that of industry i, the change of the
    region's industry is split into

    - national: xᵢ · g, as if all had grown with the nation;
    - composition: xᵢ · (gᵢ − g), for being in industries that grow faster or slower;
    - differential: Δxᵢ − xᵢ · gᵢ, for growing faster or slower than the same industry elsewhere.

    Parameters
    ----------
    region_start, region_end : Series, shape (n,)
        The region's industries at both times, non-negative.
    nation_start, nation_end : Series, shape (n,)
        The nation's, in any unit of their own; positive at the start.

    Returns
    -------
    DataFrame, shape (n, 4)
        `national`, `composition`, `differential` and `total` (their sum, the change), in the
        unit of the region. Sum over the rows for the region as a whole.

    Raises
    ------
    ValueError
        If the input is empty, negative, not numeric or has gaps, a nation's industry starts
        from 0, or labels differ.

    References
    ----------
    Dunn, E. S. (1960). A statistical and analytical technique for regional analysis. *Papers of
    the Regional Science Association* 6, 97–112.
    """
    start, end = _complete(region_start, "region_start"), _complete(region_end, "region_end")
    before = _positive(_complete(nation_start, "nation_start"), "nation_start")
    after = _complete(nation_end, "nation_end")
    for other in (end, before, after):
        _same_labels(start, other)
    overall = after.sum() / before.sum() - 1
    by_industry = after / before - 1
    return pd.DataFrame(
        {
            "national": start * overall,
            "composition": start * (by_industry - overall),
            "differential": end - start * (1 + by_industry),
            "total": end - start,
        }
    )


# --- inequality -----------------------------------------------------------------------------


def theil_t(values: pd.Series) -> float:
    """Theil's T: (1/n) Σ (xᵢ/μ) ln(xᵢ/μ), where 0 · ln 0 counts as its limit 0.

    Parameters
    ----------
    values : Series, shape (n,)
        Non-negative, not all 0.

    Returns
    -------
    float
        0 (all equal) to ln n (one holds all).

    Raises
    ------
    ValueError
        If the input is empty, negative, not numeric, has gaps or sums to 0.

    References
    ----------
    Theil, H. (1967). *Economics and Information Theory*. North-Holland.
    """
    amounts = _complete(values, "values")
    relative = amounts / (_positive_sum(amounts, "values") / len(amounts))
    positive = relative[relative > 0]
    return float((positive * np.log(positive)).sum() / len(amounts))


class TheilDecomposition(NamedTuple):
    """Theil's T, and its parts between and within groups: total = between + within."""

    total: float
    between: float
    within: float


def theil_t_decomposition(values: pd.Series, groups: pd.Series) -> TheilDecomposition:
    """Split Theil's T into inequality between groups and within them.

    With s_g the group's share of all there is, n_g its size, μ_g its mean and T_g its own T:
    between = Σ s_g ln(μ_g / μ), within = Σ s_g T_g.

    Parameters
    ----------
    values : Series, shape (n,)
        Non-negative, not all 0.
    groups : Series, shape (n,)
        The group of each; same labels as `values`, no gaps.

    Returns
    -------
    TheilDecomposition
        A group without anything (s_g = 0) adds nothing to either part.

    Raises
    ------
    ValueError
        If values are empty, negative, not numeric, have gaps or sum to 0, a group is missing,
        or labels differ.

    References
    ----------
    Theil, H. (1967), ch. 4; Shorrocks, A. F. (1980). The class of additively decomposable
    inequality measures. *Econometrica* 48(3), 613–625.
    """
    amounts = _complete(values, "values")
    _same_labels(amounts, groups)
    if groups.isna().any():
        msg = f"缺少分组：{_labels(groups.isna())} | no group for {_labels(groups.isna())}"
        raise ValueError(msg)
    sums = amounts.groupby(groups).sum()
    held = groups.isin(sums.index[sums > 0])
    by_group = amounts[held].groupby(groups[held])
    shares = by_group.sum() / _positive_sum(amounts, "values")
    between = float((shares * np.log(by_group.mean() / amounts.mean())).sum())
    within = float((shares * by_group.agg(theil_t)).sum())
    return TheilDecomposition(theil_t(amounts), between, within)


def theil_l(values: pd.Series) -> float:
    """Theil's L, the mean logarithmic deviation: (1/n) Σ ln(μ/xᵢ).

    Parameters
    ----------
    values : Series, shape (n,)
        Positive.

    Returns
    -------
    float
        0 (all equal) upwards without a bound.

    Raises
    ------
    ValueError
        If the input is empty, not numeric, has gaps, or a value is 0 or negative: the index
        would be infinite.

    References
    ----------
    Theil, H. (1967), as above. Some packages call this one “Theil index”; see `theil_t`.
    """
    amounts = _positive(_complete(values, "values"), "values")
    return float(np.log(amounts.mean() / amounts).mean())


def gini(values: pd.Series) -> float:
    """Gini coefficient: Σ (2i − n − 1) x₍ᵢ₎ / (n Σx), x₍ᵢ₎ in rising order.

    Parameters
    ----------
    values : Series, shape (n,)
        Non-negative, not all 0.

    Returns
    -------
    float
        0 (all equal) to 1 − 1/n (one holds all).

    Raises
    ------
    ValueError
        If the input is empty, negative, not numeric, has gaps or sums to 0.

    References
    ----------
    Gini, C. (1912). *Variabilità e mutabilità*. The form is that of Dorfman, R. (1979). A
    formula for the Gini coefficient. *Review of Economics and Statistics* 61(1), 146–149.
    """
    amounts = np.sort(_complete(values, "values").to_numpy())
    count = len(amounts)
    ranks = np.arange(1, count + 1)
    total = _positive_sum(pd.Series(amounts), "values")
    return float(((2 * ranks - count - 1) * amounts).sum() / (count * total))


def gini_normalised(values: pd.Series) -> float:
    """Gini coefficient freed of the number of units: G · n / (n − 1).

    Parameters
    ----------
    values : Series, shape (n,)
        As in `gini`; at least two.

    Returns
    -------
    float
        0 (all equal) to 1 (one holds all).

    Raises
    ------
    ValueError
        As in `gini`, and if there is only one value.
    """
    raw, count = gini(values), len(values)
    if count == 1:
        msg = "只有一个单位，标准化无意义 | one value only: the normalised coefficient needs two"
        raise ValueError(msg)
    return raw * count / (count - 1)


# --- what inputs must satisfy ---------------------------------------------------------------


def _numeric(values: Quantity, name: str) -> Quantity:
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


def _non_negative(values: Quantity, name: str) -> Quantity:
    numbers = _numeric(values, name)
    _refuse(numbers, numbers < 0, f"{name} 不能为负", f"{name} must not be negative")
    return numbers


def _positive(values: Quantity, name: str) -> Quantity:
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
    if isinstance(wrong, pd.Series):
        if wrong.any():
            where = _labels(wrong)
            found = cast("pd.Series", numbers)[wrong].tolist()[:5]
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
