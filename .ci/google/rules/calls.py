"""Who calls which handler: address, path, identity token, right to call, and what is sent."""
import base64
import json
import re

from . import events
from .facts import facts
from .walk import is_computed, referred

FUNCTION = "google_cloudfunctions2_function"
ADDRESS = re.compile(r"(\$\{google_cloudfunctions2_function\.\w+\.service_config\[0\]\.uri\})(/[\w/]*)?")
# What the handler needs in its environment to answer at a path (src/runtime/entrypoints/google/*.ts).
NEEDS = {"/incidents": "MLP_ALARMS", "/alerts": "MLP_TRIGGER", "/approvals": "MLP_APPROVALS", "/offers": "MLP_ORIGIN",
         "/deliveries": "MLP_DELIVERY"}
CALLERS = {
    "google_pubsub_subscription": ("push_config", "push_endpoint"),
    "google_cloud_scheduler_job": ("http_target", "uri"),
}


def role_of(function, template):
    """Role whose bundle a function runs, by the name of the bundle's object; None where it is none of ours."""
    source = ((function.get("build_config") or {}).get("source") or {}).get("storage_source") or {}
    found = referred(source.get("object"), "google_storage_bucket_object", template)
    role = str(found[1].get("name")).split("/")[0] if found else None
    return role if role in facts()["roles"] else None


def may_call(account, function, template):
    """Whether a service account (by its name in the template) is given run.invoker on a function."""
    for one in template.get("google_cloud_run_v2_service_iam_member", {}).values():
        on, who = referred(one.get("name"), FUNCTION, template), referred(one.get("member"), "google_service_account", template)
        if one.get("role") == "roles/run.invoker" and on and who and (on[0], who[0]) == (function, account):
            return True
    return False


def check(kind, name, body, template):
    if kind not in CALLERS:
        return
    block, attribute = CALLERS[kind]
    target = body.get(block)
    if not isinstance(target, dict):
        return  # pairs.py says so
    at, address = f"{kind}.{name}.{block}", str(target.get(attribute))
    found = ADDRESS.fullmatch(address)
    if not found:
        yield f"{at}.{attribute}: {address!r} is no address of a handler"
        return
    function = referred(address, FUNCTION, template)
    if function is None:
        return  # a reference to nothing: the static check says so
    base, path = found.group(1), found.group(2) or "/"
    role = role_of(function[1], template)
    if role is not None and path not in facts()["roles"][role]["routes"]:
        yield f"{at}.{attribute}: the handler of {role} has nothing at {path}"
    needed, variables = NEEDS.get(path), (function[1].get("service_config") or {}).get("environment_variables") or {}
    if needed and not variables.get(needed):
        yield f"{at}.{attribute}: {function[0]} has no {needed}, without which it cannot answer at {path}"
    yield from token_faults(at, target.get("oidc_token"), base, function[0], template)
    if kind == "google_cloud_scheduler_job":
        if target.get("http_method", "POST") != "POST":
            yield f"{at}.http_method: handlers answer to POST alone"
        yield from body_faults(f"{at}.body", target.get("body"), role, template)


def token_faults(at, token, base, function, template):
    if not isinstance(token, dict):
        yield f"{at}.oidc_token: is not there, and handlers take no call without"
        return
    if token.get("audience") != base:
        yield f"{at}.oidc_token.audience: {token.get('audience')!r} is not the handler that is called"
    account = referred(token.get("service_account_email"), "google_service_account", template)
    if account and not may_call(account[0], function, template):
        yield f"{at}.oidc_token.service_account_email: {account[0]} has no run.invoker on {function}"


def body_faults(at, sent, role, template):
    if is_computed(sent):
        return
    try:
        event = json.loads(base64.b64decode(str(sent), validate=True))
    except ValueError as error:
        yield f"{at}: {error}"
        return
    uses = facts()["roles"][role]["uses"] if role else {use for one in facts()["roles"].values() for use in one["uses"]}
    yield from (f"{at}: {one}" for one in events.faults(event, uses, template))
