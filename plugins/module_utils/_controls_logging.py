# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Controls: what is recorded of what happens in the account, and who looks out for danger.

Of several trails one that is good is enough. What costs and is a choice does not apply where it is not chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.dayone.aws_account.plugins.module_utils._control import (
    BY_POLICY,
    Control,
    Text,
    Unread,
    Verdict,
    by_region,
    judged,
    listed,
    regional,
    stands,
    unread,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._prices import price_text

NO_TRAIL = Text("There is no trail yet: see T1.", "証跡がまだありません。T1 を参照してください。")
BOTH = {"read", "write"}
KMS_EVENTS = "kms.amazonaws.com"

Trail = dict[str, Any]


def _of_trails(
    good: list[str], trails: list[Trail], evidence: dict[str, Any], remedy: Text, otherwise: str = "fail"
) -> Verdict:
    """Some trail has to be good; where none is, one that could not be read may be."""
    hidden = [one["unread"] for one in trails if one.get("unread")]
    if hidden and not good:
        return unread(hidden[0], evidence)
    return judged(bool(good), evidence, remedy, otherwise)


def _or_none(trails: list[Trail], remedy: Text) -> Text:
    return remedy if trails else NO_TRAIL


def _recording(trails: list[Trail]) -> list[Trail]:
    return [trail for trail in trails if not trail.get("unread") and trail["logging"]]


def _those(trails: list[Trail], good: Callable[[Trail], Any]) -> list[str]:
    return [trail["name"] for trail in _recording(trails) if good(trail)]


def trail(trails: list[Trail]) -> Verdict:
    good = _those(trails, lambda one: one["multi_region"] and one["management_events"])
    told = [{**one, "unread": one["unread"].reason if one.get("unread") else ""} for one in trails]
    return _of_trails(
        good,
        trails,
        {"trails": told},
        Text(
            "Run the role cloudtrail with cloudtrail_multi_region: true.",
            "cloudtrail_multi_region: true としてロール cloudtrail を実行してください。",
        ),
    )


def both_kinds(trails: list[Trail]) -> Verdict:
    good = _those(trails, lambda one: one["multi_region"] and one["left_out"].keys() >= BOTH)
    return _of_trails(
        good,
        trails,
        {"trails": good},
        _or_none(
            trails, Text("Set cloudtrail_read_write_type: all.", "cloudtrail_read_write_type: all としてください。")
        ),
    )


def kms_events(trails: list[Trail]) -> Verdict:
    good = _those(
        trails, lambda one: one["left_out"] and not any(KMS_EVENTS in out for out in one["left_out"].values())
    )
    return _of_trails(
        good,
        trails,
        {"trails": good},
        _or_none(
            trails, Text("Set cloudtrail_log_kms_events: true.", "cloudtrail_log_kms_events: true としてください。")
        ),
    )


def insights(trails: list[Trail]) -> Verdict:
    good = _those(trails, lambda one: one["insights"])
    price = price_text("insights")
    return _of_trails(
        good,
        trails,
        {"trails": good},
        Text(
            f"A choice: cloudtrail_insights. {price.en}",
            f"任意の設定です: cloudtrail_insights。{price.ja}",
        ),
        "not_applicable",
    )


def data_events(trails: list[Trail]) -> Verdict:
    good = _those(trails, lambda one: set(one["objects"]) >= BOTH)
    price = price_text("data_events")
    return _of_trails(
        good,
        trails,
        {"trails": good},
        _or_none(
            trails,
            Text(
                f"Put AWS::S3::Object, without arns, into cloudtrail_data_events. {price.en}",
                f"cloudtrail_data_events に AWS::S3::Object を arns なしで指定してください。{price.ja}",
            ),
        ),
    )


def delivers(trails: list[Trail]) -> Verdict:
    if not trails:
        return stands("fail", {}, NO_TRAIL)
    if all(one.get("unread") for one in trails):
        return unread(trails[0]["unread"])
    failing = {one["name"]: one["delivery_error"] for one in trails if one.get("delivery_error")}
    refused = ", ".join(f"trail '{name}' ({error})" for name, error in failing.items())
    refused_ja = "、".join(f"証跡「{name}」({error})" for name, error in failing.items())
    return judged(
        not failing,
        {"delivery_errors": failing},
        Text(
            f"Look at the policies of bucket, key and topic: CloudTrail is refused for {refused}.",
            f"バケット・キー・トピックのポリシーを確認してください。CloudTrail が拒否されています: {refused_ja}。",
        ),
    )


def encrypted(trails: list[Trail]) -> Verdict:
    good = _those(trails, lambda one: one["kms_key"])
    price = price_text("kms_key")
    return _of_trails(
        good,
        trails,
        {"trails": good},
        _or_none(
            trails,
            Text(
                f"The log files are encrypted with S3's own key; with one of yours you decide who reads them: set "
                f"cloudtrail_encryption: sse-kms. {price.en}",
                "ログファイルは S3 のキーで暗号化されています。自分の KMS キーを使うと、誰が読めるかを決められます: "
                f"cloudtrail_encryption: sse-kms。{price.ja}",
            ),
        ),
    )


def validated(trails: list[Trail]) -> Verdict:
    good = [one["name"] for one in trails if one.get("log_file_validation")]
    return _of_trails(
        good,
        trails,
        {"trails": good},
        _or_none(
            trails,
            Text(
                "Set cloudtrail_validate_log_files: true; where the role keeps a trail that it did not make, "
                "cloudtrail_existing: adopt as well.",
                "cloudtrail_validate_log_files: true としてください。このロールが作っていない証跡を使っている場合は "
                "cloudtrail_existing: adopt も必要です。",
            ),
        ),
    )


def notices(trails: list[Trail]) -> Verdict:
    good = _those(trails, lambda one: one["sns_topic"])
    return _of_trails(
        good,
        trails,
        {"trails": good},
        Text("A choice: cloudtrail_sns_topic.", "任意の設定です: cloudtrail_sns_topic。"),
        "not_applicable",
    )


def tags(found: dict[str, Any]) -> Verdict:
    hidden = next((one for one in found.values() if isinstance(one, Unread)), None)
    tagged = {arn: value for arn, value in found.items() if value and not isinstance(value, Unread)}
    if hidden and not tagged:
        return unread(hidden)
    return judged(
        bool(tagged),
        {"tags": tagged},
        Text("A choice: cloudtrail_tags.", "任意の設定です: cloudtrail_tags。"),
        "not_applicable",
    )


def bucket_logged(found: dict[str, Any], trails: list[Trail]) -> Verdict:
    """The buckets of the account's own trails: that of an organization's is its maker's to look after."""
    if trails and not found:
        return stands("not_applicable", {"trails": [one["name"] for one in trails]})
    hidden = next((one for one in found.values() if isinstance(one, Unread)), None)
    logged = {bucket: target for bucket, target in found.items() if target and not isinstance(target, Unread)}
    if hidden and not logged:
        return unread(hidden)
    names = listed([bucket for bucket in found if bucket not in logged])
    return judged(
        bool(logged),
        {"access_logs": logged},
        NO_TRAIL
        if not found
        else Text(
            f"Switch on server access logging of {names.en}: S3's console, 'Properties', 'Server access logging', "
            "'Edit'. Log files in another bucket, which you make for it.",
            f"S3 コンソールの「プロパティ」→「サーバーアクセスのログ記録」→「編集」で {names.ja} のアクセスログを有効に"
            "してください。ログの保存先には別のバケットを用意します。",
        ),
    )


def key_rotated(found: dict[str, Any]) -> Verdict:
    if not found:
        return stands("not_applicable", {"keys": {}})
    fixed = [key for key, rotated in found.items() if rotated is False]
    hidden = next((one for one in found.values() if isinstance(one, Unread)), None)
    if hidden and not fixed:
        return unread(hidden)
    names = listed(fixed)
    return judged(
        not fixed,
        {"keys": {key: "unread" if isinstance(rotated, Unread) else rotated for key, rotated in found.items()}},
        Text(
            f"Switch on automatic rotation of {names.en}: KMS's console, 'Key rotation'. The role cloudtrail does so "
            "for the key that it makes.",
            f"KMS コンソールの「キーローテーション」で {names.ja} の自動ローテーションを有効にしてください。"
            "ロール cloudtrail が作るキーでは有効になります。",
        ),
    )


def config_records(found: dict[str, Any]) -> Verdict:
    return by_region(
        found,
        lambda there: any(one["recording"] and one["last_status"] != "FAILURE" for one in there),
        Text(
            "Switch AWS Config on in {regions}: its console, 'Get started'. It costs by what changes in the account.",
            "{regions} で AWS Config を有効にしてください (コンソールの「今すぐ始める」)。料金は変更の数によります。",
        ),
    )


def guard_duty(found: dict[str, Any]) -> Verdict:
    return by_region(
        found,
        lambda there: any(one["status"] == "ENABLED" for one in there),
        Text(
            "Switch GuardDuty on in {regions}: its console, 'Get started'. Thirty days are free; then it costs by what "
            "it reads.",
            "{regions} で GuardDuty を有効にしてください (コンソールの「今すぐ始める」)。最初の 30 日間は無料で、"
            "その後は調べた量に応じて料金がかかります。",
        ),
    )


def trusted_advisor(found: list[str] | Unread) -> Verdict:
    """Without a paid support plan AWS refuses everybody, and names no policy.

    https://docs.aws.amazon.com/awssupport/latest/user/get-started-with-aws-trusted-advisor-api.html
    """
    if isinstance(found, Unread):
        if not found.applies or not found.asked or BY_POLICY.search(found.reason):
            return unread(found)
        return stands(
            "manual",
            {"support_plan": "basic"},
            Text(
                "Look into Trusted Advisor in the console now and then: programs may ask it only with a paid support "
                "plan.",
                "コンソールの Trusted Advisor をときどき確認してください。プログラムから読むには有料のサポートプランが"
                "必要です。",
            ),
        )
    names = listed(found)
    return judged(
        not found,
        {"errors": found},
        Text(
            f"Mend what Trusted Advisor marks red: {names.en}.",
            f"Trusted Advisor が赤で示している項目に対処してください: {names.ja}。",
        ),
        "manual",
    )


_LINK = "cloudtrailv2/home?region={region}#/trails"
# A trail that does not log is none to most controls.
_TRAIL = regional("CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging")
_SELECTORS = (*_TRAIL, *regional("PutEventSelectors"))


def _trail_control(
    id_: str,
    title: Text,
    judge: Callable[..., Verdict],
    page: str,
    variable: str,
    *,
    needs: str = "trails",
    meets: tuple[str, ...] = (),
    changed_by: tuple[Any, ...] = _TRAIL,
) -> Control:
    """A control of what the role cloudtrail sets."""
    docs = ("CloudTrail", page)
    return Control(id_, title, "logging", (needs,), judge, "cloudtrail", docs, _LINK, meets, variable, changed_by)


CONTROLS = (
    _trail_control(
        "T1",
        Text("A trail records all regions", "全リージョンの証跡"),
        trail,
        "cloudtrail-create-and-update-a-trail.html",
        "cloudtrail_multi_region",
        meets=("SSB ACCT.07", "CIS 4.1"),
        changed_by=_SELECTORS,
    ),
    _trail_control(
        "T2",
        Text("Read and write events are recorded", "読み取りと書き込みの両イベントの記録"),
        both_kinds,
        "logging-management-events-with-cloudtrail.html",
        "cloudtrail_read_write_type",
        meets=("CIS 4.1",),
        changed_by=_SELECTORS,
    ),
    _trail_control(
        "T3",
        Text("KMS events are recorded", "KMS イベントの記録"),
        kms_events,
        "logging-management-events-with-cloudtrail.html",
        "cloudtrail_log_kms_events",
        changed_by=_SELECTORS,
    ),
    _trail_control(
        "T4",
        Text("Insights look for unusual activity", "Insights による異常な操作の検出"),
        insights,
        "logging-insights-events-with-cloudtrail.html",
        "cloudtrail_insights",
        changed_by=(*_TRAIL, *regional("PutInsightSelectors")),
    ),
    _trail_control(
        "T5",
        Text("Reading and writing of objects is recorded", "S3 データイベントの記録"),
        data_events,
        "logging-data-events-with-cloudtrail.html",
        "cloudtrail_data_events",
        meets=("CIS 4.8", "CIS 4.9"),
        changed_by=_SELECTORS,
    ),
    _trail_control(
        "T6",
        Text("CloudTrail delivers its logs", "ログの配信"),
        delivers,
        "create-s3-bucket-policy-for-cloudtrail.html",
        "cloudtrail_bucket",
        meets=("SSB ACCT.07",),
        changed_by=(*_TRAIL, *regional("PutBucketPolicy", "DeleteBucketPolicy", "DeleteBucket", "PutKeyPolicy")),
    ),
    _trail_control(
        "T7",
        Text("Log files are encrypted with a key of one's own", "自分の KMS キーによるログの暗号化"),
        encrypted,
        "encrypting-cloudtrail-log-files-with-aws-kms.html",
        "cloudtrail_encryption",
        meets=("CIS 4.5",),
    ),
    _trail_control(
        "T8",
        Text("Log files are validated", "ログファイルの検証"),
        validated,
        "cloudtrail-log-file-validation-intro.html",
        "cloudtrail_validate_log_files",
        meets=("CIS 4.2",),
    ),
    _trail_control(
        "T9",
        Text("A topic tells of each log file", "ログファイル配信の SNS 通知"),
        notices,
        "configure-sns-notifications-for-cloudtrail.html",
        "cloudtrail_sns_topic",
    ),
    _trail_control(
        "T10",
        Text("The trail has tags", "証跡のタグ"),
        tags,
        "cloudtrail-concepts.html",
        "cloudtrail_tags",
        needs="trail_tags",
        changed_by=(*_TRAIL, *regional("AddTags", "RemoveTags")),
    ),
    Control(
        "CIS.4.4",
        Text("Access to the trail's bucket is logged", "証跡バケットのアクセスログ"),
        "logging",
        ("bucket_logging", "trails"),
        bucket_logged,
        "",
        ("S3", "ServerLogs.html"),
        "s3/buckets?region={region}",
        meets=("CIS 4.4",),
        changed_by=regional("PutBucketLogging", "CreateTrail", "UpdateTrail"),
    ),
    Control(
        "CIS.4.6",
        Text("The trail's KMS key is rotated", "証跡の KMS キーのローテーション"),
        "logging",
        ("key_rotation",),
        key_rotated,
        "cloudtrail",
        ("KMS", "rotate-keys.html"),
        "kms/home?region={region}#/kms/keys",
        meets=("CIS 4.6",),
        variable="cloudtrail_encryption",
        changed_by=regional("EnableKeyRotation", "DisableKeyRotation", "UpdateTrail"),
    ),
    Control(
        "CIS.4.3",
        Text("AWS Config records changes", "AWS Config による変更の記録"),
        "logging",
        ("recorders",),
        config_records,
        "",
        ("Config", "gs-console.html"),
        "config/home?region={region}#/settings",
        meets=("CIS 4.3",),
        changed_by=regional(
            "PutConfigurationRecorder",
            "StartConfigurationRecorder",
            "StopConfigurationRecorder",
            "DeleteConfigurationRecorder",
        ),
    ),
    Control(
        "SSB.11",
        Text("GuardDuty looks for attacks", "GuardDuty による脅威の検出"),
        "logging",
        ("detectors",),
        guard_duty,
        "",
        ("GuardDuty", "guardduty_settingup.html"),
        "guardduty/home?region={region}#/",
        meets=("SSB ACCT.11",),
        changed_by=regional("CreateDetector", "UpdateDetector", "DeleteDetector"),
    ),
    Control(
        "SSB.12",
        Text("Trusted Advisor finds nothing urgent", "Trusted Advisor の高リスク項目がないこと"),
        "logging",
        ("recommendations",),
        trusted_advisor,
        "",
        ("Support", "get-started-with-aws-trusted-advisor.html"),
        "trustedadvisor/home#/dashboard",
        meets=("SSB ACCT.12",),
        judges_unread=True,
    ),
)
