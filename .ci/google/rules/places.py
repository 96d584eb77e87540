"""Regions, networks and services that there are."""
import ipaddress
import re

from .facts import project_of
from .walk import is_computed, leaves

REGIONS = set(
    """
    africa-south1 asia-east1 asia-east2 asia-northeast1 asia-northeast2 asia-northeast3 asia-south1 asia-south2
    asia-southeast1 asia-southeast2 australia-southeast1 australia-southeast2 europe-central2 europe-north1 europe-north2
    europe-southwest1 europe-west1 europe-west2 europe-west3 europe-west4 europe-west6 europe-west8 europe-west9
    europe-west10 europe-west12 me-central1 me-central2 me-west1 northamerica-northeast1 northamerica-northeast2
    northamerica-south1 southamerica-east1 southamerica-west1 us-central1 us-east1 us-east4 us-east5 us-south1 us-west1
    us-west2 us-west3 us-west4 global
    """.split()
)
SERVICES = set(
    """
    aiplatform artifactregistry bigquery billingbudgets cloudbilling cloudbuild cloudfunctions cloudkms cloudresourcemanager
    cloudscheduler cloudtrace compute containeranalysis eventarc iam iamcredentials logging monitoring pubsub run secretmanager
    servicenetworking serviceusage storage vpcaccess workflowexecutions workflows
    """.split()
)


def check(kind, name, body, template):
    # A stack is in one project, that of most of it; data may lie in another.
    project = project_of(template)
    if "project" in body and kind != "google_bigquery_table_iam_member" and body["project"] != project:
        yield f"{kind}.{name}.project: {body['project']!r} is another project"
    for path, value in leaves(body):
        if is_computed(value) or not isinstance(value, str):
            continue
        dotted, last = ".".join(path), path[-1]
        if last in ("region", "location") and value not in REGIONS:
            yield f"{kind}.{name}.{dotted}: {value!r} is no region"
        if last == "ip_cidr_range":
            yield from network(kind, name, dotted, value)
        for found in re.findall(r"([a-z]+-[a-z]+\d+)-(?:docker\.pkg\.dev|aiplatform\.googleapis\.com)", value):
            if found not in REGIONS:
                yield f"{kind}.{name}.{dotted}: {found!r} is no region"
    if kind in ("google_project_service", "google_project_iam_audit_config"):
        service = str(body.get("service"))
        if service.removesuffix(".googleapis.com") not in SERVICES or not service.endswith(".googleapis.com"):
            yield f"{kind}.{name}.service: {service!r} is no service"


def network(kind, name, dotted, value):
    try:
        size = ipaddress.ip_network(value).prefixlen
    except ValueError as error:
        yield f"{kind}.{name}.{dotted}: {error}"
        return
    if kind == "google_compute_subnetwork" and size != 28:
        yield f"{kind}.{name}.{dotted}: the connector, which it is for, takes a /28, got {value}"
