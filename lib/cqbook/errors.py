"""What can go wrong, as types; each message says it in Chinese and English."""

from __future__ import annotations

import csv
import errno
import json
import os
import re
import shutil
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from xml.parsers import expat


class BookError(Exception):
    """What a command tells in a sentence, without a traceback."""


class DataError(BookError):
    """Data that can't be right, said in Chinese and English."""


class ParameterError(DataError):
    """A parameter that the chapter does not have, or a value that it can't take."""


#: Rows shown of each failed check: enough to see what is wrong, few enough to read.
BREACHES_SHOWN = 10
#: What no cell has: control characters (line ends and tabs too), characters without width, marks
#: that turn the direction of what follows (8158 would be read 8518), halves of characters.
HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\U000e0000-\U000e007f]"
)
#: Characters of a value that a message shows.
LONGEST = 120


def visible(text: str) -> str:
    """Return a text as a message may show it: cut, and nothing in it that steers a terminal."""
    return one_line(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")


def one_line(text: str) -> str:
    """Return a text as one line in which nothing steers a terminal, turns a line or is unseen.

    What would is written as JSON writes it, so that JSON stays the same.
    """
    return HIDDEN.sub(lambda found: _escaped(found[0]), text)


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", errors="surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def message_lines(error: BaseException | str) -> list[str]:
    """Return a message as lines to print, of which only the first begins where a line does.

    A name or a cell in it may hold line breaks: what it would say below is no line of ours.
    """
    first, *others = str(error).split("\n")
    return [one_line(first), *(f"  {one_line(line)}" for line in others)]


@dataclass(frozen=True)
class Breach:
    """One cell that can't be right. `row` counts from 1 below the header; 0: the whole file."""

    file: str
    row: int
    column: str
    value: str
    expected_zh: str
    expected: str

    def __str__(self) -> str:
        """Return the breach in Chinese and English."""
        place = f"第{self.row}行（文件第{self.row + 1}行）" if self.row else "整个文件"
        where = f"row {self.row} (line {self.row + 1})" if self.row else "whole file"
        file, column, value = (visible(text) for text in (self.file, self.column, self.value))
        return (
            f"{file}：{place}，列 {column}，值“{value}”：应为{self.expected_zh}"
            f" | {file}: {where}, column {column}, value {value!r}: expected {self.expected}"
        )


class ContractError(DataError):
    """The data breaks its contract; `breaches` lists where."""

    def __init__(self, breaches: list[Breach]) -> None:
        self.breaches = breaches
        head = f"数据有{len(breaches)}处不符合约定 | {len(breaches)} breaches of the data contract"
        super().__init__(_listed(head, _alike_once(breaches)))


#: So many cells of a column that break one rule are told one by one; of more, the first, and where
#: the others are.
_ONE_BY_ONE = 3


def _alike_once(breaches: Sequence[Breach]) -> list[str]:
    """Return breaches as lines: many of one column that break one rule are one, ×360."""
    kinds: dict[tuple[str, str, str], list[Breach]] = {}
    for breach in breaches:
        kinds.setdefault((breach.file, breach.column, breach.expected), []).append(breach)
    lines: list[str] = []
    for found in kinds.values():
        if len(found) <= _ONE_BY_ONE:
            lines += map(str, found)
            continue
        rows = "、".join(str(breach.row) for breach in found[:BREACHES_SHOWN])
        more = "……" if len(found) > BREACHES_SHOWN else ""
        lines.append(f"×{len(found)}（第{rows}{more}行）{found[0]}")
    return lines


def broken_csv(name: str, error: BaseException) -> ContractError:
    """Return the refusal of a CSV whose quotes are not in pairs, or that is none."""
    said = library_words(error)[0]
    return ContractError([Breach(name, 0, "*", said, "引号成对的 CSV", "CSV with paired quotes")])


@dataclass(frozen=True)
class Fault:
    """One place of a chapter that breaks a rule for its authors."""

    file: str
    place_zh: str
    place: str
    text: str
    expected_zh: str
    expected: str

    def __str__(self) -> str:
        """Return the fault in Chinese and English."""
        text = visible(self.text)
        return (
            f"{self.file}：{self.place_zh}，“{text}”：应为{self.expected_zh}"
            f" | {self.file}: {self.place}, {text!r}: expected {self.expected}"
        )


class ChapterError(DataError):
    """Chapters break the rules for their authors; `faults` lists where."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        head = f"章节有{len(faults)}处不合规则 | {len(faults)} breaches of the rules for chapters"
        super().__init__(_listed(head, faults))


class IncomparableError(DataError):
    """Two figures that differ in kind were to be computed with one another.

    Parameters
    ----------
    one, other : tuple of str
        Each figure's name and its value of the attribute in which they differ.
    attribute_zh, attribute : str
        Its name.
    """

    def __init__(
        self, one: tuple[str, str], other: tuple[str, str], attribute_zh: str, attribute: str
    ) -> None:
        self.attribute = attribute
        super().__init__(
            f"{attribute_zh}不同，不能放在一起算：{one[0]}为{one[1]}，{other[0]}为{other[1]}；"
            "确有理由的，写 regardless=…，页面会印出来"
            f" | different {attribute}: {one[0]}: {one[1]!r}, {other[0]}: {other[1]!r};"
            " give regardless=… if there is a reason: the page will show it"
        )


def _listed(head: str, items: Sequence[object]) -> str:
    """Return a heading with the first of what is wrong below it."""
    lines = [str(item) for item in items[:BREACHES_SHOWN]]
    more = len(items) - len(lines)
    if more > 0:
        lines.append(f"……另有{more}处 | … and {more} more")
    return "\n".join([head, *lines])


def library_words(error: BaseException) -> tuple[str, str]:
    """Return what a library could not read, in Chinese and English, and where it knows that.

    The library's own words name its classes and addresses in memory, in one language; they stay
    with the exception for who looks for them.
    """
    own, bar, own_en = str(error).partition(" | ")
    if type(error) is ValueError and bar and _CHINESE.search(own):
        # our own words for it
        return own, own_en
    if isinstance(error, json.JSONDecodeError):
        return _at("JSON", error.lineno, error.colno)
    if isinstance(error, SyntaxError):
        return _at("Python", error.lineno, error.offset)
    if isinstance(error, expat.ExpatError):
        return _at("XML", getattr(error, "lineno", None), getattr(error, "offset", None))
    if isinstance(error, UnicodeDecodeError):
        return f"第{error.start + 1}字节起不是文字", f"no text from byte {error.start + 1}"
    for kind, zh, en in _LIBRARIES:
        if isinstance(error, kind):
            return zh, en
    return "读不出", "it can't be read"


_CHINESE = re.compile("[\u4e00-\u9fff]")


def _at(language: str, line: int | None, column: int | None) -> tuple[str, str]:
    if not line:
        return f"不是 {language}", f"no {language}"
    more, more_en = (f"第{column}个字符", f", column {column}") if column else ("", "")
    return f"第{line}行{more}起不是 {language}", f"no {language} from line {line}{more_en}"


#: What libraries of the language raise that knows no place.
_LIBRARIES: tuple[tuple[type[BaseException], str, str], ...] = (
    (csv.Error, "引号不成对，或有不是文字的字符", "quotes that are not paired, or no text"),
    (zipfile.BadZipFile, "不是 ZIP，或压缩包不完整", "no ZIP, or not all of it"),
    (zlib.error, "压缩的内容已损坏", "what is packed in it is damaged"),
    (EOFError, "文件没有完", "it ends too early"),
    (RecursionError, "嵌套过深", "nested too deeply"),
    (MemoryError, "过大", "too large"),
    (NotImplementedError, "压缩的方式不认识", "packed in an unknown way"),
)


#: What to do about a failure of the system, in Chinese and English.
_WAYS = {
    errno.ENOSPC: ("磁盘已满；腾出空间后再运行", "the disk is full: free some space, run it again"),
    errno.EDQUOT: ("磁盘配额已满；腾出空间后再运行", "the quota is used up: free some space"),
    errno.EFBIG: ("文件超过允许的大小；放宽限制后再运行", "a file may not be that large"),
    errno.EROFS: (
        "此处只读；换到可写的文件夹再运行",
        "it is read-only: run it where it may be written",
    ),
    errno.EACCES: ("没有权限；取得读写权限后再运行", "no permission: get it, run it again"),
    errno.EPERM: ("没有权限；取得读写权限后再运行", "no permission: get it, run it again"),
    errno.ENOENT: ("没有此文件或文件夹", "there is no such file or folder"),
    errno.EMFILE: (
        "打开的文件过多；放宽 ulimit -n 后再运行",
        "too many files: raise ulimit -n",
    ),
    errno.ENOMEM: ("内存不足；关掉别的程序后再运行", "out of memory: close other programs"),
}
#: Windows says of a file that another program has open what it says of one that is forbidden.
_HELD = errno.EACCES, errno.EPERM
_HELD_WAY = (
    "没有权限，或正在别的程序（如 Word）中打开；关掉它再运行",
    "no permission, or it is open in another program, such as Word: close it, run this again",
)
_TELLS_HELD_APART = os.name != "nt"


def system_error_words(error: OSError) -> str:
    """Return what the system refused, where, and the way out, in Chinese and English."""
    if isinstance(error, shutil.Error) and error.args and isinstance(error.args[0], list):
        # many files of a tree: the first says it; of it only the words are left
        source, target, why = (str(part) for part in error.args[0][0][:3])
        number = next((code for code in _WAYS if f"[Errno {code}]" in why), 0)
        # the words name which of the two it was
        named = (path for path in (source, target) if repr(path) in why)
        error = OSError(number, why, next(named, target))
    place = one_line(str(error.filename2 or error.filename or ""))
    zh, en = refusal_of(error)
    where, where_en = (f"（{place}）", f" ({place})") if place else ("", "")
    return f"{zh}{where}；此前的内容没有变 | {en}{where_en}; what was there is unchanged"


def refusal_of(error: OSError) -> tuple[str, str]:
    """Return what the system refused, in Chinese and English, without the place."""
    own, bar, own_en = str(error.strerror or "").partition(" | ")
    if bar:
        # our own words for it
        return own, own_en
    if error.errno in _HELD and not _TELLS_HELD_APART:
        return _HELD_WAY
    number = f" {error.errno}" if error.errno else ""
    return _WAYS.get(error.errno or 0, (f"系统报错{number}", f"the system failed, error{number}"))
