# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Centralized root access of an organization: its features, and why they cannot be read or enabled."""

from __future__ import annotations

from typing import Any

CREDENTIALS_MANAGEMENT, SESSIONS = "RootCredentialsManagement", "RootSessions"
FEATURES = (CREDENTIALS_MANAGEMENT, SESSIONS)
IAM_SERVICE = "iam.amazonaws.com"

NO_TRUST = "ServiceAccessNotEnabled"
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableOrganizationsRootCredentialsManagement.html, "Errors"
_REASONS = {
    "OrganizationNotFound": (
        "The account is in no organization of AWS Organizations. An account of its own has no member accounts: its "
        "root user is a matter of the role root_user."
    ),
    "OrganizationNotInAllFeaturesMode": (
        "The organization has only consolidated billing. Enable all features in its management account (AWS "
        "Organizations, Settings), then run again."
    ),
    "AccountNotManagementOrDelegatedAdministrator": (
        "The account of this run is a member of an organization, and neither its management account nor a delegated "
        "administrator for IAM. Run it with credentials of one of these."
    ),
    "CallerIsNotManagementAccount": (
        "Only the management account of the organization enables this, not a delegated administrator. Run it once with "
        "credentials of the management account."
    ),
    NO_TRUST: (
        "IAM has no trusted access to the organization. Enable centralized root access with the module "
        "iam_organizations_features, in the management account, which sees to that too; then run again."
    ),
}


def code_of(error: BaseException) -> str:
    """AWS's error code as the API reference writes it; some services answer with Exception at its end."""
    response: dict[str, Any] = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code", "")).removesuffix("Exception")


def reason_for(error: BaseException) -> str | None:
    """What an error of these operations means and what to do; None for any other error."""
    return _REASONS.get(code_of(error))


def missing_features(enabled: list[str]) -> str | None:
    """What to do about features that members' root users cannot be reached without; None with all of them."""
    missing = [feature for feature in FEATURES if feature not in enabled]
    if not missing:
        return None
    return (
        f"Centralized root access is not enabled in the organization: {' and '.join(missing)} missing. Enable it in "
        "the management account, with the module iam_organizations_features or with "
        "-e member_roots_enable_features=true; then run again."
    )
