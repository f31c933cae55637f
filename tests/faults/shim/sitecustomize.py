"""Faults in a running command: imported by Python at its start where PYTHONPATH leads here.

``CQBOOK_FAULT`` (JSON) says below which folder changes are counted (``root``), what happens at the
n-th (``at``): ``kill`` or nothing, and the file (``log``) to which changes and flushes are written.
Only the first process counts: a fault hits the command, what it started is its own to care for.
"""

import json
import os
import signal
import sys

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
#: Audit events that change a file system, and the place of the path among their arguments.
CHANGES = {"os.rename": 1, "os.remove": 0, "os.mkdir": 0, "os.rmdir": 0, "os.link": 1}


def install(fault):
    root, log = fault["root"], os.open(fault["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    count = 0

    def told(*words):
        os.write(log, (json.dumps(words) + "\n").encode())

    def hook(event, arguments):
        nonlocal count
        if event == "open":
            path, _, flags = arguments
            if not (isinstance(flags, int) and flags & WRITES):
                return
        elif event in CHANGES:
            path = arguments[CHANGES[event]]
        elif event == "ctypes.dlsym" and arguments[1] == "renameat2":
            path = root
        else:
            return
        if isinstance(path, int) or not os.fsdecode(path).startswith(root):
            return
        count += 1
        told("change", count, event, os.fsdecode(path))
        if fault.get("do") == "kill" and count == fault["at"]:
            os.kill(os.getpid(), signal.SIGKILL)

    real = os.fsync

    def fsync(handle):
        real(handle)
        facts = os.fstat(handle if isinstance(handle, int) else handle.fileno())
        told("fsync", facts.st_ino, facts.st_mtime_ns, facts.st_size)

    os.fsync = fsync
    sys.addaudithook(hook)
    sys.meta_path.insert(0, Settling(told))


class Settling:
    """Notes when a whole file system was flushed: wraps `cqbook.disk.atomic.settle`."""

    def __init__(self, told):
        self.told = told

    def find_spec(self, name, path=None, target=None):
        if name != "cqbook.disk.atomic":
            return None
        import importlib.machinery
        import time

        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        run = spec.loader.exec_module

        def executed(module):
            run(module)
            real = getattr(module, "settle", lambda folder: None)

            def settle(folder):
                now = time.time_ns()
                real(folder)
                self.told("settle", now)

            module.settle = settle

        spec.loader.exec_module = executed
        return spec


if "CQBOOK_FAULT" in os.environ and "CQBOOK_FAULT_OWNER" not in os.environ:
    os.environ["CQBOOK_FAULT_OWNER"] = str(os.getpid())
    install(json.loads(os.environ["CQBOOK_FAULT"]))
