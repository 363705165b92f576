# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""QR codes of virtual MFA devices, as PNGs beside the seeds that they hold, for a phone to scan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ansible_collections.dayone.aws_account.plugins.module_utils import _totp
from ansible_collections.dayone.aws_account.plugins.module_utils._secrets import (
    read_secret_bytes,
    remove_secret,
    why_locked,
    write_secret,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._seed_keeper import File, KeeperError
from ansible_collections.dayone.aws_account.plugins.module_utils._vault import LockedError, Vault


class QrCodes:
    """Those of the device in use and, ``beside``, of a rotation's."""

    def __init__(self, keeper: File, chosen: str | None, vault: Vault) -> None:
        """Args:
        keeper: the files of the seeds.
        chosen: the file for the QR code; by default that of the seed with .png added.
        vault: what encrypts the pictures.
        """
        self.keeper = keeper
        self.chosen = Path(chosen) if chosen else None
        self.vault = vault

    def place(self, beside: bool = False) -> Path:
        if self.chosen is None:
            return Path(f"{self.keeper.file(beside)}.png")
        return self.chosen.with_name(f"{self.chosen.stem}.new{self.chosen.suffix}") if beside else self.chosen

    def places(self) -> list[Path]:
        return [self.place(beside) for beside in (False, True)]

    def draw(self, serial_number: str, beside: bool) -> None:
        """Draw the kept seed of the device, unless that is done."""
        file, uri = self.place(beside), self.keeper.read(beside=beside)
        if uri and self.drawn_in(file) != serial_number:
            write_secret(file, _totp.qr_code_png(uri, serial_number), self.vault)

    def forget(self, beside: bool) -> None:
        remove_secret(self.place(beside))

    def drawn_in(self, file: Path) -> str | None:
        """The serial number of the device whose QR code is in the file; None where it is none of ours.

        Raises:
            KeeperError: it cannot be read.
        """
        try:
            content = read_secret_bytes(file, self.vault)
        except LockedError:
            raise KeeperError(f"{why_locked(file)} Nothing was changed.") from None
        return _totp.serial_number_in_png(content) if content else None

    def refuse_foreign(self, beside: bool, refuse: Callable[[_totp.Label], None]) -> None:
        """Have ``refuse`` look at whose QR code is where one is to go.

        Raises:
            KeeperError: it is something else than a QR code of ours.
        """
        file = self.place(beside)
        serial_number = self.drawn_in(file)
        if serial_number is None and file.exists():
            raise KeeperError(
                f"'{file}' is no QR code that an earlier run drew: name another qr_code_file, or move that one "
                "away. Nothing was changed."
            )
        if serial_number:
            refuse(_totp.label_of_serial(serial_number))

    def files_of(self, serial_number: str) -> list[Path]:
        """Seed and QR code of the device, when it is a phone's, which has them: only such a seed has a QR code of ours.

        The seed is first, for a QR code that is left says what the seed was for.
        """
        drawn = [file for file in self.places() if self.drawn_in(file) == serial_number]
        if not drawn:
            return []
        seeds = [(self.keeper.file(beside), self.keeper.read(beside=beside)) for beside in (False, True)]
        return [file for file, uri in seeds if uri and _totp.is_of_device(uri, serial_number)] + drawn
