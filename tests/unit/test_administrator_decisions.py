"""What the administrators lack, which keys are replaced, which policies are weakened: decided without AWS."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from ansible_collections.dayone.aws_account.plugins.filter.broken_password_rules import broken_password_rules
from ansible_collections.dayone.aws_account.plugins.module_utils._access_key import (
    AccessKey,
    profile_in,
    remove_profile,
    to_csv,
    write_profile,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._administrators import (
    Group,
    RefusalError,
    User,
    allows_everything,
    check_rights,
    check_who_goes,
    device_of,
    group_of,
    inline_policy_change,
    lacks_tags,
    other_paths,
    remaining,
    requires_mfa_anew,
    spelled,
    users_of,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._vault import NO_VAULT
from ansible_collections.dayone.aws_account.plugins.modules.iam_access_key_file import (
    Interrupted,
    Keys,
    Plan,
    decide,
)
from ansible_collections.dayone.aws_account.plugins.modules.iam_account_alias import FORM
from ansible_collections.dayone.aws_account.plugins.modules.iam_administrators_info import files_of
from ansible_collections.dayone.aws_account.plugins.modules.iam_password_policy_info import compared

AT = 1_800_000_000.0  # when a key was made, in seconds since 1970

POLICY: dict[str, Any] = {
    "min_pw_length": 14,
    "require_symbols": True,
    "require_numbers": True,
    "require_uppercase": True,
    "require_lowercase": True,
    "allow_pw_change": True,
    "pw_max_age": 0,
    "pw_reuse_prevent": 24,
    "pw_expire": False,
}


@pytest.mark.parametrize(
    ("keys", "in_file", "rotate", "interrupted", "plan"),
    [
        # Nothing there, something there, its secret known or not.
        ([], "", False, None, Plan([], True, [], "", False)),
        (["A"], "A", False, None, Plan([], False, [], "A", True)),
        (["A", "B"], "", False, None, Plan([], False, [], "A", False)),
        (["B"], "A", False, None, Plan([], False, [], "B", False)),
        # Rotation, from its start to its end, killed after each step.
        (["A"], "A", True, None, Plan([], True, ["A"], "", False)),
        (["A"], "A", False, Interrupted(["A"], True, AT), Plan([], True, ["A"], "", False)),
        (["A", "B"], "A", False, Interrupted(["A"], True, AT), Plan(["B"], True, ["A"], "", False)),
        (["A", "B"], "B", True, Interrupted(["A"], True, AT), Plan([], False, ["A"], "B", True)),
        (["B"], "B", True, Interrupted(["A"], True, AT), Plan([], False, [], "B", True)),
        # A first key whose secret was lost, and one that was written in time.
        (["A"], "", False, Interrupted([], False, AT), Plan(["A"], True, [], "", False)),
        (["A"], "A", False, Interrupted([], False, AT), Plan([], False, [], "A", True)),
        # A key that was made by hand long after a run was killed is not its own, nor is one of a note without a time.
        (["A"], "", False, Interrupted([], False, AT - 3600), Plan([], False, [], "A", False)),
        (["A"], "", False, Interrupted([], False), Plan([], False, [], "A", False)),
        (["X"], "", False, Interrupted(["A"], True, AT - 3600), Plan([], False, [], "X", False)),
        (["A", "X"], "A", False, Interrupted(["A"], True, AT - 3600), Plan([], True, ["A"], "", False)),
        (["B", "X"], "B", True, Interrupted(["A"], True, AT - 3600), Plan([], False, [], "B", True)),
    ],
)
def test_what_is_done_about_keys(
    keys: list[str], in_file: str, rotate: bool, interrupted: Interrupted | None, plan: Plan
) -> None:
    assert decide(dict.fromkeys(keys, AT), in_file, rotate, interrupted) == plan


@pytest.mark.parametrize(("there", "stays"), [(["A"], False), (["A", "B"], False), (["A", "C"], True)])
def test_the_note_stays_as_long_as_a_key_is_unknown(tmp_path: Path, there: list[str], stays: bool) -> None:
    keys = Keys.__new__(Keys)
    keys.path, keys.marker, keys.vault = tmp_path / "file", tmp_path / "note", NO_VAULT
    keys.path.write_text(to_csv(AccessKey("B", "secret")))
    keys.marker.write_text("{}")
    with patch.object(Keys, "created", return_value=dict.fromkeys(there, AT)):
        keys.forget(["A"])
    assert keys.marker.exists() == stays


KEY = AccessKey("AKIANEW", "secret/new+=")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "[ada]\naws_access_key_id = AKIANEW\naws_secret_access_key = secret/new+=\n"),
        (
            "# mine\n[other]\nregion=x\n",
            "# mine\n[other]\nregion=x\n\n[ada]\naws_access_key_id = AKIANEW\naws_secret_access_key = secret/new+=\n",
        ),
        (
            "[ada]\naws_access_key_id=OLD\nregion = x\naws_secret_access_key=old\n\n[z]\na = 1\n",
            "[ada]\naws_access_key_id = AKIANEW\naws_secret_access_key = secret/new+=\nregion = x\n\n[z]\na = 1\n",
        ),
        (
            "[ada] # hers\nAWS_ACCESS_KEY_ID: OLD\naws_secret_access_key : old\n[z]\n",
            "[ada] # hers\naws_access_key_id = AKIANEW\naws_secret_access_key = secret/new+=\n[z]\n",
        ),
    ],
)
def test_a_profile_is_written_and_all_else_stays(tmp_path: Path, before: str, after: str) -> None:
    file = tmp_path / "credentials"
    file.write_text(before)
    write_profile(file, "ada", KEY)
    assert file.read_text() == after
    assert profile_in(file, "ada") == "AKIANEW"
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[ada]\naws_access_key_id = K\naws_secret_access_key = s\n", None),
        (
            "# mine\n[a]\nx = 1\n\n[ada]\naws_access_key_id = K\naws_secret_access_key = s\n",
            "# mine\n[a]\nx = 1\n",
        ),
        (
            "[ada]\nAWS_ACCESS_KEY_ID: K\nregion = x\naws_secret_access_key: s\n\n[z]\na = 1\n",
            "[ada]\nregion = x\n\n[z]\na = 1\n",
        ),
        ("[z]\na = 1\n", "[z]\na = 1\n"),
    ],
)
def test_a_profile_goes_and_all_else_stays(tmp_path: Path, before: str, after: str | None) -> None:
    file = tmp_path / "credentials"
    file.write_text(before)
    remove_profile(file, "ada")
    assert (file.read_text() if file.exists() else None) == after
    remove_profile(file, "ada")


def test_a_link_to_a_credentials_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("")
    (tmp_path / "credentials").symlink_to(tmp_path / "real")
    write_profile(tmp_path / "credentials", "ada", KEY)
    assert (tmp_path / "credentials").is_symlink()
    assert profile_in(tmp_path / "real", "ada") == "AKIANEW"


def test_profiles_that_are_not_there_and_files_that_are_none(tmp_path: Path) -> None:
    assert profile_in(tmp_path / "none", "ada") is None
    file = tmp_path / "credentials"
    file.write_text("[ada]\nrole_arn = x\n")
    assert profile_in(file, "ada") == ""
    file.write_text("no profile\n")
    with pytest.raises(ValueError, match="is not a credentials file"):
        profile_in(file, "ada")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("aws_secret_access_key = hidden\n", "see line 1$"),
        ("[ada]\nhidden\n", "see line 2$"),
        ("[ada]\nx = hidden\nx = hidden\n", "see line 3$"),
    ],
)
def test_a_file_that_is_no_credentials_file_is_not_quoted(tmp_path: Path, text: str, line: str) -> None:
    file = tmp_path / "credentials"
    file.write_text(text)
    with pytest.raises(ValueError, match=line) as read:
        profile_in(file, "ada")
    with pytest.raises(ValueError, match=line) as written:
        write_profile(file, "ada", KEY)
    with pytest.raises(ValueError, match=line) as removed:
        remove_profile(file, "ada")
    assert "hidden" not in f"{read.value} {written.value} {removed.value}"
    assert file.read_text() == text


DETAILS = {
    "UserDetailList": [
        {"UserName": "ada", "GroupList": ["Administrators"]},
        {"UserName": "bob", "GroupList": ["Others"]},
    ],
    "GroupDetailList": [
        {
            "GroupName": "Administrators",
            "AttachedManagedPolicies": [{"PolicyArn": "arn:x", "PolicyName": "x"}],
            "GroupPolicyList": [{"PolicyName": "dayone-require-mfa", "PolicyDocument": {"Statement": []}}],
        }
    ],
}


@pytest.mark.parametrize("name", ["Administrators", "ADMINISTRATORS"])
def test_the_group_in_the_account(name: str) -> None:
    inline = {"dayone-require-mfa": {"Statement": list[Any]()}}
    assert group_of(DETAILS, name) == Group("Administrators", "/", {"arn:x": "x"}, inline, {"ada"})
    assert group_of(DETAILS, "Others") is None


@pytest.mark.parametrize(
    ("wanted", "change"),
    [
        ({"Statement": []}, ""),
        ({"Statement": [1]}, "put"),
        ({}, "delete"),
        (None, ""),
    ],
)
def test_the_policy_that_requires_mfa(wanted: dict[str, Any] | None, change: str) -> None:
    params = {"inline_policy": wanted, "inline_policy_name": "dayone-require-mfa"}
    assert inline_policy_change(params, group_of(DETAILS, "Administrators")) == change
    assert inline_policy_change(params, None) == ("put" if wanted else "")


@pytest.mark.parametrize(
    ("wanted", "left", "anew"),
    [
        ({"Statement": []}, {"ada"}, False),
        ({"Statement": []}, {"ada", "eve"}, True),
        ({"Statement": [1]}, {"ada"}, True),
        ({}, {"ada", "eve"}, False),
        # Left alone, it is there for who joins.
        (None, {"ada"}, False),
        (None, {"ada", "eve"}, True),
    ],
)
def test_who_needs_mfa_anew(wanted: dict[str, Any] | None, left: set[str], anew: bool) -> None:
    params = {"inline_policy": wanted, "inline_policy_name": "dayone-require-mfa"}
    group = Group("Administrators", "/", {}, {"dayone-require-mfa": {"Statement": []}}, {"ada"})
    assert requires_mfa_anew(params, group, left) == anew
    assert requires_mfa_anew(params, None, left) == bool(wanted)


def test_who_remains() -> None:
    assert remaining({"ada", "bob"}, ["eve"], ["bob"], []) == {"ada", "eve"}
    assert remaining({"ada", "bob"}, ["eve"], [], ["members"]) == {"eve"}


@pytest.mark.parametrize(
    ("caller", "leaving", "left", "words"),
    [
        ("arn:aws:iam::1:user/team/ada", {"ada"}, {"bob"}, "This run is 'ada' itself"),
        ("arn:aws:iam::1:root", {"ada"}, set[str](), "Nobody would be left in the group 'Administrators':"),
        ("arn:aws:iam::1:root", {"ada"}, {"robot", "idle"}, r"with a password or an active access key \(idle, robot:"),
    ],
)
def test_who_may_not_go(caller: str, leaving: set[str], left: set[str], words: str) -> None:
    with pytest.raises(RefusalError, match=words):
        check_who_goes("Administrators", caller, leaving, left, ["bob", "eve"].__contains__)
    check_who_goes("Administrators", "arn:aws:iam::1:user/eve", leaving, {"eve", "idle"}, "eve".__eq__)
    check_who_goes("Administrators", "arn:aws:iam::1:user/eve", set(), set(), "".__eq__)


def test_a_device_by_name_and_path() -> None:
    number = "arn:aws:iam::123456789012:mfa/phones/of/bob"
    bob = {"given_name": "bob", "name": "Bob"}
    names = {"name": "bob", "user_name": "Bob", "device_name": "bob"}
    assert device_of(bob, number) == {**names, "path": "/phones/of/"}
    assert device_of(bob, "arn:aws:iam::123456789012:mfa/bob") == {**names, "path": "/"}


def test_an_alias_has_one_line() -> None:
    assert FORM.match("example-books")
    assert not FORM.match("example-books\n")


def test_names_are_spelled_as_in_the_account() -> None:
    assert spelled({"Ada": User()}, ["ada", "Bob"]) == {"ada": "Ada", "Bob": "Bob"}


def test_users_with_paths_and_tags() -> None:
    item = {"UserName": "ada", "Path": "/staff/", "Tags": [{"Key": "Team", "Value": "board"}]}
    there = users_of({"UserDetailList": [item]})
    assert there == {"ada": User("/staff/", {"Team": "board"})}
    assert not lacks_tags({"name": "ada", "tags": {"Team": "board"}}, there)
    assert lacks_tags({"name": "ada", "tags": {"Team": "founders"}}, there)
    assert not lacks_tags({"name": "bob", "tags": {"Team": "founders"}}, there)


@pytest.mark.parametrize(
    ("path", "group_path", "words"),
    [
        (None, None, []),
        ("/staff/", "/admins/", []),
        ("/", None, ["User 'ada' has the path '/staff/', and '/' was asked for."]),
        (None, "/", ["The group 'Admins' has the path '/admins/', and '/' was asked for."]),
    ],
)
def test_paths_that_stay_are_named(path: str | None, group_path: str | None, words: list[str]) -> None:
    ada = {"name": "ada", "state": "present", "path": path}
    others = {"name": "eve", "state": "present", "path": "/x/"}, {**ada, "state": "absent", "path": "/x/"}
    params = {"users": [ada, *others], "group_path": group_path}
    said = other_paths(params, {"ada": User("/staff/")}, Group("Admins", "/admins/", {}, {}, set()))
    assert [sentence.split(" It stays")[0] for sentence in said] == words
    assert other_paths(params, {}, None) == []


def test_where_secrets_of_a_user_may_lie() -> None:
    user = {"password_file": "o/b.password", "access_key_file": "o/b.csv", "seed_file": "o/b.mfa"}
    assert [str(path) for path in files_of(user)] == [
        "o/b.password",
        "o/b.password.new",
        "o/b.csv",
        "o/.b.csv.creating",
        "o/.b.password.partial",
        "o/.b.password.new.partial",
        "o/.b.csv.partial",
        "o/..b.csv.creating.partial",
        "o/.b.mfa.partial",
        "o/.b.mfa.new.partial",
        "o/.b.mfa.png.partial",
        "o/.b.mfa.new.png.partial",
    ]
    assert list(files_of(dict.fromkeys(user))) == []


@pytest.mark.parametrize(
    ("there", "stricter"),
    [
        ({}, []),
        ({"min_pw_length": 15}, ["min_pw_length"]),
        ({"min_pw_length": 6, "pw_reuse_prevent": 1}, []),
        ({"pw_max_age": 90}, ["pw_max_age"]),
        ({"pw_expire": True, "allow_pw_change": False}, ["pw_expire"]),
    ],
)
def test_what_is_stricter_stays(there: dict[str, Any], stricter: list[str]) -> None:
    before = {**POLICY, **there}
    kept = {option: before[option] for option in stricter}
    assert compared(before, POLICY, weaken=False) == {"to_set": {**POLICY, **kept}, "stricter": stricter}
    assert compared(before, POLICY, weaken=True) == {"to_set": POLICY, "stricter": stricter}


@pytest.mark.parametrize(("wanted", "stricter"), [(60, []), (90, []), (180, ["pw_max_age"]), (0, ["pw_max_age"])])
def test_sooner_is_stricter(wanted: int, stricter: list[str]) -> None:
    assert compared({**POLICY, "pw_max_age": 90}, {**POLICY, "pw_max_age": wanted}, weaken=True)["stricter"] == stricter


def test_no_policy_at_all_is_not_stricter() -> None:
    assert compared({}, POLICY, weaken=False) == {"to_set": POLICY, "stricter": []}


def test_what_is_not_asked_for_stays() -> None:
    some = {"min_pw_length": 8}
    assert compared(POLICY, some, weaken=True) == {"to_set": {**POLICY, **some}, "stricter": ["min_pw_length"]}
    of_aws = compared({}, some, weaken=False)["to_set"]
    assert (of_aws.keys(), of_aws["min_pw_length"], of_aws["require_symbols"]) == (POLICY.keys(), 8, False)


def test_rules_that_a_password_breaks() -> None:
    assert broken_password_rules("x", {}) == []
    assert broken_password_rules("Olá\tÿ", {}) == []
    for character in ("€", "\u0100", "\x0b"):
        assert "IAM takes in no password" in broken_password_rules(f"x{character}", {})[0]
    assert broken_password_rules("longenough", {"min_pw_length": 12, "require_numbers": True}) == [
        "it needs at least 12 characters",
        "it needs a digit (0 to 9)",
    ]


ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
# Policies of the account's own, by the end of their ARNs.
OWN: dict[str, Any] = {
    "Own": {"Statement": {**ALL, "Action": "s3:*"}},
    "Full": {"Statement": [{**ALL, "Action": ["*:*"]}]},
    "FullWithMfa": {"Statement": [{**ALL, "Condition": MFA}]},
}


@pytest.mark.parametrize(
    ("document", "always", "sometimes"),
    [
        (OWN["Own"], False, False),
        (OWN["Full"], True, True),
        (OWN["FullWithMfa"], False, True),
        ({"Statement": {**ALL, "Effect": "Deny"}}, False, False),
        ({"Statement": {**ALL, "Resource": "arn:aws:s3:::*"}}, False, False),
        ({"Statement": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}}, False, False),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": ["*"]}}', True, True),
    ],
)
def test_a_policy_that_allows_everything(document: dict[str, Any] | str, always: bool, sometimes: bool) -> None:
    assert allows_everything(document, always=True) == always
    assert allows_everything(document, always=False) == sometimes


@pytest.mark.parametrize(
    ("detach", "wanted", "is_refused"),
    [
        ([], [], False),
        (["arn:aws:iam::aws:policy/ReadOnlyAccess"], ["arn:aws:iam::aws:policy/AdministratorAccess"], False),
        (["arn:aws:iam::aws:policy/AdministratorAccess"], ["arn:aws:iam::1:policy/Own"], True),
        (["arn:aws:iam::1:policy/Own"], [], True),
        (["arn:aws:iam::1:policy/Own"], ["arn:aws:iam::aws:policy/ReadOnlyAccess"], False),
        (["arn:aws:iam::1:policy/Full"], ["arn:aws:iam::aws:policy/ReadOnlyAccess"], True),
        (["arn:aws:iam::1:policy/FullWithMfa"], ["arn:aws:iam::1:policy/Own"], True),
        (["arn:aws:iam::aws:policy/AdministratorAccess"], ["arn:aws:iam::1:policy/FullWithMfa"], True),
        (["arn:aws:iam::aws:policy/AdministratorAccess"], ["arn:aws:iam::1:policy/Full"], False),
        (["arn:aws:iam::1:policy/Full"], ["arn:aws:iam::aws:policy/AdministratorAccess"], False),
    ],
)
def test_a_purge_leaves_administrators_their_rights(detach: list[str], wanted: list[str], is_refused: bool) -> None:
    def document_of(arn: str) -> Any:
        return OWN[arn.rsplit("/", 1)[1]]

    group = Group("Administrators", "/", {}, {}, set())
    with pytest.raises(RefusalError, match="without an administrator") if is_refused else nullcontext():
        check_rights(group, detach, wanted, document_of)
    check_rights(group._replace(inline_policies={"own": OWN["Full"]}), detach, wanted, document_of)
