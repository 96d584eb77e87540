"""Things that have to fit each other: who writes to what, who calls whom, and which object is in which bucket."""
import re

from .calls import FUNCTION, may_call
from .facts import facts
from .walk import REFERENCE, referred

MONITORING, BILLING = "gcp-sa-monitoring-notification", "billing-budget-alert@system"
SINK = "google_logging_project_sink"
# Who publishes what a handler is called with at a path, by a part of the member's name.
PUBLISHERS = {"/incidents": MONITORING, "/alerts": MONITORING, "/budget": BILLING, "/approvals": f"{SINK}.",
              "/train": "_Delivery_Identity_",
              "/stopped": f"{SINK}."}
WRITES = {"roles/pubsub.publisher", "roles/storage.objectCreator"}


def writers(kind, attribute, name, template):
    """Members that may write to a topic or a bucket of the template."""
    for one in template.get(f"{kind}_iam_member", {}).values():
        on = referred(one.get(attribute), kind, template)
        if on and on[0] == name and one.get("role") in WRITES:
            yield str(one.get("member"))


def topic_faults(at, value, publisher, template):
    topic = referred(value, "google_pubsub_topic", template)
    if topic and not any(publisher in one for one in writers("google_pubsub_topic", "topic", topic[0], template)):
        yield f"{at}: {publisher} does not publish on {topic[0]}"


def bucket_faults(at, value, what, template):
    """Buckets are named by what they are for (bucketName in src/google/support/names.ts)."""
    bucket = referred(value, "google_storage_bucket", template)
    if bucket and f"-{what}-" not in str(bucket[1].get("name")):
        yield f"{at}: {bucket[0]} is no bucket of {what}"


def check(kind, name, body, template):
    at = f"{kind}.{name}"
    if kind == "google_pubsub_subscription":
        path = re.search(r"\}(/\w+)$", str((body.get("push_config") or {}).get("push_endpoint")))
        if path and path.group(1) in PUBLISHERS:
            yield from topic_faults(f"{at}.topic", body.get("topic"), PUBLISHERS[path.group(1)], template)
        builds = f"projects/{body.get('project')}/topics/{facts()['builds']['topic']}"
        if path and (path.group(1) == "/deliveries") != (body.get("topic") == builds):
            yield f"{at}.topic: {body.get('topic')!r} does not tell what {path.group(1)} takes"
    elif kind == "google_billing_budget":
        yield from topic_faults(f"{at}.all_updates_rule", (body.get("all_updates_rule") or {}).get("pubsub_topic"), BILLING, template)
    elif kind == "google_monitoring_notification_channel":
        yield from topic_faults(f"{at}.labels.topic", (body.get("labels") or {}).get("topic"), MONITORING, template)
    elif kind == SINK:
        yield from topic_faults(f"{at}.destination", body.get("destination"), f"{SINK}.", template)
        yield from stopped_faults(at, body, template)
        topic = referred(body.get("destination"), "google_pubsub_topic", template)
        if topic and unhashed(topic[1].get("name")) != unhashed(body.get("name")):
            yield f"{at}.destination: {topic[0]} is the topic of something else"
        bucket = referred(body.get("destination"), "google_storage_bucket", template)
        if bucket and not any(f"{SINK}." in one for one in writers("google_storage_bucket", "bucket", bucket[0], template)):
            yield f"{at}.destination: no sink may write to {bucket[0]}"
    elif kind == "google_bigquery_table" and body.get("external_data_configuration"):
        yield from bucket_faults(f"{at}.source_uris", body["external_data_configuration"].get("source_uris"), "ledger", template)
    elif kind == "google_storage_bucket_object":
        yield from object_faults(at, body, template)
    elif kind == FUNCTION:
        source = ((body.get("build_config") or {}).get("source") or {}).get("storage_source") or {}
        yield from bucket_faults(f"{at}.build_config.source", source.get("bucket"), "handlers", template)
    elif kind == "google_workflows_workflow":
        function = referred((body.get("user_env_vars") or {}).get("MLP_HANDLER_URL"), FUNCTION, template)
        account = referred(body.get("service_account"), "google_service_account", template)
        if function and account and not may_call(account[0], function[0], template):
            yield f"{at}.service_account: {account[0]} has no run.invoker on {function[0]}"
    elif kind == "google_cloudbuild_trigger":
        yield from delivery_faults(at, body, template)


def unhashed(name):
    """A name without the hash that tells it from others (physicalName in src/google/support/names.ts)."""
    return re.sub(r"-[0-9a-f]{6}$", "", str(name))


def object_faults(at, body, template):
    """Bundles lie with the handlers, pointers (workflowPointer in src/contract/google.ts) in the state, each to the workflow it names."""
    pointer = re.fullmatch(r"wiring/([\w-]+)/(\w+)\.json", str(body.get("name")))
    yield from bucket_faults(f"{at}.bucket", body.get("bucket"), "state" if pointer else "handlers", template)
    workflow = referred(body.get("content"), "google_workflows_workflow", template)
    if pointer and workflow and f"{pointer.group(2)} of {pointer.group(1)}" != workflow[1].get("description"):
        yield f"{at}.content: {workflow[0]} is the {workflow[1].get('description')}"


def delivery_faults(at, body, template):
    """The delivery's account may write to every repository that its images go to."""
    account = referred(body.get("service_account"), "google_service_account", template)
    images = (body.get("build") or {}).get("images") or []
    for repository in sorted({found.group(2) for image in images for found in REFERENCE.finditer(str(image))}):
        allowed = {
            (referred(one.get("member"), "google_service_account", template) or [None])[0]
            for one in template.get("google_artifact_registry_repository_iam_member", {}).values()
            if one.get("role") == "roles/artifactregistry.writer" and f".{repository}." in str(one.get("repository"))
        }
        if account and account[0] not in allowed:
            yield f"{at}.service_account: {account[0]} may not write to {repository}"


def stopped_faults(at, body, template):
    """A sink of executions is called after the workflow whose executions it tells of, and its topic is pushed to that one's handler."""
    asked = re.search(r'resource\.labels\.workflow_id = "([^"]+)"', str(body.get("filter")))
    called = re.fullmatch(r"Executions of the (\w+ of [\w-]+) that were stopped", str(body.get("description")))
    for workflow in template.get("google_workflows_workflow", {}).values() if asked and called else ():
        if workflow.get("name") == asked.group(1) and workflow.get("description") != called.group(1):
            yield f"{at}.filter: is of the {workflow.get('description')}, and called after the {called.group(1)}"
