"""Archives and documents without times in them."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Mapping


def undated(content: bytes) -> bytes:
    """Return a ZIP (XLSX, DOCX, PPTX) with members sorted and without dates of its own."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in sorted(old.namelist(), key=lambda item: (item != "[Content_Types].xml", item)):
            data = old.read(name)
            if name.endswith(".xlsx"):
                # the data sheet inside a native chart
                data = undated(data)
            if name == "docProps/core.xml":
                stamp = f"{EPOCH:%Y-%m-%dT%H:%M:%SZ}".encode()
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp, data)
            new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return files, by path, as one ZIP: sorted, without dates, readable by all."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in sorted(files.items()):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o100644 << 16
            info.create_system = 3
            new.writestr(info, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


#: Deterministic bytes: a document that is made has no date of its own.
EPOCH = datetime.datetime(2000, 1, 1)
