"""Builds of Cloud Build: scripts that a shell can read, what is substituted in them, and images that are built before they are pushed.

cloud.google.com/build/docs/build-config-file-schema, cloud.google.com/build/docs/configuring-builds/substitute-variable-values
"""
import functools
import re
import subprocess

from .facts import labelled
from .walk import REFERENCE, referred

SUBSTITUTIONS = {
    "PROJECT_ID", "PROJECT_NUMBER", "LOCATION", "BUILD_ID", "TRIGGER_NAME", "TRIGGER_BUILD_CONFIG_PATH", "COMMIT_SHA", "SHORT_SHA",
    "REVISION_ID", "REPO_NAME", "REPO_FULL_NAME", "BRANCH_NAME", "TAG_NAME", "REF_NAME", "SERVICE_ACCOUNT", "SERVICE_ACCOUNT_EMAIL",
}
SUBSTITUTED = re.compile(r"\$\$|\$\{(\w+)\}|\$(\w+)")
VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)")
ASSIGNED = re.compile(r"(?:^|[\s;(])([A-Za-z_]\w*)=")
OF_EVERY_SHELL = {"HOME", "PATH", "PWD", "USER", "SHELL", "TMPDIR", "HOSTNAME", "BUILDER_OUTPUT"}
SHELLS = {"#!/usr/bin/env bash": "bash", "#!/bin/bash": "bash", "#!/bin/sh": "sh"}
# Commands that we use, with their flags.
GCLOUD = {"pubsub topics publish": {"--message", "--attribute", "--project"}}
DOCKER = {"build", "push", "pull", "tag"}
IMAGE = re.compile(r"[a-z0-9.-]+(:\d+)?(/[a-z0-9._-]+)*(:[\w][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?")


def as_list(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def plain(text):
    """A text as Cloud Build gets it, without what Terraform fills in."""
    return REFERENCE.sub("", str(text)).replace("$${", "${").replace("%%{", "%{")


@functools.lru_cache(maxsize=None)
def shell_faults(script):
    first = script.split("\n", 1)[0].strip()
    if first not in SHELLS:
        return (f"begins with {first!r}, which names no shell",)
    done = subprocess.run([SHELLS[first], "-n"], input=script, capture_output=True, text=True, timeout=20)
    return () if done.returncode == 0 else (f"is no script: {done.stderr.strip()[:160]}",)


def substitution_faults(text, own):
    for found in SUBSTITUTED.finditer(plain(text)):
        name = found.group(1) or found.group(2)
        if name is not None and name not in SUBSTITUTIONS and name not in own:
            yield f"{found.group(0)!r} is substituted by nothing"


def script_faults(script, environment):
    yield from shell_faults(script)
    for option in re.findall(r"^set -\w*o (\w+)", script, re.MULTILINE):
        if option != "pipefail":
            yield f"'set -o {option}' is no option that a build needs"
    for line in re.findall(r"\bgcloud ([^\n|;&]*)", script):
        words = re.match(r"(?:[a-z][a-z-]*(?: |$))+", line)
        command = words.group(0).strip() if words else ""
        if command not in GCLOUD:
            yield f"'gcloud {command or line[:40]}' is no command that a build needs"
        else:
            for flag in set(re.findall(r"(?<=\s)--[a-z-]+", line)) - GCLOUD[command]:
                yield f"'gcloud {command}' takes no {flag}"
    # Commands of the definition use what their image has; only of our own steps is known what they are given.
    if environment:
        used, given = set(VARIABLE.findall(script)), set(environment)
        for name in sorted(used - given - set(ASSIGNED.findall(script)) - OF_EVERY_SHELL):
            yield f"uses {name}, which nobody sets"
        for name in sorted(given - used):
            yield f"is given {name}, which it does not use"


def environment_of(step):
    return dict(one.split("=", 1) for one in map(str, as_list(step.get("env"))) if "=" in one)


def docker_faults(args, built):
    verb = args[0] if args else None
    if verb not in DOCKER:
        yield f"docker has no {verb!r}"
    if verb == "build":
        built.update(value for flag, value in zip(args, args[1:]) if flag in ("--tag", "-t"))
        if not built:
            yield "builds an image without a name"
    if verb == "push" and (len(args) != 2 or args[1] not in built):
        yield f"pushes {args[1:]!r}, which no step before has built"


def step_faults(step, own, built):
    if ("script" in step) == ("args" in step):
        yield "has one of script and args"
    if not IMAGE.fullmatch(plain(step.get("name"))):
        yield f"name {step.get('name')!r} is no image"
    for entry in as_list(step.get("env")):
        if not re.match(r"[A-Za-z_]\w*=", str(entry)):
            yield f"env {entry!r} is no NAME=value"
        yield from (f"env: {one}" for one in substitution_faults(entry, own))
    for arg in as_list(step.get("args")):
        yield from (f"args: {one}" for one in substitution_faults(arg, own))
    if isinstance(step.get("script"), str):
        yield from (f"script: {one}" for one in script_faults(plain(step["script"]), environment_of(step)))
    if str(step.get("name")).split(":")[0].endswith("cloud-builders/docker"):
        yield from (f"args: {one}" for one in docker_faults(as_list(step.get("args")), built))


def topic_faults(step, account, template):
    """A step may publish on the topic that it is given, as the account of the build."""
    for entry in as_list(step.get("env")):
        if not str(entry).startswith("TOPIC="):
            continue
        topic = referred(entry, "google_pubsub_topic", template)
        may = topic and any(
            one.get("role") == "roles/pubsub.publisher"
            and (referred(one.get("topic"), "google_pubsub_topic", template) or [None])[0] == topic[0]
            and (referred(one.get("member"), "google_service_account", template) or [None])[0] == account
            for one in template.get("google_pubsub_topic_iam_member", {}).values()
        )
        if not may:
            yield f"env {entry!r}: the account of the build may publish nothing there"


# Steps in the order in which each makes sense of those before it.
ORDER = ("lint", "build", "test", "images", "train")


def stage_of(step):
    """Which of ORDER a step is; None for one of another kind."""
    if any(str(one).startswith("TOPIC=") for one in as_list(step.get("env"))) or "gcloud pubsub topics publish" in str(step.get("script")):
        return "train"
    if str(step.get("name")).split(":")[0].endswith("cloud-builders/docker"):
        return "images"
    return step.get("id") if step.get("id") in ORDER else None


def order_faults(build):
    stages = [stage for stage in map(stage_of, as_list(build.get("step"))) if stage]
    for before, after in zip(stages, stages[1:]):
        if ORDER.index(before) > ORDER.index(after):
            yield f"step: {before} comes before {after}"
    if "images" in stages and (build.get("options") or {}).get("requested_verify_option") != "VERIFIED":
        yield "options.requested_verify_option: nobody vouches for the images"


def branch_faults(body):
    """Branches are a regular expression of RE2, of which a whole name is one."""
    for event in ("push", "pull_request"):
        branch = ((body.get("repository_event_config") or {}).get(event) or {}).get("branch")
        if branch is None or "${" in str(branch):
            continue
        try:
            pattern = re.compile(str(branch))
        except re.error as error:
            yield f"{branch!r}: {error}"
            continue
        if pattern.search(""):
            yield f"{branch!r}: fits every branch"


def check(kind, name, body, template):
    if kind != "google_cloudbuild_trigger":
        return
    at, build = f"{kind}.{name}.build", body.get("build") or {}
    own, built, seen = set(body.get("substitutions") or {}), set(), set()
    account = (referred(body.get("service_account"), "google_service_account", template) or [None])[0]
    yield from (f"{at}.{one}" for one in order_faults(build))
    yield from (f"{kind}.{name}.repository_event_config.branch: {one}" for one in branch_faults(body))
    for tag in as_list(body.get("tags")):
        if tag not in labelled(template, "platform") | labelled(template, "environment"):
            yield f"{kind}.{name}.tags: {tag!r} is the name of nothing in this template"
    for number, step in enumerate(as_list(build.get("step"))):
        where = f"{at}.step[{number}]"
        if step.get("id") in seen:
            yield f"{where}.id: {step['id']!r} is there twice"
        for before in as_list(step.get("wait_for")):
            if before not in seen | {"-"}:
                yield f"{where}.wait_for: {before!r} is no step before it"
        seen.add(step.get("id"))
        yield from (f"{where}: {one}" for one in step_faults(step, own, built))
        yield from (f"{where}: {one}" for one in topic_faults(step, account, template))
    for image in as_list(build.get("images")):
        yield from (f"{at}.images: {one}" for one in substitution_faults(image, own))
        if image not in built:
            yield f"{at}.images: {image!r} is built by no step"
    options = build.get("options") or {}
    switched = {str(one.get("service")) for one in template.get("google_project_service", {}).values()}
    if options.get("requested_verify_option") == "VERIFIED" and switched and "containeranalysis.googleapis.com" not in switched:
        yield f"{at}.options: a verified build needs containeranalysis.googleapis.com, which nothing switches on"
    # Builds of an account of one's own write no logs to Google's default bucket.
    if body.get("service_account") and not build.get("logs_bucket") and options.get("logging") not in ("CLOUD_LOGGING_ONLY", "NONE"):
        yield f"{at}.options.logging: {options.get('logging')!r}, and the build has an account of its own and no bucket for logs"
