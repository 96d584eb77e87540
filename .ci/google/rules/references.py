"""Where a reference to a resource of the right type has to stand, and which literal may stand there instead.

A literal is a thing that somebody else's stack has: a data set, a topic of the environment before this one. Where our own resource is
meant, a literal would be created without it, and before it.
"""
import re

from .facts import environments, facts, project_of
from .walk import is_computed, leaves, shape

KEY = r"<google_kms_crypto_key\.id>|projects/[\w-]+/locations/[\w-]+/keyRings/[\w-]+/cryptoKeys/[\w-]+"
PROJECT = r"(?:<var\.project>|[a-z][a-z0-9-]{4,28}[a-z0-9])"
BUCKET = r"<google_storage_bucket\.name>"
IMAGES = rf"(?:<var\.region>|[a-z0-9-]+)-docker\.pkg\.dev/{PROJECT}/<google_artifact_registry_repository\.repository_id>"
IMAGE = rf"{IMAGES}/[a-z]+:(\$COMMIT_SHA|[\w.-]+)"
CHANNEL = rf"<google_monitoring_notification_channel\.(id|name)>|projects/{PROJECT}/notificationChannels/\d+"
TOPIC_NAME = r"<google_pubsub_topic\.(name|id)>"
HANDLER = r"<google_cloudfunctions2_function\.service_config\[0\]\.uri>"
EMAIL = r"<google_service_account\.email>"
VARIABLE = "service_config.environment_variables."
SHAPES = {
    ("google_artifact_registry_repository_iam_member", "repository"): r"<google_artifact_registry_repository\.(repository_id|name)>",
    ("google_bigquery_dataset_iam_member", "dataset_id"): r"<google_bigquery_dataset\.dataset_id>",
    ("google_bigquery_table", "dataset_id"): r"<google_bigquery_dataset\.dataset_id>",
    ("google_bigquery_table", "external_data_configuration.source_uris"): rf"gs://{BUCKET}/\S+",
    ("google_billing_budget", "all_updates_rule.monitoring_notification_channels"): CHANNEL,
    ("google_billing_budget", "all_updates_rule.pubsub_topic"): rf"<google_pubsub_topic\.id>|projects/{PROJECT}/topics/[\w.-]+",
    ("google_billing_budget", "budget_filter.projects"): r"projects/(\d+|<data\.google_project\.number>)",
    ("google_cloud_run_v2_service_iam_member", "name"): r"<google_cloudfunctions2_function\.name>",
    ("google_cloudbuild_trigger", "repository_event_config.repository"): r"<google_cloudbuildv2_repository\.id>",
    ("google_cloudbuild_trigger", "service_account"): r"<google_service_account\.id>",
    ("google_cloudbuild_trigger", "build.images"): IMAGE,
    ("google_cloudfunctions2_function", "build_config.source.storage_source.bucket"): BUCKET,
    ("google_cloudfunctions2_function", "build_config.source.storage_source.object"): r"<google_storage_bucket_object\.name>",
    ("google_cloudfunctions2_function", "service_config.service_account_email"): EMAIL,
    ("google_cloudfunctions2_function", "service_config.vpc_connector"): r"<google_vpc_access_connector\.id>",
    ("google_cloudfunctions2_function", f"{VARIABLE}MLP_ARTIFACTS"): BUCKET,
    ("google_cloudfunctions2_function", f"{VARIABLE}MLP_LEDGER"): BUCKET,
    ("google_cloudfunctions2_function", f"{VARIABLE}MLP_STATE"): BUCKET,
    ("google_cloudfunctions2_function", f"{VARIABLE}MLP_DATASET"): r"<google_bigquery_dataset\.dataset_id>",
    ("google_cloudfunctions2_function", f"{VARIABLE}MLP_CAPTURE_TABLE"): r"<google_bigquery_table\.table_id>|capture",
    ("google_cloudfunctions2_function", f"{VARIABLE}MLP_KEY"): KEY,
    ("google_cloudfunctions2_function", f"{VARIABLE}MLP_IMAGES"): IMAGES,
    ("google_cloudfunctions2_function", f"{VARIABLE}MLP_OFFERS"): r"<google_pubsub_topic\.id>",
    ("google_cloudfunctions2_function", f"{VARIABLE}MLP_SERVER_ACCOUNT"): EMAIL,
    ("google_cloudfunctions2_function", f"{VARIABLE}MLP_TOPIC_PAGE"): TOPIC_NAME,
    ("google_cloudfunctions2_function", f"{VARIABLE}MLP_TOPIC_TICKET"): TOPIC_NAME,
    ("google_cloudfunctions2_function", f"{VARIABLE}MLP_TOPIC_INFO"): TOPIC_NAME,
    ("google_cloud_scheduler_job", "http_target.uri"): HANDLER,
    ("google_cloud_scheduler_job", "http_target.oidc_token.audience"): HANDLER,
    ("google_cloud_scheduler_job", "http_target.oidc_token.service_account_email"): EMAIL,
    ("google_compute_subnetwork", "network"): r"<google_compute_network\.(id|name)>",
    ("google_kms_crypto_key", "key_ring"): r"<google_kms_key_ring\.id>",
    ("google_kms_crypto_key_iam_member", "crypto_key_id"): r"<google_kms_crypto_key\.id>",
    ("google_logging_project_sink", "destination"): rf"storage\.googleapis\.com/{BUCKET}|pubsub\.googleapis\.com/<google_pubsub_topic\.id>"
    rf"|bigquery\.googleapis\.com/projects/{PROJECT}/datasets/<google_bigquery_dataset\.dataset_id>",
    ("google_monitoring_alert_policy", "notification_channels"): CHANNEL,
    ("google_monitoring_notification_channel", "labels.topic"): rf"<google_pubsub_topic\.id>|projects/{PROJECT}/topics/[\w.-]+",
    ("google_monitoring_slo", "service"): r"<google_monitoring_custom_service\.(service_id|id|name)>",
    ("google_pubsub_subscription", "dead_letter_policy.dead_letter_topic"): r"<google_pubsub_topic\.id>",
    ("google_pubsub_subscription_iam_member", "subscription"): r"<google_pubsub_subscription\.(name|id)>",
    ("google_pubsub_subscription", "push_config.push_endpoint"): rf"{HANDLER}(/\w+)*",
    ("google_pubsub_subscription", "push_config.oidc_token.audience"): HANDLER,
    ("google_pubsub_subscription", "push_config.oidc_token.service_account_email"): EMAIL,
    # Offers come from the environment before this one, which is another project.
    ("google_pubsub_subscription", "topic"): rf"<google_pubsub_topic\.(name|id)>|projects/{PROJECT}/topics/[\w.-]+",
    ("google_pubsub_topic_iam_member", "topic"): TOPIC_NAME,
    ("google_service_account_iam_member", "service_account_id"): r"<google_service_account\.(name|id)>",
    ("google_storage_bucket_iam_member", "bucket"): rf"{BUCKET}|[a-z0-9][a-z0-9._-]{{1,61}}[a-z0-9]",
    ("google_storage_bucket_object", "bucket"): BUCKET,
    ("google_storage_bucket_object", "content"): r'\{"workflow":"<google_workflows_workflow\.id>"\}',
    ("google_vertex_ai_endpoint", "predict_request_response_logging_config.bigquery_destination.output_uri"):
    rf"bq://{PROJECT}(\.<google_bigquery_dataset\.dataset_id>(\.<google_bigquery_table\.table_id>)?)?",
    ("google_vpc_access_connector", "subnet.name"): r"<google_compute_subnetwork\.name>",
    ("google_workflows_workflow", "service_account"): r"<google_service_account\.(id|email|name)>",
    ("google_workflows_workflow", "user_env_vars.MLP_HANDLER_URL"): HANDLER,
    ("google_workflows_workflow", "user_env_vars.MLP_VERTEX_API"): r"https://(<var\.region>|[a-z0-9-]+)-aiplatform\.googleapis\.com/v1",
}
KEYS = ("kms_key_name", "default_kms_key_name", "crypto_key_name")


def check(kind, name, body, template):
    for path, value in leaves(body):
        dotted = ".".join(path)
        wanted = KEY if path[-1] in KEYS else SHAPES.get((kind, dotted))
        if wanted is not None and not re.fullmatch(wanted, shape(value)):
            yield f"{kind}.{name}.{dotted}: {str(value)[:90]!r} refers to nothing that belongs there"
        # Of arguments of a build only addresses of images are known to be any.
        is_image = path[-1] == "args" and "docker.pkg.dev" in str(value) or path[-1] in ("args", "MLP_SERVER_IMAGE") and is_computed(value)
        if is_image and not re.fullmatch(IMAGE, shape(value)):
            yield f"{kind}.{name}.{dotted}: {str(value)[:90]!r} is no image of a repository of ours"
        ours = re.search(r"docker\.pkg\.dev/([^/]+)/\$\{google_artifact_registry_repository\.", str(value))
        if ours and ours.group(1) != project_of(template):
            yield f"{kind}.{name}.{dotted}: {ours.group(1)!r} is another project"
        found = re.match(r"bq://([\w-]+)\.", str(value))
        if path[-1] == "output_uri" and found and found.group(1) != body.get("project"):
            yield f"{kind}.{name}.{dotted}: {found.group(1)!r} is another project"
    yield from data_faults(kind, name, body, template)
    # Cloud Build's topic is the project's own.
    builds = f"projects/{body.get('project')}/topics/{facts()['builds']['topic']}"
    # The environment before this one may be in the same project.
    offers = {f"projects/{one.get('project')}/topics/{one.get('platform')}-{one.get('from')}-offers" for one in environments(template).get("MLP_ORIGIN", [])}
    is_own = str(body.get("topic")).startswith(f"projects/{body.get('project')}/")
    if kind == "google_pubsub_subscription" and is_own and body["topic"] not in {builds, *offers}:
        yield f"{kind}.{name}.topic: {body['topic']!r} is a topic of this project, and none of this template"


def data_faults(kind, name, body, template):
    """Buckets and tables that are not ours are the definition's data: the handlers are told of the same."""
    told = {str(one.get(key)) for one in environments(template).get("MLP_DATA", []) for key in ("source", "labels")}
    if kind == "google_storage_bucket_iam_member" and not is_computed(body.get("bucket")):
        address = f"gs://{body.get('bucket')}"
        if told and not any(one == address or one.startswith(f"{address}/") for one in told):
            yield f"{kind}.{name}.bucket: {body.get('bucket')!r} is neither ours nor one with data"
    if kind == "google_bigquery_table_iam_member":
        address = f"bq://{body.get('project')}.{body.get('dataset_id')}.{body.get('table_id')}"
        if told and address not in told:
            yield f"{kind}.{name}: {address} is no table with data"
