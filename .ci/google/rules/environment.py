"""Handlers: their environment by the schema that they parse it with, their bundle, and what they run on."""
import json
import re

from . import events
from .calls import role_of
from .facts import facts, labelled, names
from .walk import is_computed, referred

KIND = "google_cloudfunctions2_function"
# ServiceConfig.availableMemory: "supported suffixes are k, M, G, Mi, Gi"; 32 GiB are the most.
MEMORY = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "Mi": 2**20, "Gi": 2**30}
# Machine types and accelerators of Vertex AI (cloud.google.com/vertex-ai/docs/training/configure-compute), by family.
MACHINE = re.compile(r"([nceamgt]\d+[a-z]?|ct\w+)-(standard|highmem|highcpu|highgpu|megagpu|ultragpu|hightpu)-\d+[gt]?")
ACCELERATOR = re.compile(r"NVIDIA_\w+|TPU_V\d\w*")
LEAST_MEMORY, MOST_MEMORY = 128 * 10**6, 32 * 2**30


def check(kind, name, body, template):
    if kind != KIND:
        return
    at, service = f"{kind}.{name}", body.get("service_config") or {}
    variables = service.get("environment_variables")
    if not isinstance(variables, dict):
        yield f"{at}.service_config.environment_variables: are not there"
        return
    where = f"{at}.service_config.environment_variables"
    yield from (f"{where}.{one}" for one in variable_faults(variables, template))
    for variable, attribute in (("MLP_PROJECT", "project"), ("MLP_REGION", "location")):
        if variables.get(variable) != body.get(attribute):
            yield f"{where}.{variable}: {variables.get(variable)!r}, and the function is in {body.get(attribute)!r}"
    for which in ("ARTIFACTS", "LEDGER", "STATE"):
        found = referred(variables.get(f"MLP_{which}"), "google_storage_bucket", template)
        if found and which.lower() not in str(found[1].get("name")):
            yield f"{where}.MLP_{which}: {found[0]} is a bucket of something else"
    for which in ("PAGE", "TICKET", "INFO"):
        found = referred(variables.get(f"MLP_TOPIC_{which}"), "google_pubsub_topic", template)
        if found and which.lower() not in str(found[1].get("name")):
            yield f"{where}.MLP_TOPIC_{which}: {found[0]} is the topic of another severity"
    yield from memory_faults(at, service.get("available_memory"))
    yield from bundle_faults(at, body, variables.get("MLP_MODEL"), template)


def variable_faults(variables, template):
    known = facts()["environment"]["properties"]
    for name in variables:
        if name.startswith("MLP_") and name not in known:
            yield f"{name}: is a variable that no handler reads"
    for one in events.schema_faults(variables, "environment"):
        yield one
    for name, value in variables.items():
        if name in facts()["inEnvironment"] and value:
            try:
                content = json.loads(str(value).replace("$${", "${").replace("%%{", "%{"))
            except ValueError as error:
                yield f"{name}: {error}"
                continue
            yield from (f"{name}: {one}" for one in events.schema_faults(content, "inEnvironment", name))
            yield from (f"{name}: {one}" for one in events.number_faults(content, ()))
    machine, accelerator = variables.get("MLP_SERVER_MACHINE"), variables.get("MLP_SERVER_ACCELERATOR")
    if machine and not MACHINE.fullmatch(machine):
        yield f"MLP_SERVER_MACHINE: {machine!r} is no type of a machine"
    if accelerator and not ACCELERATOR.fullmatch(accelerator):
        yield f"MLP_SERVER_ACCELERATOR: {accelerator!r} is no accelerator"
    trigger = delivery_trigger(variables)
    if trigger is not None and trigger not in names(template, "google_cloudbuild_trigger"):
        yield f"MLP_DELIVERY: {trigger!r} is no trigger of this template"
    for name, there in (
        ("MLP_PLATFORM", labelled(template, "platform")),
        ("MLP_MODEL", labelled(template, "model")),
        ("MLP_ENDPOINT", names(template, "google_vertex_ai_endpoint")),
    ):
        value = variables.get(name)
        if value and there and not is_computed(value) and value not in there:
            yield f"{name}: {value!r} is the name of nothing in this template"


def delivery_trigger(variables):
    """Trigger whose builds a handler is to take; None where it takes none, or where its variable is no JSON."""
    try:
        return json.loads(variables.get("MLP_DELIVERY") or "{}").get("trigger")
    except ValueError:
        return None


def memory_faults(at, memory):
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(k|M|G|Mi|Gi)?", str(memory))
    if memory is not None and (not found or not LEAST_MEMORY <= float(found.group(1)) * MEMORY[found.group(2) or ""] <= MOST_MEMORY):
        yield f"{at}.service_config.available_memory: {memory!r} is no size that a function has"


def bundle_faults(at, body, model, template):
    """The bundle, the identity and the description are those of one role."""
    role, build = role_of(body, template), body.get("build_config") or {}
    if role is None:
        yield f"{at}.build_config.source: is no bundle of a role"
        return
    if build.get("entry_point") not in facts()["roles"][role]["exports"]:
        yield f"{at}.build_config.entry_point: the bundle of {role} exports no {build.get('entry_point')!r}"
    wanted = f"{model}: {role}"
    if body.get("description") != wanted:
        yield f"{at}: is described as {body.get('description')!r}, and runs the bundle of {role} for {model}"
    account = referred((body.get("service_config") or {}).get("service_account_email"), "google_service_account", template)
    server = referred(body["service_config"]["environment_variables"].get("MLP_SERVER_ACCOUNT"), "google_service_account", template)
    if server and server[1].get("display_name") != f"{model}: server":
        yield f"{at}.service_config.environment_variables.MLP_SERVER_ACCOUNT: {server[0]} is the identity of another"
    if account and account[1].get("display_name") != wanted:
        yield f"{at}.service_config.service_account_email: {account[0]} is the identity of {account[1].get('display_name')!r}"
