"""Where QR codes of MFA devices lie, and whose they are: one's own is drawn once, another's is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils import _totp
from ansible_collections.dayone.aws_account.plugins.module_utils._qr_codes import QrCodes
from ansible_collections.dayone.aws_account.plugins.module_utils._seed_keeper import File, KeeperError
from ansible_collections.dayone.aws_account.plugins.module_utils._vault import NO_VAULT, Secret, Vault, is_encrypted

ADA, BOB = "arn:aws:iam::123456789012:mfa/ada", "arn:aws:iam::123456789012:mfa/bob"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LOCKED = Vault((Secret("default", b"a vault password"),), encrypts=True)


def codes(directory: Path, chosen: str | None = None, vault: Vault = NO_VAULT) -> QrCodes:
    return QrCodes(File(directory / "ada.mfa", vault), chosen, vault)


def test_they_lie_beside_the_seed_or_where_somebody_chose(tmp_path: Path) -> None:
    assert [file.name for file in codes(tmp_path).places()] == ["ada.mfa.png", "ada.mfa.new.png"]
    chosen = codes(tmp_path, str(tmp_path / "pictures" / "scan.png"))
    assert chosen.places() == [tmp_path / "pictures" / "scan.png", tmp_path / "pictures" / "scan.new.png"]


@pytest.mark.parametrize("vault", [NO_VAULT, LOCKED])
def test_one_is_drawn_once_and_says_whose_it_is(tmp_path: Path, vault: Vault) -> None:
    own = codes(tmp_path, vault=vault)
    own.draw(ADA, beside=False)
    # There is no seed yet.
    assert not own.place().exists()
    own.keeper.write(_totp.device_uri(ADA, SEED))
    own.draw(ADA, beside=False)
    assert own.place().stat().st_mode & 0o777 == 0o600
    assert is_encrypted(own.place().read_bytes()) is vault.encrypts
    assert own.drawn_in(own.place()) == ADA
    assert own.files_of(ADA) == [tmp_path / "ada.mfa", tmp_path / "ada.mfa.png"]
    assert own.files_of(BOB) == []
    drawn = own.place().stat()
    own.draw(ADA, beside=False)
    assert own.place().stat() == drawn
    # A picture that is left over from another device gives way.
    own.draw(BOB, beside=False)
    assert own.drawn_in(own.place()) == BOB
    # The seed is still that of the first.
    assert own.files_of(BOB) == [tmp_path / "ada.mfa.png"]
    own.forget(beside=False)
    assert not own.place().exists()


def test_whose_it_is_is_asked_and_a_foreign_file_is_left_alone(tmp_path: Path) -> None:
    own = codes(tmp_path)
    asked: list[_totp.Label] = []
    own.refuse_foreign(False, asked.append)
    assert asked == []
    own.keeper.write(_totp.device_uri(ADA, SEED))
    own.draw(ADA, beside=False)
    own.refuse_foreign(False, asked.append)
    assert asked == [_totp.label_of_serial(ADA)]
    own.place().write_bytes(b"somebody's picture")
    with pytest.raises(KeeperError, match="is no QR code that an earlier run drew"):
        own.refuse_foreign(False, asked.append)
    assert own.place().read_bytes() == b"somebody's picture"


def test_one_that_another_password_has_encrypted_is_not_guessed_at(tmp_path: Path) -> None:
    locked = codes(tmp_path, vault=LOCKED)
    locked.keeper.write(_totp.device_uri(ADA, SEED))
    locked.draw(ADA, beside=False)
    with pytest.raises(KeeperError, match="Nothing was changed"):
        codes(tmp_path).drawn_in(locked.place())
