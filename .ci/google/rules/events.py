"""Events that handlers are called with: by our own schemas, with the fixed arguments that the plan gives each step."""
import functools

import jsonschema

from .facts import facts, labelled


@functools.lru_cache(maxsize=None)
def validator(*at):
    """Validator of one of the schemas among the facts."""
    schema = facts()
    for key in at:
        schema = schema[key]
    return jsonschema.Draft202012Validator(schema)


def schema_faults(value, *at):
    for error in validator(*at).iter_errors(value):
        where = ".".join(map(str, error.absolute_path))
        yield f"{where or at[-1]}: {error.message[:160]}"


def is_expression(value):
    """Of Cloud Workflows: known only when it runs."""
    return isinstance(value, str) and value.startswith("${") and value.endswith("}")


def faults(event, uses, template):
    """What is wrong with an event for a handler that has these use cases; expressions stand for what they will be."""
    if not isinstance(event, dict):
        yield "is no event"
        return
    is_job = "job" in event
    ready = {key: {} if key in ("state", "arguments") and is_expression(value) else value for key, value in event.items()}
    yield from schema_faults(ready, "job" if is_job else "event")
    use, fixed = ready.get("job" if is_job else "use"), ready.get("arguments")
    if not is_job and use not in uses:
        yield f"{use!r} is no use case of its handler"
    if not isinstance(fixed, dict) or is_expression(event.get("arguments")):
        return
    known = facts()["arguments"]
    for name in known.get(f"{use} {ready.get('step')}", known.get(use, ["model"])):
        if name not in fixed:
            yield f"{use} is not given {name!r}"
    models = labelled(template, "model")
    if models and "model" in fixed and fixed["model"] not in models:
        yield f"model {fixed['model']!r} is the name of nothing in this template"
    for name, value in fixed.items():
        # A section by name; some use cases are given a word of it alone (`release: automatic`).
        if name in facts()["sections"] and isinstance(value, dict):
            yield from schema_faults(value, "sections", name)
    yield from number_faults(fixed, ())


def number_faults(node, path):
    """Shares beyond all of it, and times before now, by the unit in the name of a number."""
    if isinstance(node, list):
        for one in node:
            yield from number_faults(one, path)
    if not isinstance(node, dict):
        return
    least, most = node.get("min"), node.get("max")
    if isinstance(least, (int, float)) and isinstance(most, (int, float)) and least > most:
        yield f"{'.'.join(path)}: min {least} is more than max {most}"
    for key, value in node.items():
        if isinstance(value, (dict, list)):
            yield from number_faults(value, (*path, key))
        # A share of the whole; how much something may increase is more than that at will.
        is_share = key == "percent" or key.endswith("Percent") and "Increase" not in key
        if is_share and (not isinstance(value, (int, float)) or not 0 <= value <= 100):
            yield f"{'.'.join((*path, key))}: {value!r} is no share in percent"
        if key.endswith("Seconds") and value is not None and (not isinstance(value, (int, float)) or value < 0):
            yield f"{'.'.join((*path, key))}: {value!r} are no seconds"
