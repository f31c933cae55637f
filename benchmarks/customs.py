"""Customs detail against pandas and polars: taking a year in, the chapter's questions, a decade.

Run from the book's root: ``python benchmarks/customs.py [--keep FOLDER] [--small]``, after
``pip install polars``. Each run is a process of its own, and its baseline runs right before it.
Taking in and reading include the start of the process and the imports; questions are asked of a
kernel as the book forks it, on either side: it has its modules and the book's own tables, and looks
for no garbage among them; neither start nor imports are counted. Seconds are wall clock; on a
machine that is shared, the CPU seconds beside them say more.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import importlib.util
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import customs_rows as sizes
from harness import Result, keep, result

ROOT = Path(__file__).resolve().parents[1]
AREA, YEAR, FLOW = "CN-50", "2024", "export"
CODES = ["数据年月", "商品编码", "贸易伙伴编码", "贸易方式编码", "注册地编码"]
RUNS = 5
#: Group of what a quick run measures not, so that it stays with its day.
DECADE = "decade"


# --- what is run, each in a process of its own: a folder → something to compare


def pandas_reads(folder: Path) -> float:
    """Read M's files and sum, as an analyst writes it."""
    import pandas as pd

    codes = dict.fromkeys(CODES, str)
    frames = [
        pd.read_csv(path, encoding="gb18030", dtype=codes, thousands=",").assign(flow=path.name[:2])
        for path in sorted((folder / "M").glob("*.csv"))
    ]
    sums = pd.concat(frames).groupby(["flow", "数据年月", "商品编码"])["美元"].sum()
    return float(sums.sum())


def polars_reads(folder: Path) -> float:
    """Read M's files by polars; it has no lazy reader of GB18030."""
    import polars as pl

    frames = [
        pl.read_csv(
            path, encoding="gb18030", infer_schema=False, truncate_ragged_lines=True
        ).with_columns(
            flow=pl.lit(path.name[:2]), value=pl.col("美元").str.replace_all(",", "").cast(float)
        )
        for path in sorted((folder / "M").glob("*.csv"))
    ]
    sums = pl.concat(frames).group_by("flow", "数据年月", "商品编码").agg(pl.col("value").sum())
    return float(sums["value"].sum())


def add(folder: Path) -> float:
    """Take M in, by the command."""
    return _add(folder, folder / "data-M")


def add_to_decade(folder: Path) -> float:
    """Plan to take M into XL; it has the partitions that M falls into."""
    return _add(folder, folder / "data-XL", "--dry-run")


def _add(folder: Path, data: Path, *more: str) -> float:
    from cqbook import cli
    from cqbook.data.catalog import Catalog

    files = [str(path) for path in sorted((folder / "M").glob("*.csv"))]
    with contextlib.redirect_stdout(io.StringIO()):
        assert cli.main(["add", "--data", str(data), *more, *files]) == 0
    if more:
        return 0.0
    with Catalog(data).detail.connect() as link:
        return link.execute("SELECT sum(value) FROM detail").fetchall()[0][0]


def chapter(folder: Path, size: str) -> float:
    """Ask what the chapter asks of a province where the gate is closed."""
    from cqbook.analysis.customs import (
        autos,
        coverage,
        cubes,
        decomposition,
        dimensions,
        months,
        overview,
    )
    from cqbook.data.catalog import Catalog

    asked = cubes.scope(Catalog(folder / f"data-{size}"), AREA, "USD", YEAR, 3)
    overview.detail_words(asked)
    autos.auto_words(asked, FLOW)
    coverage.given_table(asked)
    coverage.coverage_table(asked)
    for dimension in ("partner", "regime", "commodity"):
        dimensions.structure(asked, FLOW, dimension)
        dimensions.structure_words(asked, FLOW, dimension)
    months.monthly(asked)
    months.ytd_table(asked, FLOW)
    autos.auto_points(asked, FLOW)
    autos.autos_table(asked, FLOW)
    decomposition.margins(asked, FLOW)
    dimensions.advantage(asked)
    return cubes.total(asked, FLOW, YEAR)


def pandas_asks(folder: Path) -> float:
    """Read the national year as CSV and ask what the chapter asks, less the years before."""
    import pandas as pd

    codes = ["flow", "period", "entity", "commodity", "partner", "regime", "unit_1"]
    frame = pd.read_csv(
        folder / "L.csv",
        usecols=[*codes, "value", "quantity_1"],
        dtype=dict.fromkeys(codes, "category"),
    )
    own = frame[frame["entity"].eq(AREA)]
    own.groupby(["flow", "period"], observed=True)["value"].agg(["sum", "size", "count"])
    own = own[own["flow"].eq(FLOW)].copy()
    own["commodity"] = own["commodity"].astype(str)
    own["chapter"], own["six"] = own["commodity"].str[:2], own["commodity"].str[:6]
    for by in (["partner"], ["regime"], ["chapter"], ["commodity"], ["six", "partner"]):
        own.groupby(by, observed=True)["value"].sum().sort_values(ascending=False)
    cars = own[own["commodity"].str[:4].isin(["8702", "8703", "8704"]) & own["unit_1"].eq("辆")]
    cars.groupby("commodity")[["value", "quantity_1"]].sum()
    return float(own["value"].sum())


def polars_asks(folder: Path) -> float:
    """Ask the same of the store's files by polars, lazily; not what the book has beside them."""
    import polars as pl

    frame = pl.scan_parquet(sorted((folder / "data-L" / "customs").glob("flow=*/*/*.parquet")))
    both = frame.filter(pl.col("entity") == AREA, pl.col("currency") == "USD")
    sums = both.group_by("flow", "period").agg(pl.col("value").sum(), pl.len().alias("rows"))
    sums.sort("flow", "period").collect()
    own = both.filter(pl.col("flow") == FLOW).with_columns(
        chapter=pl.col("commodity").str.slice(0, 2), six=pl.col("commodity").str.slice(0, 6)
    )
    for by in (["partner"], ["regime"], ["chapter"], ["commodity"], ["six", "partner"]):
        found = own.group_by(by).agg(pl.col("value").sum()).sort("value", descending=True)
        found.collect()
    heading = pl.col("commodity").str.slice(0, 4).is_in(["8702", "8703", "8704"])
    cars = own.filter(heading, pl.col("unit_1") == "辆")
    cars.group_by("commodity").agg(pl.col("value", "quantity_1").sum()).collect()
    # how many records are behind each vehicle, for the gate
    cars.group_by("commodity").agg(pl.struct("partner", "regime").n_unique()).collect()
    # whether a few partners or goods only were asked for, of either flow
    headings = both.with_columns(heading=pl.col("commodity").str.slice(0, 4))
    for of in ("partner", "heading"):
        headings.group_by("flow", of).agg(pl.col("value").sum()).collect()
    return float(own.select(pl.col("value").sum()).collect().item())


def places(folder: Path) -> float:
    """Put the province in its place among all, as the chapter does where the gate is open."""
    from cqbook.analysis.customs import cubes, places
    from cqbook.data.catalog import Catalog

    asked = cubes.scope(Catalog(folder / "data-L"), AREA, "USD", YEAR)
    return places.provinces(asked, FLOW)[AREA]


def polars_places(folder: Path) -> float:
    """Add up the provinces by polars, lazily."""
    import polars as pl

    paths = sorted((folder / "data-L" / "customs").glob(f"flow={FLOW}/*/*.parquet"))
    rows = pl.scan_parquet(paths).filter(pl.col("currency") == "USD")
    sums = rows.group_by("entity", "period", "dims").agg(pl.col("value").sum())
    whole = sums.group_by("entity").agg(pl.col("value").sum()).sort("value", descending=True)
    return float(whole.collect().filter(pl.col("entity") == AREA)["value"].item())


def scan(folder: Path, size: str) -> float:
    """Sum all current rows by month, place and partner: nothing can be left unread.

    What is kept are the largest; a frame of all sums would be weighed with the scan.
    """
    from cqbook.data.catalog import Catalog

    with Catalog(folder / f"data-{size}").detail.connect() as link:
        groups = (
            "SELECT flow, period, entity, partner, sum(value) AS value FROM detail GROUP BY ALL"
        )
        largest = link.execute(
            f"{groups} ORDER BY value DESC, flow, period, entity, partner LIMIT 1000"
        ).df()
    return float(largest["value"].sum())


TASKS = {
    "pandas reads M": pandas_reads,
    "polars reads M": polars_reads,
    "add M": add,
    "add M to XL": add_to_decade,
    "pandas asks L": pandas_asks,
    "polars asks L": polars_asks,
    "polars places L": polars_places,
    "places of L": places,
    "chapter of L": lambda folder: chapter(folder, "L"),
    "chapter of XL": lambda folder: chapter(folder, "XL"),
    "scan M": lambda folder: scan(folder, "M"),
    "scan L": lambda folder: scan(folder, "L"),
    "scan XL": lambda folder: scan(folder, "XL"),
}


def _load(task: str, folder: Path) -> None:
    """Load what a kernel has before a page is run in it: see `cqbook.execution.kernels`."""
    if task.startswith("pandas"):
        import pandas  # noqa: F401
    elif task.startswith("polars"):
        import polars  # noqa: F401
    else:
        import duckdb  # noqa: F401

        import cqbook.analysis.customs  # noqa: F401
        from cqbook.data.catalog import keep_open

        if task.startswith(("chapter", "places")):
            keep_open(folder / f"data-{task.split()[-1]}")
    gc.freeze()


# --- measuring


def prepare(folder: Path, wanted: tuple[str, ...]) -> None:
    """Make the rows of the sizes below `folder`, but for those that are there."""
    if not (folder / "M").exists():
        sizes.write_files(folder / "M", "M")
    for size in wanted:
        data = folder / f"data-{size}"
        if not data.exists():
            ignored = shutil.ignore_patterns("customs", ".*")
            shutil.copytree(ROOT / "data", data, ignore=ignored)
            if size != "M":
                sizes.write_store(data / "customs", size)
    if not (folder / "L.csv").exists():
        import duckdb

        source = f"'{folder}/data-L/customs/flow=*/*/*.parquet'"
        duckdb.execute(f"COPY (SELECT * FROM {source}) TO '{folder}/L.csv' (HEADER)")


def run(task: str, folder: Path) -> dict[str, float]:
    """Run one task in a process of its own; return seconds, CPU seconds, peak bytes, its answer."""
    if task == "add M":
        shutil.rmtree(folder / "data-M" / "customs", ignore_errors=True)
    start = time.perf_counter()
    words = [sys.executable, __file__, "--task", task, "--keep", str(folder)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        answer, high, inner, inner_cpu = child.stdout.read().split()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        msg = f"{task} failed"
        raise RuntimeError(msg)
    # a command is started each time; questions are asked of a kernel that has loaded its modules
    whole = task in ("add M", "pandas reads M", "polars reads M")
    cpu = usage.ru_utime + usage.ru_stime
    return {
        "seconds": time.perf_counter() - start if whole else float(inner),
        "cpu": cpu if whole else float(inner_cpu),
        "peak": float(high) * 1024,
        "answer": float(answer),
    }


def compared(
    folder: Path, name: str, ours: str, baseline: str, target: float, runs: int = RUNS
) -> Result:
    """Return how long `ours` takes as a part of `baseline`, run in turn."""
    pairs = [(run(baseline, folder), run(ours, folder)) for _ in range(runs)]
    for base, own in pairs:
        assert abs(base["answer"] - own["answer"]) <= 1e-9 * abs(base["answer"]), name

    found, spent = (
        result(name, "data", [own[of] for _, own in pairs], baseline,
               [base[of] for base, _ in pairs], target)
        for of in ("seconds", "cpu")
    )  # fmt: skip
    return found | {
        "cpu_ratio": spent["ratio"],
        "cpu_seconds": spent["value"],
        "baseline_cpu_seconds": spent["baseline_value"],
    }


def peak(folder: Path, name: str, task: str, runs: int = 3) -> Result:
    """Return the peak of memory of a task as a part of 1 GiB."""
    found = [run(task, folder)["peak"] / 2**20 for _ in range(runs)]
    return result(name, DECADE, found, "1 GiB", [1024] * runs, 1.0, unit="MiB")


def flat(folder: Path, larger: str, smaller: str, runs: int = 3) -> Result:
    """Return what a row of a size costs in a full scan, as a part of what one of a smaller does."""
    count = {size: sizes.SIZES[size][0] for size in (larger, smaller)}
    pairs = [[run(f"scan {size}", folder) for size in (larger, smaller)] for _ in range(runs)]
    # of a million rows each
    own, other = (
        [pair[n]["cpu"] / count[size] * 1e6 for pair in pairs]
        for n, size in enumerate((larger, smaller))
    )
    name = f"cost of a million rows in a full scan, {larger} to {smaller} (CPU)"
    group = DECADE if "XL" in (larger, smaller) else "data"
    return result(name, group, own, f"scan {smaller}", other, 1.3)


def measure(folder: Path, *, small: bool) -> list[Result]:
    """Return all results; rows are made below `folder` where they are not there yet."""
    prepare(folder, ("M", "L") if small else ("M", "L", "XL"))
    found = [
        compared(folder, "cqbook add of M", "add M", "pandas reads M", 1.0),
        compared(folder, "the chapter's questions on L", "chapter of L", "pandas asks L", 0.05, 3),
    ]
    if importlib.util.find_spec("polars"):
        found += [
            compared(folder, "cqbook add of M", "add M", "polars reads M", 1.0),
            # a fifth of a second each: of five pairs the median was once 1.43, of fifteen 1.64
            compared(
                folder, "the chapter's questions on L", "chapter of L", "polars asks L", 1.5, 15
            ),
            compared(
                folder, "the place among provinces on L", "places of L", "polars places L", 1.0
            ),
        ]
    if small:
        return [*found, flat(folder, "L", "M")]
    return [
        *found,
        peak(folder, "memory of the chapter's questions on XL", "chapter of XL"),
        peak(folder, "memory of planning to add M to XL", "add M to XL"),
        peak(folder, "memory of a full scan of XL", "scan XL"),
        flat(folder, "L", "M"),
        flat(folder, "XL", "L"),
    ]


def main() -> None:
    """Measure all and print a line a result, or run one task."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", choices=TASKS, help=argparse.SUPPRESS)
    parser.add_argument("--keep", type=Path, help="folder of the rows, kept; default: a temporary")
    parser.add_argument("--small", action="store_true", help="up to a national year, no decade")
    asked = parser.parse_args()
    if asked.task:
        _load(asked.task, asked.keep)
        start, used = time.perf_counter(), time.process_time()
        answer = TASKS[asked.task](asked.keep)
        inner = f"{time.perf_counter() - start} {time.process_time() - used}"
        # what is frozen when Python ends looks to DuckDB's binding like a leak
        gc.unfreeze()
        # ru_maxrss of the child would be the parent's, where that was larger before the start
        status = Path("/proc/self/status").read_text(encoding="ascii")
        print(answer, *re.findall(r"VmHWM:\s*(\d+) kB", status), inner)
        return
    with contextlib.ExitStack() as stack:
        folder = asked.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        results = measure(folder.resolve(), small=asked.small)
    keep(results)


if __name__ == "__main__":
    main()
