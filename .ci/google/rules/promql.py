"""PromQL over Cloud Monitoring: metrics, labels and functions that fit (cloud.google.com/monitoring/promql/promql-mapping)."""
import re

import promql_parser

from .metrics import RESOURCE_LABELS, known, of_prometheus, value_faults

SELECTED = re.compile(r'(?P<name>[a-zA-Z_]\w*:\w+)\s*(?:\{(?P<labels>(?:[^{}"]|"(?:[^"\\]|\\.)*")*)\})?')
MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"')
OF_DISTRIBUTION = ("_bucket", "_count", "_sum")
# Functions of ranges: those of counters (deltas are read as counters), and those of gauges.
OF_COUNTERS, OF_GAUGES = {"rate", "irate", "increase", "resets"}, {
    "delta", "idelta", "deriv", "predict_linear", "avg_over_time", "min_over_time", "max_over_time", "sum_over_time", "quantile_over_time",
    "stddev_over_time", "last_over_time",
}
WHOLE = {"monitored_resource", "__name__", "le", "project_id"}


def faults(text, template):
    text = str(text)
    try:
        promql_parser.parse(text)
    except ValueError as error:
        yield f"PromQL: {error}"
        return
    metrics = {of_prometheus(metric): (metric, fact) for metric, fact in known(template).items()}
    selected = list(SELECTED.finditer(text))
    if not selected:
        yield "PromQL: asks for no metric"
    for found in selected:
        yield from (f"PromQL: {one}" for one in selection_faults(text, found, metrics, template))
    labels = {label for found in selected for label in labels_of(found["name"], metrics)}
    for grouped in re.findall(r"\b(?:by|without)\s*\(([^)]*)\)", text):
        for label in re.findall(r"\w+", grouped):
            if labels and label not in labels | WHOLE:
                yield f"PromQL: no metric here has a label {label!r}"


def described(name, metrics):
    """(type, fact, whether it is a part of a distribution) of a metric's name in PromQL."""
    if name in metrics:
        return (*metrics[name], False)
    for end in OF_DISTRIBUTION:
        whole = name.removesuffix(end)
        if name.endswith(end) and whole in metrics and metrics[whole][1][1] == "DISTRIBUTION":
            return (*metrics[whole], True)
    return None


def labels_of(name, metrics):
    found = described(name, metrics)
    return set() if found is None else {*found[1][3], *RESOURCE_LABELS[found[1][2]]}


def selection_faults(text, found, metrics, template):
    name = found["name"]
    one = described(name, metrics)
    if one is None:
        yield f"{name!r} is described nowhere"
        return
    metric, (kind, type_, resource, labels), is_part = one
    if type_ == "DISTRIBUTION" and not is_part:
        yield f"{name!r} is a distribution, of which its _bucket, _count and _sum can be asked for"
    for label, operator, value in MATCHER.findall(found["labels"] or ""):
        if label == "monitored_resource":
            if value != resource:
                yield f"{name!r} is written for {resource}, and not for {value}"
        elif label not in labels and label not in RESOURCE_LABELS[resource] and label not in WHOLE:
            yield f"{name!r} has no label {label!r}"
        elif "~" not in operator:
            yield from value_faults(metric, label, value, template)
    called = re.search(r"(\w+)\s*\(\s*(?:[\d.]+\s*,\s*)?$", text[: found.start()])
    function = called.group(1) if called else None
    if function in OF_COUNTERS and kind == "GAUGE":
        yield f"{function} is for counters, and {name!r} is a gauge"
    if function in OF_GAUGES and kind != "GAUGE":
        yield f"{function} is for gauges, and {name!r} is a counter"
