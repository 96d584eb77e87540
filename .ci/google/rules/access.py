"""Which role may be bound on what, roles that do not exist or give too much, and members that are anybody."""
import re

from .facts import facts

# What the plan's permissions can be granted on (GRANTS_OF_ACTION in src/google/support/permissions.ts), by its type.
TYPES = {
    "project": ("google_project_iam_member",),
    "artifacts": ("google_storage_bucket_iam_member",),
    "ledger": ("google_storage_bucket_iam_member",),
    "state": ("google_storage_bucket_iam_member",),
    "dataset": ("google_bigquery_dataset_iam_member",),
    "repository": ("google_artifact_registry_repository_iam_member",),
    "topics": ("google_pubsub_topic_iam_member",),
    "offers": ("google_pubsub_topic_iam_member",),
    "actsAs": ("google_service_account_iam_member",),
}
# Bindings beside the plan's permissions: data of the definition, callers of handlers, Google's own agents, the delivery, the
# account that builds functions.
BESIDE = {
    ("google_artifact_registry_repository_iam_member", "roles/artifactregistry.writer"),
    ("google_bigquery_table_iam_member", "roles/bigquery.dataViewer"),
    ("google_cloud_run_v2_service_iam_member", "roles/run.invoker"),
    ("google_kms_crypto_key_iam_member", "roles/cloudkms.cryptoKeyEncrypterDecrypter"),
    ("google_project_iam_member", "roles/artifactregistry.writer"),
    ("google_project_iam_member", "roles/logging.logWriter"),
    ("google_project_iam_member", "roles/storage.objectViewer"),
    ("google_pubsub_subscription_iam_member", "roles/pubsub.subscriber"),
    ("google_pubsub_topic_iam_member", "roles/pubsub.subscriber"),
    ("google_storage_bucket_iam_member", "roles/storage.objectCreator"),
    ("google_storage_bucket_iam_member", "roles/storage.objectViewer"),
}
NUMBER = r"(\d+|\$\{data\.google_project\.\w+\.number\})"
MEMBER = re.compile(
    r"serviceAccount:\$\{(google_service_account\.\w+\.email|data\.google_storage_project_service_account\.\w+\.email_address|data\.google_bigquery_default_service_account\.\w+\.email)\}"
    # Service agents (cloud.google.com/iam/docs/service-agents), by the number of their project; and the one of Cloud Billing.
    rf"|serviceAccount:service-{NUMBER}@gcp-sa-(aiplatform|artifactregistry|pubsub|workflows|monitoring-notification)\.iam\.gserviceaccount\.com"
    r"|serviceAccount:billing-budget-alert@system\.gserviceaccount\.com|(user|group):[^@\s]+@[a-z0-9-]+(\.[a-z0-9-]+)+"
    r"|\$\{google_logging_project_sink\.\w+\.writer_identity\}"
    r"|principalSet://cloudresourcemanager\.googleapis\.com/projects/(\d+|\$\{data\.google_project\.\w+\.number\})/type/Service(Account|Agent)"
)
# What all service accounts of another project may be: nothing that changes anything.
FOR_A_PROJECT = {"roles/pubsub.subscriber", "roles/storage.objectViewer", "roles/artifactregistry.reader"}


# What a role of our own may give: nothing but predictions.
PERMISSIONS = {"aiplatform.endpoints.predict"}
CUSTOM = re.compile(r"\$\{google_project_iam_custom_role\.(\w+)\.(name|id)\}")


def may_be_bound(kind, role):
    if CUSTOM.fullmatch(role):
        return kind == "google_project_iam_member"
    granted = {(type_, one["role"]) for one in facts()["grants"] for type_ in TYPES.get(one["on"], ())}
    return (kind, role) in granted | BESIDE


def check(kind, name, body, _template):
    if kind == "google_project_iam_custom_role":
        for permission in body.get("permissions") or [None]:
            if permission not in PERMISSIONS:
                yield f"{kind}.{name}.permissions: {permission!r} is more than a role of ours gives"
    if not kind.endswith("_iam_member"):
        return
    role, member = str(body.get("role")), str(body.get("member"))
    if not may_be_bound(kind, role):
        yield f"{kind}.{name}.role: {role!r} is no role that a template may bind there"
    if not MEMBER.fullmatch(member) or member.startswith(("allUsers", "allAuthenticatedUsers")):
        yield f"{kind}.{name}.member: {member!r} is nobody that may be given a role"
    if member.startswith("principalSet:") and role not in FOR_A_PROJECT:
        yield f"{kind}.{name}.role: {role!r} is more than a whole project may have"
    if member.startswith("principalSet:") and kind == "google_storage_bucket_iam_member" and not body.get("condition"):
        yield f"{kind}.{name}.condition: a whole project may read all of a bucket"
