#!/usr/bin/env python3
"""Executes workflows on workflows-emulator, in a time that is somebody else's.

Reads one execution a line (`{"id", "source", "argument", "environment", "clock"}`) and writes how each ended
(`{"id", "succeeded", "value" | "error"}`), as many at a time as are asked for. A sleep of a workflow, and one between
retries, is a call of the clock, which answers when that time has passed for everybody.
"""
import copy
import json
import logging
import sys
import threading
import types

import requests
from workflows_emulator import main as emulator
from workflows_emulator import render
from workflows_emulator.utils import WorkflowError

logging.disable(logging.CRITICAL)

execution = threading.local()
printing = threading.Lock()


def clock(path, **body):
    reply = execution.session.post(f"{execution.clock}/{path}", json=body, headers={"x-execution": execution.id})
    reply.raise_for_status()
    return reply.json()["now"]


def sleep(seconds):
    if seconds > 0:
        clock("sleep", seconds=seconds)


def call(method, url, timeout=300, body=None, headers=None, **_):
    """An HTTP call as Cloud Workflows makes it; a timeout is one of the clock's time."""
    sent = {"x-execution": execution.id, "x-timeout": str(timeout), **(headers or {})}
    try:
        reply = execution.session.request(method, url, json=body, headers=sent)
    except requests.exceptions.ConnectionError as error:
        raise ConnectionError("the connection broke") from error
    if reply.headers.get("x-timed-out"):
        raise TimeoutError(f"no answer within {timeout} s")
    reply.raise_for_status()
    is_json = "application/json" in reply.headers.get("content-type", "")
    return {"code": reply.status_code, "body": reply.json() if is_json else reply.text}


class NoLock:
    """The emulator's own lock outlives an assignment that fails; executions share nothing here."""

    def acquire(self):
        pass

    def release(self):
        pass


class Value(dict):
    """A map whose fields are attributes too, as expressions name them."""

    def __getattribute__(self, name):
        return wrapped(self[name]) if dict.__contains__(self, name) else dict.__getattribute__(self, name)

    def __setattr__(self, name, value):
        self[name] = value


def wrapped(value):
    """The same value; maps share what they hold with the one of the workflow."""
    if type(value) is dict:
        return Value(value)
    return value


def plain(value):
    """A value as JSON has it, which nobody else holds."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in dict.items(value)}
    return [plain(one) for one in value] if isinstance(value, list) else value


def evaluate(code, context):
    return eval(code, {**render.STANDARD_LIBRARY}, {name: wrapped(value) for name, value in context.items()})


def render_text(value, context):
    """A text that is one expression is its value. The emulator writes the value down and reads it as YAML: null as a text."""
    if isinstance(value, str) and value.startswith("${") and value.endswith("}"):
        return plain(evaluate(value[2:-1], context))
    return value


def assign(key, value, context):
    """Sets a variable, or a field of one. The emulator copies everything there is for each."""
    root, *fields = key.split(".")
    if not fields:
        return root, value
    whole = inner = dict(context[root])
    for field in fields[:-1]:
        inner[field] = dict(inner[field])
        inner = inner[field]
    inner[fields[-1]] = value
    return root, whole


render.render_str = render_text
emulator.run_code = evaluate
emulator.assign_var = assign
emulator.LOCK = NoLock()
emulator.sleep = sleep

def map_get(node, keys):
    """A way on which something is not there leads to null; the emulator raises."""
    for key in keys if isinstance(keys, list) else [keys]:
        node = dict.get(node, key) if isinstance(node, dict) else None
    return wrapped(node)


kinds = {bool: "bool", int: "integer", float: "double", str: "string", list: "list", type(None): "null"}
render.STANDARD_LIBRARY.update(
    {
        # What Cloud Workflows has and the emulator lacks: the literals, and the type of its own maps.
        "true": True,
        "false": False,
        "null": None,
        "map": types.SimpleNamespace(get=map_get),
        # Of the emulator's own, zero and false would be nothing.
        "default": lambda value, other: other if value is None else value,
        "get_type": lambda value: kinds.get(type(value), "map"),
        "http": types.SimpleNamespace(
            get=lambda **args: call("GET", **args), post=lambda **args: call("POST", **args)
        ),
        "sys": types.SimpleNamespace(
            now=lambda: clock("now"), sleep=sleep, get_env=lambda name: execution.environment.get(name)
        ),
    }
)


def for_emulator(node):
    """The emulator has no identities, another name for the first delay, and stops where a delay has grown to the longest."""
    if isinstance(node, list):
        return [for_emulator(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {key: for_emulator(value) for key, value in node.items() if key != "auth"}
    if "backoff" in made:
        delays = made["backoff"]
        made["backoff"] = {**delays, "delay": delays["initial_delay"], "max_delay": 1e9}
    return made


def run(asked):
    execution.id, execution.clock, execution.environment = asked["id"], asked["clock"], asked["environment"]
    execution.session = requests.Session()
    try:
        source = for_emulator(copy.deepcopy(asked["source"]))
        value = emulator.execute_workflow(source, {"input": asked["argument"]})
        ended = {"succeeded": True, "value": value}
    except WorkflowError as error:
        reason = error.payload.get("error") if hasattr(error.payload, "get") else None
        ended = {"succeeded": False, "error": str(error), "reason": reason}
    except BaseException as error:  # the emulator's own
        ended = {"succeeded": False, "error": f"emulator: {type(error).__name__}: {error}"}
    with printing:
        print(json.dumps({"id": asked["id"], **ended}), flush=True)


for line in sys.stdin:
    threading.Thread(target=run, args=(json.loads(line),), daemon=True).start()
