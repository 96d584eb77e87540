"""What must not be lost: records that are kept and locked, versions that are in use, keys, and what the release controller has set."""
import collections
import re

from .facts import once_a_template
from .walk import is_computed, referred

BUCKET, ENDPOINT = "google_storage_bucket", "google_vertex_ai_endpoint"
YEAR = 365 * 86_400
# Fields of a lifecycle rule's condition that no live object fits (cloud.google.com/storage/docs/lifecycle#conditions).
NONCURRENT = {"days_since_noncurrent_time", "num_newer_versions", "noncurrent_time_before"}
# Where the key of a template is named, by type.
KEYS = {
    "google_artifact_registry_repository": "kms_key_name",
    "google_bigquery_dataset": "default_encryption_configuration",
    "google_bigquery_table": "encryption_configuration",
    "google_pubsub_topic": "kms_key_name",
    "google_storage_bucket": "encryption",
    "google_vertex_ai_endpoint": "encryption_spec",
    "google_workflows_workflow": "crypto_key_name",
}
# Ids of projects, the older ones with a domain; and their numbers.
PROJECT = re.compile(r"([a-z][a-z0-9.-]*\.[a-z]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]|\d+")


def as_list(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def is_for(body, what):
    """Buckets are named by what they are for (bucketName in src/google/support/names.ts)."""
    return f"-{what}-" in str(body.get("name"))


@once_a_template
def kept_elsewhere(template):
    """How long the audit trail is kept, in seconds; None without one."""
    found = collections.Counter(
        (one.get("retention_policy") or {}).get("retention_period") for one in template.get(BUCKET, {}).values() if is_for(one, "audit")
    )
    return found.most_common(1)[0][0] if found else None


@once_a_template
def is_protected(template):
    """Whether resources of a template may not be destroyed."""
    return any(
        (one.get("lifecycle") or {}).get("prevent_destroy") is True or one.get("deletion_protection") is True
        for of_kind in template.values()
        for one in of_kind.values()
    )


def bucket_faults(body, template):
    retention = body.get("retention_policy") or {}
    # What is written over is there still: by a retention policy, or as an older version.
    if not retention and (body.get("versioning") or {}).get("enabled") is not True:
        yield "versioning.enabled: what is written over is lost, without versions and without a retention policy"
    if is_for(body, "ledger"):
        period, other = retention.get("retention_period"), kept_elsewhere(template)
        if not isinstance(period, int) or period < max(YEAR, other if isinstance(other, int) else 0):
            yield f"retention_policy.retention_period: records are kept {period!r} s, shorter than the audit trail or a year"
        if is_protected(template) and retention.get("is_locked") is not True:
            yield "retention_policy.is_locked: whoever may change the bucket may end the retention of its records"
    is_kept = retention or (body.get("versioning") or {}).get("enabled") or (body.get("lifecycle") or {}).get("prevent_destroy")
    for rule in as_list(body.get("lifecycle_rule")):
        condition = rule.get("condition") or {}
        is_delete = (rule.get("action") or {}).get("type") == "Delete"
        if is_delete and is_kept and not (NONCURRENT & condition.keys() or condition.get("with_state") == "ARCHIVED"):
            yield f"lifecycle_rule: deletes live objects, at {condition}"


def repository_faults(body):
    """Images with a tag are what versions of models run in, whatever their age."""
    for policy in as_list(body.get("cleanup_policies")):
        state = (policy.get("condition") or {}).get("tag_state")
        if policy.get("action") == "DELETE" and state != "UNTAGGED":
            yield f"cleanup_policies: {policy.get('id')!r} deletes images that are {state}"


def endpoint_faults(body, template):
    if "traffic_split" not in as_list((body.get("lifecycle") or {}).get("ignore_changes")):
        yield "lifecycle.ignore_changes: the next apply takes back what a release has set as traffic_split"
    for project in as_list((body.get("private_service_connect_config") or {}).get("project_allowlist")):
        if not is_computed(project) and not PROJECT.fullmatch(str(project)):
            yield f"private_service_connect_config.project_allowlist: {project!r} is no project"
    log = body.get("predict_request_response_logging_config") or {}
    rate = log.get("sampling_rate")
    if log.get("enabled") and isinstance(rate, (int, float)) and not 0 < rate <= 1:
        yield f"predict_request_response_logging_config.sampling_rate: {rate!r} is not above 0, and 1 at most"
    target = (log.get("bigquery_destination") or {}).get("output_uri")
    table = referred(target, "google_bigquery_table", template)
    if table is None:
        return
    at = "predict_request_response_logging_config.bigquery_destination"
    if table[1].get("external_data_configuration") or table[1].get("view"):
        yield f"{at}: {table[0]} is a view of other data, which takes no rows"
    if (table[1].get("labels") or {}).get("model") != (body.get("labels") or {}).get("model"):
        yield f"{at}: {table[0]} is of another model"


def check(kind, name, body, template):
    at = f"{kind}.{name}"
    if kind == BUCKET:
        yield from (f"{at}.{one}" for one in bucket_faults(body, template))
    elif kind == ENDPOINT:
        yield from (f"{at}.{one}" for one in endpoint_faults(body, template))
    elif kind == "google_artifact_registry_repository":
        yield from (f"{at}.{one}" for one in repository_faults(body))
    elif kind == "google_project_iam_audit_config":
        for one in as_list(body.get("audit_log_config")):
            if one.get("exempted_members"):
                yield f"{at}.audit_log_config: what {one['exempted_members']} do is not recorded"
    # Rows of a table over files lie where the files are.
    field = None if body.get("external_data_configuration") else KEYS.get(kind)
    if field and template.get("google_kms_crypto_key") and not body.get(field):
        yield f"{at}.{field}: is not encrypted with the key of the template"
