"""Words of which there are few, where no API description says so; and switches that keep people out."""
from .walk import is_computed, leaves

CHOICES = {
    "aggregation_interval": {"INTERVAL_5_SEC", "INTERVAL_30_SEC", "INTERVAL_1_MIN", "INTERVAL_5_MIN", "INTERVAL_10_MIN", "INTERVAL_15_MIN"},
    "calendar_period": {"DAY", "WEEK", "FORTNIGHT", "MONTH", "QUARTER", "YEAR"},
    "call_log_level": {"CALL_LOG_LEVEL_UNSPECIFIED", "LOG_ALL_CALLS", "LOG_ERRORS_ONLY", "LOG_NONE"},
    "format": {"DOCKER"},
    "http_method": {"POST", "GET", "PUT", "DELETE", "HEAD", "PATCH"},
    "ingress_settings": {"ALLOW_INTERNAL_ONLY"},
    "metadata": {"EXCLUDE_ALL_METADATA", "INCLUDE_ALL_METADATA", "CUSTOM_METADATA"},
    "public_access_prevention": {"enforced"},
    "purpose": {"ENCRYPT_DECRYPT"},
    "routing_mode": {"REGIONAL", "GLOBAL"},
    "runtime": {"nodejs22"},
    "spend_basis": {"CURRENT_SPEND", "FORECASTED_SPEND"},
    "storage_class": {"STANDARD", "NEARLINE", "COLDLINE", "ARCHIVE"},
    "vpc_connector_egress_settings": {"ALL_TRAFFIC", "PRIVATE_RANGES_ONLY"},
}
OF_KIND = {
    ("google_artifact_registry_repository", "cleanup_policies.condition.tag_state"): {"TAGGED", "UNTAGGED", "ANY"},
    ("google_cloud_scheduler_job", "http_target.headers.Content-Type"): {"application/json"},
    ("google_storage_bucket_object", "content_type"): {"application/json", "application/zip"},
    ("google_project_iam_audit_config", "audit_log_config.log_type"): {"ADMIN_READ", "DATA_READ", "DATA_WRITE"},
    ("google_monitoring_slo", "calendar_period"): {"DAY", "WEEK", "FORTNIGHT", "MONTH"},
    ("google_billing_budget", "budget_filter.calendar_period"): {"MONTH", "QUARTER", "YEAR"},
    ("google_monitoring_alert_policy", "combiner"): {"AND", "OR", "AND_WITH_MATCHING_RESOURCE"},
    ("google_monitoring_alert_policy", "severity"): {"CRITICAL", "ERROR", "WARNING"},
    ("google_cloud_scheduler_job", "http_target.http_method"): {"POST"},
    # Missing data is never healthy: it opens an incident, or leaves one as it is.
    ("google_monitoring_alert_policy", "conditions.condition_threshold.evaluation_missing_data"): {
        "EVALUATION_MISSING_DATA_ACTIVE", "EVALUATION_MISSING_DATA_NO_OP",
    },
    ("google_billing_budget", "all_updates_rule.schema_version"): {"1.0"},
    ("google_monitoring_notification_channel", "type"): {"email", "sms", "webhook_tokenauth", "pubsub", "pagerduty", "slack"},
    ("google_storage_bucket", "lifecycle_rule.action.type"): {"Delete", "SetStorageClass", "AbortIncompleteMultipartUpload"},
    ("google_storage_bucket", "lifecycle_rule.condition.with_state"): {"LIVE", "ARCHIVED", "ANY"},
    ("google_artifact_registry_repository", "cleanup_policies.action"): {"KEEP", "DELETE"},
    ("google_bigquery_table", "external_data_configuration.source_format"): {"CSV", "NEWLINE_DELIMITED_JSON", "PARQUET"},
    ("google_bigquery_table", "time_partitioning.type"): {"HOUR", "DAY", "MONTH", "YEAR"},
}
TRUE = {
    ("google_storage_bucket", "uniform_bucket_level_access"),
    ("google_compute_subnetwork", "private_ip_google_access"),
    ("google_logging_project_sink", "unique_writer_identity"),
}
FALSE = {("google_compute_network", "auto_create_subnetworks"), ("google_project_service", "disable_on_destroy")}


def check(kind, name, body, _template):
    seen = {}
    for path, value in leaves(body):
        dotted = ".".join(path)
        seen[dotted] = value
        allowed = OF_KIND.get((kind, dotted)) or CHOICES.get(path[-1])
        if allowed and isinstance(value, str) and not is_computed(value) and path[0] not in ("labels", "user_labels") and value not in allowed:
            yield f"{kind}.{name}.{dotted}: {value!r} is none of {', '.join(sorted(allowed))}"
    for switches, wanted in ((TRUE, True), (FALSE, False)):
        for of, attribute in switches:
            if kind == of and seen.get(attribute) is not wanted:
                yield f"{kind}.{name}.{attribute}: {seen.get(attribute)!r} where {wanted} is needed"
    if kind == "google_storage_bucket" and seen.get("public_access_prevention") != "enforced":
        yield f"{kind}.{name}.public_access_prevention: is not enforced"
