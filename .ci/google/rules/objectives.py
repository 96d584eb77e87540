"""Objectives of Cloud Monitoring: what an indicator is made of, and what it measures."""
import re

from .filters import terms_of
from .metrics import known
from .walk import is_computed, leaves, referred

RATIO = ("good_service_filter", "bad_service_filter", "total_service_filter")
# Full name of a resource (cloud.google.com/apis/design/resource_names#full_resource_name).
# What an objective is called says what it promises (objectivesOf in src/plan/endpoint.ts).
PROMISE = re.compile(r"(?P<percent>[\d.]+) % of requests are answered (?:without an error of the server|within (?P<time>\d+(?:\.\d+)?)(?P<unit>ms|s|m))")
MS = {"ms": 1, "s": 1000, "m": 60_000}
FULL_NAME = re.compile(r"//[a-z]+\.googleapis\.com/[^\s/]+(/[^\s/]+)+")


def check(kind, name, body, template):
    if kind == "google_monitoring_custom_service":
        resource = (body.get("telemetry") or {}).get("resource_name")
        if resource is not None and not is_computed(resource) and not FULL_NAME.fullmatch(str(resource)):
            yield f"{kind}.{name}.telemetry.resource_name: {resource!r} is no full name of a resource"
    if kind == "google_monitoring_alert_policy":
        yield from burn_faults(kind, name, body, template)
    if kind != "google_monitoring_slo":
        return
    yield from (f"{kind}.{name}.{one}" for one in promise_faults(body, template))
    resources = set()
    for path, value in leaves(body):
        last, at = path[-1], f"{kind}.{name}.{'.'.join(path)}"
        if last not in RATIO and last != "distribution_filter":
            continue
        fields, _wrong = terms_of(value)
        fact = known(template).get(fields.get("metric.type", "").strip('"'))
        resources.add(tuple(sorted((field, text) for field, text in fields.items() if field.startswith("resource."))))
        # TimeSeriesRatio takes INT64 or DOUBLE, DistributionCut a DISTRIBUTION; both DELTA or CUMULATIVE.
        types = {"DISTRIBUTION"} if last == "distribution_filter" else {"INT64", "DOUBLE"}
        if fact is not None and (fact[1] not in types or fact[0] == "GAUGE"):
            yield f"{at}: is {fact[0]} and {fact[1]}, and has to be counted, of {' or '.join(sorted(types))}"
    if len(resources) > 1:
        yield f"{kind}.{name}: its filters are of several resources, so that one is no part of the other"


def promise_faults(body, template):
    """The goal and the indicator are what the objective's name says, of the model that it is labelled with."""
    promise = PROMISE.fullmatch(str(body.get("display_name")))
    if promise is None:
        yield f"display_name: {body.get('display_name')!r} says no promise"
        return
    goal = body.get("goal")
    if not isinstance(goal, (int, float)) or abs(goal * 100 - float(promise["percent"])) > 1e-9:
        yield f"goal: {goal!r}, and {promise['percent']} % are promised"
    indicator = body.get("request_based_sli") or {}
    if promise["time"] is None:
        yield from ratio_faults(indicator.get("good_total_ratio"), template)
        if body.get("slo_id") != "availability":
            yield f"slo_id: {body.get('slo_id')!r} is promised as availability"
        return
    most = ((indicator.get("distribution_cut") or {}).get("range") or {}).get("max")
    if most != float(promise["time"]) * MS[promise["unit"]]:
        yield f"request_based_sli.distribution_cut: within {most!r} ms, and {promise['time']}{promise['unit']} are promised"
    if body.get("slo_id") != "latency":
        yield f"slo_id: {body.get('slo_id')!r} is promised as latency"


def ratio_faults(ratio, template):
    """What counts as bad is a part of the whole, and not all of it."""
    if not isinstance(ratio, dict):
        yield "request_based_sli: counts no share, and answers without errors are promised"
        return
    bad, _wrong = terms_of(ratio.get("bad_service_filter"))
    total, _wrong = terms_of(ratio.get("total_service_filter"))
    code = "metric.labels.response_code"
    if bad.get(code) != '"5xx"' or code in total:
        yield f"request_based_sli: bad is {bad.get(code)}, of {total.get(code, 'all')}"


def burn_faults(kind, name, body, template):
    """An alarm on an error budget watches the objective that it is called after, of its own model."""
    conditions = body.get("conditions")
    for condition in conditions if isinstance(conditions, list) else [conditions or {}]:
        text = str(((condition or {}).get("condition_threshold") or {}).get("filter"))
        objective = referred(text, "google_monitoring_slo", template) if text.startswith("select_slo_") else None
        if objective is None:
            continue
        labels, theirs = body.get("user_labels") or {}, objective[1].get("user_labels") or {}
        if not str(labels.get("alarm")).startswith(f"{objective[1].get('slo_id')}-burn-"):
            yield f"{kind}.{name}: {labels.get('alarm')!r} watches the budget of {objective[1].get('slo_id')!r}"
        if labels.get("model") != theirs.get("model"):
            yield f"{kind}.{name}: is of {labels.get('model')!r}, and watches {theirs.get('model')!r}"
        found = re.fullmatch(r".*-burn-(\d+)h", str(labels.get("alarm")))
        window = re.search(r'", "(\d+)s"\)', text)
        if found and window and int(found.group(1)) * 3600 != int(window.group(1)):
            yield f"{kind}.{name}: {labels.get('alarm')!r} looks back {window.group(1)} s"
