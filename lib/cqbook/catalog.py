"""Open a data directory and load its tables: the only place that reads data files.

Every query is recorded (what was asked, and a hash of what came back), so that an edition can say
which rows a chapter depends on.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

#: The repository's own data, found from the package's place in it.
REPOSITORY = Path(__file__).resolve().parents[2]
DESCRIPTOR = "datapackage.json"


class DataError(Exception):
    """Data that can't be right, said in Chinese and English."""


@dataclass(frozen=True)
class Query:
    """One recorded query: table, filters as sorted pairs, SHA-256 of the rows that came back."""

    table: str
    filters: tuple[tuple[str, str], ...]
    digest: str


def find_data(data_dir: str | os.PathLike[str] = "") -> Path:
    """Return the absolute data directory that a `data_dir` parameter means.

    Parameters
    ----------
    data_dir : str or path
        Empty: the repository's ``data/``. Otherwise a directory; a relative one counts from the
        current directory.

    Raises
    ------
    DataError
        If the directory has no ``datapackage.json``.
    """
    path = Path(data_dir).resolve() if str(data_dir) else REPOSITORY / "data"
    if not (path / DESCRIPTOR).is_file():
        msg = (
            f"数据目录 {path} 中没有 {DESCRIPTOR}；请指定一个数据包目录。"
            f" | No {DESCRIPTOR} in {path}: expected a directory that holds a data package."
        )
        raise DataError(msg)
    return path


class Catalog:
    """The tables of one data package, read once each, as text where the package says string.

    Parameters
    ----------
    data_dir : str or path
        See `find_data`.

    Examples
    --------
    >>> book = Catalog()
    >>> book.observations(indicator="trade_value", entity="CN-50", period="2022").empty
    False
    """

    def __init__(self, data_dir: str | os.PathLike[str] = "") -> None:
        self.path = find_data(data_dir)
        self.queries: list[Query] = []
        self._tables: dict[str, pd.DataFrame] = {}

    @cached_property
    def descriptor(self) -> dict[str, Any]:
        """The Frictionless descriptor, parsed."""
        return json.loads((self.path / DESCRIPTOR).read_text(encoding="utf-8"))

    @cached_property
    def resources(self) -> dict[str, dict[str, Any]]:
        """Resource descriptors by table name."""
        return {item["name"]: item for item in self.descriptor["resources"]}

    def fields(self, name: str) -> list[dict[str, Any]]:
        """Return the field descriptors of table `name`."""
        return self._resource(name)["schema"]["fields"]

    def file(self, name: str) -> Path:
        """Return the path of the file that holds table `name`."""
        return self.path / self._resource(name)["path"]

    def _resource(self, name: str) -> dict[str, Any]:
        try:
            return self.resources[name]
        except KeyError:
            known = sorted(self.resources)
            msg = f"数据包中没有表 {name} | no table {name!r}: expected one of {known}"
            raise DataError(msg) from None

    def text(self, name: str) -> pd.DataFrame:
        """Return table `name` with every cell as the text in the file (empty: ``""``)."""
        path = self.file(name)
        try:
            return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
        except FileNotFoundError:
            msg = f"缺少数据文件 {path} | missing data file {path}"
            raise DataError(msg) from None
        except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
            msg = (
                f"{path.name}：不能作为 UTF-8 的 CSV 读取（{error}）"
                f" | {path.name}: cannot be read as CSV in UTF-8 ({error})"
            )
            raise DataError(msg) from error

    def table(self, name: str) -> pd.DataFrame:
        """Return table `name`; columns typed number become floats, integer ``Int64``.

        Codes stay text, with their leading zeros. The frame is a copy: callers may change it.
        """
        if name not in self._tables:
            frame = self.text(name)
            for field in self.fields(name):
                column = field["name"]
                if column not in frame:
                    continue
                if field["type"] == "number":
                    # the printed digits are kept beside the float: precision is information
                    frame[f"{column}_text"] = frame[column]
                    frame[column] = pd.to_numeric(frame[column].replace("", None))
                elif field["type"] == "integer":
                    frame[column] = pd.to_numeric(frame[column].replace("", None)).astype("Int64")
                elif field["type"] == "boolean":
                    frame[column] = frame[column].eq("true")
            self._tables[name] = frame
        return self._tables[name].copy()

    def observations(self, **filters: str | list[str] | None) -> pd.DataFrame:
        """Return the observations whose columns equal the filters, in file order.

        Parameters
        ----------
        **filters
            Column name → value, or list of values of which one must match.

        Returns
        -------
        pandas.DataFrame
            The columns of ``observations``; empty if nothing matches.
        """
        frame = self.table("observations")
        unknown = sorted(set(filters) - set(frame.columns))
        if unknown:
            msg = f"observations 没有列 {unknown} | no such column in observations: {unknown}"
            raise DataError(msg)
        for column, wanted in filters.items():
            if wanted is None:
                continue
            values = [wanted] if isinstance(wanted, str) else list(wanted)
            frame = frame[frame[column].isin(values)]
        self._record("observations", filters, frame)
        return frame.reset_index(drop=True)

    def _record(self, name: str, filters: dict[str, Any], frame: pd.DataFrame) -> None:
        rows = frame.to_csv(index=False, lineterminator="\n").encode()
        pairs = tuple(sorted((key, str(value)) for key, value in filters.items()))
        self.queries.append(Query(name, pairs, hashlib.sha256(rows).hexdigest()))

    def names(self, name: str, key: str) -> pd.Series:
        """Return the Chinese names of table `name`, indexed by its column `key`."""
        return self.table(name).set_index(key)["name_zh"]

    @cached_property
    def entity_names(self) -> pd.Series:
        """Chinese name by entity code."""
        return self.names("entities", "entity")

    def name(self, entity: str) -> str:
        """Return the Chinese name of an entity; the code itself where it has none."""
        return self.entity_names.get(entity, entity)

    @cached_property
    def breakdown_names(self) -> dict[str, str]:
        """Chinese name by ``dimension=code``."""
        frame = self.table("breakdowns")
        keys = frame["dimension"] + "=" + frame["code"]
        return dict(zip(keys, frame["name_zh"], strict=True))

    def breakdown_name(self, breakdown: str) -> str:
        """Return the Chinese name of a breakdown (``partner=asean`` → 东盟)."""
        if not breakdown:
            return "合计"
        parts = breakdown.split(";")
        return "·".join(self.breakdown_names.get(part, part.split("=")[-1]) for part in parts)

    @cached_property
    def source_labels(self) -> pd.Series:
        """Short label of each source: outlet, and date where it has one."""
        frame = self.table("sources").set_index("source_id")
        dates = frame["published"].where(frame["published"].ne(""), "日期不详")
        return frame["outlet"] + "，" + dates
