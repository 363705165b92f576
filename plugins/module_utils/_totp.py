# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a virtual MFA device is to an authenticator app: an otpauth:// URI, its QR code, its codes over time."""

from __future__ import annotations

import io
import struct
import time
import zlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import quote

try:
    import pyotp
    import segno
except ImportError:
    pass  # the module says so through missing_libraries()

from ansible.module_utils.basic import missing_required_lib

ISSUER = "Amazon Web Services"
STEP_SECONDS = 30
# AWS takes codes of the steps next to its own: a clock further off than this is why it refuses them.
TOLERATED_SECONDS = STEP_SECONDS
# How far around the present a code is looked for, to tell a person what it is: ten minutes.
SEARCHED_STEPS = 20
# What a QR code of ours says in a text chunk, before the serial number: https://www.w3.org/TR/png-3/#11tEXt
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_TITLE = b"tEXtTitle\0dayone.aws_account "
PNG_END_BYTES = 12


class Label(NamedTuple):
    """Which device a seed or a QR code is of."""

    account: str
    name: str


def missing_libraries() -> str | None:
    """How to get the libraries that this needs; None where they are there."""
    for library in ("pyotp", "segno"):
        if library not in globals():
            return str(missing_required_lib(library))
    return None


def device_uri(serial_number: str, seed: str) -> str:
    """The otpauth:// URI for the device, labelled as the console labels it: name@account under AWS's name."""
    account, name = label_of_serial(serial_number)
    return str(pyotp.TOTP(seed).provisioning_uri(name=f"{name}@{account}", issuer_name=ISSUER))


def is_of_device(uri: str, serial_number: str) -> bool:
    """Whether ``uri`` is that of the device with this serial number."""
    return label_of(uri) == label_of_serial(serial_number)


def label_of_serial(serial_number: str) -> Label:
    return Label(serial_number.split(":")[4], serial_number.rsplit("/", 1)[1])


def label_of(uri: str) -> Label:
    """The device whose URI this is; what ``is_seed`` took is one's."""
    name, _at, account = str(pyotp.parse_uri(uri).name).rpartition("@")
    return Label(account, name)


def is_seed(text: str) -> bool:
    """Whether ``text`` is what this collection keeps of a virtual MFA device of AWS, undamaged."""
    if not text.startswith(f"otpauth://totp/{quote(ISSUER)}:"):
        return False
    try:
        return bool(all(label_of(text)) and pyotp.parse_uri(text).byte_secret())
    except ValueError:
        return False


def seed_of(uri: str) -> str:
    """The seed in an otpauth:// URI.

    Raises:
        ValueError: it is none.
    """
    return str(pyotp.parse_uri(uri).secret)


def qr_code_png(uri: str, serial_number: str) -> bytes:
    """The QR code of ``uri`` as a PNG that a phone can read from a screen, and that says which device it is of."""
    png = io.BytesIO()
    segno.make(uri, error="m").save(png, kind="png", scale=6)
    drawn, title = png.getvalue(), PNG_TITLE + serial_number.encode()
    chunk = struct.pack(">I", len(title) - 4) + title + struct.pack(">I", zlib.crc32(title))
    return drawn[:-PNG_END_BYTES] + chunk + drawn[-PNG_END_BYTES:]


def serial_number_in_png(content: bytes) -> str | None:
    """The serial number of the device whose QR code ``qr_code_png`` drew; None of any other file."""
    before, title, rest = content.rpartition(PNG_TITLE)
    if not title or not content.startswith(PNG_SIGNATURE):
        return None
    (length,) = struct.unpack(">I", before[-4:])
    return rest[: length + 4 - len(PNG_TITLE)].decode(errors="replace")


def qr_code_text(uri: str) -> str:
    """The QR code of ``uri`` for a terminal, two rows of it in each line."""
    text = io.StringIO()
    segno.make(uri, error="l").terminal(text, compact=True)
    return text.getvalue()


def code_pair(seed: str, earlier_step: int) -> tuple[str, str]:
    """The codes of the step ``earlier_step`` (counted from 1970) and of the one after it (RFC 6238)."""
    totp = pyotp.TOTP(seed)
    return totp.at(earlier_step * STEP_SECONDS), totp.at((earlier_step + 1) * STEP_SECONDS)


def current_step(now: float | None = None) -> int:
    """The number of the step that ``now`` (seconds since 1970; the clock's time) lies in."""
    return int(time.time() if now is None else now) // STEP_SECONDS


def begin_of(step: int) -> int:
    """When ``step`` begins, in seconds since 1970."""
    return step * STEP_SECONDS


def clock_offset(response: dict[str, Any]) -> int | None:
    """By how many seconds this machine's clock is ahead of AWS's ``Date`` header; None where that tells no time."""
    try:
        date = parsedate_to_datetime(response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date") or "")
    except ValueError:
        return None
    # One of zone -0000 comes without a zone.
    return round((datetime.now(UTC) - date.replace(tzinfo=date.tzinfo or UTC)).total_seconds())


def is_far_off(offset: int | None) -> bool:
    """Whether a clock that is ``offset`` seconds ahead of AWS's computes codes that AWS refuses."""
    return offset is not None and abs(offset) > TOLERATED_SECONDS


def why_computed_refused(offset: int | None) -> str:
    """Why AWS refused codes that were computed from the seed (``offset`` as of ``clock_offset``)."""
    if is_far_off(offset):
        return (
            f"{_clock(offset)}, so it computes codes of another time: set it by the network's time, then run again; "
            "it carries on."
        )
    return "The codes were those of this moment, so the seed that is kept may be another device's."


def why_typed_refused(codes: tuple[str, str], seed: str | None, offset: int | None) -> str:
    """Why AWS refused a pair of codes that a person gave, and what to do.

    Args:
        codes: the codes, the earlier one first.
        seed: the device's seed, which tells what the codes are; None where only the phone has it.
        offset: as of ``clock_offset``.
    """
    if codes[0] == codes[1]:
        why = "Both are the same code: wait until the app shows another one."
    elif seed is None:
        why = (
            "The two codes have to follow each other directly, the earlier one first, the later one no older than a "
            "minute: wait for a new code, then give it and the next one."
        )
    else:
        why = _what_is_wrong(codes, seed, time.time() - (offset or 0))
    return f"{why} ({_clock(offset)}.)" if is_far_off(offset) else why


def _what_is_wrong(codes: tuple[str, str], seed: str, now: float) -> str:
    """What is wrong with two codes at AWS's time ``now``, by the steps that they belong to."""
    present = current_step(now)
    first, second = (_step_of(code, seed, present) for code in codes)
    if first is None and second is None:
        return (
            "Neither is a code of this device: see that the app shows the entry that you scanned just now (an older "
            "one of the same name can be deleted), and that the phone's clock is right."
        )
    if first is None or second is None:
        return f"The {'first' if first is None else 'second'} is no code of this device: it may be mistyped."
    if second != first + 1:
        return (
            "They are in the wrong order: give the earlier code first."
            if second < first
            else "They do not follow each other directly: a code between the two was left out."
        )
    return _what_is_untimely(second, now)


def _what_is_untimely(step: int, now: float) -> str:
    """What is wrong with consecutive codes, the later of which is that of ``step``."""
    if step < current_step(now) - 1:
        return (
            f"They are too old, by {round(now) - begin_of(step + 1)} seconds: give two new ones as soon as the app "
            "shows them. If these were new, the phone's clock is slow: set it by the network's time."
        )
    if step > current_step(now) + 1:
        ahead = begin_of(step) - round(now)
        return f"The phone's clock is {ahead} seconds ahead of AWS's: set it by the network's time."
    return "They look right, and may have been used before: wait for a new code, then give it and the next one."


def _step_of(code: str, seed: str, around: int) -> int | None:
    """The step whose code this is, the nearest to ``around``; None where it is none of the last or next ten minutes."""
    totp = pyotp.TOTP(seed)
    near = sorted(range(around - SEARCHED_STEPS, around + SEARCHED_STEPS + 1), key=lambda step: abs(step - around))
    return next((step for step in near if totp.at(step * STEP_SECONDS) == code), None)


def _clock(offset: int | None) -> str:
    seconds = offset or 0
    return f"The clock of this machine is {abs(seconds)} seconds {'ahead of' if seconds > 0 else 'behind'} AWS's"
