"""The command line: ``cqbook check | accept | build``."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

# Chapters, data and configuration are read below the current directory: the book's root.


def _say_from(start: float) -> Callable[[str], None]:
    def say(text: str) -> None:
        print(f"[{time.monotonic() - start:6.1f} s] {text}", flush=True)

    return say


def _check(root: Path, arguments: argparse.Namespace) -> int:
    from cqbook.catalog import Catalog
    from cqbook.contracts import check

    for name, count in check(Catalog(arguments.data or root / "data")).items():
        print(f"{name}：{count}行")
    print("数据符合约定 | the data satisfies its contracts")
    return 0


def _accept(root: Path, arguments: argparse.Namespace) -> int:
    from cqbook.editions import accept

    changed = accept(root, _say_from(time.monotonic()), arguments.chapter)
    print("变动的页 | changed: " + ("、".join(changed) if changed else "无 | none"))
    return 0


def _build(root: Path, arguments: argparse.Namespace) -> int:
    from cqbook.editions import build

    target = build(root, _say_from(time.monotonic()))
    page = target / "index.html"
    print(f"\n书在 {page}，用浏览器打开即可：{page.as_uri()}")
    print(f"The book is in {page}; open it in a browser, or run `make serve`.")
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code (0: done, 1: refused, 2: wrong words)."""
    parser = argparse.ArgumentParser(prog="cqbook", description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(), help="folder of the book")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="check the data against its contracts")
    check.add_argument("--data", type=Path, help="another data directory")
    check.set_defaults(run=_check)
    accept = commands.add_parser("accept", help="execute chapters in place as the judged outputs")
    accept.add_argument("chapter", nargs="*", help="names of chapters; none: all")
    accept.set_defaults(run=_accept)
    build = commands.add_parser("build", help="check, execute, judge, render, publish")
    build.set_defaults(run=_build)
    chosen = parser.parse_args(arguments)

    from cqbook.catalog import DataError
    from cqbook.editions import BuildError, StaleError

    try:
        return chosen.run(chosen.root.resolve(), chosen)
    except (DataError, BuildError, StaleError) as error:
        print(f"cqbook: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
