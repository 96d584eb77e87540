"""Alarms that ring, at the right people, and for what is wrong: channels by urgency, directions of figures, and how far queries look."""
import collections
import re

from .facts import once_a_template
from .filters import terms_of
from .metrics import known, of_prometheus
from .promql import SELECTED
from .thresholds import WINDOW, WINDOWS
from .walk import maps, referred

CHANNEL = "google_monitoring_notification_channel"
SEVERITY = {"page": "CRITICAL", "ticket": "ERROR", "info": "WARNING"}
# Figures of which too much is wrong, and those of which too little is (METRICS in src/contract/metrics.ts, and Google's in metrics.py).
ABOVE = {
    "Latency", "Errors", "DriftScore", "DriftedColumnsPercent", "PredictionDrift", "DataAge", "DataViolations", "PipelineDuration",
    "CostPerPrediction", "TimeToFix", "LeadTime", "ChangeFailurePercent", "TimeToRestore", "ReworkPercent", "DriftBreach", "ConceptDrift",
    "QualityBreach", "ReleaseRolledBack", "ReleasePaused", "RetrainingStopped", "RetrainSuppressed", "prediction_latencies", "error_count",
    "request_latencies", "num_undelivered_messages",
}
BELOW = {
    "Requests", "LabelledRows", "PipelineSuccess", "PipelineSuccessPercent", "GateVerdict", "DeploymentFrequency", "DataVerdict",
    "prediction_count",
}
# Counted by how they were answered: errors of the server are too many, all of them too few.
ANSWERS = {"response_count": "response_code", "request_count": "response_code_class"}
# Losses (METRIC_DIRECTIONS in src/kernel/metric-catalogue.ts); of the others more is better.
LOSSES = {"logLoss", "brier", "rmse", "mae", "mape"}
GAINS = {"accuracy", "precision", "recall", "f1", "macroF1", "auc", "r2"}
# Quantiles that figures of ours are (src/google/support/alarm-renderer.ts).
QUANTILES = {0.5, 0.99}
# What Google's figures are sampled at, how late they may be, and the longest that a range looks back.
SAMPLED, LATEST, LOOKED_BACK = 60, 3600, 90_000
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
LENGTH = r"(\d+)([smhd])"
RANGE = re.compile(rf"\[{LENGTH}\](?:\s+offset\s+{LENGTH})?")


def direction(metric, labels):
    """`>` or `<`, as a figure is wrong; None where nobody knows."""
    name = str(metric).rsplit("/", 1)[-1]
    if name == "Quality":
        quality = labels.get("metric")
        return ">" if quality in LOSSES else "<" if quality in GAINS else None
    if name in ANSWERS:
        return ">" if labels.get(ANSWERS[name]) == "5xx" else "<"
    return ">" if name in ABOVE else "<" if name in BELOW else None


def turned(operator, wanted, metric):
    if operator and wanted and operator[0] != wanted:
        yield f"rings at {operator}, and {metric} is wrong at {wanted}"


def condition_faults(node):
    """A threshold on a filter; a burn rate is wrong when it is high."""
    text, operator = node.get("filter"), {"COMPARISON_GT": ">", "COMPARISON_LT": "<"}.get(node.get("comparison"))
    if not isinstance(text, str) or "threshold_value" not in node:
        return
    if text.startswith("select_slo_burn_rate"):
        yield from turned(operator, ">", "a burn rate")
        return
    terms = {field: value.strip('"') for field, value in terms_of(text)[0].items()}
    metric = terms.get("metric.type")
    labels = {field.removeprefix("metric.labels."): value for field, value in terms.items()}
    yield from turned(operator, direction(metric, labels), metric)


def query_faults(text, template):
    metrics = {of_prometheus(metric): metric for metric in known(template)}
    for group in WINDOWS.finditer(text):
        ends = []
        for window in WINDOW.finditer(group["windows"]):
            selected = SELECTED.search(window["value"])
            if selected is None:
                continue
            metric = metrics.get(selected["name"]) or metrics.get(re.sub(r"_(bucket|count|sum)$", "", selected["name"]))
            labels = dict(re.findall(r'(\w+)="([^"]*)"', selected["labels"] or ""))
            yield from turned(window["operator"], direction(metric, labels), metric)
            spans = [span_of(found.group(0)) for found in RANGE.finditer(window["value"])]
            if len(set(spans)) > 1:
                yield f"{window['value'][:60]}… is of several times"
            ends += spans[:1]
        if ends and ends[0][1] > LATEST:
            yield f"the latest window ended {ends[0][1]} s ago"
        for (length, before), (_, after) in zip(ends, ends[1:]):
            if after - before != length:
                yield f"a window of {length} s is followed by one that ends {after - before} s earlier"
    yield from span_faults(text)
    for quantile in re.findall(r"histogram_quantile\(\s*([\d.eE+-]+)", text):
        if float(quantile) not in QUANTILES:
            yield f"the quantile {quantile} is none of {', '.join(map(str, sorted(QUANTILES)))}"


def seconds(found):
    return int(found[0]) * SECONDS[found[1]] if found[0] else 0


def span_of(text):
    """(length, offset) in seconds of a range."""
    length, unit, offset, its_unit = RANGE.match(text).groups()
    return seconds((length, unit)), seconds((offset, its_unit))


def span_faults(text):
    """Ranges look back no further than a condition may, and hold two samples of what Google counts."""
    for found in RANGE.finditer(text):
        length, _offset = span_of(found.group(0))
        if length > LOOKED_BACK:
            yield f"{found.group(0)} looks back further than {LOOKED_BACK} s"
        selected = list(SELECTED.finditer(text[: found.start()]))
        if length < 2 * SAMPLED and selected and not selected[-1]["name"].startswith("custom_"):
            yield f"{found.group(0)} holds less than two samples, which come every {SAMPLED} s"


@once_a_template
def people(template):
    """Channels of people by urgency: those that notices of that urgency are sent to."""
    found = collections.defaultdict(collections.Counter)
    for policy in template.get("google_monitoring_alert_policy", {}).values():
        if any("condition_matched_log" in one for one in policy.get("conditions") or () if isinstance(one, dict)):
            urgency = (policy.get("user_labels") or {}).get("urgency")
            found[urgency][frozenset(channels_of(policy, template)[1])] += 1
    return {urgency: counted.most_common(1)[0][0] for urgency, counted in found.items()}


def channels_of(policy, template):
    """Names of all channels of a policy, and of those at which people are."""
    channels = [referred(one, CHANNEL, template) for one in policy.get("notification_channels") or ()]
    there = [one for one in channels if one]
    return [one[0] for one in there], [name for name, body in there if body.get("type") != "pubsub"]


def address_faults(body, template):
    """Somebody hears of every alarm, and of a page those who are woken: by the policy, or by the one of its group."""
    labels = body.get("user_labels") or {}
    urgency = labels.get("urgency")
    if urgency in SEVERITY and body.get("severity") != SEVERITY[urgency]:
        yield f"severity: {body.get('severity')!r}, and a {urgency} is {SEVERITY[urgency]}"
    named, of_people = channels_of(body, template)
    if not body.get("notification_channels"):
        yield "notification_channels: nobody hears of it"
    wanted = people(template).get(urgency)
    if wanted is None or len(named) != len(body.get("notification_channels") or ()):
        return
    for one in sorted(set(of_people) - wanted):
        yield f"notification_channels: {one} is not for what is a {urgency}"
    is_grouped = urgency == "page" and "group" not in labels and any(
        (one.get("user_labels") or {}).get("group") and (one.get("user_labels") or {}).get("model") == labels.get("model")
        for one in template.get("google_monitoring_alert_policy", {}).values()
    )
    if not is_grouped:
        for one in sorted(wanted - set(of_people)):
            yield f"notification_channels: {one} does not hear of what is a {urgency}"


def check(kind, name, body, template):
    if kind != "google_monitoring_alert_policy":
        return
    at = f"{kind}.{name}"
    if body.get("enabled", True) is not True:
        yield f"{at}.enabled: {body['enabled']!r}, and it never rings"
    yield from (f"{at}.{one}" for one in address_faults(body, template))
    for path, node in maps(body):
        where = f"{at}.{'.'.join(path)}"
        yield from (f"{where}: {one}" for one in condition_faults(node))
        if isinstance(node.get("query"), str):
            yield from (f"{where}.query: {one}" for one in query_faults(node["query"], template))
