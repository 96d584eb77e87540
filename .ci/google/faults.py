"""Faults as somebody from outside would plant them, by kind: each function gives pairs of a path and the value to plant there.

None of them knows the rules: they change words, numbers, references, texts of JSON and fields that belong together. Left alone is what
nobody but the definition knows: names that are free, texts for people, addresses of others.
"""
import base64
import json
import re

DROP = object()
# Texts for people, names that are free to choose, and what belongs to somebody else.
FREE = {
    "description", "display_name", "content", "subject", "mime_type", "name", "account_id", "dataset_id", "table_id", "repository_id",
    "slo_id", "service_id", "source", "remote_uri", "parent_connection", "billing_account", "url", "email_address", "bucket",
    "legendTemplate", "title", "matches_prefix", "branch", "owner", "args", "id", "project_allowlist", "content_type", "dir", "images",
}
IS_FREE = re.compile(r"MLP_(RUNBOOKS|PROJECT|SERVER_IMAGE)")


def places(node, path=()):
    """Every (path, value) of a leaf, with indexes."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else None
    if items is None:
        yield path, node
        return
    for key, value in items:
        if key not in ("//", "depends_on", "labels", "user_labels", "lifecycle"):
            yield from places(value, (*path, key))


def maps(node, path=()):
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    if isinstance(node, dict):
        yield path, node
    for key, value in items:
        if key not in ("//", "depends_on", "lifecycle"):
            yield from maps(value, (*path, key))


def words(path):
    return [key for key in path if isinstance(key, str)]


def is_json(value):
    return isinstance(value, str) and value[:1] in "[{"


def typo(text, after=0):
    """Two letters in the middle of the longest word outside of references changed for each other."""
    plain = re.sub(r"\$\{[^}]*\}", lambda found: " " * len(found.group(0)), text)
    found = sorted(re.finditer(r"[A-Za-z]{4,}", plain[after:]), key=lambda one: -len(one.group(0)))
    for one in found:
        for at in range(after + one.start() + 1, after + one.end() - 1):
            if text[at] != text[at + 1]:
                return text[:at] + text[at + 1] + text[at] + text[at + 2:]
    return None


def wrong_enum(body):
    for path, value in places(body):
        if isinstance(value, str) and re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+|DOCKER|KEEP|DELETE|DAY|OR|REGIONAL|POST", value):
            yield path, f"{value}_X"


def wrong_word(body):
    for path, value in places(body):
        last = words(path)[-1]
        if not isinstance(value, str) or last in FREE or IS_FREE.fullmatch(last) or is_json(value) or last == "body" or len(value) > 300:
            continue
        changed = typo(value)
        if changed is not None:
            yield path, changed


def wrong_filter(body):
    for path, value in places(body):
        last = str(path[-1])
        is_filter = last in ("filter", "denominator_filter", "distribution_filter") or last.endswith("_service_filter")
        if is_filter or last == "query":
            for found in re.finditer(r'"[^"]{4,}"|\.\w{4,}|\w{4,}(?==")', value):
                if "$" not in found.group(0) and typo(found.group(0)):
                    yield (*path, found.group(0)[:20]), (path, value[: found.start()] + typo(found.group(0)) + value[found.end():])
        if is_filter:
            yield path, value.replace('"', "", 1)
            yield path, re.sub(r"(metric|resource|protoPayload|jsonPayload|attributes)\.", "metrik.", value, count=1)
        if last == "expression":
            yield path, value.replace('"', "", 1)
            yield path, value.replace("resource.name.", "resource.", 1)
        if last == "query":
            yield path, value.replace(")", "", 1)
        if last == "dashboard_json":
            yield path, value.replace('metric.type = \\"', "metric.typ = \\\"", 1)
            yield path, value.replace("MlPlatform/", "MlPlatfrom/", 1).replace("prediction/online", "prediction/onlnie", 1)


def out_of_range(body):
    for path, value in places(body):
        if isinstance(value, (int, float)) and not isinstance(value, bool) and path[-1] != "deletion_protection":
            yield path, -5
            yield path, 10**14


def wrong_type(body):
    for path, value in places(body):
        if isinstance(value, bool):
            yield path, "maybe"


def broken_reference(body):
    for path, value in places(body):
        found = re.search(r"(?<!\$)\$\{(google_\w+)\.\w+\.([\w.\[\]]+)\}", value) if isinstance(value, str) else None
        if found and len(value) < 400:
            yield path, value.replace(found.group(0), f"${{{found.group(1)}.NowhereMARK.{found.group(2)}}}", 1)
            yield path, value.replace(found.group(0), "nowhere", 1)
            yield path, value.replace(found.group(0), "${google_project_service.ANOTHER.id}", 1)


def swapped_reference(body):
    """Another resource of the same type; who may do what is for the plan alone to say, so bindings are left out,
    and so is the one key, which goes by several."""
    for path, value in places(body):
        found = re.search(r"(?<!\$)\$\{(google_\w+)\.(\w+)\.", value) if isinstance(value, str) and "role" not in body else None
        if found and len(value) < 400 and words(path)[-1] != "notification_channels" and "kms" not in found.group(1):
            yield path, value.replace(f"{found.group(1)}.{found.group(2)}", f"{found.group(1)}.SWAPPED-{found.group(2)}")


def wrong_duration(body):
    for path, value in places(body):
        if isinstance(value, str) and re.fullmatch(r"\d+s", value):
            yield path, "5 minutes"
            yield path, "99999999999s"
            yield path, f"{int(value[:-1]) + 1}.5 s"


def too_far_back(body):
    """What a condition aligns and how long that has to hold are 25 hours together."""
    for path, node in maps(body):
        if path[-1:] == ("condition_threshold",) and node.get("duration", "0s") != "0s":
            yield from (((*path, "aggregations", at, "alignment_period"), "90000s") for at, _ in enumerate(node.get("aggregations", ())))


def wrong_cron(body):
    for path, value in places(body):
        if path[-1] == "schedule":
            yield from ((path, one) for one in ("61 * * * *", "0 3 * *", "0 3 30 2 *", "0 3 ? * *", "0 25 * * *"))
        if path[-1] == "time_zone":
            yield path, "Europe/Berlinn"


def wrong_role(body):
    for path, value in places(body):
        if path[-1] == "role" and isinstance(value, str):
            for role in ("owner", "editor", "iam.serviceAccountTokenCreator", "storage.admin", "bigquery.admin"):
                yield path, f"roles/{role}"
        if path[-1] == "member":
            yield path, "allUsers"


def wrong_region(body):
    for path, value in places(body):
        if path[-1] in ("region", "location"):
            yield path, "europe-west33"


def crossed(body):
    """A least above its most."""
    for path, node in maps(body):
        for key, value in node.items():
            most = key.replace("min", "max", 1)
            if "min" not in key or most == key or most not in node:
                continue
            pair = re.fullmatch(r"(\d+(?:\.\d+)?)(s?)", str(node[most]))
            if pair and re.fullmatch(r"\d+(\.\d+)?s?", str(value)):
                above = float(pair.group(1)) + 1
                yield (*path, key), f"{above:g}s" if pair.group(2) else above


# Of these a resource cannot do without, or cannot have both.
NEEDED = {"oidc_token", "push_config", "http_target", "body", "schema", "request_based_sli", "notification_rate_limit", "audience", "topic",
          "total_service_filter", "distribution_filter", "environment_variables", "storage_source", "destination", "bigquery_destination"}
BESIDE = {
    "rolling_period_days": ("calendar_period", "MONTH"),
    "bad_service_filter": ("good_service_filter", 'metric.type = "aiplatform.googleapis.com/prediction/online/response_count"'),
    "http_target": ("pubsub_target", {"topic_name": "projects/p/topics/t"}),
    "specified_amount": ("last_period_amount", True),
    "condition_threshold": ("condition_absent", {"duration": "60s"}),
    "external_data_configuration": ("schema", "[]"),
}


def not_together(body):
    for path, node in maps(body):
        for key, value in node.items():
            if key in NEEDED or key in ("MLP_LEDGER", "MLP_STATE", "MLP_ARTIFACTS", "MLP_PLATFORM", "MLP_REGION"):
                yield (*path, key), DROP
            if key in BESIDE:
                yield (*path, BESIDE[key][0]), BESIDE[key][1]
            if key.endswith("notification_channels"):
                yield (*path, key), value * 20
            if key == "labels" and path and path[-1] == "budget_filter":
                yield (*path, key), {**value, "another": "one"}


def wrong_json(body):
    """Texts of JSON: cut, with another key, and with another column."""
    for path, value in places(body):
        if is_json(value) and words(path)[-1] in ("schema", "dashboard_json") or str(path[-1]).startswith("MLP_") and is_json(value):
            yield path, value[:-1]
            keys = re.findall(r'"(\w{4,})":', value)
            for key in keys[:3]:
                if typo(key) and words(path)[-1] != "dashboard_json" and key not in ("features", "arguments"):
                    yield path, value.replace(f'"{key}":', f'"{typo(key)}":', 1)
        if words(path)[-1] == "schema":
            for column in re.findall(r'"name": ?"(\w{4,})"', value)[:3]:
                yield path, value.replace(f'"{column}"', f'"{typo(column)}"', 1)
            yield path, value.replace('"STRING"', '"INTEGER"', 1)
            yield path, value.replace("REPEATED", "NULLABLE", 1).replace("REQUIRED", "NULLABLE", 1)


def wrong_event(body):
    for path, value in places(body):
        if path[-1] == "body" and "http_target" in words(path):
            event = json.loads(base64.b64decode(value))
            others = [{**event, "use": "promote"}, {**event, "use": typo(event["use"])}, {**event, "arguments": {}}, {**event, "stepp": ""}]
            others += [{**event, "arguments": {k: v for k, v in event["arguments"].items() if k != name}} for name in event["arguments"]]
            others.append({**event, "arguments": {**event["arguments"], "model": "another"}})
            for other in others:
                yield path, base64.b64encode(json.dumps(other).encode()).decode()
            yield path, value[:-3] + "!"


STEP = (
    (r'"next": ?"\w+"', '"next": "nowhere"'), (r'"call": "', '"kall": "'), (r'"call": "http\.', '"call": "htpp.'),
    (r'"use": "(\w)(\w)', r'"use": "\2\1'), (r'"seconds": [\d.]+', '"seconds": "soon"'), (r'"seconds": [\d.]+', '"seconds": -1'),
    (r'"timeout": \d+', '"timeout": 7200'), (r'"percent": [\d.]+', '"percent": 150'), (r'"max_retries": \d+', '"max_retries": "many"'),
    (r'"initial_delay": \d+', '"initial_delay": 600'), (r'"multiplier": \d+', '"multiplier": 0'), (r'"type": "OIDC"', '"type": "OAuth2"'),
    (r'"predicate": "\$\$\{', '"predicate": "$${x'), (r'MLP_HANDLER_URL', 'MLP_HANDLER_ADDRESS'), (r'"model": "\w+"', '"model": "another"'),
    (r'"arguments": \{', '"argumens": {'), (r'"model": "\w+",', ''), (r'"\w+Seconds": [\d.]+', '"someSeconds": "x"'),
    (r'"holdSeconds": [\d.]+,', ''), (r'"strategy": "\w+"', '"strategy": "canaryy"'), (r'"task": "\w+",', ''), (r'"job": "\w+"', '"job": "trian"'),
)


def wrong_step(body):
    for path, value in places(body):
        if path[-1] == "source_contents":
            for number, (pattern, text) in enumerate(STEP):
                yield (*path, f"step{number}"), (path, re.sub(pattern, text, value, count=1))


def wrong_field(body):
    for key in body:
        if key not in ("//", "depends_on", "lifecycle"):
            yield ("rename", key), f"{key}z"
    for path, node in maps(body):
        for key in node:
            if re.fullmatch(r"MLP_\w+", key):
                yield ("rename", *path, key), typo(key) or f"{key}S"


def wrong_name(body):
    for path, value in places(body):
        named = ("name", "account_id", "dataset_id", "repository_id", "table_id", "service_id", "slo_id")
        if path[-1] in named and len(path) == 1 and "${" not in str(value):
            yield path, f"{value}-{'x' * 1100}"
            yield path, f"{value} !\n"


# Of a build: scripts that end too early, names that nobody sets, steps that are there twice, and images that no step has made.
SCRIPT = (
    (r"\nif ", "\nfi "), (r"; fi\b", ";"), (r'"', ""), (r"\$\(", "$("), (r"#!/usr/bin/env bash", "#!/usr/bin/env bsh"), (r"\)\n", "\n"),
    (r"\$([A-Z]{2})", r"$\1X"), (r"\bpublish\b", "publsh"), (r"--message", "--mesage"),
)


def wrong_build(body):
    for path, value in places(body):
        last = words(path)[-1]
        if last == "script":
            for number, (pattern, text) in enumerate(SCRIPT):
                yield (*path, f"script{number}"), (path, re.sub(pattern, text, value, count=1))
        if last == "env" and "=" in value:
            name, _, rest = value.partition("=")
            yield path, f"{typo(name) or name + 'S'}={rest}"
            yield path, f"{name} {rest}"
        if last in ("env", "args", "images") and re.search(r"(?<!\$)\$[A-Z]", value):
            yield path, re.sub(r"(?<!\$)\$([A-Z]\w+)", r"$\1S", value, count=1)
        if last in ("args", "images") and value.endswith(":current"):
            yield path, value.replace(":current", ":curent")
        if last == "args" and value in ("build", "push"):
            yield path, typo(value) or "buld"
    steps = (body.get("build") or {}).get("step")
    if isinstance(steps, list) and len(steps) > 1:
        yield ("build", "step", 1, "id"), steps[0].get("id")


def unreachable(body):
    """Thresholds that no figure comes to, and ones that every figure is beyond."""
    for path, node in maps(body):
        if "threshold_value" in node and "comparison" in node:
            above = node["comparison"] == "COMPARISON_GT"
            if "denominator_filter" in node:
                yield (*path, "threshold_value"), 1.5 if above else 0
            elif str(node.get("filter")).startswith("select_slo_burn_rate"):
                yield (*path, "threshold_value"), 5000
            elif isinstance(node["threshold_value"], float) and 0.99 < node["threshold_value"] < 1 and above:
                yield (*path, "threshold_value"), 1
        if "query" in node:
            yield (*path, "query"), re.sub(r">= \d+$", ">= 99", node["query"])
            yield (*path, "query"), re.sub(r"(100 \* .*?[<>]=?) [\d.]+\)", r"\1 150)", node["query"], count=1)


def swapped_objective(body):
    """An objective that promises another share, time, or count than it is called after; and an alarm on another one's budget."""
    if "slo_id" in body:
        yield ("goal",), 0.95
        yield ("goal",), 0.9995
        yield ("slo_id",), {"availability": "latency", "latency": "availability"}[body["slo_id"]]
        yield ("display_name",), re.sub(r"^[\d.]+", "97", body["display_name"])
    for path, node in maps(body):
        if "bad_service_filter" in node:
            yield (*path, "bad_service_filter"), node["total_service_filter"]
            yield (*path, "total_service_filter"), node["bad_service_filter"]
        if isinstance(node.get("range"), dict) and "max" in node["range"]:
            yield (*path, "range", "max"), node["range"]["max"] * 2
    for path, value in places(body):
        if path[-1] == "filter" and value.startswith("select_slo_burn_rate"):
            yield path, re.sub(r"(google_monitoring_slo\.)(\w+)", r"\1SWAPPED-\2", value)
            yield path, re.sub(r'"(\d+)s"', lambda found: f'"{int(found.group(1)) * 2}s"', value)


# Fields of audit logs, and what is asked of them.
AUDITED = (
    (r"protoPayload\.request\.name\b", "protoPayload.request.nmae"), (r"protoPayload\.request\.", "protoPayload.requset."),
    (r"\.versionAliases", ".versionAlias"), (r"protoPayload\.methodName", "protoPayload.method"), (r"protoPayload\.", "protoPayLoad."),
    (r"protoPayload\.serviceName", "protoPayload.servicename"), (r"MergeVersionAliases", "MergeAliases"), (r"/models/", "/model/"),
    (r"cloudaudit\.googleapis\.com/activity", "cloudaudit.googleapis.com/activities"), (r"jsonPayload\.state", "jsonPayload.status"),
    (r"workflow_id", "workflow"), (r'"CANCELLED"', '"CANCELED"'), (r"executions_system", "execution_system"),
)


def wrong_audit(body):
    for path, value in places(body):
        if path[-1] == "filter" and "destination" in body:
            for pattern, text in AUDITED:
                yield (*path, pattern), (path, re.sub(pattern, text, value, count=1))


# Roles that give more, or something else, and are none of those that are given to nobody.
OTHER_ROLE = {
    "aiplatform.viewer": "aiplatform.user", "bigquery.dataViewer": "bigquery.dataOwner", "storage.objectViewer": "storage.objectAdmin",
    "monitoring.metricWriter": "monitoring.editor", "workflows.invoker": "workflows.editor", "artifactregistry.reader": "artifactregistry.writer",
    "pubsub.publisher": "pubsub.editor", "bigquery.jobUser": "bigquery.user", "monitoring.viewer": "workflows.viewer",
}


def wider_role(body):
    role = str(body.get("role")).removeprefix("roles/")
    if role in OTHER_ROLE and "google_service_account" in str(body.get("member")):
        yield ("role",), f"roles/{OTHER_ROLE[role]}"


def silenced(body):
    """Alarms that nobody hears, that ring at the wrong people, or at what is right."""
    if "notification_channels" in body:
        yield ("notification_channels",), []
        yield ("enabled",), False
    labels = body.get("user_labels") or {}
    if "urgency" in labels and "conditions" in body:
        yield ("severity",), {"CRITICAL": "WARNING"}.get(body.get("severity"), "CRITICAL")
    for path, node in maps(body):
        if "comparison" in node:
            yield (*path, "comparison"), {"COMPARISON_GT": "COMPARISON_LT"}.get(node["comparison"], "COMPARISON_GT")
        if "evaluation_missing_data" in node:
            yield (*path, "evaluation_missing_data"), "EVALUATION_MISSING_DATA_INACTIVE"
        query = node.get("query")
        if isinstance(query, str):
            for number, (pattern, text) in enumerate((
                (r"offset \d+s", "offset 301000s"), (r"quantile\(0\.\d", "quantile(0.0"), (r"_bucket(.*?)\[\d+s\]", r"_bucket\1[12s]"),
                (r"(?<=\) )> ([\d.]+)\)", r"< \1)"), (r"(?<=\) )< ([\d.]+)\)", r"> \1)"),
            )):
                yield (*path, f"query{number}"), ((*path, "query"), re.sub(pattern, text, query, count=1))


def lost(body):
    """What is kept too short, deleted while it is used, taken back by the next apply, not encrypted, or not recorded."""
    retention = body.get("retention_policy") or {}
    if retention.get("is_locked"):
        yield ("retention_policy", "is_locked"), False
        yield ("retention_policy", "retention_period"), 2_592_000
    for at, rule in enumerate(body.get("lifecycle_rule") or ()):
        if rule["action"]["type"] == "Delete":
            yield ("lifecycle_rule", at, "condition"), {"age": 90}
    for at, policy in enumerate(body.get("cleanup_policies") or ()):
        if policy.get("action") == "DELETE":
            yield ("cleanup_policies", at, "condition", "tag_state"), "ANY"
    if (body.get("lifecycle") or {}).get("ignore_changes"):
        yield ("lifecycle", "ignore_changes"), []
    for key in ("kms_key_name", "encryption", "encryption_spec", "encryption_configuration", "default_encryption_configuration"):
        if key in body:
            yield (key,), DROP
    for at, _ in enumerate(body.get("audit_log_config") or ()):
        yield ("audit_log_config", at, "exempted_members"), ["user:somebody@example.com"]
    for path, node in maps(body):
        if "sampling_rate" in node:
            yield (*path, "sampling_rate"), 0
        if "project_allowlist" in node:
            yield (*path, "project_allowlist"), ["no_project"]
        if "source_format" in node:
            yield (*path, "source_format"), "CSV"
        if path[-1:] == ("budget_filter",) and "labels" in node:
            yield (*path, "labels"), {key: f"{value}s" for key, value in node["labels"].items()}
    if "destination" in body and " OR (log_id" in str(body.get("filter")):
        yield ("filter",), body["filter"].replace(" OR (log_id", " AND (log_id")


def disordered(body):
    """Builds whose steps come too early, that are started by no branch, or whose images nobody vouches for."""
    build = body.get("build") or {}
    steps = build.get("step")
    if isinstance(steps, list) and len(steps) > 1:
        yield ("build", "step"), [steps[-1], *steps[:-1]]
        yield ("build", "step"), [steps[1], steps[0], *steps[2:]]
        yield ("build", "options", "requested_verify_option"), "NOT_VERIFIED"
    for path, value in places(body):
        if path[-1] == "branch":
            yield path, "^main("
            yield path, ".*"


FAULTS = (
    wrong_enum, wrong_word, out_of_range, wrong_type, broken_reference, swapped_reference, wrong_filter, wrong_duration, too_far_back,
    wrong_cron, wrong_role, wrong_region, crossed, not_together, wrong_json, wrong_event, wrong_step, wrong_field, wrong_name,
    wrong_build, unreachable, swapped_objective, wrong_audit, wider_role, silenced, lost, disordered,
)
