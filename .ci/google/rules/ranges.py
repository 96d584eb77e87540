"""Numbers and durations outside of what the services take (Google's API references and quotas, November 2026)."""
import re

from .walk import is_computed, leaves, maps

NUMBERS = {
    "ack_deadline_seconds": (10, 600),
    "age": (0, 36_500),
    "columns": (1, 48),
    "days_since_noncurrent_time": (0, 36_500),
    "default_partition_expiration_ms": (3_600_000, 10**13),
    "default_table_expiration_ms": (3_600_000, 10**13),
    "expiration_ms": (3_600_000, 10**13),
    "flow_sampling": (0, 1),
    "goal": (1e-9, 0.9999),
    "keep_count": (1, 100_000),
    "max_delivery_attempts": (5, 100),
    "max_doublings": (0, 16),
    "max_instance_count": (1, 1000),
    "max_instance_request_concurrency": (1, 1000),
    "max_instances": (3, 10),
    "min_instance_count": (0, 1000),
    "min_instances": (2, 9),
    "num_newer_versions": (0, 100_000),
    "retention_period": (1, 3_155_760_000),
    "retry_count": (0, 5),
    "rolling_period_days": (1, 30),
    "sampling_rate": (0, 1),
    "distribution_cut.range.max": (0, 1e9),
    "distribution_cut.range.min": (0, 1e9),
    "threshold_percent": (0, 10),
    "threshold_value": (-1e15, 1e8),
    "timeout_seconds": (1, 3600),
}
# A threshold is what a definition says: only what no metric of ours can be is wrong.
SECONDS = {
    "aggregations.alignment_period": (60, 90_000),
    "attempt_deadline": (15, 1800),
    "auto_close": (1800, 604_800),
    "conditions.condition_prometheus_query_language.duration": (0, 84_600),
    "conditions.condition_threshold.duration": (0, 84_600),
    "denominator_aggregations.alignment_period": (60, 90_000),
    "evaluation_interval": (30, 86_400),
    "expiration_policy.ttl": (86_400, 315_360_000),
    "max_backoff_duration": (0, 3600),
    "max_retry_duration": (0, 86_400),
    "maximum_backoff": (0, 600),
    "message_retention_duration": (600, 2_678_400),
    "min_backoff_duration": (0, 3600),
    "minimum_backoff": (0, 600),
    "notification_rate_limit.period": (300, 172_800),
    "older_than": (1, 10**9),
    "rotation_period": (86_400, 3_155_760_000),
    "build.timeout": (1, 86_400),
}
# Cloud Monitoring takes whole minutes, and evaluates queries at whole half minutes.
WHOLE = {
    "conditions.condition_threshold.duration": 60,
    "conditions.condition_prometheus_query_language.duration": 60,
    "evaluation_interval": 30,
}
# Longest that a condition looks back: what it aligns, and how long that has to hold.
LOOKED_BACK = 90_000
# An empty text is a value of its own: never.
NEVER = ("expiration_policy.ttl",)


def check(kind, name, body, _template):
    for path, value in leaves(body):
        if is_computed(value) or isinstance(value, bool):
            continue
        dotted = ".".join(path)
        limits = NUMBERS.get(path[-1]) or NUMBERS.get(".".join(path[-3:]))
        if limits is not None and path[0] not in ("labels", "user_labels"):
            number = as_number(value)
            if number is None or not limits[0] <= number <= limits[1]:
                yield f"{kind}.{name}.{dotted}: {value!r} is not within {limits[0]} to {limits[1]}"
        for known, (least, most) in SECONDS.items():
            if (dotted == known or dotted.endswith(f".{known}")) and not (known in NEVER and value == ""):
                found = re.fullmatch(r"(\d+)(\.\d{1,9})?s", str(value))
                if found is None or not least <= int(found.group(1)) <= most:
                    yield f"{kind}.{name}.{dotted}: {value!r} is not a duration of {least} to {most} s"
                elif int(found.group(1)) % WHOLE.get(known, 1):
                    yield f"{kind}.{name}.{dotted}: {value!r} is not a multiple of {WHOLE[known]} s"
    for path, node in maps(body):
        if path[-1:] != ("condition_threshold",):
            continue
        seconds = sum(seconds_of(node.get("duration"))) + max(
            (sum(seconds_of(one.get("alignment_period"))) for one in node.get("aggregations") or []), default=0
        )
        if seconds > LOOKED_BACK:
            yield f"{kind}.{name}.{'.'.join(path)}: looks back {seconds} s, which is more than {LOOKED_BACK} s"


def seconds_of(value):
    found = re.fullmatch(r"(\d+)(\.\d+)?s", str(value))
    return [int(found.group(1))] if found else []


def as_number(value):
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
