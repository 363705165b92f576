# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Controls: multi-factor authentication."""

from __future__ import annotations

from typing import Any

from ansible_collections.dayone.aws_account.plugins.module_utils._control import (
    Control,
    Text,
    Verdict,
    everywhere,
    judged,
    listed,
    stands,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._credential_report import (
    Report,
    has_password,
    users,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._root_user import GUIDES


def devices_assigned(devices: dict[str, Any]) -> Verdict:
    names = listed(devices["pending"])
    return judged(
        not devices["pending"],
        {"assigned": devices["assigned"], "pending": devices["pending"]},
        Text(
            f"Scan the QR code of {names.en} (a PNG in the output directory) with an authenticator app, then run again "
            "at a terminal, or with two codes in iam_admin_mfa_codes.",
            f"{names.ja} の QR コード (出力ディレクトリの PNG) を認証アプリで読み取り、端末から再実行するか、"
            "iam_admin_mfa_codes に 2 つのコードを指定してください。",
        ),
        "manual",
    )


def users_have_mfa(report: Report, devices: dict[str, Any], identities: dict[str, Any]) -> Verdict:
    """The report may be hours old: of who has been given a device since, or is gone, newer readings know."""
    known = users(report)
    without = [
        name
        for name, row in known.items()
        if has_password(row)
        and row["mfa_active"] != "true"
        and name not in devices["users"]
        and name in identities["users"]
    ]
    new = [name for name in identities["users"] if name not in known and name not in devices["users"]]
    evidence = {"reported": report.made, "without_mfa": without, "not_in_report": new}
    if without:
        names = listed(without)
        return stands(
            "fail",
            evidence,
            Text(
                f"Give {names.en} a device: set mfa in iam_admin_users, or let them assign one in the console. Of "
                f"security keys and passkeys AWS says what was on {report.made}.",
                f"{names.ja} に MFA デバイスを割り当ててください。iam_admin_users の mfa を設定するか、"
                f"本人がコンソールで登録します。セキュリティキーとパスキーについては {report.made} 現在の情報です。",
            ),
        )
    names = listed(new)
    return judged(
        not new,
        evidence,
        Text(
            f"AWS's credential report is of {report.made} and does not know {names.en} yet; it is made anew every four "
            "hours at most.",
            f"AWS の認証情報レポート ({report.made} 作成) にはまだ {names.ja} が載っていません。"
            "レポートは最短でも 4 時間おきに作り直されます。",
        ),
        "unknown",
    )


def root_mfa(summary: dict[str, int]) -> Verdict:
    return judged(
        bool(summary.get("AccountMFAEnabled")),
        {"AccountMFAEnabled": summary.get("AccountMFAEnabled", 0)},
        Text(GUIDES["M5"].remedy(), GUIDES["M5"].remedy_ja()),
        "manual",
    )


def root_hardware_mfa(summary: dict[str, int], devices: dict[str, Any]) -> Verdict:
    """Whether root's MFA is more than an app: a passkey, a security key or a hardware token.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html
    """
    enabled = bool(summary.get("AccountMFAEnabled"))
    evidence = {"AccountMFAEnabled": int(enabled), "virtual_device": bool(devices["root"])}
    if not enabled:
        return stands(
            "manual",
            evidence,
            Text(
                "The root user has no MFA yet: see M5, and choose 'Passkey or security key' there.",
                "root ユーザーにはまだ MFA がありません。M5 の手順で「パスキーまたはセキュリティキー」を"
                "選んでください。",
            ),
        )
    return judged(
        not devices["root"],
        evidence,
        Text(
            "Sign in as root, assign a security key or a passkey as well, and then remove the authenticator app.",
            "root でサインインし、セキュリティキーまたはパスキーも登録してから、認証アプリの登録を削除してください。",
        ),
        "manual",
    )


_DEVICES = ("EnableMFADevice", "DeactivateMFADevice")
CONTROLS = (
    Control(
        "M1",
        Text("Virtual MFA devices are assigned", "仮想 MFA デバイスの割り当て"),
        "mfa",
        ("devices",),
        devices_assigned,
        "iam_admin",
        ("IAM", "id_credentials_mfa_enable_virtual.html"),
        "iam/home#/users",
        variable="iam_admin_mfa_codes",
        changed_by=everywhere("CreateVirtualMFADevice", *_DEVICES, "DeleteVirtualMFADevice"),
    ),
    Control(
        "M3",
        Text("Users with a password have MFA", "パスワードを持つユーザーの MFA"),
        "mfa",
        ("credential_report", "devices", "identities"),
        users_have_mfa,
        "iam_admin",
        ("IAM", "id_credentials_mfa.html"),
        "iam/home#/users",
        meets=("SSB ACCT.05", "CIS 2.10"),
        variable="iam_admin_users",
        changed_by=everywhere(*_DEVICES, "CreateLoginProfile", "DeleteLoginProfile", "CreateUser", "DeleteUser"),
    ),
    Control(
        "M5",
        Text("The root user has MFA", "root ユーザーの MFA"),
        "mfa",
        ("summary",),
        root_mfa,
        "root_user",
        ("IAM", "enable-virt-mfa-for-root.html"),
        "iam/home#/security_credentials",
        meets=("SSB ACCT.02", "SSB ACCT.05", "CIS 2.5"),
        variable="root_user_manual_steps",
        changed_by=everywhere(*_DEVICES),
    ),
    Control(
        "CIS.2.6",
        Text("The root user's MFA is more than an app", "root ユーザーのハードウェア MFA またはパスキー"),
        "mfa",
        ("summary", "devices"),
        root_hardware_mfa,
        "",
        ("IAM", "root-user-best-practices.html"),
        "iam/home#/security_credentials",
        meets=("CIS 2.6",),
        changed_by=everywhere(*_DEVICES),
    ),
)
