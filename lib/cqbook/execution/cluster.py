"""Pages on the workers of a dask cluster: a task is a batch of them, executed as it is here.

Workers have the book and its data at the same place (a shared folder, an image). Results come back
as bytes and are remembered where the command runs, so that a worker that dies leaves nothing half
done, and a command that was stopped goes on where it was.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from cqbook.errors import DataError
from cqbook.execution.executor import Outcome, Runner, here
from cqbook.execution.fingerprint import code_digest
from cqbook.execution.page import ExecutionError, Page

#: Pages in a task: some seconds of work, so that little is lost with a worker.
BATCH = 12
#: How often a batch is given out again when its worker dies.
RETRIES = 3
#: Seconds in which a cluster must answer.
PATIENCE = 10


def runner(address: str) -> Runner:
    """Return what executes pages on the cluster at `address` (``tcp://host:8786``)."""
    return partial(_run, address)


def _run(
    address: str, chapters: Path, pages: list[Page], data: Path, failed: Path
) -> Iterator[tuple[Page, Outcome]]:
    from distributed import Client, as_completed

    batches = [pages[start : start + BATCH] for start in range(0, len(pages), BATCH)]
    code = code_digest()
    try:
        client = Client(address, timeout=PATIENCE)
    except OSError as error:
        msg = f"连不上集群 {address} | no cluster at {address}"
        raise DataError(msg) from error
    with client:
        # two batches of the same name would be taken for one that is done already
        futures = {
            client.submit(
                batch, code, chapters, some, data, failed, pure=False, retries=RETRIES
            ): some
            for some in batches
        }
        for future in as_completed(futures):
            failure = future.exception()
            if failure is None:
                yield from future.result()
            else:
                for page in futures[future]:
                    yield page, ExecutionError(page.name, str(failure))
            future.release()


def batch(
    code: str, chapters: Path, pages: list[Page], data: Path, failed: Path
) -> list[tuple[Page, Outcome]]:
    """Execute some pages, one after the other: a worker has as many tasks at once as it has cores.

    Raises
    ------
    DataError
        If the worker has other code, packages or Python than the command, so that the bytes would
        differ; or may start no kernels.
    """
    if code_digest() != code:
        msg = "工作进程的代码或依赖与本机不同 | this worker has other code or packages"
        raise DataError(msg)
    if multiprocessing.current_process().daemon:
        msg = (
            "工作进程不许启动子进程：请用 dask worker --no-nanny，或设"
            " DASK_DISTRIBUTED__WORKER__DAEMON=False | this worker may not start processes"
        )
        raise DataError(msg)
    return list(here(chapters, pages, data, failed, at_once=1))
