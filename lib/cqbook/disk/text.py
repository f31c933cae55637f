"""Text files of others: which encoding."""

from __future__ import annotations

from cqbook.errors import Breach, ContractError

#: So many bytes are enough to know an encoding by.
FAULT_ROUND = 1 << 16


def decode(content: bytes, name: str) -> tuple[str, str]:
    """Return the text of a file and its encoding (``utf-8-sig``, ``utf-8`` or ``gb18030``).

    GB18030 contains GBK; a Chinese text in it is not valid UTF-8, so that UTF-8 is tried first.

    Raises
    ------
    ContractError
        If it is neither.
    """
    tried: tuple[str, ...]
    if content.startswith(b"\xef\xbb\xbf"):
        tried = ("utf-8-sig",)
    elif content.startswith((b"\xff\xfe", b"\xfe\xff")):
        tried = ("utf-16",)
    else:
        tried = ("utf-8", "gb18030")
    for encoding in tried:
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError as error:
            place = error.start
        # of a long file, what stands around the first fault tells
        around = content[max(0, place - FAULT_ROUND) : place + FAULT_ROUND]
        if encoding == "utf-8" and is_damaged_utf8(around):
            break
    row = content[:place].count(b"\n")
    value = content[place : place + 4].hex(" ")
    raise ContractError(
        [Breach(name, row, "*", value, "UTF-8 或 GB18030 的文字", "text in UTF-8 or GB18030")]
    )


def is_damaged_utf8(content: bytes) -> bool:
    """Return whether bytes are UTF-8 but for a few: as another encoding they would be misread."""
    text = content.decode("utf-8", errors="replace")
    lost = text.count("\ufffd")
    held = len(text) - len(text.encode("ascii", errors="ignore")) - lost
    return 10 * lost < held
