"""Signatures of released editions: who resealed an altered edition has not the publisher's key.

Made and checked by ``ssh-keygen`` (OpenSSH 8.1 or later), which readers have too: the signature of
`SUMS` lies beside it, also in the site as it is served. Whose keys count stands in `SIGNERS` in the
folder of the book, in the form that ssh-keygen knows (``name ssh-ed25519 AAAA…``).
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from cqbook.disk.checksums import SUMS
from cqbook.disk.regular import regular_content
from cqbook.errors import DataError, visible

#: Keys of the publisher; and what they sign here, so that no other signature of theirs passes.
SIGNERS, NAMESPACE = "signers", "cqbook-edition"
#: Beside `SUMS`, which can't list it.
SIGNATURE = f"{SUMS}.sig"
_SECONDS = 60


@dataclass(frozen=True)
class Signature:
    """What is known of a signature: who signed, or why that is not known, in both languages."""

    signer: str = ""
    zh: str = ""
    en: str = ""


def sign(sums: Path, key: Path) -> None:
    """Write the signature of a `SUMS` beside it.

    Raises
    ------
    DataError
        If there is no ssh-keygen, or it can't sign with the key.
    """
    done = _keygen("-q", "-Y", "sign", "-f", str(key), "-n", NAMESPACE, str(sums))
    if done.returncode:
        msg = f"不能用 {key} 签名：{_said(done)} | cannot sign with {key}: {_said(done)}"
        raise DataError(msg)


def signature_of(folder: Path, signers: Path) -> Signature:
    """Return who of the `signers` signed the `SUMS` of a folder.

    Raises
    ------
    DataError
        If there is no ssh-keygen.
    """
    place = folder / SIGNATURE
    if not place.exists():
        return Signature(zh="没有签名", en="not signed")
    if not signers.exists():
        return Signature(zh=f"没有 {SIGNERS}，无从核对签名", en=f"no {SIGNERS} to check it by")
    asked = _keygen("-Y", "find-principals", "-s", str(place), "-f", str(signers))
    signer = asked.stdout.decode("utf-8", errors="replace").strip().split("\n")[0]
    if asked.returncode or not signer:
        return Signature(zh=f"签名的钥匙不在 {SIGNERS} 中", en=f"signed by no key of {SIGNERS}")
    words = ("-f", str(signers), "-I", signer, "-n", NAMESPACE, "-s", str(place))
    content = regular_content(folder / SUMS)
    if _keygen("-Y", "verify", *words, given=content).returncode:
        return Signature(zh="签名与内容不符", en="the signature is not of this content")
    return Signature(signer)


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = done.stderr.decode("utf-8", errors="replace").strip().split("\n")
    return visible(lines[-1])


def _keygen(*words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["ssh-keygen", *words], input=given, capture_output=True, check=False, timeout=_SECONDS
        )
    except FileNotFoundError as error:
        msg = "没有 ssh-keygen（OpenSSH） | there is no ssh-keygen (OpenSSH)"
        raise DataError(msg) from error
    except subprocess.TimeoutExpired as error:
        msg = "ssh-keygen 没有回答 | ssh-keygen did not answer"
        raise DataError(msg) from error
