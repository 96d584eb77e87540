#!/usr/bin/env python3
"""Checks of a cdk.tf.json that neither the provider's schema nor Google's API descriptions can make: rules/*.py.

usage: semantics.py cdk.tf.json
"""
import json
import sys

from rules import (
    access, alarms, budgets, builds, calls, channels, choices, environment, filters, keeping, keys, letters, metrics, names, objectives, pairs,
    places, ranges, references, rights, schedules, steps, tables, thresholds, wiring,
)

RULES = (
    ranges, pairs, names, access, references, places, schedules, calls, environment, steps, metrics, filters, objectives, budgets, channels,
    choices, tables, wiring, letters, builds, thresholds, keys, alarms, keeping, rights,
)


def faults(resources):
    for kind, of_kind in resources.items():
        for name, body in of_kind.items():
            for rule in RULES:
                try:
                    yield from rule.check(kind, name, body, resources)
                except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
                    # Rules read a resource as the provider's schema has it: what they cannot read is not that.
                    yield f"{kind}.{name}: {rule.__name__} cannot read it ({type(error).__name__}: {error})"


def main(file):
    found = list(faults(json.load(open(file, encoding="utf8")).get("resource", {})))
    print("\n".join(found[:40]))
    print(f"{len(RULES)} rules, {len(found)} finding(s)")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
