"""Filters of Cloud Logging (cloud.google.com/logging/docs/view/logging-query-language) and what is taken out of log entries."""
import re

from .facts import facts, labelled
from .places import SERVICES

FIELD = re.compile(r"(?:resource\.(?:type|labels\.\w+)|(?:jsonPayload|protoPayload|labels)(?:\.\w+)+|severity|logName|timestamp|textPayload)$")
TOKEN = re.compile(r'\s*(?:(log_id\("[^"]+"\))|("(?:[^"\\]|\\.)*")|(=~|!~|!=|>=|<=|=|:|>|<)|([()])|([\w.]+))')
# Fields of a notification's log line (Notification in src/runtime/ports, with what pubsub-notifier.ts adds).
NOTICE = {"platform", "model", "severity", "kind", "subject", "text", "runbook"}
# Fields of google.cloud.audit.AuditLog.
AUDIT = {
    "serviceName", "methodName", "resourceName", "resourceLocation", "resourceOriginalState", "numResponseItems", "status",
    "authenticationInfo", "authorizationInfo", "policyViolationInfo", "requestMetadata", "request", "response", "metadata", "serviceData",
}
# Logs that the audit and the approvals read.
LOGS = {f"cloudaudit.googleapis.com/{one}" for one in ("activity", "data_access", "system_event", "policy")}


def field_faults(field):
    parts = field.split(".")
    if not FIELD.match(field):
        yield f"{field!r} is no field of a log entry"
    elif parts[0] == "protoPayload" and parts[1] not in AUDIT:
        yield f"{field!r} is no field of an audit log"
    elif parts[0] == "jsonPayload" and (parts[1] != facts()["notification"] or len(parts) != 3 or parts[2] not in NOTICE):
        yield f"{field!r} is no field of a line that a handler writes"


def value_faults(field, value, template):
    there = None
    if field.endswith((".platform", ".model")):
        there = labelled(template, field.rsplit(".", 1)[-1])
    elif field == f"jsonPayload.{facts()['notification']}.severity":
        there = set(facts()["severities"])
    elif field == "resource.type":
        there = {"cloud_run_revision"}
    if there and value not in there:
        yield f"{field} {value!r} is nothing that an entry has"
    if field == "protoPayload.request.versionAliases":
        there = set(facts()["aliases"])
        if value not in there:
            yield f"{value!r} is no alias by which anybody decides"
    if field == "protoPayload.serviceName" and value not in {f"{one}.googleapis.com" for one in SERVICES}:
        yield f"{value!r} is no service"


def extractor_faults(text):
    found = re.fullmatch(r"(?:EXTRACT\(([\w.]+)\)|REGEXP_EXTRACT\(([\w.]+), \".*\"\))", str(text))
    if found is None:
        yield f"{text!r} is no extractor"
        return
    yield from field_faults(found.group(1) or found.group(2))


def faults(text, template):
    text, at, depth, before, field = str(text), 0, 0, None, None
    kinds = []
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if match is None:
            yield f"{text[at:at + 40]!r} is not understood"
            return
        log, quoted, operator, bracket, word = match.groups()
        depth += {"(": 1, ")": -1}.get(bracket, 0)
        if depth < 0:
            break
        kind = "value" if log or quoted else "operator" if operator else bracket or ("link" if word in ("AND", "OR", "NOT") else "field")
        if kind == "field" and before != "operator":
            field = word
            yield from field_faults(word)
        if log and log[len('log_id("'):-2] not in LOGS:
            yield f"{log} is no log"
        if quoted and field and "~" not in "".join(kinds[-2:]):
            yield from value_faults(field, quoted.strip('"'), template)
        if before == "operator" and kind not in ("value", "field", "("):
            yield f"nothing after an operator at {at}"
        if kind == "link" and word != "OR":
            field = None
        kinds.append(operator if kind == "operator" and "~" in operator else kind)
        before, at = kind, match.end()
    if depth != 0:
        yield "brackets do not match"
    if before in ("operator", "link") or not any(one in ("value", "operator") for one in kinds):
        yield "ends too early"
