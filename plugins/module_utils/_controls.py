# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is safe in an account and what is open, judged from what was read of it. No AWS call is made here.

Every control takes the readings and returns how it stands. A reading that AWS refused is an ``Unread``: the control is
``unknown`` then, never ``pass``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from ansible_collections.dayone.aws_account.plugins.module_utils._billing import NO_PREFERENCE
from ansible_collections.dayone.aws_account.plugins.module_utils._root_user import GUIDES

# A refusal that a policy is the reason for, of the caller's or of their organization, says so, and nothing of root's
# switch.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
BY_POLICY = re.compile(r"because no [a-z -]+ allows|explicit deny")
LEAST_PASSWORD_LENGTH = 14  # CIS AWS Foundations Benchmark


class Unread(NamedTuple):
    """A reading that AWS refused, and why; or one that was not ``asked`` for, because botocore does not know it."""

    reason: str
    asked: bool = True


class Verdict(NamedTuple):
    """How a control stands. ``manual``: only a person can mend it, as ``remedy`` says."""

    status: str
    evidence: dict[str, Any]
    remedy: str = ""


Readings = dict[str, Any]


class Control(NamedTuple):
    id: str
    title: str
    needs: tuple[str, ...]
    judge: Callable[..., Verdict]


def _judged(good: bool, evidence: dict[str, Any], remedy: str, otherwise: str = "fail") -> Verdict:
    return Verdict("pass", evidence) if good else Verdict(otherwise, evidence, remedy)


def mfa_devices(devices: dict[str, Any]) -> Verdict:
    return _judged(
        not devices["pending"],
        devices,
        f"Scan the QR code of {', '.join(devices['pending'])} (a PNG in the output directory) with an authenticator "
        "app, then run again at a terminal, or with two codes in iam_admin_mfa_codes.",
        "manual",
    )


def root_mfa(summary: dict[str, int]) -> Verdict:
    return _judged(
        bool(summary.get("AccountMFAEnabled")),
        {"AccountMFAEnabled": summary.get("AccountMFAEnabled", 0)},
        GUIDES["M5"].remedy(),
        "manual",
    )


def administrators(summary: dict[str, int]) -> Verdict:
    count = summary.get("Users", 0)
    return _judged(count > 0, {"Users": count}, "List the administrators in iam_admin_users.")


def password_policy(policy: dict[str, Any]) -> Verdict:
    length = policy.get("MinimumPasswordLength", 0)
    return _judged(
        length >= LEAST_PASSWORD_LENGTH,
        {"MinimumPasswordLength": length},
        f"Set password_policy_minimum_length to {LEAST_PASSWORD_LENGTH} or more.",
    )


def billing_access(caller: str, preferences: dict[str, str] | Unread) -> Verdict:
    evidence = {"caller": caller}
    if caller.endswith(":root"):
        return Verdict(
            "unknown", evidence, "This run is root's, which always has access: run it as an administrator to see."
        )
    if isinstance(preferences, Unread) and (not preferences.asked or BY_POLICY.search(preferences.reason)):
        return Verdict("unknown", evidence, preferences.reason)
    return _judged(
        not isinstance(preferences, Unread),
        evidence,
        GUIDES["R4"].remedy(),
        "manual",
    )


def alias(aliases: list[str]) -> Verdict:
    return _judged(bool(aliases), {"aliases": aliases}, "Choose a name in iam_admin_account_alias.")


def root_keys(summary: dict[str, int]) -> Verdict:
    return _judged(
        not summary.get("AccountAccessKeysPresent"),
        {"AccountAccessKeysPresent": summary.get("AccountAccessKeysPresent", 0)},
        GUIDES["R6"].remedy(),
        "manual",
    )


def _of_trails(good: list[str], trails: list[dict[str, Any]], evidence: dict[str, Any], remedy: str) -> Verdict:
    """Some trail has to be good; where none is, one that could not be read may be."""
    unread = [trail["unread"] for trail in trails if trail.get("unread")]
    return Verdict("unknown", evidence, unread[0]) if unread and not good else _judged(bool(good), evidence, remedy)


def trail(trails: list[dict[str, Any]]) -> Verdict:
    good = [
        trail["name"]
        for trail in trails
        if not trail.get("unread") and trail["multi_region"] and trail["logging"] and trail["management_events"]
    ]
    return _of_trails(good, trails, {"trails": trails}, "Run the role cloudtrail with cloudtrail_multi_region: true.")


def trail_delivers(trails: list[dict[str, Any]]) -> Verdict:
    if not trails:
        return Verdict("fail", {}, "There is no trail yet: see T1.")
    failing = {trail["name"]: trail["delivery_error"] for trail in trails if trail.get("delivery_error")}
    refused = ", ".join(f"trail '{name}' ({error})" for name, error in failing.items())
    return _judged(
        not failing,
        {"delivery_errors": failing},
        f"Look at the policies of bucket, key and topic: CloudTrail is refused for {refused}.",
    )


def log_validation(trails: list[dict[str, Any]]) -> Verdict:
    good = [trail["name"] for trail in trails if trail.get("log_file_validation")]
    return _of_trails(
        good,
        trails,
        {"trails": good},
        "Set cloudtrail_validate_log_files: true; where the role keeps a trail that it did not make, "
        "cloudtrail_existing: adopt as well.",
    )


def billing_alerts(preferences: dict[str, str]) -> Verdict:
    if not preferences:
        return Verdict("manual", {"preferences": preferences}, NO_PREFERENCE)
    return _judged(
        "ENABLED" in preferences.values(), {"preferences": preferences}, "Set billing_alarm_preference: true."
    )


def spend_budget(budgets: list[str]) -> Verdict:
    return _judged(bool(budgets), {"budgets": budgets}, "Give addresses in billing_alarm_free_tier_emails.")


def free_tier(usage: list[dict[str, Any]]) -> Verdict:
    return _judged(
        not usage,
        {"above_85_percent": usage},
        "Almost used up: " + ", ".join(f"{item['what']} ({item['percent']} %)" for item in usage) + ".",
        "manual",
    )


def billing_alarm(alarms: list[dict[str, Any]]) -> Verdict:
    return _judged(bool(alarms), {"alarms": alarms}, "Give amounts in billing_alarm_thresholds.")


def that_count(alarms: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that have to be right: the roles' own; where there are none, those of others that tell somebody, or all."""
    ours = [alarm for alarm in alarms if alarm["ours"]]
    return ours or [alarm for alarm in alarms if alarm["speaks"] and alarm["confirmed"]] or alarms


def confirmed(found: list[dict[str, Any]]) -> Verdict:
    if not found:
        return Verdict("fail", {}, "There is no alarm yet: see B3.")
    alarms = that_count(found)
    pending, unsubscribed = (
        sorted({address for alarm in alarms for address in alarm[state]}) for state in ("pending", "unsubscribed")
    )
    silent = [alarm["name"] for alarm in alarms if not alarm["speaks"]]
    unheard = [alarm for alarm in alarms if not alarm["confirmed"]]
    deaf = [alarm["name"] for alarm in unheard if not alarm["pending"] and not alarm["unread"]]
    unread = sorted({reason for alarm in unheard for reason in alarm["unread"]})
    evidence = {"pending": pending, "unsubscribed": unsubscribed, "actions_off": silent, "tell_nobody": deaf}
    sentences = {
        f"AWS has written to {', '.join(pending)}: open the mail and choose 'Confirm subscription'. Until then no "
        "alarm arrives there.": pending,
        f"{', '.join(unsubscribed)} chose 'unsubscribe' in a mail. AWS forgets that after three days; the run after "
        "that subscribes again what is in billing_alarm_emails.": unsubscribed,
        f"The actions of alarm {', '.join(silent)} are switched off: in CloudWatch's console choose it, then "
        "'Actions', 'Enable'.": silent,
        f"Alarm {', '.join(deaf)} tells nobody: give addresses in billing_alarm_emails.": deaf,
    }
    remedy = " ".join([*(text for text, about in sentences.items() if about), *unread])
    status = "fail" if deaf or silent else "manual" if pending or unsubscribed else "unknown"
    return _judged(not remedy, evidence, remedy, status)


def currency(alarms: list[dict[str, Any]], currencies: list[str]) -> Verdict:
    if not alarms:
        return Verdict("fail", {}, "There is no alarm yet: see B3.")
    watched = sorted({alarm["currency"] for alarm in that_count(alarms)})
    evidence = {"watched": watched, "measured": currencies}
    if not currencies:
        return Verdict(
            "unknown", evidence, "AWS has measured no charges yet; that begins some hours after billing alerts are on."
        )
    wrong = [name for name in watched if name not in currencies]
    return _judged(
        not wrong,
        evidence,
        f"The alarm on {', '.join(wrong)} never fires: AWS measures this account's charges in {', '.join(currencies)}. "
        f"Set billing_alarm_currency: {currencies[0]}.",
    )


# The ids are those of the article's steps.
CONTROLS = (
    Control("M1", "Virtual MFA devices are assigned", ("devices",), mfa_devices),
    Control("M5", "The root user has MFA", ("summary",), root_mfa),
    Control("R2", "There are administrators besides root", ("summary",), administrators),
    Control("R3", "Passwords are long", ("password_policy",), password_policy),
    Control("R4", "IAM users can see billing", (), billing_access),
    Control("R5", "The account has an alias", ("aliases",), alias),
    Control("R6", "The root user has no access keys", ("summary",), root_keys),
    Control("T1", "A trail records all regions", ("trails",), trail),
    Control("T6", "CloudTrail delivers its logs", ("trails",), trail_delivers),
    Control("T8", "Log files are validated", ("trails",), log_validation),
    Control("B1", "Billing alerts are on", ("preferences",), billing_alerts),
    Control("B2", "A budget tells of spending", ("budgets",), spend_budget),
    Control("B2.usage", "The free tier is not used up", ("free_tier",), free_tier),
    Control("B3", "An alarm watches the charges", ("alarms",), billing_alarm),
    Control("B5", "Alarms reach somebody", ("alarms",), confirmed),
    Control("B7", "The alarms watch the right currency", ("alarms", "currencies"), currency),
)


def judge(readings: Readings, ids: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """How every control stands, or those of ``ids``, in the order of CONTROLS."""
    wanted = None if ids is None else set(ids)
    return [
        _as_result(control, _verdict(control, readings))
        for control in CONTROLS
        if wanted is None or control.id in wanted
    ]


def _verdict(control: Control, readings: Readings) -> Verdict:
    if control.judge is billing_access:
        return billing_access(readings["caller"], readings["preferences"])
    missing = next((readings[name] for name in control.needs if isinstance(readings[name], Unread)), None)
    if missing:
        return Verdict("unknown", {}, missing.reason)
    return control.judge(*(readings[name] for name in control.needs))


def _as_result(control: Control, verdict: Verdict) -> dict[str, Any]:
    return {"id": control.id, "title": control.title, **verdict._asdict()}
