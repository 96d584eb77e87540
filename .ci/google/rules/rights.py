"""What accounts may do, by their purpose: the roles that an account of a purpose may have, and those that it cannot work without.

Roles of plan permissions are mapped by GRANTS_OF_ACTION in src/google/support/permissions.ts; permissions by role are in src/plan.
"""
import json
import re

from .facts import once_a_template
from .walk import REFERENCE, referred

ACCOUNT, FUNCTION = "google_service_account", "google_cloudfunctions2_function"
# What a binding is on, by its type; on buckets, what these are for.
PLACES = {
    "google_project_iam_member": "project",
    "google_bigquery_dataset_iam_member": "dataset",
    "google_bigquery_table_iam_member": "table",
    "google_artifact_registry_repository_iam_member": "repository",
    "google_pubsub_topic_iam_member": "topic",
    "google_cloud_run_v2_service_iam_member": "handler",
    "google_service_account_iam_member": "account",
}
LOGS, FIGURES, JOBS = "project logging.logWriter", "project monitoring.metricWriter", "project bigquery.jobUser"
READS_MODELS, WRITES_MODELS = "project aiplatform.viewer", "project aiplatform.user"
STARTS, TELLS, ACTS_AS, CALLS = "project workflows.invoker", "topic pubsub.publisher", "account iam.serviceAccountUser", "handler run.invoker"
PULLS, PUSHES = "repository artifactregistry.reader", "repository artifactregistry.writer"
READS_ROWS, WRITES_ROWS = "dataset bigquery.dataViewer", "dataset bigquery.dataEditor"
READS_FILES, WRITES_FILES = "artifacts storage.objectViewer", "artifacts storage.objectUser"
READS_STATE, WRITES_STATE = "state storage.objectViewer", "state storage.objectUser"
RECORDS = {"ledger storage.objectCreator", "ledger storage.objectViewer"}
SOURCES = {"source storage.objectViewer", "table bigquery.dataViewer"}
# By purpose: (what its accounts cannot work without, what they may have besides).
ROLES = {
    "builder": ({LOGS, "project artifactregistry.writer", "handlers storage.objectViewer"}, {"project storage.objectViewer"}),
    "delivery": ({LOGS, PUSHES}, {TELLS}),
    "trainer": ({LOGS, PULLS, WRITES_FILES}, {READS_FILES}),
    "server": ({LOGS, FIGURES, PULLS, READS_FILES}, set()),
    "pipeline": (
        {LOGS, FIGURES, JOBS, WRITES_MODELS, STARTS, ACTS_AS, WRITES_ROWS, WRITES_FILES, WRITES_STATE, CALLS, *RECORDS},
        {READS_MODELS, READS_FILES, READS_STATE, PULLS, TELLS, *SOURCES, "subscription pubsub.subscriber"},
    ),
    "release": (
        {LOGS, FIGURES, JOBS, WRITES_MODELS, STARTS, ACTS_AS, READS_ROWS, WRITES_FILES, WRITES_STATE, CALLS, *RECORDS,
         "project monitoring.viewer", "project workflows.viewer"},
        {READS_MODELS, READS_FILES, READS_STATE, TELLS},
    ),
    "monitor": (
        {LOGS, FIGURES, JOBS, READS_MODELS, WRITES_ROWS, WRITES_FILES, WRITES_STATE, CALLS},
        {READS_ROWS, READS_FILES, READS_STATE, "project monitoring.viewer", *SOURCES},
    ),
    "retraining": (
        {LOGS, FIGURES, JOBS, READS_MODELS, STARTS, WRITES_ROWS, READS_FILES, WRITES_STATE, CALLS, *RECORDS},
        {READS_STATE, TELLS, *SOURCES},
    ),
}
# APIs of types of resources (apisOf in src/google/support/apis.ts), by the first words of a type: the longest one says.
APIS = {
    "google_artifact_registry": ("artifactregistry",), "google_bigquery": ("bigquery",), "google_billing": ("billingbudgets",),
    "google_cloud_run": ("run",), "google_cloud_scheduler": ("cloudscheduler",),
    "google_cloudbuild": ("cloudbuild",), "google_cloudfunctions2": ("cloudfunctions", "artifactregistry", "cloudbuild", "run", "cloudtrace"),
    "google_compute": ("compute",), "google_kms": ("cloudkms",), "google_logging": ("logging",), "google_monitoring": ("monitoring",),
    "google_project_iam": ("cloudresourcemanager",), "google_pubsub": ("pubsub",), "google_service_account": ("iam",),
    "google_storage": ("storage",), "google_vertex": ("aiplatform",), "google_vpc_access": ("vpcaccess",),
    "google_workflows": ("workflows", "workflowexecutions"),
}
# APIs that a handler calls, by a variable of its environment.
CALLED = {
    "MLP_ENDPOINT": "aiplatform", "MLP_TRAINING": "aiplatform", "MLP_DATASET": "bigquery", "MLP_LEDGER": "storage",
    "MLP_TOPIC_PAGE": "pubsub", "MLP_ALARMS": "monitoring",
}


def purpose_of(account):
    """Accounts are named by what they are for (accountId in src/google/support/names.ts)."""
    return str(account.get("account_id")).split("-", 1)[0]


def bound(kind, body, template):
    """A binding as in ROLES, `place role`; None for a type that has no place there."""
    role = str(body.get("role")).removeprefix("roles/")
    if kind == "google_storage_bucket_iam_member":
        bucket = referred(body.get("bucket"), "google_storage_bucket", template)
        found = re.search(r"-(artifacts|ledger|state|audit|handlers)-[0-9a-f]{6}$", str(bucket[1].get("name"))) if bucket else None
        return f"{found.group(1) if found else 'source'} {role}"
    if kind == "google_pubsub_subscription_iam_member":
        return f"subscription {role}"
    return f"{PLACES[kind]} {role}" if kind in PLACES else None


@once_a_template
def roles_of(template, account):
    """Everything that an account of the template is bound to, as in ROLES, with the names of the resources that it is bound on."""
    found = {}
    for kind, of_kind in template.items():
        for body in of_kind.values() if kind.endswith("_iam_member") else ():
            member = referred(body.get("member"), ACCOUNT, template)
            one = bound(kind, body, template) if member and member[0] == account else None
            if one:
                text = json.dumps({key: value for key, value in body.items() if key not in ("member", "depends_on", "//")})
                found.setdefault(one, set()).update(name for _, name, _ in REFERENCE.findall(text))
    return found


@once_a_template
def switched_on(template):
    return {str(one.get("service")).removesuffix(".googleapis.com") for one in template.get("google_project_service", {}).values()}


def used(kind, body):
    """Texts that name the accounts that something runs as, or lets run."""
    if kind == FUNCTION:
        service = body.get("service_config") or {}
        yield from map(str, (service.get("service_account_email"), (body.get("build_config") or {}).get("service_account")))
        yield from map(str, (service.get("environment_variables") or {}).values())
    elif kind in ("google_cloudbuild_trigger", "google_workflows_workflow"):
        yield str(body.get("service_account"))


def account_faults(kind, body, template):
    """Accounts have the roles that they cannot work without; they are told of where something runs as them."""
    accounts = {found.group(2) for text in used(kind, body) for found in REFERENCE.finditer(text) if found.group(1) == ACCOUNT}
    for account in sorted(accounts & template.get(ACCOUNT, {}).keys()):
        purpose = purpose_of(template[ACCOUNT][account])
        for role in sorted(ROLES.get(purpose, (set(),))[0] - roles_of(template, account).keys()):
            yield f"{account} is a {purpose} without {role!r}"


def handler_faults(body, template):
    """A handler may run jobs as the accounts that its environment names, and write to its topics."""
    service = body.get("service_config") or {}
    account = referred(service.get("service_account_email"), ACCOUNT, template)
    variables = service.get("environment_variables") or {}
    roles = roles_of(template, account[0]) if account else {}
    for name, value in variables.items() if account else ():
        other = referred(value, ACCOUNT, template)
        if other and other[0] not in roles.get(ACTS_AS, ()):
            yield f"{name}: {account[0]} may not act as {other[0]}"
        topic = referred(value, "google_pubsub_topic", template) if name == "MLP_OFFERS" or name.startswith("MLP_TOPIC_") else None
        tells = TELLS in set().union(*ROLES.get(purpose_of(account[1]), ()))
        if topic and tells and topic[0] not in roles.get(TELLS, ()):
            yield f"{name}: {account[0]} may not publish on {topic[0]}"


def api_faults(kind, name, body, template):
    """APIs of what is in the template are switched on by it, where it switches on any; each is told of once a type."""
    there = switched_on(template)
    if not there or kind == "google_project_service":
        return
    longest = max((one for one in APIS if kind.startswith(one)), key=len, default=None)
    needed = set(APIS.get(longest, ())) if name == min(template[kind]) else set()
    if kind == FUNCTION:
        needed |= {api for variable, api in CALLED.items() if variable in ((body.get("service_config") or {}).get("environment_variables") or {})}
    for api in sorted(needed - there):
        yield f"needs {api}.googleapis.com, which nothing switches on"


def check(kind, name, body, template):
    at = f"{kind}.{name}"
    if kind.endswith("_iam_member"):
        member = referred(body.get("member"), ACCOUNT, template)
        role = bound(kind, body, template)
        if member and role:
            purpose = purpose_of(member[1])
            needed, allowed = ROLES.get(purpose, (set(), set()))
            if role not in needed | allowed:
                yield f"{at}.role: {role!r} is not what an account of a {purpose} may have"
    yield from (f"{at}: {one}" for one in account_faults(kind, body, template))
    yield from (f"{at}: {one}" for one in api_faults(kind, name, body, template))
    if kind == FUNCTION:
        yield from (f"{at}.service_config.environment_variables.{one}" for one in handler_faults(body, template))
