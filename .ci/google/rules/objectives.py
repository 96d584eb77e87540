"""Objectives of Cloud Monitoring: what an indicator is made of, and what it measures."""
import re

from .filters import terms_of
from .metrics import known
from .walk import is_computed, leaves

RATIO = ("good_service_filter", "bad_service_filter", "total_service_filter")
# Full name of a resource (cloud.google.com/apis/design/resource_names#full_resource_name).
FULL_NAME = re.compile(r"//[a-z]+\.googleapis\.com/[^\s/]+(/[^\s/]+)+")


def check(kind, name, body, template):
    if kind == "google_monitoring_custom_service":
        resource = (body.get("telemetry") or {}).get("resource_name")
        if resource is not None and not is_computed(resource) and not FULL_NAME.fullmatch(str(resource)):
            yield f"{kind}.{name}.telemetry.resource_name: {resource!r} is no full name of a resource"
    if kind != "google_monitoring_slo":
        return
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
