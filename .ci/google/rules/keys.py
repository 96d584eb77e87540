"""What is encrypted with a key of the template waits until its service's agent may use that key (cloud.google.com/kms/docs/cmek-best-practices)."""
from .walk import REFERENCE, leaves

AGENTS = {
    "google_artifact_registry_repository": "gcp-sa-artifactregistry",
    "google_bigquery_dataset": "google_bigquery_default_service_account",
    "google_bigquery_table": "google_bigquery_default_service_account",
    "google_pubsub_topic": "gcp-sa-pubsub",
    "google_storage_bucket": "google_storage_project_service_account",
    "google_vertex_ai_endpoint": "gcp-sa-aiplatform",
    "google_workflows_workflow": "gcp-sa-workflows",
}
BINDING = "google_kms_crypto_key_iam_member"


def check(kind, name, body, template):
    if kind == BINDING and any(one.startswith(f"{BINDING}.") for one in body.get("depends_on") or []):
        yield f"{kind}.{name}.depends_on: waits for another agent, which may not be there"
    if kind not in AGENTS:
        return
    keys = {f"{found.group(2)}" for _, value in leaves(body) for found in REFERENCE.finditer(str(value)) if found.group(1) == "google_kms_crypto_key"}
    waits = {one.split(".")[1] for one in body.get("depends_on") or [] if one.startswith(f"{BINDING}.")}
    for key in keys:
        bound = [
            binding for binding, one in template.get(BINDING, {}).items()
            if f".{key}." in str(one.get("crypto_key_id")) and AGENTS[kind] in str(one.get("member"))
        ]
        if not waits.intersection(bound):
            yield f"{kind}.{name}.depends_on: nothing says that {AGENTS[kind]} may use {key}"
