"""Metrics that a template may ask for: kind, type of values, labels and what these may be.

Google's from its list of metrics (cloud.google.com/monitoring/api/metrics_gcp, sections aiplatform and run) and of monitored
resources (cloud.google.com/monitoring/api/resources), as of 2025; ours from the vocabulary in src/contract/metrics.ts.
"""
import re

from .facts import facts, labelled, names, once_a_template

CLASSES = {"1xx", "2xx", "3xx", "4xx", "5xx"}
ENDPOINT, SERVICE, SUBSCRIPTION = "aiplatform.googleapis.com/Endpoint", "cloud_run_revision", "pubsub_subscription"
DEPLOYED = {"deployed_model_id": None, "spot": {"True", "False"}, "model_display_name": None, "endpoint_display_name": None}
ONLINE = "aiplatform.googleapis.com/prediction/online"
# type: (kind, type of values, monitored resource, labels with the values that each has, None for any).
GOOGLE = {
    f"{ONLINE}/response_count": ("DELTA", "INT64", ENDPOINT, {**DEPLOYED, "response_code": CLASSES}),
    f"{ONLINE}/prediction_count": ("DELTA", "INT64", ENDPOINT, DEPLOYED),
    f"{ONLINE}/error_count": ("DELTA", "INT64", ENDPOINT, DEPLOYED),
    f"{ONLINE}/prediction_latencies": ("DELTA", "DISTRIBUTION", ENDPOINT, {**DEPLOYED, "latency_type": {"model", "overhead", "total"}}),
    f"{ONLINE}/replicas": ("GAUGE", "INT64", ENDPOINT, DEPLOYED),
    f"{ONLINE}/target_replicas": ("GAUGE", "INT64", ENDPOINT, DEPLOYED),
    f"{ONLINE}/cpu/utilization": ("GAUGE", "DOUBLE", ENDPOINT, {**DEPLOYED, "replica_id": None}),
    "run.googleapis.com/request_count": ("DELTA", "INT64", SERVICE, {"response_code": None, "response_code_class": CLASSES, "route": None}),
    "pubsub.googleapis.com/subscription/num_undelivered_messages": ("GAUGE", "INT64", SUBSCRIPTION, {}),
    "run.googleapis.com/request_latencies": (
        "DELTA", "DISTRIBUTION", SERVICE, {"response_code": None, "response_code_class": CLASSES, "route": None}
    ),
}
RESOURCE_LABELS = {
    ENDPOINT: {"resource_container", "location", "endpoint_id"},
    SERVICE: {"project_id", "service_name", "revision_name", "location", "configuration_name"},
    SUBSCRIPTION: {"project_id", "subscription_id"},
    "global": {"project_id"},
}
NUMBERS = {"INT64", "DOUBLE"}
# Aggregation.Aligner: what each takes; one that is not here takes everything that we have.
ALIGNERS = {
    "ALIGN_DELTA": ({"DELTA", "CUMULATIVE"}, NUMBERS | {"DISTRIBUTION"}),
    "ALIGN_RATE": ({"DELTA", "CUMULATIVE"}, NUMBERS),
    "ALIGN_INTERPOLATE": ({"GAUGE"}, NUMBERS),
    "ALIGN_NEXT_OLDER": ({"GAUGE"}, NUMBERS | {"BOOL", "STRING", "DISTRIBUTION"}),
    "ALIGN_MIN": ({"GAUGE", "DELTA"}, NUMBERS),
    "ALIGN_MAX": ({"GAUGE", "DELTA"}, NUMBERS),
    "ALIGN_MEAN": ({"GAUGE", "DELTA"}, NUMBERS | {"DISTRIBUTION"}),
    "ALIGN_STDDEV": ({"GAUGE", "DELTA"}, NUMBERS),
    "ALIGN_SUM": ({"GAUGE", "DELTA"}, NUMBERS | {"DISTRIBUTION"}),
    "ALIGN_COUNT": ({"GAUGE", "DELTA"}, NUMBERS | {"BOOL"}),
    "ALIGN_COUNT_TRUE": ({"GAUGE"}, {"BOOL"}),
    "ALIGN_COUNT_FALSE": ({"GAUGE"}, {"BOOL"}),
    "ALIGN_FRACTION_TRUE": ({"GAUGE"}, {"BOOL"}),
    "ALIGN_PERCENT_CHANGE": ({"GAUGE", "DELTA"}, NUMBERS),
    **{f"ALIGN_PERCENTILE_{one}": ({"GAUGE", "DELTA"}, {"DISTRIBUTION"}) for one in ("99", "95", "50", "05")},
}


@once_a_template
def known(template):
    """Every metric that the template may ask for: Google's, and ours where a descriptor describes them, here or in the project's first environment."""
    ours = {one.get("type") for one in template.get("google_monitoring_metric_descriptor", {}).values()}
    described = {
        type_: ("GAUGE", "DOUBLE", "global", {label: None for label in fact["labels"]})
        for type_, fact in facts()["metrics"].items()
        if type_ in ours or not ours
    }
    return {**GOOGLE, **described}


def value_faults(metric, label, value, template):
    """A label's value that nothing has: codes and kinds are few, names are those of resources in the template."""
    found = GOOGLE.get(metric)
    allowed = found[3].get(label) if found else None
    if allowed is not None and value not in allowed:
        yield f"{label} {value!r} is none of {', '.join(sorted(allowed))}"
    there = None
    if label == "endpoint_id":
        there = names(template, "google_vertex_ai_endpoint")
    elif label == "subscription_id":
        there = names(template, "google_pubsub_subscription")
    elif label == "service_name":
        there = names(template, "google_cloudfunctions2_function")
    elif found is None and label in ("platform", "model"):
        there = labelled(template, label)
    elif found is None and label == "metric":
        there = set(facts()["qualities"]) | ({value} if re.fullmatch(r"custom\.[A-Za-z][\w-]*", value) else set())
    if there and value not in there:
        yield f"{label} {value!r} is the name of nothing in this template"


def of_prometheus(metric):
    """Name of a metric in PromQL: the first `/` is a `:`, every other special character a `_`."""
    domain, _, path = metric.partition("/")
    return re.sub(r"\W", "_", domain) + ":" + re.sub(r"\W", "_", path)


def check(kind, name, body, _template):
    """A descriptor is what the vocabulary says of its metric."""
    if kind != "google_monitoring_metric_descriptor":
        return
    at, fact = f"{kind}.{name}", facts()["metrics"].get(body.get("type"))
    if fact is None:
        yield f"{at}.type: {body.get('type')!r} is no metric of ours"
        return
    labels = body.get("labels") or []
    keys = [one.get("key") for one in (labels if isinstance(labels, list) else [labels])]
    wanted = {"metric_kind": "GAUGE", "value_type": "DOUBLE", "unit": fact["unit"], "display_name": body["type"].rsplit("/", 1)[-1]}
    for attribute, value in wanted.items():
        if body.get(attribute) != value:
            yield f"{at}.{attribute}: {body.get(attribute)!r}, and the metric is {value!r}"
    if sorted(map(str, keys)) != sorted(fact["labels"]):
        yield f"{at}.labels: {keys}, and the metric has {fact['labels']}"
    if any(one.get("value_type", "STRING") != "STRING" for one in labels if isinstance(one, dict)):
        yield f"{at}.labels: are texts"
