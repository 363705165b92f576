"""Codes, URI and QR code of a virtual MFA device."""

from __future__ import annotations

import base64
import io
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import zxingcpp
from ansible_collections.dayone.aws_account.plugins.module_utils import _totp
from PIL import Image
from unit.qr_codes import render

SERIAL = "arn:aws:iam::123456789012:mfa/break-glass"
SEED = base64.b32encode(b"0123456789" * 4).decode()
URI = f"otpauth://totp/Amazon%20Web%20Services:break-glass%40123456789012?secret={SEED}&issuer=Amazon%20Web%20Services"


# RFC 6238, appendix B, SHA-1: the last six of its eight digits.
@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    seed = base64.b32encode(b"12345678901234567890").decode()
    step = _totp.current_step(seconds)
    assert _totp.code_pair(seed, step)[0] == code
    assert _totp.code_pair(seed, step - 1)[1] == code


def test_uri_names_issuer_device_and_account() -> None:
    assert _totp.device_uri(SERIAL, SEED) == URI
    assert _totp.seed_of(URI) == SEED


def test_a_uri_belongs_to_one_device() -> None:
    assert _totp.is_of_device(URI, SERIAL)
    assert not _totp.is_of_device(URI, SERIAL.replace("break-glass", "admin"))
    assert not _totp.is_of_device(URI, SERIAL.replace("123456789012", "210987654321"))
    # Whatever the order and the number of its parameters, which other tools change.
    assert _totp.is_of_device(URI.replace("&issuer", "&digits=6&issuer"), SERIAL)


def test_the_png_is_read_by_a_real_decoder() -> None:
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(_totp.qr_code_png(URI, SERIAL))).convert("L"))
    assert code.text == URI


def test_the_terminal_drawing_is_read_by_a_real_decoder() -> None:
    (code,) = zxingcpp.read_barcodes(render(_totp.qr_code_text(URI)))
    assert code.text == URI


def response(offset: int) -> dict[str, object]:
    date = format_datetime(datetime.now(UTC) - timedelta(seconds=offset), usegmt=True)
    return {"ResponseMetadata": {"HTTPHeaders": {"date": date}}}


@pytest.mark.parametrize(("offset", "words"), [(300, "300 seconds ahead of AWS's"), (-299, "299 seconds behind AWS's")])
def test_a_clock_that_is_off_is_named(offset: int, words: str) -> None:
    assert words in _totp.why_computed_refused(offset)
    assert words in _totp.why_typed_refused(("123456", "654321"), None, offset)


def test_the_offset_is_measured_by_the_date_header() -> None:
    measured = _totp.clock_offset(response(300))
    assert measured is not None
    assert abs(measured - 300) <= 2
    assert _totp.clock_offset({}) is None
    assert "The clock" not in _totp.why_computed_refused(0)


# The steps, from the present one, that the two codes given are of; a code of no step is in words.
@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((0, 0), "the same code"),
        (("none", "other"), "Neither is a code of this device"),
        (("none", 0), "The first is no code"),
        ((-1, "none"), "The second is no code"),
        ((0, -1), "wrong order"),
        ((-2, 0), "left out"),
        ((-6, -5), "too old"),
        ((6, 7), "The phone's clock is"),
        ((-1, 0), "They look right"),
    ],
)
def test_a_wrong_pair_of_codes_is_explained(given: tuple[int | str, int | str], words: str) -> None:
    present = _totp.current_step()
    codes = [NO_CODES[one] if isinstance(one, str) else _totp.code_pair(SEED, present + one)[0] for one in given]
    for offset in (0, 5):
        assert words in _totp.why_typed_refused((codes[0], codes[1]), SEED, offset)


NO_CODES = {"none": "000000", "other": "000001"}


def test_without_the_seed_the_rule_is_told() -> None:
    assert "follow each other" in _totp.why_typed_refused(("123456", "654321"), None, 0)


def test_a_uri_tells_its_device() -> None:
    assert _totp.is_seed(URI)
    assert not _totp.is_seed("otpauth://totp/Somebody:ada?secret=A")
    assert not _totp.is_seed(URI.replace("secret=", "secret=1"))
    assert not _totp.is_seed(URI.replace("%40123456789012", ""))
    assert _totp.label_of(URI) == ("123456789012", "break-glass")


def test_a_qr_code_tells_its_device() -> None:
    drawn = _totp.qr_code_png(URI, SERIAL)
    Image.open(io.BytesIO(drawn)).verify()
    assert _totp.serial_number_in_png(drawn) == SERIAL
    by_hand = io.BytesIO()
    Image.new("L", (8, 8)).save(by_hand, format="png")
    for other in (by_hand.getvalue(), b"a photo", b"", drawn[1:]):
        assert _totp.serial_number_in_png(other) is None
