"""Write the newest results into the data package, from which the appendix 性能 is made.

Run from the book's root: ``python benchmarks/publish.py``; then ``cqbook accept``.
"""

from __future__ import annotations

import csv
import json
import re

from harness import RESULTS, ROOT

COLUMNS = ("benchmark", "kind", "name_zh", "name_en", "value", "unit_zh", "baseline_zh", "ratio")
COLUMNS += ("ratio_low", "ratio_high", "target", "runs", "day")
#: What each measurement is called on the page; one that is not named here is not shown.
NAMES = {
    "cold build": "整书，从头生成",
    "one cell of one chapter changed": "改一章的一格",
    "one row of one table changed": "改一张表的一行",
    "nothing changed": "什么都没改",
    "cqbook run of a chapter, new parameter": "一章换一个参数",
    r"(\d+) pages executed": r"执行\1页",
    r"(\d+) pages on two workers": r"两个工作进程执行\1页",
    "memory of a page's process": "一页的进程占内存",
    "pictures and files drawn": "画好这些页的图和文件",
    r"(\d+) pages built": r"生成\1页的网站",
    r"a page of (\d+) to one of (\d+)": r"\1页时每页用时",
    "cqbook add of M": "收入海关明细一年（百万行）",
    "the chapter's questions on L": "海关明细一章的查询（全国一年）",
    "memory of (.*) on XL": "全国十年明细的查询占内存",
    r"cost of a million rows in a full scan, (\w+) to (\w+) \(CPU\)": (
        r"扫描每百万行用处理器（\1）"
    ),
    r"search among (\d+) pages": r"在\1页中检索",
    r"a page's growth from (\d+) to (\d+) pages": r"由\1页到\2页，每页增大",
    "imports of the fork server": "载入各库",
    "kernels and cells of all pages": "执行各页",
    r"(\d+) pictures of the pages": r"画网页用的\1张图",
    r"(\d+) figures in six formats": r"做\1张图的取用文件",
    "start of Sphinx": "Sphinx 启动",
    "Sphinx reads": "Sphinx 读",
    "Sphinx writes": "Sphinx 写",
    r"first paint of the worst of (\d+) pages": r"手机首次显示，\1页中最慢的",
    r"largest paint of the worst of (\d+) pages": r"手机主要内容显示，\1页中最慢的",
    r"weight before interaction of the worst of (\d+) pages": r"打开一页要传，\1页中最重的",
    "lists, search and scripts of the site": "目录、检索和脚本",
}
BASELINES = {
    "papermill for each page, then jupyter-book": "逐页 papermill 再 jupyter-book",
    "jupyter-book, execute_notebooks: cache": "jupyter-book 自己执行",
    "papermill, two at once": "papermill 两页同时",
    "papermill, from 120 pages": "papermill 两页同时（由120页推算）",
    "half of one worker's time": "一个工作进程用时的一半",
    "jupyter-book as shipped": "jupyter-book 原样",
    r"a page of (\d+)": r"\1页时每页",
    "154 MiB": "普通内核（154 MiB）",
    "executing": "执行用时",
    "pandas reads M": "pandas 读同样的文件",
    "pandas asks L": "pandas 做同样的查询",
    "polars reads M": "polars 读同样的文件",
    "polars asks L": "polars 做同样的查询",
    "what is wanted": "要求的上限",
    "1 GiB": "1 GiB",
    r"scan (\w+)": r"\1扫描每百万行",
    "100 ms": "0.1秒",
    "5 kB": "5 kB",
    "an empty Python": "只启动 Python 要",
    "as many empty notebooks": "同样多的空笔记本要",
    "the first picture": "第一张要",
    "the pictures of the pages": "网页用的图要",
    "jupyter-book on one empty page": "jupyter-book 做一页空书要",
}
UNITS = {"s": "秒", "MiB": "MiB", "ms": "毫秒", "kB": "kB"}


def _named(text: str, names: dict[str, str]) -> str:
    for pattern, name in names.items():
        found = re.fullmatch(pattern, text)
        if found:
            return found.expand(name)
    return ""


def main() -> None:
    """Write ``data/benchmarks.csv``."""
    newest = max(RESULTS.glob("*.json"))
    rows = []
    for item in json.loads(newest.read_text(encoding="utf-8"))["results"]:
        name, baseline = _named(item["name"], NAMES), _named(item["baseline"], BASELINES)
        if not name or not baseline:
            print(f"not named: {item['name']} | {item['baseline']}")
            continue
        slug = re.sub(r"[^a-z0-9]+", "-", f"{item['name']} to {item['baseline']}".lower())
        rows.append(
            {
                "benchmark": slug.strip("-"),
                "kind": "stage" if item["group"] == "stages" else item["group"],
                "name_zh": name,
                "name_en": item["name"],
                "value": f"{item['value']:.3f}",
                "unit_zh": UNITS[item["unit"]],
                "baseline_zh": baseline,
                "ratio": f"{item['ratio']:.4f}",
                "ratio_low": f"{item['spread'][0]:.4f}",
                "ratio_high": f"{item['spread'][1]:.4f}",
                "target": "" if item["target"] is None else f"{item['target']:g}",
                "runs": str(item["runs"]),
                "day": newest.stem,
            }
        )
    # what has two baselines is told apart by them
    names = [row["name_zh"] for row in rows if row["target"]]
    for row in rows:
        if names.count(row["name_zh"]) > 1:
            other = row["baseline_zh"].split(" ")[0]
            row["name_zh"] += f"，比{other}"
            row["name_en"] += f", against {other}"
    with (ROOT / "data" / "benchmarks.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
