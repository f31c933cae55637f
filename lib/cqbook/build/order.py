"""What a build is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cqbook.build.pages import DRAFT
from cqbook.data.catalog import Catalog
from cqbook.editions.store import is_released, proper
from cqbook.errors import DataError
from cqbook.execution.fingerprint import code_digest
from cqbook.execution.memory import Memory

Say = Callable[[str], None]


def page_memory(root: Path, data: Path) -> Memory:
    """Return what is remembered of executed pages, for this data and this code."""
    return Memory(root / "_build" / "cache" / "executed", data, code_digest(root))


def failed_folder(root: Path) -> Path:
    """Return where notebooks that failed are kept."""
    return root / "_build" / "failed"


@dataclass(frozen=True)
class Order:
    """What is asked for: the data, the name of the edition, parameters by page and name."""

    data: Path
    edition: str = ""
    given: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    latest: bool = True

    @property
    def own(self) -> dict[str, dict[str, Any]]:
        """The parameters that were given, sorted; what makes two editions comparable."""
        return {page: dict(sorted(given.items())) for page, given in sorted(self.given.items())}


def order(
    root: Path,
    data: Path | None = None,
    edition: str = "",
    given: Mapping[str, Mapping[str, Any]] | None = None,
) -> Order:
    """Return what a build is asked for.

    Without anything: the default edition, named by the data, published as ``latest``. With a name,
    data or parameters of its own: an edition beside it.
    """
    if not (data or edition or given):
        return Order(root / "data", proper(Catalog(root / "data").edition))
    if edition and is_released(root, proper(edition)):
        msg = (
            f"版次 {edition} 已经发布，不再改变；请换一个名字"
            f" | edition {edition} is released and does not change: choose another name"
        )
        raise DataError(msg)
    return Order(data or root / "data", edition or DRAFT, given or {}, latest=False)
