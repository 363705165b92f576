# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Controls: users, groups, passwords, keys, and what they may do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ansible_collections.dayone.aws_account.plugins.module_utils._control import (
    Control,
    Text,
    Unread,
    Verdict,
    by_region,
    everywhere,
    judged,
    listed,
    regional,
    stands,
    unread,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._credential_report import (
    Report,
    old_keys,
    unused,
    users,
)

# CIS AWS Foundations Benchmark
LEAST_PASSWORD_LENGTH = 14
REMEMBERED_PASSWORDS = 24
DAYS_UNUSED = 45
DAYS_OF_A_KEY = 90
EXTERNAL = ("ACCOUNT", "ORGANIZATION")


def administrators_group(identities: dict[str, Any]) -> Verdict:
    good = {name: group for name, group in identities["groups"].items() if group["members"] and group["policies"]}
    if not good and identities["federated"]:
        return stands("not_applicable", {"groups": {}, "identity_center": identities["federated"]})
    return judged(
        bool(good),
        {"groups": good},
        Text(
            "Run the role iam_admin: it makes the group iam_admin_group with the policies of "
            "iam_admin_managed_policies.",
            "ロール iam_admin を実行してください。iam_admin_managed_policies のポリシーを持つグループ "
            "iam_admin_group を作成します。",
        ),
    )


def administrators(summary: dict[str, int] | Unread, identities: dict[str, Any] | Unread) -> Verdict:
    """A user, or a role that people of IAM Identity Center take on."""
    if isinstance(summary, Unread):
        return unread(summary)
    count = summary.get("Users", 0)
    federated = [] if isinstance(identities, Unread) else identities["federated"]
    evidence = {"Users": count, "identity_center": federated}
    if not count and isinstance(identities, Unread):
        return unread(identities, evidence)
    return judged(
        count > 0 or bool(federated),
        evidence,
        Text(
            "List the administrators in iam_admin_users.",
            "iam_admin_users に管理者を指定してください。",
        ),
    )


def password_length(policy: dict[str, Any]) -> Verdict:
    length = policy.get("MinimumPasswordLength", 0)
    return judged(
        length >= LEAST_PASSWORD_LENGTH,
        {"MinimumPasswordLength": length},
        Text(
            f"Set password_policy_minimum_length to {LEAST_PASSWORD_LENGTH} or more.",
            f"password_policy_minimum_length を {LEAST_PASSWORD_LENGTH} 以上にしてください。",
        ),
    )


def password_reuse(policy: dict[str, Any]) -> Verdict:
    remembered = policy.get("PasswordReusePrevention", 0)
    return judged(
        remembered >= REMEMBERED_PASSWORDS,
        {"PasswordReusePrevention": remembered},
        Text(
            f"Set password_policy_reuse_prevention to {REMEMBERED_PASSWORDS}.",
            f"password_policy_reuse_prevention を {REMEMBERED_PASSWORDS} にしてください。",
        ),
    )


def alias(aliases: list[str]) -> Verdict:
    return judged(
        bool(aliases),
        {"aliases": aliases},
        Text(
            "Choose a name in iam_admin_account_alias.",
            "iam_admin_account_alias に名前を指定してください。",
        ),
    )


def _still_there(found: dict[str, list[str]], identities: dict[str, Any]) -> dict[str, list[str]]:
    """Without those who were deleted since the report was made, and without who has nothing to be found."""
    return {name: things for name, things in found.items() if things and name in identities["users"]}


def _credentials(found: dict[str, list[str]]) -> Text:
    """Who has which of them."""
    names = listed([f"{name} ({', '.join(things)})" for name, things in found.items()])
    return Text(names.en, names.ja.replace("access key ", "アクセスキー ").replace("(password", "(パスワード"))


def credentials_used(report: Report, identities: dict[str, Any], now: datetime) -> Verdict:
    found = _still_there({name: unused(row, now, DAYS_UNUSED) for name, row in users(report).items()}, identities)
    names = _credentials(found)
    return judged(
        not found,
        {"reported": report.made, "unused": found},
        Text(
            f"Nobody used these for {DAYS_UNUSED} days, as of {report.made}: {names.en}. Deactivate or delete them; "
            "state: absent in iam_admin_users removes a user.",
            f"{DAYS_UNUSED} 日以上使われていません ({report.made} 現在): {names.ja}。無効化または削除してください。"
            "iam_admin_users で state: absent とするとユーザーごと削除できます。",
        ),
    )


def keys_young(report: Report, identities: dict[str, Any], now: datetime) -> Verdict:
    found = _still_there({name: old_keys(row, now, DAYS_OF_A_KEY) for name, row in users(report).items()}, identities)
    names = _credentials(found)
    return judged(
        not found,
        {"reported": report.made, "old": found},
        Text(
            f"Older than {DAYS_OF_A_KEY} days, as of {report.made}: {names.en}. Set rotate_access_key: true in "
            "iam_admin_users.",
            f"{DAYS_OF_A_KEY} 日より古いキーです ({report.made} 現在): {names.ja}。iam_admin_users で "
            "rotate_access_key: true を指定してください。",
        ),
    )


def through_groups(identities: dict[str, Any]) -> Verdict:
    names = listed(list(identities["direct"]))
    return judged(
        not identities["direct"],
        {"direct": identities["direct"]},
        Text(
            f"Policies hang on {names.en} directly: put the users into a group that has these policies, and detach "
            "them from the users.",
            f"{names.ja} にポリシーが直接付いています。同じポリシーを持つグループに入れ、ユーザーから外してください。",
        ),
    )


def nothing_allows_everything(identities: dict[str, Any]) -> Verdict:
    names = listed(identities["full"])
    return judged(
        not identities["full"],
        {"policies": identities["full"]},
        Text(
            f"These policies of your own allow everything: {names.en}. Give what is needed, or AWS's "
            "AdministratorAccess by a group, which everybody recognises.",
            f"すべてを許可する独自のポリシーがあります: {names.ja}。必要な権限に絞るか、AWS 管理の "
            "AdministratorAccess をグループに付けて、誰が見ても分かるようにしてください。",
        ),
    )


def support_role(identities: dict[str, Any]) -> Verdict:
    return judged(
        bool(identities["support"]),
        {"attached_to": identities["support"]},
        Text(
            "Attach AWS's policy AWSSupportAccess to the role or group that is to talk to AWS Support in an incident.",
            "障害や事故のときに AWS サポートへ問い合わせるロールまたはグループに、AWS 管理ポリシー AWSSupportAccess を"
            "付けてください。",
        ),
    )


def cloudshell(identities: dict[str, Any]) -> Verdict:
    names = listed(identities["cloudshell"])
    return judged(
        not identities["cloudshell"],
        {"attached_to": identities["cloudshell"]},
        Text(
            f"AWSCloudShellFullAccess lets {names.en} take files in and out: detach it, or attach a policy without "
            "file transfer.",
            f"AWSCloudShellFullAccess により {names.ja} はファイルを持ち出せます。外すか、ファイル転送を許可しない"
            "ポリシーに替えてください。",
        ),
    )


def certificates(expired: list[str]) -> Verdict:
    names = listed(expired)
    return judged(
        not expired,
        {"expired": expired},
        Text(
            f"Delete what has expired: aws iam delete-server-certificate --server-certificate-name NAME ({names.en}).",
            f"期限切れの証明書 ({names.ja}) を aws iam delete-server-certificate --server-certificate-name 名前 で"
            "削除してください。",
        ),
    )


def analyzers(found: dict[str, Any]) -> Verdict:
    return by_region(
        found,
        lambda there: any(one["status"] == "ACTIVE" and one["type"] in EXTERNAL for one in there),
        Text(
            "Make an analyzer for external access, which costs nothing: IAM's console, 'Access Analyzer', 'Create "
            "analyzer' ({regions}).",
            "外部アクセスのアナライザー (無料) を作成してください: IAM コンソールの「Access Analyzer」→"
            "「アナライザーを作成」({regions})。",
        ),
    )


_ATTACHED = everywhere(
    *(f"{verb}{kind}Policy" for verb in ("Attach", "Detach", "Put", "Delete") for kind in ("User", "Group", "Role"))
)
_KEYS = ("CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey")
_PASSWORD_POLICY = everywhere("UpdateAccountPasswordPolicy", "DeleteAccountPasswordPolicy")
_REPORT = ("credential_report", "identities", "now")
CONTROLS = (
    Control(
        "R1",
        Text("Administrators have their rights through a group", "グループを通じた管理者権限"),
        "identity",
        ("identities",),
        administrators_group,
        "iam_admin",
        ("IAM", "id_groups.html"),
        "iam/home#/groups",
        meets=("SSB ACCT.04",),
        variable="iam_admin_group",
        changed_by=everywhere(
            "CreateGroup",
            "DeleteGroup",
            "AddUserToGroup",
            "RemoveUserFromGroup",
            "AttachGroupPolicy",
            "DetachGroupPolicy",
        ),
    ),
    Control(
        "R2",
        Text("There are administrators besides root", "root 以外の管理者"),
        "identity",
        ("summary", "identities"),
        administrators,
        "iam_admin",
        ("IAM", "getting-started-account-iam.html"),
        "iam/home#/users",
        meets=("SSB ACCT.02", "SSB ACCT.03"),
        variable="iam_admin_users",
        changed_by=everywhere("CreateUser", "DeleteUser"),
        judges_unread=True,
    ),
    Control(
        "R3",
        Text("Passwords are long", "パスワードの長さ"),
        "identity",
        ("password_policy",),
        password_length,
        "password_policy",
        ("IAM", "id_credentials_passwords_account-policy.html"),
        "iam/home#/account_settings",
        meets=("SSB ACCT.06", "CIS 2.8"),
        variable="password_policy_minimum_length",
        changed_by=_PASSWORD_POLICY,
    ),
    Control(
        "CIS.2.9",
        Text("Old passwords are not used again", "パスワードの再利用の禁止"),
        "identity",
        ("password_policy",),
        password_reuse,
        "password_policy",
        ("IAM", "id_credentials_passwords_account-policy.html"),
        "iam/home#/account_settings",
        meets=("CIS 2.9",),
        variable="password_policy_reuse_prevention",
        changed_by=_PASSWORD_POLICY,
    ),
    Control(
        "R5",
        Text("The account has an alias", "アカウントエイリアス"),
        "identity",
        ("aliases",),
        alias,
        "iam_admin",
        ("IAM", "console-account-alias.html"),
        "iam/home#/home",
        variable="iam_admin_account_alias",
        changed_by=everywhere("CreateAccountAlias", "DeleteAccountAlias"),
    ),
    Control(
        "CIS.2.11",
        Text("No credentials lie about unused", "使われていない認証情報がないこと"),
        "identity",
        _REPORT,
        credentials_used,
        "iam_admin",
        ("IAM", "id_credentials_finding-unused.html"),
        "iam/home#/users",
        meets=("CIS 2.11",),
        variable="iam_admin_users",
        changed_by=everywhere(*_KEYS, "CreateLoginProfile", "DeleteLoginProfile", "DeleteUser"),
    ),
    Control(
        "CIS.2.12",
        Text("Access keys are replaced every 90 days", "アクセスキーの 90 日ごとの交換"),
        "identity",
        _REPORT,
        keys_young,
        "iam_admin",
        ("IAM", "id-credentials-access-keys-update.html"),
        "iam/home#/users",
        meets=("CIS 2.12",),
        variable="iam_admin_users",
        changed_by=everywhere(*_KEYS),
    ),
    Control(
        "CIS.2.13",
        Text("Users have permissions through groups only", "ユーザーの権限をグループだけで与えること"),
        "identity",
        ("identities",),
        through_groups,
        "iam_admin",
        ("IAM", "id_users_change-permissions.html"),
        "iam/home#/users",
        meets=("CIS 2.13",),
        variable="iam_admin_group",
        changed_by=everywhere("AttachUserPolicy", "DetachUserPolicy", "PutUserPolicy", "DeleteUserPolicy"),
    ),
    Control(
        "CIS.2.14",
        Text("No policy of one's own allows everything", "すべてを許可する独自ポリシーがないこと"),
        "identity",
        ("identities",),
        nothing_allows_everything,
        "",
        ("IAM", "best-practices.html"),
        "iam/home#/policies",
        meets=("CIS 2.14",),
        changed_by=(*_ATTACHED, *everywhere("CreatePolicy", "CreatePolicyVersion", "SetDefaultPolicyVersion")),
    ),
    Control(
        "CIS.2.15",
        Text("Somebody may talk to AWS Support", "AWS サポートに問い合わせる権限"),
        "identity",
        ("identities",),
        support_role,
        "",
        ("Support", "accessing-support.html"),
        "iam/home#/roles",
        meets=("CIS 2.15",),
        changed_by=_ATTACHED,
    ),
    Control(
        "CIS.2.17",
        Text("IAM has no expired certificates", "IAM に期限切れの証明書がないこと"),
        "identity",
        ("expired_certificates",),
        certificates,
        "",
        ("IAM", "id_credentials_server-certs.html"),
        "iam/home#/home",
        meets=("CIS 2.17",),
        changed_by=everywhere("UploadServerCertificate", "DeleteServerCertificate"),
    ),
    Control(
        "CIS.2.18",
        Text("Access Analyzer looks for access from outside", "外部アクセスを調べる Access Analyzer"),
        "identity",
        ("analyzers",),
        analyzers,
        "",
        ("Access Analyzer", "what-is-access-analyzer.html"),
        "access-analyzer/home?region={region}#/",
        meets=("CIS 2.18",),
        changed_by=regional("CreateAnalyzer", "DeleteAnalyzer"),
    ),
    Control(
        "CIS.2.20",
        Text("CloudShell is not open to everybody", "CloudShell の利用制限"),
        "identity",
        ("identities",),
        cloudshell,
        "",
        ("CloudShell", "sec-auth-with-identities.html"),
        "iam/home#/policies",
        meets=("CIS 2.20",),
        changed_by=_ATTACHED,
    ),
)
