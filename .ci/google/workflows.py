#!/usr/bin/env python3
"""Runs every workflow of a cdk.tf.json against a stub of its handlers and of Vertex AI.

Each workflow is checked against the JSON Schema of Cloud Workflows, its jumps are checked, and it is executed by
workflows-emulator: once with every handler answering well, and once for every call with that call failing for good.
Afterwards the calls that were made must be the right ones: a pipeline that failed has recorded the failure and
registered nothing, a release that failed has rolled back and promoted nothing, an incident of which nobody could be told is
told in the next round.

usage: workflows.py cdk.tf.json
"""
import copy
import http.server
import importlib.util
import json
import logging
import os
import re
import sys
import threading

import jsonschema

logging.disable(logging.CRITICAL)

ANSWERS = {
    "checkData": {"verdict": "pass"},
    "prepareEvaluation": {"hasChampion": True, "champion": {"artifactUri": "gs://b/m"}},
    "decideGate": {"verdict": "pass"},
    "registerVersion": {"version": 2, "release": "automatic"},
    "verifyArtifact": {"admitted": True, "hasChampion": True, "version": 2},
    "analyseShadow": {"action": "advance"},
    "analyseTraffic": {"action": "advance"},
    "recordIncident": {"isNew": True},
    "escalateIncident": {"goesOn": False},
}
# Calls that are made again until they are answered well: they fail so many times.
UNTIL_ANSWERED = {"escalateIncident": 2}


class Handlers(http.server.BaseHTTPRequestHandler):
    calls, failing, looks, failed = [], None, 0, 0

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
        name = body.get("use") or f"{self.path.rsplit('/', 1)[-1]}:{body.get('step', '')}"
        name = name if "use" in body else f"job {body.get('step')} {self.path.rsplit('/', 1)[-1]}"
        key = f"{body.get('step')}"
        Handlers.calls.append(name)
        if Handlers.failing in (key, name) and Handlers.failed < UNTIL_ANSWERED.get(name, 10**9):
            Handlers.failed += 1
            return self.reply(422, {"error": {"message": f"{name} was made to fail"}})
        if self.path.endswith("/jobs/start"):
            Handlers.looks = 0
            return self.reply(200, {"name": "projects/p/locations/l/customJobs/1"})
        return self.reply(200, ANSWERS.get(body.get("use"), {"ok": True}))

    def do_GET(self):
        Handlers.looks += 1
        self.reply(200, {"state": "JOB_STATE_SUCCEEDED" if Handlers.looks > 1 else "JOB_STATE_RUNNING"})

    def reply(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def for_emulator(node):
    """The emulator has no identities, no waiting that we want, and another name for the first delay."""
    if isinstance(node, list):
        return [for_emulator(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {key: for_emulator(value) for key, value in node.items() if key != "auth"}
    if made.get("call") == "sys.sleep":
        made["args"] = {"seconds": 0}
    if "backoff" in made:
        made["backoff"] = {"delay": 0, "max_delay": 1, "multiplier": 1}
    return made


def steps_of(node, names, jumps):
    for step in node:
        (name, body), = step.items()
        names.append(name)
        if isinstance(body, dict):
            if "next" in body:
                jumps.append((name, body["next"]))
            for case in body.get("switch", []) if isinstance(body.get("switch"), list) else []:
                if "next" in case:
                    jumps.append((name, case["next"]))
            for part in ("try", "except"):
                inner = body.get(part, {})
                if isinstance(inner, dict) and "steps" in inner:
                    steps_of(inner["steps"], names, jumps)


def faults_of_jumps(source):
    found = []
    for flow, body in source.items():
        names, jumps = [], []
        steps_of(body["steps"], names, jumps)
        found += [f"{flow}: two steps are named {name}" for name in sorted(set(names)) if names.count(name) > 1]
        found += [f"{flow}.{step}: next {target} is not there" for step, target in jumps if target not in names + ["end"]]
        subs = re.findall(r'"call": "([A-Za-z]+)"', json.dumps(body))
        found += [f"{flow}: calls {sub}, which is not there" for sub in subs if sub not in source]
    return found


def run(execute, source):
    Handlers.calls, Handlers.failed = [], 0
    try:
        return execute(copy.deepcopy(source), {"input": {"version": 2}}), None
    except BaseException as error:  # the emulator raises what the workflow raises, and its own errors
        return None, error


def faults_of_incident(execute, source):
    for failing, wanted, is_error in (
        (None, ["recordIncident", "escalateIncident"], False),
        ("recordIncident", ["recordIncident"], True),
        ("escalateIncident", ["recordIncident"] + ["escalateIncident"] * 3, False),
    ):
        Handlers.failing = failing
        _, error = run(execute, source)
        if Handlers.calls != wanted or (error is not None) is not is_error:
            yield f"{failing} fails: it ended with {error!r} after {Handlers.calls}"


def main(path):
    os.environ["GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID"] = "run-1"
    from workflows_emulator import render
    from workflows_emulator.main import execute_workflow

    # What Cloud Workflows has and the emulator lacks: the literals, and the type of its own maps.
    kinds = {bool: "bool", int: "integer", float: "double", str: "string", list: "list", type(None): "null"}
    render.STANDARD_LIBRARY.update(
        {"true": True, "false": False, "null": None, "get_type": lambda value: kinds.get(type(value), "map")}
    )

    folder = os.path.dirname(importlib.util.find_spec("workflows_emulator").origin)
    schema = json.load(open(os.path.join(folder, "workflow-schema.json")))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handlers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    os.environ["MLP_HANDLER_URL"] = os.environ["MLP_VERTEX_API"] = address

    found, runs = [], 0
    workflows = json.load(open(path))["resource"].get("google_workflows_workflow", {})
    for resource in workflows.values():
        name = resource["name"]
        text = resource["source_contents"].replace("$${", "${").replace("%%{", "%{")
        if len(text) > 128 * 1024:
            found.append(f"{name}: {len(text)} bytes, more than Cloud Workflows takes")
        source = json.loads(text)
        found += [f"{name}: {fault}" for fault in faults_of_jumps(source)]
        found += [f"{name}: {error.message[:200]}" for error in jsonschema.Draft7Validator(schema).iter_errors(source)]
        ready = for_emulator(source)
        release = "promote" in text
        good, bad = ("promote", "rollBack") if release else ("registerVersion", "recordFailure")
        if "recordIncident" in text and not release:
            runs += 3
            found += [f"{name}: {fault}" for fault in faults_of_incident(execute_workflow, ready)]
            continue

        Handlers.failing = None
        _, error = run(execute_workflow, ready)
        runs += 1
        happy = list(Handlers.calls)
        if error is not None or good not in happy or bad in happy:
            found.append(f"{name}: the happy path ended with {error!r} after {happy}")
        for call in dict.fromkeys(happy):
            Handlers.failing = call
            _, error = run(execute_workflow, ready)
            runs += 1
            calls = Handlers.calls
            if error is None and call != "requestRelease":
                found.append(f"{name}: ended well although {call} failed")
            if call == "verifyArtifact":
                # That it could not begin is recorded and told; nothing else happens.
                if set(calls) != {"verifyArtifact", "rejectRelease"}:
                    found.append(f"{name}: went on to {calls} although nothing was verified")
            elif bad not in calls:
                found.append(f"{name}: {call} failed and {bad} was not called: {calls}")
            if call != good and not (not release and call == "requestRelease") and good in calls:
                found.append(f"{name}: {call} failed and yet {good} was called")
    server.shutdown()
    print("\n".join(found))
    print(f"{len(workflows)} workflows, {runs} runs, {len(found)} finding(s)")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
