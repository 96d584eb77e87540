#!/usr/bin/env python3
"""Plants faults in every resource type of a cdk.tf.json, and counts how many of them the checks of this folder find.

Each fault stands in a copy of a resource, under a name of its own; the checks run once over all of them, and a fault is found when a
finding names its copy. Prints what was missed, a table by kind of fault, and the share; exit 1 below 90 %, or when a kind of
fault is found in less than two of three.

usage: plant.py cdk.tf.json static_check.py
"""
import base64
import copy
import json
import re
import subprocess
import sys
import tempfile

import semantics

SHARE, SHARE_OF_KIND = 0.9, 2 / 3
PER_RESOURCE = 3


def places(node, path=()):
    """Every (path, value) of a leaf, with indexes."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else None
    if items is None:
        yield path, node
        return
    for key, value in items:
        if key not in ("//", "depends_on", "labels", "user_labels", "lifecycle"):
            yield from places(value, (*path, key))


def put(body, path, value):
    *inner, last = path
    for key in inner:
        body = body[key]
    body[last] = value


def words(path):
    return [key for key in path if isinstance(key, str)]


# Each gives pairs of a path and the value to plant there; the mark makes a name that is nowhere else.
def wrong_enum(body, _mark):
    for path, value in places(body):
        if isinstance(value, str) and re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+|DOCKER|KEEP|DELETE|DAY|OR|REGIONAL|POST", value):
            yield path, f"{value}_X"


def out_of_range(body, _mark):
    for path, value in places(body):
        if isinstance(value, (int, float)) and not isinstance(value, bool) and path[-1] != "deletion_protection":
            yield path, -5
            yield path, 10**14


def wrong_type(body, _mark):
    for path, value in places(body):
        if isinstance(value, bool):
            yield path, "maybe"


def broken_reference(body, mark):
    for path, value in places(body):
        found = re.search(r"(?<!\$)\$\{(google_\w+)\.\w+", value) if isinstance(value, str) else None
        if found:
            yield path, value.replace(found.group(0), f"${{{found.group(1)}.Nowhere{mark}", 1)


def broken_filter(body, _mark):
    for path, value in places(body):
        if path[-1] in ("filter", "denominator_filter", "distribution_filter") or str(path[-1]).endswith("_service_filter"):
            yield path, value.replace('"', "", 1)
            yield path, re.sub(r"(metric|resource|protoPayload|jsonPayload|attributes)\.", "metrik.", value, count=1)
        if path[-1] == "expression":
            yield path, value.replace('"', "", 1)
            yield path, value.replace("resource.name.", "resource.", 1)
        if path[-1] == "query":
            yield path, value.replace(")", "", 1)
        if path[-1] == "dashboard_json":
            yield path, value.replace('metric.type = \\"', "metric.typ = \\\"", 1)


def wrong_duration(body, _mark):
    for path, value in places(body):
        if isinstance(value, str) and re.fullmatch(r"\d+s", value):
            yield path, "5 minutes"
            yield path, "99999999999s"


def wrong_cron(body, _mark):
    for path, value in places(body):
        if path[-1] == "schedule":
            yield path, "61 * * * *"
            yield path, "0 3 * *"
        if path[-1] == "time_zone":
            yield path, "Europe/Berlinn"


def wrong_role(body, _mark):
    for path, value in places(body):
        if path[-1] == "role" and isinstance(value, str):
            yield path, value[:-1]
            yield path, "roles/owner"
        if path[-1] == "member":
            yield path, "allUsers"


def wrong_region(body, _mark):
    for path, value in places(body):
        if path[-1] in ("region", "location"):
            yield path, "europe-west33"


def wrong_step(body, _mark):
    for path, value in places(body):
        if path[-1] == "source_contents":
            yield path, re.sub(r'"next": ?"\w+"', '"next": "nowhere"', value, count=1)
            yield path, value.replace('"call": "', '"kall": "', 1)
        if path[-1] == "body" and "http_target" in words(path):
            event = json.loads(base64.b64decode(value))
            yield path, base64.b64encode(json.dumps({**event, "use": "monitorDrfit"}).encode()).decode()


def wrong_field(body, _mark):
    for key in body:
        if key not in ("//", "depends_on", "lifecycle"):
            yield ("rename", key), f"{key}z"
    for path, value in places(body):
        if path[-1] == "schema":
            yield path, value.replace('"type":"', '"typ":"', 1).replace('"type": "', '"typ": "', 1)


def wrong_name(body, _mark):
    for path, value in places(body):
        if path[-1] in ("name", "account_id", "dataset_id", "repository_id", "table_id", "service_id", "slo_id") and len(path) == 1 and "${" not in str(value):
            yield path, f"{value}-{'x' * 1100}"
            yield path, f"{value} !\n"


FAULTS = (wrong_enum, out_of_range, wrong_type, broken_reference, broken_filter, wrong_duration, wrong_cron, wrong_role,
          wrong_region, wrong_step, wrong_field, wrong_name)


def planted(resources):
    """A copy of the resources with one fault each, and what each is."""
    copies, told = {}, {}
    for kind, of_kind in sorted(resources.items()):
        name, body = sorted(of_kind.items(), key=lambda one: -len(json.dumps(one[1])))[0]
        for fault in FAULTS:
            seen = set()
            for path, value in fault(body, 0):
                # The same attribute in several elements of a list is one place.
                place = tuple(words(path)) + (str(value)[:1],)
                if place in seen or len(seen) >= PER_RESOURCE:
                    continue
                seen.add(place)
                mark = f"Planted{len(told)}P"
                damaged = copy.deepcopy(body)
                if path[0] == "rename":
                    damaged[value] = damaged.pop(path[1])
                else:
                    put(damaged, path, str(value).replace("Nowhere0", f"Nowhere{mark}") if isinstance(value, str) else value)
                copies.setdefault(kind, {})[mark] = damaged
                told[mark] = (fault.__name__, kind, name, ".".join(map(str, path)), str(value)[:60])
    return copies, told


def workflow_findings(copies):
    """The workflows of the copies, each in a template of its own, whose findings name the workflow and not the copy."""
    import workflows

    for mark, body in copies.get("google_workflows_workflow", {}).items():
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump({"resource": {"google_workflows_workflow": {mark: body}}}, file)
            file.flush()
            done = subprocess.run([sys.executable, workflows.__file__, file.name], capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            yield mark


def with_copies(template, copies):
    return {kind: {**of_kind, **copies.get(kind, {})} for kind, of_kind in template["resource"].items()}


def run_static(static_check, template, copies):
    """(exit code, output) of the static check of the template with the copies beside it."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as out:
        json.dump({**template, "resource": with_copies(template, copies)}, out)
        out.flush()
        done = subprocess.run([sys.executable, static_check, out.name], capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout + done.stderr


def main(file, static_check):
    template = json.load(open(file, encoding="utf8"))
    copies, told = planted(template["resource"])
    # A field that the static check cannot do without ends it: such a copy is checked alone, where that is found by its exit code.
    alone = {mark: one for mark, one in told.items() if one[4] in ("dashboard_jsonz", "schemaz")}
    found = {mark for mark, one in alone.items() if run_static(static_check, template, {one[1]: {mark: copies[one[1]].pop(mark)}})[0]}
    code, text = run_static(static_check, template, copies)
    if "finding(s)" not in text:
        raise SystemExit(f"the static check ended early, with {code}: {text[-2000:]}")
    text += "\n".join(semantics.faults(with_copies(template, copies)))
    found |= set(re.findall(r"Planted\d+P", text)) | set(workflow_findings(copies))
    missed = [one for mark, one in told.items() if mark not in found]
    for fault, kind, _name, path, value in missed:
        print(f"missed {fault} in {kind}: {path} = {value!r}")
    bad = False
    for fault in FAULTS:
        of_kind = [mark for mark, one in told.items() if one[0] == fault.__name__]
        caught = sum(mark in found for mark in of_kind)
        if of_kind:
            print(f"{fault.__name__:17} {caught:4} of {len(of_kind)}")
            bad |= caught < SHARE_OF_KIND * len(of_kind)
    kinds = {one[1] for one in told.values()}
    share = (len(told) - len(missed)) / len(told)
    print(f"{len(told)} faults in {len(kinds)} of {len(template['resource'])} resource types, {share:.1%} found")
    return 1 if bad or share < SHARE or kinds != set(template["resource"]) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
