"""Sources of Cloud Workflows: waiting, timeouts, retries, identity, and what is sent to handlers.

Limits: cloud.google.com/workflows/quotas (a call takes at most 1800 s, an execution one year) and the reference of `http.*` and `retry`.
"""
import json
import re

from . import events
from .calls import FUNCTION, role_of
from .facts import facts
from .walk import maps, referred

LONGEST_CALL, LONGEST_RUN = 1800, 365 * 86_400
HTTP = {"http.get", "http.post", "http.put", "http.patch", "http.delete", "http.request"}
CALLS = HTTP | {"sys.sleep", "sys.log", "sys.now"}
ENV_READ = re.compile(r'sys\.get_env\("([A-Z_]+)"\)')
# Variables that every execution has.
BUILT_IN = re.compile(r"GOOGLE_CLOUD_\w+")


def check(kind, name, body, template):
    if kind != "google_workflows_workflow":
        return
    at = f"{kind}.{name}.source_contents"
    try:
        source = json.loads(str(body.get("source_contents")).replace("$${", "${").replace("%%{", "%{"))
    except ValueError as error:
        yield f"{at}: {error}"
        return
    given = body.get("user_env_vars") or {}
    for variable in sorted(set(ENV_READ.findall(json.dumps(source).replace('\\"', '"')))):
        if variable not in given and not BUILT_IN.fullmatch(variable):
            yield f"{at}: reads {variable}, which it is not given"
    uses = uses_of(given, template)
    for path, node in maps(source):
        where = f"{at}: {'.'.join(path[-3:])}"
        if isinstance(node.get("call"), str):
            yield from (f"{where}: {one}" for one in call_faults(node["call"], node.get("args") or {}, source, uses, template))
        if "backoff" in node or "max_retries" in node:
            yield from (f"{where}: {one}" for one in retry_faults(node, source))


def uses_of(given, template):
    """Use cases of the handler that the workflow calls; those of all where the template does not say which that is."""
    found = referred(given.get("MLP_HANDLER_URL"), FUNCTION, template)
    role = role_of(found[1], template) if found else None
    roles = [role] if role else facts()["roles"]
    return {use for one in roles for use in facts()["roles"][one]["uses"]}


def is_within(value, least, most):
    return events.is_expression(value) or isinstance(value, (int, float)) and not isinstance(value, bool) and least <= value <= most


def call_faults(call, args, source, uses, template):
    if call not in CALLS and call not in source:
        yield f"{call!r} is nothing that can be called"
    if call == "sys.sleep" and not is_within(args.get("seconds"), 0, LONGEST_RUN):
        yield f"{args.get('seconds')!r} are no seconds to wait"
    if call in source:
        wanted = {one if isinstance(one, str) else next(iter(one)) for one in source[call].get("params", [])}
        if set(args) - wanted or {one for one in source[call].get("params", []) if isinstance(one, str)} - set(args):
            yield f"{call} takes {sorted(wanted)}, got {sorted(args)}"
    if "timeoutSeconds" in args and not is_within(args["timeoutSeconds"], 1, LONGEST_RUN):
        yield f"{args['timeoutSeconds']!r} are no seconds to wait"
    if isinstance(args.get("event"), dict):
        yield from events.faults(args["event"], uses, template)
    if call not in HTTP:
        return
    if not is_within(args.get("timeout"), 1, LONGEST_CALL):
        yield f"timeout {args.get('timeout')!r} is not within 1 to {LONGEST_CALL} s"
    url, auth = str(args.get("url")), args.get("auth") or {}
    if not events.is_expression(url) and not url.startswith("https://"):
        yield f"{url!r} is not asked over TLS"
    if "MLP_HANDLER_URL" in url:
        # Handlers take tokens for themselves, Google's own APIs take access tokens.
        if auth.get("type") != "OIDC" or auth.get("audience", "${sys.get_env(\"MLP_HANDLER_URL\")}") != '${sys.get_env("MLP_HANDLER_URL")}':
            yield f"{auth!r} is no identity that a handler takes"
        path = re.search(r'\+ "(/[^"]*)"', url)
        routes = {one for role in facts()["roles"].values() for one in role["routes"]}
        if path and path.group(1) not in routes:
            yield f"no handler has anything at {path.group(1)}"
        if not events.is_expression(args.get("body")):
            yield from events.faults(args.get("body"), uses, template)
    elif auth.get("type") != "OAuth2":
        yield f"{auth!r} is no identity that Google's APIs take"


def retry_faults(node, source):
    backoff = node.get("backoff") or {}
    if not is_within(node.get("max_retries"), 0, 100):
        yield f"max_retries {node.get('max_retries')!r} is no number of tries"
    for key, least in (("initial_delay", 0), ("max_delay", 0), ("multiplier", 1)):
        if not is_within(backoff.get(key), least, 86_400):
            yield f"{key} {backoff.get(key)!r} is none"
    first, last = backoff.get("initial_delay"), backoff.get("max_delay")
    if is_within(first, 0, 86_400) and is_within(last, 0, 86_400) and not isinstance(first, str) and not isinstance(last, str) and first > last:
        yield f"initial_delay {first} is more than max_delay {last}"
    predicate = re.fullmatch(r"\$\{(\w+)\}", str(node.get("predicate")))
    if predicate and predicate.group(1) not in source:
        yield f"predicate {predicate.group(1)!r} is not there"
