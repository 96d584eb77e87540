"""Leaves of a resource, with their paths."""


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


def is_computed(value):
    """Terraform fills it in."""
    return isinstance(value, str) and "${" in value.replace("$${", "")
