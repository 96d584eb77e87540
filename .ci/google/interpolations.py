#!/usr/bin/env python3
"""Finds text that Terraform would take for an interpolation of its own: every `${…}` of a template has to be a reference.

usage: interpolations.py cdk.tf.json
"""
import json
import re
import sys

REFERENCE = re.compile(r"(google_\w+|data\.google_\w+|var)\.[\w.\[\]-]+\}")


def texts(node, path):
    if isinstance(node, dict):
        for key, value in node.items():
            yield from texts(value, f"{path}.{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from texts(value, f"{path}[{index}]")
    elif isinstance(node, str):
        yield path, node


def main(file):
    found, seen = [], 0
    for path, text in texts(json.load(open(file)).get("resource", {}), ""):
        for match in re.finditer(r"(\$+|%+)\{", text):
            # A doubled sign stands for itself.
            if len(match.group(1)) % 2 == 0:
                continue
            seen += 1
            if match.group(1)[0] == "%" or not REFERENCE.match(text, match.end()):
                found.append(f"{path}: {text[match.start():match.start() + 60]!r} is no reference")
    print("\n".join(found[:20]))
    print(f"{seen} references, {len(found)} finding(s)")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
