# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What only the root user can do, in the console alone: why, where, which clicks, and how a run sees that it is done.

The clicks are those of the IAM and Billing User Guides as they were in 2026:
https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-virt-mfa-for-root.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user_manage_delete-key.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/getting-started-account-iam.html
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ansible_collections.dayone.aws_account.plugins.module_utils import _credential_report
from ansible_collections.dayone.aws_account.plugins.module_utils._control import Readings, Unread
from ansible_collections.dayone.aws_account.plugins.module_utils._credential_report import ROOT, Report

# In the order in which they are best done: the first run may still need root's access key.
STEP_IDS = ("M5", "R4", "R6")


class Guide(NamedTuple):
    """How a person does a step, signed in as the root user."""

    why: str
    url: str
    clicks: tuple[str, ...]
    seen: str
    clicks_ja: tuple[str, ...]

    def remedy(self) -> str:
        """All of it in one paragraph."""
        return f"Sign in as root, open {self.url}, and: {'; '.join(self.clicks)}. The next run sees it."

    def remedy_ja(self) -> str:
        """The same in Japanese."""
        return f"root でサインインし、{self.url} を開いて、{'、'.join(self.clicks_ja)}。次の実行で確認されます。"


GUIDES = {
    "M5": Guide(
        "Whoever has the root user's password has the whole account; a second factor is all that stands in between.",
        "https://console.aws.amazon.com/iam/home#/security_credentials",
        (
            "under 'Multi-factor authentication (MFA)' choose 'Assign MFA device'",
            "give the device a name, choose 'Passkey or security key' or 'Authenticator app', then 'Next'",
            "follow the steps: for an app, scan the QR code, type two codes in a row, then 'Add MFA'",
        ),
        "IAM's account summary then says AccountMFAEnabled: 1.",
        (
            "「多要素認証 (MFA)」で「MFA デバイスの割り当て」を選び",
            "デバイスに名前を付け、「パスキーまたはセキュリティキー」か「認証アプリケーション」を選んで「次へ」を押し",
            "画面の案内に従って登録してください (アプリでは QR コードを読み取り、2 つのコードを入力します)",
        ),
    ),
    "R4": Guide(
        "Without it nobody but the root user sees bills or sets billing alerts, whatever policies say.",
        "https://console.aws.amazon.com/billing/home#/account",
        (
            "find 'IAM user and role access to Billing information'",
            "choose 'Edit'",
            "tick 'Activate IAM Access'",
            "choose 'Update'",
        ),
        "A run by an administrator can then read the billing preferences. Root's own run cannot tell.",
        (
            "「IAM ユーザーおよびロールによる請求情報へのアクセス」の「編集」を選び",
            "「IAM アクセスをアクティブ化」にチェックを入れて「更新」を押してください",
        ),
    ),
    "R6": Guide(
        "An access key of the root user may do everything, needs no second factor, and no policy limits it.",
        "https://console.aws.amazon.com/iam/home#/security_credentials",
        (
            "under 'Access keys' select each key",
            "choose 'Actions', then 'Delete'",
            "in the dialog choose 'Deactivate', type the key's id, and choose 'Delete'",
        ),
        "IAM's account summary then says AccountAccessKeysPresent: 0.",
        (
            "「アクセスキー」でキーを 1 つずつ選び",
            "「アクション」から「削除」を選び",
            "「無効化」を押し、キーの ID を入力して「削除」を押してください",
        ),
    ),
}


class LastUse(NamedTuple):
    """When somebody last signed in as the root user or used its keys, as the credential report of ``reported`` says."""

    when: str  # '' for never, as far as AWS remembers
    reported: str


def last_use(report: Report) -> LastUse:
    """The root user's, by its row of the credential report."""
    return LastUse(_credential_report.last_use(_credential_report.rows(report).get(ROOT, {})), report.made)


def findings(controls: list[dict[str, Any]], readings: Readings) -> dict[str, Any]:
    """What a run returns of the root user: of its controls, as judged, and of what was read."""
    caller, summary, report = (readings[name] for name in ("caller", "summary", "credential_report"))
    steps = open_steps(controls)
    use = None if isinstance(report, Unread) else last_use(report)
    keys_present = not isinstance(summary, Unread) and bool(summary.get("AccountAccessKeysPresent"))
    lines = [line for number, step in enumerate(steps, start=1) for line in step_lines(step, number, len(steps))]
    return {
        "steps": steps,
        "last_used": use.when if use else "",
        "last_used_reported": use.reported if use else "",
        "used_by_this_run": caller.endswith(":root"),
        "text": [
            *lines,
            use_line(use, report.reason if isinstance(report, Unread) else ""),
            *key_lines(caller, keys_present),
        ],
    }


def open_steps(controls: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The steps that are not known to be done, each with its guide. ``unknown`` ones are those a run cannot see."""
    by_id = {control["id"]: control for control in controls}
    return [
        {**by_id[name], "why": guide.why, "url": guide.url, "clicks": list(guide.clicks), "seen": guide.seen}
        for name, guide in ((name, GUIDES[name]) for name in STEP_IDS)
        if by_id[name]["status"] != "pass"
    ]


def steps_to_lead_through(steps: list[dict[str, Any]], used_by_this_run: bool) -> list[dict[str, Any]]:
    """The open steps that can be done, and be seen to be done, while the run waits.

    A run with the root user's key would end itself with that key: it is told at its end how to delete it.
    """
    return [step for step in steps if step["status"] != "unknown" and not (used_by_this_run and step["id"] == "R6")]


def step_lines(step: dict[str, Any], number: int, count: int) -> list[str]:
    """One step for a person to follow."""
    return [
        f"Step {number} of {count}: {step['title']} ({step['id']})",
        f"  Why: {step['why']}",
        f"  Sign in as the root user and open {step['url']}",
        *(f"    {place}. {click}" for place, click in enumerate(step["clicks"], start=1)),
        f"  How the next run sees it: {step['seen']}",
    ]


def key_lines(caller: str, keys_present: bool) -> list[str]:
    """How to close a run that was root's own; nothing for others."""
    if not caller.endswith(":root"):
        return []
    if keys_present:
        guide = GUIDES["R6"]
        return [
            "This run used the root user's credentials. Now that it is over, delete the access key:",
            f"  sign in as the root user and open {guide.url}",
            *(f"    {place}. {click}" for place, click in enumerate(guide.clicks, start=1)),
            "  From now on run as the administrator.",
        ]
    return [
        "This run used the root user's credentials, which are temporary and end by themselves.",
        "From now on run as the administrator.",
    ]


def use_line(use: LastUse | None, why_not: str = "") -> str:
    if use is None:
        return f"When the root user was last used is not known: {why_not}"
    when = f"on {use.when}" if use.when else "never, as far as AWS remembers"
    return (
        f"Last use of the root user: {when}. The credential report of {use.reported} says so; AWS makes a new one "
        "every four hours at most."
    )
