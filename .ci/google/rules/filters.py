"""Filters of Cloud Monitoring and Cloud Logging, and PromQL."""
import json
import re

import promql_parser

from .walk import leaves

TERM = re.compile(
    r'(?P<field>metric\.type|resource\.type|project|(?:metric|resource|metadata)\.(?:labels?|user_labels|system_labels)\.\w+)'
    r'\s*(?:=|!=)\s*(?P<value>"(?:[^"\\]|\\.)*"|one_of\((?:"[^"]*",?\s*)+\)|monitoring\.regex\.full_match\("[^"]*"\))'
)
RESOURCES = {
    "aiplatform.googleapis.com/Endpoint", "cloud_run_revision", "global", "generic_node", "generic_task", "pubsub_topic",
    "workflows.googleapis.com/Workflow", "cloud_scheduler_job", "pubsub_subscription",
}
SELECTOR = re.compile(r'select_slo_(?:burn_rate\("(?P<rated>[^"]+)", "(?P<window>\d+)s"\)|(?:budget_fraction|budget|health|compliance)\("(?P<of>[^"]+)"\))')
OBJECTIVE = re.compile(r"\$\{google_monitoring_slo\.\w+\.(?:name|id)\}|projects/[^/]+/services/[^/]+/serviceLevelObjectives/[\w-]+")
GOOGLE = re.compile(r"(aiplatform|run|workflows|pubsub|cloudscheduler|logging|monitoring)\.googleapis\.com/[a-z_/]+")
LOG_FIELD = re.compile(
    r"(?:resource\.(?:type|labels\.\w+)|(?:jsonPayload|protoPayload|labels)(?:\.\w+)+|severity|logName|timestamp|textPayload)$"
)
LOG_TOKEN = re.compile(r'\s*(?:(log_id\("[^"]+"\))|("(?:[^"\\]|\\.)*")|(=~|!~|!=|>=|<=|=|:|>|<)|([()])|([\w.]+))')


ATTRIBUTE = re.compile(r'(NOT )?(attributes\.[\w-]+\s*(=|!=)\s*"[^"]*"|attributes:[\w-]+|hasPrefix\(attributes\.[\w-]+,\s*"[^"]*"\))')
# Conditions of bindings, as far as they are used here: on what is asked for, by its name and type.
CONDITION = re.compile(
    r'resource\.(?:type|name|service) == "[^"]+"|resource\.name\.(?:starts|ends)With\("[^"]+"\)'
    r'|resource\.name\.extract\("[^"{}]*\{\w+\}[^"{}]*"\) != ""'
)
MOST_OPERATORS = 12


def attribute_faults(text):
    for term in re.split(r"\s+(?:AND|OR)\s+", str(text)):
        if not ATTRIBUTE.fullmatch(term.strip()):
            yield f"{term!r} is no term of a filter on messages"


def condition_faults(text):
    terms = re.split(r" (?:\|\||&&) ", str(text))
    if len(terms) - 1 > MOST_OPERATORS:
        yield f"more than {MOST_OPERATORS} operators"
    for term in terms:
        if not CONDITION.fullmatch(term):
            yield f"{term!r} is no term of a condition"


def check(kind, name, body, template):
    for path, value in leaves(body):
        where = f"{kind}.{name}.{'.'.join(path)}"
        if path[-2:] == ("condition", "expression"):
            yield from (f"{where}: {one}" for one in condition_faults(value))
        if kind == "google_pubsub_subscription" and path[-1] == "filter":
            yield from (f"{where}: {one}" for one in attribute_faults(value))
            continue
        if path[-1] in ("filter", "denominator_filter") or path[-1].endswith("_service_filter") or path[-1] == "distribution_filter":
            rule = log_faults if kind == "google_logging_project_sink" or "condition_matched_log" in path else None
            yield from (f"{where}: {one}" for one in (rule(value) if rule else metric_faults(value, template)))
        if path[-1] == "query":
            yield from (f"{where}: {one}" for one in promql_faults(value, template))
        if path[-1] == "dashboard_json" and isinstance(value, str):
            yield from dashboard_faults(where, value, template)


def dashboard_faults(where, text, template):
    try:
        dashboard = json.loads(text)
    except ValueError:
        return  # the static check says so
    for path, value in leaves(dashboard):
        if path[-1] == "filter":
            yield from (f"{where}: {one}" for one in metric_faults(value, template))
        if path[-1] == "prometheusQuery":
            yield from (f"{where}: {one}" for one in promql_faults(value, template))


def described(template):
    """Labels by the type of each metric that the template describes."""
    return {
        one["type"]: {label["key"] for label in one.get("labels", [])}
        for one in template.get("google_monitoring_metric_descriptor", {}).values()
        if isinstance(one.get("type"), str)
    }


def selector_faults(text):
    found = SELECTOR.fullmatch(text)
    if found is None:
        yield f"{text!r} is no selector of an objective"
        return
    if not OBJECTIVE.fullmatch(found["rated"] or found["of"]):
        yield f"{found['rated'] or found['of']!r} is no name of an objective"
    if found["window"] is not None and not 60 <= int(found["window"]) <= 2_592_000:
        yield f"{found['window']} s is no time to look back"


def metric_faults(text, template):
    if str(text).startswith("select_"):
        yield from selector_faults(str(text))
        return
    terms = re.split(r"\s+AND\s+", str(text))
    found = [TERM.fullmatch(term.strip()) for term in terms]
    wrong = [term for term, match in zip(terms, found) if match is None]
    if wrong:
        yield f"{wrong[0]!r} is no term of a filter"
        return
    fields = {match["field"]: match["value"].strip('"') for match in found}
    metric, labels = fields.get("metric.type"), described(template)
    if metric is None:
        yield "names no metric.type"
    elif metric not in labels and not GOOGLE.fullmatch(metric):
        yield f"{metric!r} is described nowhere"
    if fields.get("resource.type", "global") not in RESOURCES:
        yield f"{fields['resource.type']!r} is no type of a monitored resource"
    own = [field.split(".")[-1] for field in fields if field.startswith(("metric.label.", "metric.labels."))]
    for label in own if metric in labels else []:
        if label not in labels[metric]:
            yield f"{metric!r} has no label {label!r}"


def log_faults(text):
    text, at, depth, before = str(text), 0, 0, None
    kinds = []
    while text[at:].strip():
        match = LOG_TOKEN.match(text, at)
        if match is None:
            yield f"{text[at:at + 40]!r} is not understood"
            return
        log, quoted, operator, bracket, word = match.groups()
        depth += {"(": 1, ")": -1}.get(bracket, 0)
        if depth < 0:
            break
        kind = "value" if log or quoted else "operator" if operator else bracket or ("link" if word in ("AND", "OR", "NOT") else "field")
        if kind == "field" and before != "operator" and not LOG_FIELD.match(word):
            yield f"{word!r} is no field of a log entry"
        if before == "operator" and kind not in ("value", "field", "("):
            yield f"nothing after an operator at {at}"
        kinds.append(kind)
        before, at = kind, match.end()
    if depth != 0:
        yield "brackets do not match"
    if before in ("operator", "link") or "operator" not in kinds and "value" not in kinds:
        yield "ends too early"


def promql_faults(text, template):
    try:
        promql_parser.parse(str(text))
    except ValueError as error:
        yield f"PromQL: {error}"
        return
    known = {re.sub(r"\W", "_", one.split("googleapis.com/")[-1]) for one in described(template)}
    for metric in re.findall(r'__name__\s*=\s*"([^"]+)"|\b(custom_googleapis_com:\w+)', str(text)):
        name = metric[0] or metric[1]
        if name.startswith("custom") and re.sub(r"\W", "_", re.split(r"googleapis[._]com[:/]", name)[-1]) not in known:
            yield f"PromQL: {name!r} is described nowhere"
