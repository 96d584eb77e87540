"""What the rules need to know of our own code (../facts.ts), and what a template is about."""
import collections
import functools
import json
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, "..", "..", ".."))
# A file with the facts, for who starts many checks: they are the same for all of them.
FILE = "MLP_GOOGLE_FACTS"


@functools.lru_cache(maxsize=None)
def facts():
    if os.environ.get(FILE):
        return json.load(open(os.environ[FILE], encoding="utf8"))
    tsx, script = os.path.join(ROOT, "node_modules", ".bin", "tsx"), os.path.join(HERE, "..", "facts.ts")
    done = subprocess.run([tsx, script], cwd=ROOT, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        raise SystemExit(f"facts.ts: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def once_a_template(function):
    """Keeps what a function has found in the template that was asked about last: rules ask of one template at a time."""
    kept = {"template": None}

    @functools.wraps(function)
    def kept_of(template, *rest):
        if kept["template"] is not template:
            kept.clear()
            kept["template"] = template
        if rest not in kept:
            kept[rest] = function(template, *rest)
        return kept[rest]

    return kept_of


@once_a_template
def labelled(template, label):
    """Values of a label of ours (`platform`, `model`) in a template: the names that there are."""
    found = set()
    for of_kind in template.values():
        for body in of_kind.values():
            for labels in (body.get("labels"), body.get("user_labels")):
                if isinstance(labels, dict) and isinstance(labels.get(label), str):
                    found.add(labels[label])
    return found


@once_a_template
def project_of(template):
    """The project that most resources are in."""
    found = collections.Counter(str(body["project"]) for of_kind in template.values() for body in of_kind.values() if "project" in body)
    return found.most_common(1)[0][0] if found else None


@once_a_template
def environments(template):
    """What handlers are told in JSON, by variable: the values of all of them."""
    found = {}
    for function in template.get("google_cloudfunctions2_function", {}).values():
        for name, value in ((function.get("service_config") or {}).get("environment_variables") or {}).items():
            if str(value).startswith("{"):
                try:
                    found.setdefault(name, []).append(json.loads(value))
                except ValueError:
                    pass  # environment.py says so
    return found


@once_a_template
def names(template, kind, attribute="name"):
    """Literal values of an attribute of every resource of a kind."""
    found = (body.get(attribute) for body in template.get(kind, {}).values())
    return {one for one in found if isinstance(one, str)}
