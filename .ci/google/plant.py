#!/usr/bin/env python3
"""Plants faults in every resource type of a cdk.tf.json, and counts how many of them the checks of this folder find.

Each fault (faults.py) stands in a copy of a resource, under a name of its own; of each kind of fault and each type a sample is planted,
the same in every run, over all places and all resources. The checks run once over all of them, and a fault is found when a finding
names its copy. Prints what was missed, a table by kind of fault, and the share; exit 1 below 90 %, or when a kind of fault is
found in less than two of three.

usage: plant.py cdk.tf.json static_check.py
"""
import collections
import copy
import hashlib
import json
import re
import subprocess
import sys
import tempfile

import semantics
from faults import DROP, FAULTS, words

SHARE, SHARE_OF_KIND = 0.9, 2 / 3
# Of each kind of fault in each type: the most that are planted.
MOST = 5
# Of kinds that are many at one place.
MOST_OF = {"wrong_step": 24, "wrong_build": 36, "wrong_audit": 16, "unreachable": 16, "swapped_objective": 16}
# Workflows that are executed, of those in which the other checks have found nothing: each takes seconds.
MOST_RUNS = 4


def damage(body, path, value, mark):
    """A copy of a resource with one fault; None where the value was that already."""
    damaged = copy.deepcopy(body)
    if isinstance(value, tuple):
        path, value = value
    *inner, last = path[1:] if path[0] == "rename" else path
    node = damaged
    for key in inner:
        node = node[key]
    if path[0] == "rename":
        node[value] = node.pop(last)
    elif value is DROP:
        del node[last]
    else:
        node[last] = value.replace("NowhereMARK", f"Nowhere{mark}") if isinstance(value, str) else value
    return None if damaged == body else damaged


def sampled(fault, kind, of_kind):
    """Faults of a kind in all resources of a type: places first, then resources, in an order that stands still."""
    found = []
    for name, body in of_kind.items():
        for path, value in fault(body):
            shown = "dropped" if value is DROP else str(value[1] if isinstance(value, tuple) else value)
            text = "\0".join((fault.__name__, kind, name, str(path), shown))
            found.append((hashlib.sha256(text.encode()).hexdigest(), name, path, value))
    found.sort(key=lambda one: one[0])
    seen = collections.Counter()
    ranked = []
    for order, name, path, value in found:
        place = tuple(words(path))
        ranked.append((seen[place], seen[name], order, name, path, value))
        seen[place] += 1
        seen[name] += 1
    ranked.sort(key=lambda one: one[:3])
    return [one[3:] for one in ranked]


def swapped(resources, kind, name):
    """The next resource of a type after one; itself where there is no other."""
    there = sorted(resources.get(kind, {}))
    return f"{kind}.{there[(there.index(name) + 1) % len(there)] if name in there else name}"


def planted(resources):
    """A copy of the resources with one fault each, and what each is."""
    copies, told = {}, {}
    another = next(iter(resources.get("google_project_service", {"Nothing": {}})))
    for kind, of_kind in sorted(resources.items()):
        for fault in FAULTS:
            most, count = MOST_OF.get(fault.__name__, MOST), 0
            for name, path, value in sampled(fault, kind, of_kind):
                mark = f"Planted{len(told)}P"
                if isinstance(value, str):
                    value = value.replace("google_project_service.ANOTHER", f"google_project_service.{another}")
                    value = re.sub(r"(google_\w+)\.SWAPPED-(\w+)", lambda found: swapped(resources, *found.groups()), value)
                damaged = damage(of_kind[name], path, value, mark)
                if damaged is None or count >= most:
                    continue
                count += 1
                copies.setdefault(kind, {})[mark] = damaged
                shown = "dropped" if value is DROP else str(value[1] if isinstance(value, tuple) else value)
                told[mark] = (fault.__name__, kind, name, ".".join(map(str, path)), shown[:90])
    return copies, told


def workflow_findings(copies):
    """The workflows of the copies, each in a template of its own, whose findings name the workflow and not the copy."""
    import workflows

    for mark, body in copies.items():
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


def is_unreadable(body):
    """The static check ends at a text of JSON that it cannot read, or that is not there."""
    for key in ("dashboard_json", "schema"):
        if f"{key}z" in body:
            return True
        try:
            json.loads(body.get(key, "{}"))
        except (ValueError, TypeError):
            return True
    return False


def static_findings(static_check, template, copies):
    """What the static check prints of the copies; those that end it are left out, for it says no more of them than that."""
    readable = {kind: {mark: one for mark, one in of_kind.items() if not is_unreadable(one)} for kind, of_kind in copies.items()}
    code, text = run_static(static_check, template, readable)
    if "finding(s)" not in text:
        raise SystemExit(f"the static check ended early, with {code}: {text[-2000:]}")
    return text


def main(file, static_check):
    template = json.load(open(file, encoding="utf8"))
    copies, told = planted(template["resource"])
    text = static_findings(static_check, template, copies) + "\n".join(semantics.faults(with_copies(template, copies)))
    found = set(re.findall(r"Planted\d+P", text))
    left = {mark: one for mark, one in copies.get("google_workflows_workflow", {}).items() if mark not in found}
    found |= set(workflow_findings(dict(list(left.items())[:MOST_RUNS])))
    unreadable = {mark: (kind, one) for kind, of_kind in copies.items() for mark, one in of_kind.items()
                  if mark not in found and is_unreadable(one)}
    found |= {mark for mark, (kind, one) in unreadable.items() if run_static(static_check, template, {kind: {mark: one}})[0]}
    missed = [one for mark, one in told.items() if mark not in found]
    for fault, kind, name, path, value in missed:
        print(f"missed {fault} in {kind}.{name}: {path} = {value!r}")
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
