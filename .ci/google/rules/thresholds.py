"""Thresholds that a figure can come to: an alarm beyond all that its metric can be never rings, one within it always does."""
import re

from .filters import terms_of
from .metrics import known, of_prometheus
from .promql import SELECTED
from .walk import maps, referred

# What figures of ours can be (src/contract/metrics.ts), where that is less than their unit says.
OF_METRIC = {
    "PipelineSuccess": (0, 1), "GateVerdict": (-1, 1), "DataVerdict": (0, 1), "DriftBreach": (0, 1), "ConceptDrift": (0, 1),
    "QualityBreach": (0, 1),
}
WITHOUT_END = float("inf")
SHARE, PERCENT = (0, 1), (0, 100)
BURN = re.compile(r'select_slo_burn_rate\("([^"]+)", "\d+s"\)')
WINDOW = re.compile(r"\(count\((?P<value>.*?) (?P<operator>>=|<=|>|<) (?P<threshold>-?[\d.]+(?:e-?\d+)?)\) or vector\(0\)\)")
ONE = r"\(count\(.*? (?:>=|<=|>|<) -?[\d.]+(?:e-?\d+)?\) or vector\(0\)\)"
WINDOWS = re.compile(rf"(?P<windows>{ONE}(?: \+ {ONE})*) >= (?P<least>\d+)")


def bounds(metric, template):
    """(least, most) of a figure; None where the metric is described nowhere."""
    fact = known(template).get(metric)
    if fact is None:
        return None
    name = metric.rsplit("/", 1)[-1]
    if name in OF_METRIC:
        return OF_METRIC[name]
    if name.endswith("Percent"):
        return PERCENT
    # What is counted, timed or paid for is never below nothing; a quality metric may be.
    return (-WITHOUT_END, WITHOUT_END) if name in ("Quality", "DriftScore", "PredictionDrift") else (0, WITHOUT_END)


def fault(operator, threshold, between):
    """Why a comparison says the same of every figure; None where it does not."""
    least, most = between
    rings = {">": (threshold < most, threshold >= least), ">=": (threshold <= most, threshold > least),
             "<": (threshold > least, threshold <= most), "<=": (threshold >= least, threshold < most)}[operator]
    if not rings[0]:
        return f"{operator} {threshold:g} is beyond all that it can be ({least:g} to {most:g})"
    if not rings[1]:
        return f"{operator} {threshold:g} holds for all that it can be ({least:g} to {most:g})"
    return None


def condition_faults(node, template):
    text, threshold = node.get("filter"), node.get("threshold_value")
    if not isinstance(text, str) or not isinstance(threshold, (int, float)):
        return
    operator = {"COMPARISON_GT": ">", "COMPARISON_LT": "<"}.get(node.get("comparison"))
    burn = BURN.fullmatch(text)
    objective = referred(text, "google_monitoring_slo", template)
    if burn and objective:
        goal = objective[1].get("goal")
        # A service without one good answer burns this fast.
        between = (0, 1 / (1 - goal)) if isinstance(goal, (int, float)) and 0 < goal < 1 else None
    else:
        between = SHARE if node.get("denominator_filter") else bounds(terms_of(text)[0].get("metric.type", "").strip('"'), template)
    found = operator and between and fault(operator, threshold, between)
    if found:
        yield f"threshold: {found}"


def query_faults(text, template):
    text = str(text)
    metrics = {of_prometheus(metric): metric for metric in known(template)}
    groups = list(WINDOWS.finditer(text))
    for group in groups:
        windows = list(WINDOW.finditer(group["windows"]))
        if not 1 <= int(group["least"]) <= len(windows):
            yield f"{group['least']} of {len(windows)} windows are never beyond"
        for window in windows:
            selected = SELECTED.search(window["value"])
            metric = metrics.get(selected["name"]) if selected else None
            between = PERCENT if window["value"].startswith("100 * ") else bounds(metric, template) if metric else None
            found = between and fault(window["operator"], float(window["threshold"]), between)
            if found:
                yield f"threshold: {found}"
    if "vector(0)" in text and len(groups) != len(re.split(r"\) or \(\(count", text)):
        yield "windows that are not compared with how many have to be beyond"


def check(kind, name, body, template):
    if kind != "google_monitoring_alert_policy":
        return
    for path, node in maps(body):
        where = f"{kind}.{name}.{'.'.join(path)}"
        yield from (f"{where}: {one}" for one in condition_faults(node, template))
        if "query" in node:
            yield from (f"{where}.query: {one}" for one in query_faults(node["query"], template))
