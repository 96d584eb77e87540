"""Filters of Cloud Monitoring, of messages and of bindings."""
import json
import re

from . import logs, promql
from .metrics import ALIGNERS, RESOURCE_LABELS, known, value_faults
from .facts import environments, facts, labelled
from .walk import leaves, maps

TERM = re.compile(
    r'(?P<field>metric\.type|resource\.type|project|(?:metric|resource|metadata)\.(?:labels?|user_labels|system_labels)\.\w+)'
    r'\s*(?P<operator>=|!=)\s*(?P<value>"(?:[^"\\]|\\.)*"|one_of\((?:"[^"]*",?\s*)+\)|monitoring\.regex\.full_match\("[^"]*"\))'
)
SELECTOR = re.compile(r'select_slo_(?:burn_rate\("(?P<rated>[^"]+)", "(?P<window>\d+)s"\)|(?:budget_fraction|budget|health|compliance)\("(?P<of>[^"]+)"\))')
OBJECTIVE = re.compile(r"\$\{google_monitoring_slo\.\w+\.(?:name|id)\}|projects/[^/]+/services/[^/]+/serviceLevelObjectives/[\w-]+")
# Attributes that our messages have (src/runtime/adapters/google/pubsub-announcer.ts, pubsub-notifier.ts), and those of Cloud Build's.
ATTRIBUTES = {"platform", "model", "severity", "kind"}
OF_BUILDS = {"status", "buildId"}
# Longest filter of a subscription (cloud.google.com/pubsub/quotas), in bytes.
LONGEST_FILTER = 256
ATTRIBUTE = re.compile(
    r'(?:NOT )?(?:attributes\.(?P<is>[\w-]+)\s*(?:=|!=)\s*"(?P<value>[^"]*)"|attributes:(?P<has>[\w-]+)'
    r'|hasPrefix\(attributes\.(?P<starts>[\w-]+),\s*"[^"]*"\))'
)
# Conditions of bindings, as far as they are used here: on what is asked for, by its name and type.
CONDITION = re.compile(
    r'resource\.(?:type|name|service) == "[^"]+"|resource\.name\.(?:starts|ends)With\("[^"]+"\)'
    r'|resource\.name\.extract\("[^"{}]*\{\w+\}[^"{}]*"\) != ""'
)
MOST_OPERATORS = 12
FILTERS = ("filter", "denominator_filter", "distribution_filter")


def check(kind, name, body, template):
    for path, value in leaves(body):
        where = f"{kind}.{name}.{'.'.join(path)}"
        last = path[-1]
        if path[-2:] == ("condition", "expression"):
            yield from (f"{where}: {one}" for one in condition_faults(value))
        if kind == "google_pubsub_subscription" and last == "filter":
            yield from (f"{where}: {one}" for one in attribute_faults(value, is_of_builds(body), template))
        elif kind == "google_logging_project_sink" and last == "filter" or "condition_matched_log" in path and last == "filter":
            yield from (f"{where}: {one}" for one in logs.faults(value, template))
        elif "label_extractors" in path:
            yield from (f"{where}: {one}" for one in logs.extractor_faults(value))
        elif last in FILTERS or last.endswith("_service_filter"):
            yield from (f"{where}: {one}" for one in metric_faults(value, template))
        elif last == "query":
            yield from (f"{where}: {one}" for one in promql.faults(value, template))
        elif last == "dashboard_json" and isinstance(value, str):
            yield from dashboard_faults(where, value, template)
    for path, node in maps(body):
        for rule in (aligner_faults, threshold_faults):
            yield from (f"{kind}.{name}.{'.'.join(path)}: {one}" for one in rule(node, template))


def dashboard_faults(where, text, template):
    try:
        dashboard = json.loads(text)
    except ValueError:
        return  # the static check says so
    for path, value in leaves(dashboard):
        if path[-1] == "filter":
            yield from (f"{where}: {one}" for one in metric_faults(value, template))
        if path[-1] == "prometheusQuery":
            yield from (f"{where}: {one}" for one in promql.faults(value, template))
    for _path, node in maps(dashboard):
        yield from (f"{where}: {one}" for one in aligner_faults(node, template))


def is_of_builds(subscription):
    return str(subscription.get("topic")).endswith(f"/topics/{facts()['builds']['topic']}")


def attribute_faults(text, of_builds, template):
    if len(str(text).encode()) > LONGEST_FILTER:
        yield f"is longer than {LONGEST_FILTER} bytes"
    for term in re.split(r"\s+(?:AND|OR)\s+", str(text)):
        found = ATTRIBUTE.fullmatch(term.strip())
        if not found:
            yield f"{term!r} is no term of a filter on messages"
            continue
        attribute = found["is"] or found["has"] or found["starts"]
        if attribute not in (OF_BUILDS if of_builds else ATTRIBUTES):
            yield f"{attribute!r} is no attribute of such a message"
        if attribute == "status" and found["value"] not in facts()["builds"]["statuses"]:
            yield f"{found['value']!r} is no status with which a build ends"
        there = set(labelled(template, attribute)) if attribute in ("model", "platform") else set()
        if attribute == "platform":
            # The environment before this one may have another name.
            there |= {str(one.get("platform")) for one in environments(template).get("MLP_ORIGIN", [])}
        if found["value"] is not None and there and found["value"] not in there:
            yield f"{attribute} {found['value']!r} is the name of nothing in this template"


def condition_faults(text):
    terms = re.split(r" (?:\|\||&&) ", str(text))
    if len(terms) - 1 > MOST_OPERATORS:
        yield f"more than {MOST_OPERATORS} operators"
    for term in terms:
        if not CONDITION.fullmatch(term):
            yield f"{term!r} is no term of a condition"


def selector_faults(text):
    found = SELECTOR.fullmatch(text)
    if found is None:
        yield f"{text!r} is no selector of an objective"
        return
    if not OBJECTIVE.fullmatch(found["rated"] or found["of"]):
        yield f"{found['rated'] or found['of']!r} is no name of an objective"
    if found["window"] is not None and not 60 <= int(found["window"]) <= 2_592_000:
        yield f"{found['window']} s is no time to look back"


def terms_of(text):
    """(terms by field, first term that is none) of a filter on time series."""
    fields = {}
    for term in re.split(r"\s+AND\s+", str(text)):
        found = TERM.fullmatch(term.strip())
        if found is None:
            return fields, term
        fields[found["field"].replace(".label.", ".labels.")] = found["value"]
    return fields, None


def metric_faults(text, template):
    if str(text).startswith("select_"):
        yield from selector_faults(str(text))
        return
    fields, wrong = terms_of(text)
    if wrong is not None:
        yield f"{wrong!r} is no term of a filter"
        return
    metric = fields.get("metric.type", "").strip('"')
    fact = known(template).get(metric)
    if fact is None:
        yield f"{metric!r} is described nowhere" if metric else "names no metric.type"
        return
    _kind, _type, resource, labels = fact
    if fields.get("resource.type", f'"{resource}"').strip('"') != resource:
        yield f"{metric!r} is written for {resource}, and not for {fields['resource.type']}"
    for field, value in fields.items():
        label = field.split(".")[-1]
        if field.startswith("metric.labels.") and label not in labels:
            yield f"{metric!r} has no label {label!r}"
        elif field.startswith("resource.labels.") and label not in RESOURCE_LABELS[resource]:
            yield f"{resource} has no label {label!r}"
        elif ".labels." in field:
            for one in re.findall(r'"((?:[^"\\]|\\.)*)"', value) if "regex" not in value else ():
                yield from value_faults(metric, label, one, template)


def aligner_faults(node, template):
    """An aligner takes some kinds and types only; where a filter asks for a metric, and how its points are put together beside it."""
    for filter_, several in (("filter", "aggregations"), ("denominator_filter", "denominator_aggregations"), ("filter", "aggregation")):
        text, aggregations = node.get(filter_), node.get(several)
        if not isinstance(text, str) or not aggregations or text.startswith("select_"):
            continue
        fact = known(template).get(terms_of(text)[0].get("metric.type", "").strip('"'))
        first = aggregations[0] if isinstance(aggregations, list) else aggregations
        aligner = first.get("per_series_aligner", first.get("perSeriesAligner"))
        kinds, types = ALIGNERS.get(aligner, (None, None))
        if fact and kinds is not None and (fact[0] not in kinds or fact[1] not in types):
            yield f"{aligner} does not take a metric that is {fact[0]} and {fact[1]}"


def threshold_faults(node, template):
    """What is counted, timed or rated is never below nothing; of our own metrics only those without a unit may be."""
    text, threshold = node.get("filter"), node.get("threshold_value")
    if not isinstance(text, str) or not isinstance(threshold, (int, float)) or threshold >= 0:
        return
    metric = terms_of(text)[0].get("metric.type", "").strip('"')
    ours = facts()["metrics"].get(metric)
    if ours is None or ours["counts"]:
        yield f"threshold {threshold} is below all that {metric or 'a burn rate'} can be"
