"""Filters of Cloud Logging (cloud.google.com/logging/docs/view/logging-query-language) and what is taken out of log entries."""
import re

from .facts import facts, labelled, names
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
# Fields below those (the same reference), and of the requests whose calls are heard.
WITHIN_AUDIT = {
    "authenticationInfo": {
        "principalEmail", "principalSubject", "authoritySelector", "thirdPartyPrincipal", "serviceAccountKeyName",
        "serviceAccountDelegationInfo",
    },
    "authorizationInfo": {"resource", "permission", "granted", "resourceAttributes", "permissionType"},
    "requestMetadata": {"callerIp", "callerSuppliedUserAgent", "callerNetwork", "requestAttributes", "destinationAttributes"},
    "resourceLocation": {"currentLocations", "originalLocations"},
    "status": {"code", "message", "details"},
    # google.cloud.aiplatform.v1.MergeVersionAliasesRequest
    "request": {"name", "versionAliases", "@type"},
}
# Methods that are heard (`protoPayload.methodName`), as they end.
METHODS = {"ModelService.MergeVersionAliases"}
# Logs that the audit and the approvals read, and that of executions.
EXECUTIONS = "workflows.googleapis.com/executions_system"
LOGS = {f"cloudaudit.googleapis.com/{one}" for one in ("activity", "data_access", "system_event", "policy")} | {EXECUTIONS}
# google.cloud.workflows.type.ExecutionsSystemLog, and the monitored resource of a workflow.
OF_EXECUTIONS = {"jsonPayload.state", "jsonPayload.activityTime", "jsonPayload.message"}
STATES = {"ACTIVE", "SUCCEEDED", "FAILED", "CANCELLED"}
LABELS = {
    "workflows.googleapis.com/Workflow": {"resource_container", "location", "workflow_id"},
    "cloud_run_revision": {"project_id", "service_name", "revision_name", "location", "configuration_name"},
}


def field_faults(field, of_executions=False):
    parts = field.split(".")
    if of_executions and parts[0] == "jsonPayload":
        if field not in OF_EXECUTIONS:
            yield f"{field!r} is no field of an execution's end"
        return
    if not FIELD.match(field):
        yield f"{field!r} is no field of a log entry"
    elif parts[0] == "protoPayload" and parts[1] not in AUDIT:
        yield f"{field!r} is no field of an audit log"
    elif parts[0] == "protoPayload" and len(parts) > 2 and parts[2] not in WITHIN_AUDIT.get(parts[1], {parts[2]}):
        yield f"{field!r} is no field of {parts[1]}"
    elif parts[0] == "jsonPayload" and (parts[1] != facts()["notification"] or len(parts) != 3 or parts[2] not in NOTICE):
        yield f"{field!r} is no field of a line that a handler writes"


def value_faults(field, value, template):
    there = None
    if field.endswith((".platform", ".model")):
        there = labelled(template, field.rsplit(".", 1)[-1])
    elif field == f"jsonPayload.{facts()['notification']}.severity":
        there = set(facts()["severities"])
    elif field == "resource.type":
        there = set(LABELS)
    elif field == "resource.labels.workflow_id":
        there = names(template, "google_workflows_workflow")
    elif field == "resource.labels.location":
        there = names(template, "google_workflows_workflow", "region")
    elif field == "jsonPayload.state":
        there = STATES
    if there and value not in there:
        yield f"{field} {value!r} is nothing that an entry has"
    if field == "protoPayload.request.versionAliases":
        there = set(facts()["aliases"])
        if value not in there:
            yield f"{value!r} is no alias by which anybody decides"
    if field == "protoPayload.serviceName" and value not in {f"{one}.googleapis.com" for one in SERVICES}:
        yield f"{value!r} is no service"


def whole_faults(text):
    """Labels are those of the resource that is asked for; of executions only some ends of some workflow are."""
    resource = re.search(r'resource\.type = "([^"]+)"', text)
    for label in re.findall(r"resource\.labels\.(\w+)", text):
        if resource and label not in LABELS.get(resource.group(1), {label}):
            yield f"{resource.group(1)} has no label {label!r}"
    if EXECUTIONS in text and not ("resource.labels.workflow_id" in text and "jsonPayload.state" in text):
        yield "asks for every entry of every execution"


def pattern_faults(field, pattern, template):
    try:
        re.compile(pattern)
    except re.error as error:
        yield f"{pattern!r}: {error}"
        return
    if field == "protoPayload.methodName" and pattern.replace("\\", "").rstrip("$") not in METHODS:
        yield f"{pattern!r} is no method that is heard of"
    if field == "protoPayload.request.name":
        yield from name_faults(pattern, template)


def name_faults(pattern, template):
    """A model of Vertex AI's registry (vertexModelId in src/contract/google.ts), in a region where the template is."""
    found = re.fullmatch(r"\^projects/\[\^/\]\+/locations/([\w$.{}-]+)/models/([\w-]+)@", pattern)
    ids = {f"{platform}-{model}" for platform in labelled(template, "platform") for model in labelled(template, "model")}
    if found is None or ids and found.group(2) not in ids:
        yield f"{pattern!r} is the name of no model of this template"


def extractor_faults(text):
    found = re.fullmatch(r"(?:EXTRACT\(([\w.]+)\)|REGEXP_EXTRACT\(([\w.]+), \".*\"\))", str(text))
    if found is None:
        yield f"{text!r} is no extractor"
        return
    yield from field_faults(found.group(1) or found.group(2))


def logs_of(tokens, above=False):
    """Logs that an expression leaves, taken off a list of tokens; None for any. `OR` binds closer than `AND`."""
    whole, part = None, "nothing"
    while tokens and tokens[0] != ")":
        one = tokens.pop(0)
        if one == "OR":
            continue
        if one == "AND":
            whole, part = both(whole, part), "nothing"
            continue
        if one == "NOT":
            if tokens and tokens.pop(0) == "(":
                logs_of(tokens, True)
            found = None
        else:
            found = logs_of(tokens, True) if one == "(" else {one} if one.startswith("log_id") else None
        part = found if part == "nothing" else None if None in (part, found) else part | found
    if above and tokens:
        tokens.pop(0)
    return both(whole, part)


def both(one, other):
    if other == "nothing" or other is None:
        return one
    return other if one is None else one & other


def log_faults(text):
    """An entry is in one log: two of them cannot both be asked for."""
    plain = re.sub(r'(?:=~|!~|!=|>=|<=|=|:|>|<)\s*\([^()]*\)', '= "any"', text)
    tokens = re.findall(r'log_id\("[^"]+"\)|[()]|\b(?:AND|OR|NOT)\b|(?!\b(?:AND|OR|NOT)\b)[\w.]+\s*(?:=~|!~|!=|>=|<=|=|:|>|<)\s*"[^"]*"', plain)
    if logs_of(tokens) == set():
        yield "asks for entries that are in two logs at once"


def faults(text, template):
    text, at, depth, before, field = str(text), 0, 0, None, None
    kinds = []
    yield from whole_faults(text)
    yield from log_faults(text)
    of_executions = EXECUTIONS in text
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
            yield from field_faults(word, of_executions)
        if log and log[len('log_id("'):-2] not in LOGS:
            yield f"{log} is no log"
        if quoted and field and "~" not in "".join(kinds[-2:]):
            yield from value_faults(field, quoted.strip('"'), template)
        elif quoted and field:
            yield from pattern_faults(field, quoted[1:-1], template)
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
