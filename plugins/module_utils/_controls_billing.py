# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Controls: who is told of charges, and when."""

from __future__ import annotations

from typing import Any

from ansible_collections.dayone.aws_account.plugins.module_utils._billing import NO_PREFERENCE, NO_PREFERENCE_JA
from ansible_collections.dayone.aws_account.plugins.module_utils._control import (
    Control,
    Text,
    Verdict,
    everywhere,
    judged,
    listed,
    stands,
)

NO_ALARM = Text("There is no alarm yet: see B3.", "アラームがまだありません。B3 を参照してください。")

Alarm = dict[str, Any]


def billing_alerts(preferences: dict[str, str]) -> Verdict:
    evidence = {"preferences": preferences}
    if not preferences:
        return stands("manual", evidence, Text(NO_PREFERENCE, NO_PREFERENCE_JA))
    return judged(
        "ENABLED" in preferences.values(),
        evidence,
        Text(
            "Set billing_alarm_preference: true.",
            "billing_alarm_preference: true としてください。",
        ),
    )


def spend_budget(budgets: list[str]) -> Verdict:
    return judged(
        bool(budgets),
        {"budgets": budgets},
        Text(
            "Give addresses in billing_alarm_free_tier_emails.",
            "billing_alarm_free_tier_emails にメールアドレスを指定してください。",
        ),
    )


def free_tier(usage: list[dict[str, Any]]) -> Verdict:
    names = listed([f"{item['what']} ({item['percent']} %)" for item in usage])
    return judged(
        not usage,
        {"above_85_percent": usage},
        Text(f"Almost used up: {names.en}.", f"無料枠を使い切りそうです: {names.ja}。"),
        "manual",
    )


def billing_alarm(alarms: list[Alarm]) -> Verdict:
    return judged(
        bool(alarms),
        {"alarms": [{**alarm, "unread": [one.reason for one in alarm["unread"]]} for alarm in alarms]},
        Text(
            "Give amounts in billing_alarm_thresholds.",
            "billing_alarm_thresholds に金額を指定してください。",
        ),
    )


def that_count(alarms: list[Alarm]) -> list[Alarm]:
    """Those that have to be right: the roles' own; where there are none, those of others that tell somebody, or all."""
    ours = [alarm for alarm in alarms if alarm["ours"]]
    return ours or [alarm for alarm in alarms if alarm["speaks"] and alarm["confirmed"]] or alarms


def confirmed(found: list[Alarm]) -> Verdict:
    if not found:
        return stands("fail", {}, NO_ALARM)
    alarms = that_count(found)
    pending, unsubscribed = (
        sorted({address for alarm in alarms for address in alarm[state]}) for state in ("pending", "unsubscribed")
    )
    silent = [alarm["name"] for alarm in alarms if not alarm["speaks"]]
    unheard = [alarm for alarm in alarms if not alarm["confirmed"]]
    deaf = [alarm["name"] for alarm in unheard if not alarm["pending"] and not alarm["unread"]]
    hidden = list({reason: None for alarm in unheard for reason in alarm["unread"]})
    sentences = {
        Text(
            f"AWS has written to {', '.join(pending)}: open the mail and choose 'Confirm subscription'. Until then no "
            "alarm arrives there.",
            f"AWS から {', '.join(pending)} に確認メールが届いています。メールを開いて「Confirm subscription」を選んで"
            "ください。それまでアラームは届きません。",
        ): pending,
        Text(
            f"{', '.join(unsubscribed)} chose 'unsubscribe' in a mail. AWS forgets that after three days; the run "
            "after that subscribes again what is in billing_alarm_emails.",
            f"{', '.join(unsubscribed)} はメールで配信を解除しています。AWS は 3 日後にこれを消し、その後の実行で "
            "billing_alarm_emails の宛先を登録し直します。",
        ): unsubscribed,
        Text(
            f"The actions of alarm {', '.join(silent)} are switched off: in CloudWatch's console choose it, then "
            "'Actions', 'Enable'.",
            f"アラーム {', '.join(silent)} のアクションが無効です。CloudWatch コンソールでアラームを選び、"
            "「アクション」から有効にしてください。",
        ): silent,
        Text(
            f"Alarm {', '.join(deaf)} tells nobody: give addresses in billing_alarm_emails.",
            f"アラーム {', '.join(deaf)} の通知先がありません。billing_alarm_emails にメールアドレスを指定して"
            "ください。",
        ): deaf,
    }
    texts = [*(text for text, about in sentences.items() if about), *(reason.why for reason in hidden)]
    evidence = {"pending": pending, "unsubscribed": unsubscribed, "actions_off": silent, "tell_nobody": deaf}
    status = "fail" if deaf or silent else "manual" if pending or unsubscribed else "unknown"
    remedy = Text(" ".join(text.en for text in texts), "".join(text.ja for text in texts))
    return judged(not texts, evidence, remedy, status)


def described(found: list[Alarm]) -> Verdict:
    if not found:
        return stands("fail", {}, NO_ALARM)
    mute = [alarm["name"] for alarm in that_count(found) if not alarm["description"]]
    names = listed(mute)
    return judged(
        not mute,
        {"without_description": mute},
        Text(
            f"Say in billing_alarm_description what {names.en} is for: it stands in the mail.",
            f"{names.ja} の目的を billing_alarm_description に書いてください。通知メールに載ります。",
        ),
    )


def currency(alarms: list[Alarm], currencies: list[str]) -> Verdict:
    if not alarms:
        return stands("fail", {}, NO_ALARM)
    watched = sorted({alarm["currency"] for alarm in that_count(alarms)})
    evidence = {"watched": watched, "measured": currencies}
    if not currencies:
        return stands(
            "unknown",
            evidence,
            Text(
                "AWS has measured no charges yet; that begins some hours after billing alerts are on.",
                "AWS による請求額の計測がまだ始まっていません。請求アラートを有効にしてから数時間かかります。",
            ),
        )
    wrong = ", ".join(name for name in watched if name not in currencies)
    measured = ", ".join(currencies)
    return judged(
        not wrong,
        evidence,
        Text(
            f"The alarm on {wrong} never fires: AWS measures this account's charges in {measured}. "
            f"Set billing_alarm_currency: {currencies[0]}.",
            f"{wrong} のアラームは決して鳴りません。AWS はこのアカウントの請求額を {measured} で計測しています。"
            f"billing_alarm_currency: {currencies[0]} としてください。",
        ),
    )


_ALARMS = everywhere("PutMetricAlarm", "DeleteAlarms")
_ALARM_LINK = "cloudwatch/home?region=us-east-1#alarmsV2:"
_ALARM_DOCS = ("CloudWatch", "monitor_estimated_charges_with_cloudwatch.html")
CONTROLS = (
    Control(
        "B1",
        Text("Billing alerts are on", "請求アラートの受信設定"),
        "billing",
        ("preferences",),
        billing_alerts,
        "billing_alarm",
        _ALARM_DOCS,
        "billing/home#/preferences",
        variable="billing_alarm_preference",
        changed_by=everywhere("UpdateBillingPreferences"),
    ),
    Control(
        "B2",
        Text("A budget tells of spending", "支出を知らせる予算"),
        "billing",
        ("budgets",),
        spend_budget,
        "billing_alarm",
        ("Budgets", "budgets-managing-costs.html"),
        "costmanagement/home#/budgets",
        meets=("SSB ACCT.10",),
        variable="billing_alarm_free_tier_emails",
        changed_by=everywhere("CreateBudget", "UpdateBudget", "DeleteBudget"),
    ),
    Control(
        "B2.usage",
        Text("The free tier is not used up", "無料枠の残り"),
        "billing",
        ("free_tier",),
        free_tier,
        "billing_alarm",
        ("Billing", "tracking-free-tier-usage.html"),
        "billing/home#/freetier",
    ),
    Control(
        "B3",
        Text("An alarm watches the charges", "請求額のアラーム"),
        "billing",
        ("alarms",),
        billing_alarm,
        "billing_alarm",
        _ALARM_DOCS,
        _ALARM_LINK,
        variable="billing_alarm_thresholds",
        changed_by=_ALARMS,
    ),
    Control(
        "B5",
        Text("Alarms reach somebody", "アラームの通知先"),
        "billing",
        ("alarms",),
        confirmed,
        "billing_alarm",
        _ALARM_DOCS,
        "sns/v3/home?region=us-east-1#/subscriptions",
        variable="billing_alarm_emails",
        changed_by=(*_ALARMS, *everywhere("Subscribe", "ConfirmSubscription", "Unsubscribe", "DeleteTopic")),
    ),
    Control(
        "B6",
        Text("The alarms say what they are for", "アラームの説明"),
        "billing",
        ("alarms",),
        described,
        "billing_alarm",
        _ALARM_DOCS,
        _ALARM_LINK,
        variable="billing_alarm_description",
        changed_by=_ALARMS,
    ),
    Control(
        "B7",
        Text("The alarms watch the right currency", "アラームの通貨"),
        "billing",
        ("alarms", "currencies"),
        currency,
        "billing_alarm",
        _ALARM_DOCS,
        _ALARM_LINK,
        variable="billing_alarm_currency",
        changed_by=_ALARMS,
    ),
)
