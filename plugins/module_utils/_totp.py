# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a virtual MFA device is to an authenticator app: an otpauth:// URI, its QR code, its codes over time."""

from __future__ import annotations

import io
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

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


def missing_libraries() -> str | None:
    """How to get the libraries that this needs; None where they are there."""
    for library in ("pyotp", "segno"):
        if library not in globals():
            return str(missing_required_lib(library))
    return None


def device_uri(serial_number: str, seed: str) -> str:
    """The otpauth:// URI for the device, labelled as the console labels it: name@account under AWS's name."""
    account, name = serial_number.split(":")[4], serial_number.rsplit("/", 1)[1]
    return str(pyotp.TOTP(seed).provisioning_uri(name=f"{name}@{account}", issuer_name=ISSUER))


def is_of_device(uri: str, serial_number: str) -> bool:
    """Whether ``uri`` is that of the device with this serial number."""
    try:
        return bool(device_uri(serial_number, seed_of(uri)) == uri)
    except ValueError:
        return False


def seed_of(uri: str) -> str:
    """The seed in an otpauth:// URI.

    Raises:
        ValueError: it is none.
    """
    return str(pyotp.parse_uri(uri).secret)


def qr_code_png(uri: str) -> bytes:
    """The QR code of ``uri`` as a PNG, large enough for a phone to read from a screen."""
    png = io.BytesIO()
    segno.make(uri, error="m").save(png, kind="png", scale=6)
    return png.getvalue()


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


def wait_for_step(step: int) -> None:
    """Sleep until ``step`` has begun."""
    while current_step() < step:
        time.sleep(max(0.05, step * STEP_SECONDS - time.time()))


def clock_offset(response: dict[str, Any]) -> int | None:
    """By how many seconds this machine's clock is ahead of AWS's ``Date`` header; None where there is none."""
    date = response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    return round((datetime.now(UTC) - parsedate_to_datetime(date)).total_seconds()) if date else None


def why_refused(offset: int | None) -> str:
    """Why AWS refused a pair of codes, as far as the clocks (``offset`` as of ``clock_offset``) can tell."""
    if offset is not None and abs(offset) > TOLERATED_SECONDS:
        direction = "ahead of" if offset > 0 else "behind"
        return (
            f"The clock of this machine is {abs(offset)} seconds {direction} AWS's: set it (and the phone's) by the "
            "network's time, then run again."
        )
    return (
        "The two codes have to follow each other directly, the earlier one first, the later one no older than a "
        "minute: wait for a new code, then give it and the next one."
    )
