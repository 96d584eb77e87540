"""Fields that belong together: a least and a most, one of several, no more than so many (Google's API references, November 2026)."""
import re

from .walk import is_computed, maps

AT_MOST = (
    ("min", "max"), ("min_instance_count", "max_instance_count"), ("min_instances", "max_instances"),
    ("minimum_backoff", "maximum_backoff"), ("min_backoff_duration", "max_backoff_duration"), ("min_throughput", "max_throughput"),
    ("min_replica_count", "max_replica_count"),
)
# (type, path of the map): (fields, how many of them there are).
SOME = {
    ("google_monitoring_slo", ""): [
        (("rolling_period_days", "calendar_period"), 1),
        (("basic_sli", "request_based_sli", "windows_based_sli"), 1),
    ],
    ("google_monitoring_slo", "request_based_sli"): [(("good_total_ratio", "distribution_cut"), 1)],
    # TimeSeriesRatio: "must specify exactly two of good, bad, and total".
    ("google_monitoring_slo", "request_based_sli.good_total_ratio"): [
        (("good_service_filter", "bad_service_filter", "total_service_filter"), 2)
    ],
    ("google_billing_budget", "amount"): [(("specified_amount", "last_period_amount"), 1)],
    ("google_billing_budget", "budget_filter"): [(("calendar_period", "custom_period"), 1)],
    ("google_bigquery_table", ""): [(("schema", "external_data_configuration", "view", "materialized_view"), 1)],
    ("google_cloud_scheduler_job", ""): [(("http_target", "pubsub_target", "app_engine_http_target"), 1)],
    ("google_monitoring_alert_policy", "conditions"): [
        (("condition_threshold", "condition_absent", "condition_matched_log", "condition_prometheus_query_language",
          "condition_monitoring_query_language", "condition_sql"), 1)
    ],
    ("google_storage_bucket_object", ""): [(("content", "source"), 1)],
    ("google_vertex_ai_endpoint", "predict_request_response_logging_config"): [(("bigquery_destination",), 1)],
    # A range of its own is a hidden subnet, without private access to Google's APIs.
    ("google_vpc_access_connector", ""): [(("subnet",), 1), (("network", "ip_cidr_range"), 0)],
    ("google_cloudbuild_trigger", ""): [(("build", "filename", "git_file_source"), 1)],
}
# Most elements of a list, or entries of a map.
MOST = {
    ("google_billing_budget", "all_updates_rule.monitoring_notification_channels"): 5,
    ("google_billing_budget", "budget_filter.labels"): 1,
    ("google_monitoring_alert_policy", "conditions"): 6,
    ("google_monitoring_alert_policy", "notification_channels"): 16,
    ("google_monitoring_metric_descriptor", "labels"): 30,
}


def check(kind, name, body, _template):
    for path, node in maps(body):
        dotted = ".".join(path)
        for least, most in AT_MOST:
            pair = [as_number(node.get(key)) for key in (least, most)]
            if None not in pair and pair[0] > pair[1]:
                yield f"{kind}.{name}.{dotted}: {least} {node[least]} is more than {most} {node[most]}"
        for fields, wanted in SOME.get((kind, dotted), ()):
            there = [field for field in fields if node.get(field) not in (None, [], {})]
            if len(there) != wanted:
                yield f"{kind}.{name}.{dotted}: {wanted} of {', '.join(fields)} have to be there, got {', '.join(there) or 'none'}"
        for key, value in node.items():
            most = MOST.get((kind, ".".join((*path, key))))
            if most is not None and isinstance(value, (list, dict)) and len(value) > most:
                yield f"{kind}.{name}.{dotted}.{key}: {len(value)} are more than {most}"
    if kind == "google_monitoring_alert_policy":
        yield from rate_limit(kind, name, body)


def rate_limit(kind, name, body):
    """AlertStrategy.notificationRateLimit: required for policies with a log condition, and for no others."""
    conditions = body.get("conditions") if isinstance(body.get("conditions"), list) else [body.get("conditions") or {}]
    of_logs = any("condition_matched_log" in one for one in conditions if isinstance(one, dict))
    limited = bool((body.get("alert_strategy") or {}).get("notification_rate_limit"))
    if of_logs and not limited:
        yield f"{kind}.{name}.alert_strategy: an alert on logs needs a notification_rate_limit"
    if limited and not of_logs:
        yield f"{kind}.{name}.alert_strategy: only alerts on logs take a notification_rate_limit"
    if of_logs and len(conditions) != 1:
        yield f"{kind}.{name}.conditions: an alert on logs has one condition"


def as_number(value):
    """Numbers, and durations in seconds; None for anything else."""
    if isinstance(value, bool) or value is None or is_computed(value):
        return None
    found = re.fullmatch(r"(-?\d+(?:\.\d+)?)s?", str(value))
    return float(found.group(1)) if found else None
