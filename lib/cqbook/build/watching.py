"""A process beside the editor: each save of a chapter is shown as a page."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from cqbook.build.order import Say
from cqbook.build.preview import Previewer, Stamp, stamps
from cqbook.build.rendering import BuildError
from cqbook.build.serving import Stage
from cqbook.disk.installed import PACKAGE
from cqbook.errors import DataError
from cqbook.execution.page import ExecutionError
from cqbook.figures.claims import StatedClaim

#: Seconds between two looks at the files: a look takes a thousandth.
INTERVAL = 0.1
_OUTCOMES = {"holds": "holds", "fails": "does not hold", "open": "open"}


def watch(previewer: Previewer, stage: Stage, say: Say) -> None:
    """Show a chapter, and again whenever it, its data or the book's settings are saved.

    What is wrong is told, and watched on. Returns when the package itself has changed: what is
    loaded of it is of before.
    """
    files = [previewer.source, previewer.data, previewer.root / "_config.yml"]
    code = stamps(PACKAGE)
    said: dict[str, str] = {}
    seen: dict[Path, Stamp] = {}
    while True:
        now = _settled(files, seen)
        if now != seen:
            seen = now
            said = _shown(previewer, stage, say, said)
        elif stamps(PACKAGE) != code:
            return
        else:
            time.sleep(INTERVAL)


def _settled(files: list[Path], seen: dict[Path, Stamp]) -> dict[Path, Stamp]:
    """Return how files are, when nobody is writing them."""
    now = stamps(*files)
    while now != seen:
        before = now
        time.sleep(INTERVAL / 4)
        now = stamps(*files)
        if now == before:
            break
    return now


def _shown(previewer: Previewer, stage: Stage, say: Say, said: Mapping[str, str]) -> dict[str, str]:
    """Show the chapter as it is; return the outcomes of its claims, or those of before."""
    start = time.monotonic()
    try:
        shown = previewer.show(lambda _: None)
    except (ExecutionError, DataError, BuildError, OSError) as error:
        lines = str(error).splitlines()
        say("\n  ".join(["没有新的页面 | no new page", *lines]))
        stage.show("", f"没有新的页面：{lines[0]} | no new page", lines, wrong=True)
        return dict(said)
    lines = [*turned_claims(said, shown.said), *shown.lines]
    took = time.monotonic() - start
    head = f"页面已更新，{took:.1f}秒 | the page is new, {took:.1f} s"
    say("\n  ".join([head, *lines]))
    way = shown.page.relative_to(previewer.target).as_posix()
    count = len(shown.said)
    summary = f"{count}个论断，{len(lines)}条提示 | claims: {count}, remarks: {len(lines)}"
    stage.show(way, summary, lines)
    return {item.claim.name: item.claim.outcome for item in shown.said}


def turned_claims(before: Mapping[str, str], now: tuple[StatedClaim, ...]) -> list[str]:
    """Return a line for each claim whose outcome is another than before."""
    found = []
    for item in now:
        old = before.get(item.claim.name, item.claim.outcome)
        if old != item.claim.outcome:
            way = f"{_OUTCOMES[old]} → {_OUTCOMES[item.claim.outcome]}"
            found.append(f"论断变了 | a claim turned ({way})　{item.line}")
    return found
