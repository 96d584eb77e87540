"""Names that a service refuses, and labels that none takes."""
import re

from .walk import is_computed

LOWER = r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?"
NAMES = {
    ("google_artifact_registry_repository", "repository_id"): LOWER,
    ("google_bigquery_dataset", "dataset_id"): r"\w{1,1024}",
    ("google_bigquery_table", "table_id"): r"[\w-]{1,1024}",
    ("google_bigquery_table", "dataset_id"): r"\w{1,1024}",
    ("google_billing_budget", "billing_account"): r"[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}",
    ("google_cloud_scheduler_job", "name"): r"[A-Za-z0-9_-]{1,500}",
    ("google_cloudbuild_trigger", "name"): r"[A-Za-z0-9-]{1,64}",
    ("google_cloudbuildv2_repository", "name"): r"[A-Za-z0-9][A-Za-z0-9-._~]{0,99}",
    ("google_cloudfunctions2_function", "name"): LOWER,
    ("google_compute_network", "name"): LOWER,
    ("google_compute_subnetwork", "name"): LOWER,
    ("google_kms_crypto_key", "name"): r"[A-Za-z0-9_-]{1,63}",
    ("google_kms_key_ring", "name"): r"[A-Za-z0-9_-]{1,63}",
    ("google_logging_project_sink", "name"): r"[A-Za-z0-9_.-]{1,100}",
    ("google_monitoring_metric_descriptor", "type"): r"custom\.googleapis\.com/[A-Za-z0-9_/]{1,180}",
    ("google_monitoring_custom_service", "service_id"): r"[a-z0-9-]{1,63}",
    ("google_monitoring_slo", "slo_id"): r"[a-zA-Z0-9-_:.]{1,63}",
    ("google_project_iam_custom_role", "role_id"): r"[A-Za-z0-9_.]{3,64}",
    ("google_pubsub_subscription", "name"): r"(?!goog)[A-Za-z][A-Za-z0-9._~%+-]{2,254}",
    ("google_pubsub_topic", "name"): r"(?!goog)[A-Za-z][A-Za-z0-9._~%+-]{2,254}",
    ("google_service_account", "account_id"): r"[a-z][-a-z0-9]{4,28}[a-z0-9]",
    ("google_storage_bucket", "name"): r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]",
    ("google_storage_bucket_object", "name"): r"[^\r\n]{1,1024}",
    ("google_vertex_ai_endpoint", "name"): rf"{LOWER}|[1-9][0-9]{{0,8}}",
    ("google_vpc_access_connector", "name"): r"[a-z][-a-z0-9]{0,23}[a-z0-9]",
    ("google_workflows_workflow", "name"): r"[a-z][a-z0-9_-]{0,62}[a-z0-9]",
}
DISPLAY = {"display_name": 512, "description": 1024}
KEY, VALUE = r"[a-z][a-z0-9_-]{0,62}", r"[a-z0-9_-]{0,63}"


def check(kind, name, body, _template):
    for (of, attribute), pattern in NAMES.items():
        value = body.get(attribute)
        # Whoever is bound to a thing names it as well.
        if kind in (of, f"{of}_iam_member") and isinstance(value, str) and not is_computed(value) and not re.fullmatch(pattern, value):
            yield f"{kind}.{name}.{attribute}: {value[:80]!r} is no name that it takes"
    for attribute, most in DISPLAY.items():
        if len(str(body.get(attribute) or "")) > most:
            yield f"{kind}.{name}.{attribute}: more than {most} characters"
    for attribute in ("labels", "user_labels"):
        labels = body.get(attribute)
        if not isinstance(labels, dict) or kind in ("google_monitoring_notification_channel",):
            continue
        for key, value in labels.items():
            if not re.fullmatch(KEY, key):
                yield f"{kind}.{name}.{attribute}: {key!r} is no key of a label"
            if not is_computed(value) and not re.fullmatch(VALUE, str(value)):
                yield f"{kind}.{name}.{attribute}.{key}: {str(value)[:80]!r} is no value of a label"
