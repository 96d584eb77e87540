"""Leaves of a resource, with their paths, and references between resources."""
import re

REFERENCE = re.compile(r"(?<!\$)\$\{((?:data\.)?google_\w+)\.(\w+)\.([\w.\[\]]+)\}")


def leaves(node, path=()):
    """Yields (path, value) of every value that is neither a list nor a map; indexes are left out of the path."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key != "//":
                yield from leaves(value, (*path, key))
    elif isinstance(node, list):
        for value in node:
            yield from leaves(value, path)
    else:
        yield path, node


def maps(node, path=()):
    """Yields (path, map) of a resource and of every map in it; indexes are left out of the path."""
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            if key != "//":
                yield from maps(value, (*path, key))
    elif isinstance(node, list):
        for value in node:
            yield from maps(value, path)


def is_computed(value):
    """Terraform fills it in."""
    return isinstance(value, str) and "${" in value.replace("$${", "")


def shape(value):
    """A text in which references stand as `<type.attribute>`, and variables of the template as `<var.name>`."""
    text = REFERENCE.sub(lambda found: f"<{found.group(1)}.{found.group(3)}>", str(value))
    return re.sub(r"(?<!\$)\$\{(var\.\w+)\}", r"<\1>", text)


def referred(value, kind, template):
    """(name, body) of the resource of a kind that a text refers to first; None where it refers to none of the template."""
    for found in REFERENCE.finditer(str(value)):
        if found.group(1) == kind and found.group(2) in template.get(kind, {}):
            return found.group(2), template[kind][found.group(2)]
    return None
