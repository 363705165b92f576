# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Controls: the root user, and who is told of what concerns the account."""

from __future__ import annotations

from datetime import datetime, timedelta

from ansible_collections.dayone.aws_account.plugins.module_utils._control import (
    BY_POLICY,
    Control,
    Text,
    Unread,
    Verdict,
    everywhere,
    judged,
    listed,
    stands,
    unread,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._credential_report import (
    ROOT,
    Report,
    last_use,
    rows,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._root_user import GUIDES

# The benchmark says "daily and administrative tasks" and no number; a month without is no daily task.
DAYS_WITHOUT_ROOT = 30
ALTERNATE_CONTACTS = {"BILLING": "請求", "OPERATIONS": "運用", "SECURITY": "セキュリティ"}


def root_keys(summary: dict[str, int]) -> Verdict:
    return judged(
        not summary.get("AccountAccessKeysPresent"),
        {"AccountAccessKeysPresent": summary.get("AccountAccessKeysPresent", 0)},
        Text(GUIDES["R6"].remedy(), GUIDES["R6"].remedy_ja()),
        "manual",
    )


def root_unused(report: Report, now: datetime) -> Verdict:
    used = last_use(rows(report).get(ROOT, {}))
    recently = bool(used) and now - datetime.fromisoformat(used) < timedelta(days=DAYS_WITHOUT_ROOT)
    return judged(
        not recently,
        {"last_used": used, "reported": report.made},
        Text(
            f"The root user was last used on {used}. Sign in as an administrator from now on: this is done when "
            f"{DAYS_WITHOUT_ROOT} days have passed without it.",
            f"root ユーザーは {used} に使われています。今後は管理者ユーザーでサインインしてください。"
            f"{DAYS_WITHOUT_ROOT} 日間使われなければ完了になります。",
        ),
        "manual",
    )


def billing_access(caller: str, preferences: dict[str, str] | Unread) -> Verdict:
    evidence = {"caller": caller}
    if isinstance(preferences, Unread) and not preferences.applies:
        return unread(preferences, evidence)
    if caller.endswith(":root"):
        return stands(
            "unknown",
            evidence,
            Text(
                "This run is root's, which always has access: run it as an administrator to see.",
                "この実行は root によるもので、root は常に請求情報を見られます。管理者として実行すると確認できます。",
            ),
        )
    if isinstance(preferences, Unread) and (not preferences.asked or BY_POLICY.search(preferences.reason)):
        return unread(preferences, evidence)
    return judged(
        not isinstance(preferences, Unread),
        evidence,
        Text(GUIDES["R4"].remedy(), GUIDES["R4"].remedy_ja()),
        "manual",
    )


def contact_details(contact: dict[str, bool]) -> Verdict:
    """Which of the details are there; whether they are true only a person knows."""
    missing = sorted(name for name, there in contact.items() if not there)
    names = listed(missing)
    return judged(
        bool(contact) and not missing,
        {"missing": missing, "read": bool(contact)},
        Text(
            f"Complete the contact information{f' ({names.en})' if missing else ''} in the console: 'Account', "
            "'Contact information', 'Edit'. AWS writes there when the account is in danger.",
            f"コンソールの「アカウント」→「連絡先情報」→「編集」で連絡先{f' ({names.ja})' if missing else ''}を入力して"
            "ください。アカウントに危険が及ぶとき、AWS はここに連絡します。",
        ),
        "manual",
    )


def alternate_contacts(contacts: dict[str, bool]) -> Verdict:
    missing = [kind for kind in ALTERNATE_CONTACTS if not contacts.get(kind)]
    missing_ja = "・".join(ALTERNATE_CONTACTS[kind] for kind in missing)
    return judged(
        not missing,
        {"missing": missing},
        Text(
            f"Name somebody for {', '.join(kind.lower() for kind in missing)} in the console: 'Account', 'Alternate "
            "contacts', 'Edit'. Best is an address that several people read.",
            f"コンソールの「アカウント」→「代替の連絡先」→「編集」で、{missing_ja}の連絡先を登録してください。複数の人が読むアドレスが適しています。",
        ),
        "manual",
    )


CONTROLS = (
    Control(
        "R4",
        Text("IAM users can see billing", "IAM ユーザーによる請求情報の閲覧"),
        "root",
        ("caller", "preferences"),
        billing_access,
        "root_user",
        ("Billing", "control-access-billing.html"),
        "billing/home#/account",
        variable="root_user_manual_steps",
        judges_unread=True,
    ),
    Control(
        "R6",
        Text("The root user has no access keys", "root ユーザーのアクセスキーがないこと"),
        "root",
        ("summary",),
        root_keys,
        "root_user",
        ("IAM", "id_root-user_manage_delete-key.html"),
        "iam/home#/security_credentials",
        meets=("SSB ACCT.02", "CIS 2.4"),
        variable="root_user_manual_steps",
        changed_by=everywhere("CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey"),
    ),
    Control(
        "CIS.2.7",
        Text("The root user does no daily work", "root ユーザーを日常の作業に使わないこと"),
        "root",
        ("credential_report", "now"),
        root_unused,
        "root_user",
        ("IAM", "root-user-best-practices.html"),
        "iam/home#/credential_report",
        meets=("SSB ACCT.02", "CIS 2.7"),
        changed_by=everywhere("ConsoleLogin"),
    ),
    Control(
        "CIS.2.2",
        Text("The account's contact details are complete", "アカウントの連絡先情報"),
        "root",
        ("contact",),
        contact_details,
        "",
        ("Account Management", "manage-acct-update-contact-primary.html"),
        "billing/home#/account",
        meets=("CIS 2.2",),
        changed_by=everywhere("PutContactInformation"),
    ),
    Control(
        "SSB.01",
        Text("Somebody is told of billing, operations and security", "請求・運用・セキュリティの代替連絡先"),
        "root",
        ("alternate_contacts",),
        alternate_contacts,
        "",
        ("Account Management", "manage-acct-update-contact-alternate.html"),
        "billing/home#/account",
        meets=("SSB ACCT.01", "CIS 2.3"),
        changed_by=everywhere("PutAlternateContact", "DeleteAlternateContact"),
    ),
)
