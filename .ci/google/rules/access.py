"""Roles that do not exist or give too much, and members that are anybody."""
import re

# Predefined roles that a template may bind; primitive roles are none of them.
ROLES = {
    f"roles/{one}"
    for one in """
    aiplatform.user aiplatform.viewer artifactregistry.reader artifactregistry.writer bigquery.dataEditor bigquery.dataViewer
    bigquery.jobUser cloudbuild.builds.builder cloudfunctions.developer cloudkms.cryptoKeyEncrypterDecrypter
    cloudtrace.agent iam.serviceAccountUser logging.logWriter monitoring.metricWriter monitoring.viewer pubsub.publisher
    pubsub.subscriber run.invoker storage.objectCreator storage.objectUser storage.objectViewer workflows.invoker workflows.viewer
    """.split()
}
MEMBER = re.compile(
    r"(serviceAccount|user|group):\S+@?\S*|\$\{google_logging_project_sink\.\w+\.writer_identity\}"
    r"|principalSet://cloudresourcemanager\.googleapis\.com/projects/(\d+|\$\{data\.google_project\.\w+\.number\})/type/ServiceAccount"
)
# What all service accounts of another project may be: nothing that changes anything.
FOR_A_PROJECT = {"roles/pubsub.subscriber", "roles/storage.objectViewer"}


def check(kind, name, body, _template):
    if not kind.endswith("_iam_member"):
        return
    role, member = str(body.get("role")), str(body.get("member"))
    if role not in ROLES:
        yield f"{kind}.{name}.role: {role!r} is no role that a template may bind"
    if not MEMBER.fullmatch(member) or member.startswith(("allUsers", "allAuthenticatedUsers")):
        yield f"{kind}.{name}.member: {member!r} is nobody that may be given a role"
    if member.startswith("principalSet:") and role not in FOR_A_PROJECT:
        yield f"{kind}.{name}.role: {role!r} is more than a whole project may have"
    if member.startswith("principalSet:") and kind == "google_storage_bucket_iam_member" and not body.get("condition"):
        yield f"{kind}.{name}.condition: a whole project may read all of a bucket"
