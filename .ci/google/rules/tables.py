"""Schemas of BigQuery tables."""
import json
import re

TYPES = {"STRING", "BYTES", "INTEGER", "INT64", "FLOAT", "FLOAT64", "NUMERIC", "BOOLEAN", "BOOL", "TIMESTAMP", "DATE", "JSON", "RECORD"}
MODES = {"NULLABLE", "REQUIRED", "REPEATED"}


def check(kind, name, body, _template):
    if kind != "google_bigquery_table":
        return
    try:
        fields = json.loads(body.get("schema", "[]"))
    except ValueError:
        return  # the static check says so
    names = [field.get("name") for field in fields]
    for field in fields:
        at = f"{kind}.{name}.schema.{field.get('name')}"
        if not re.fullmatch(r"[A-Za-z_]\w{0,299}", str(field.get("name"))):
            yield f"{at}: is no name of a column"
        if field.get("type") not in TYPES:
            yield f"{at}: {field.get('type')!r} is no type"
        if field.get("mode", "NULLABLE") not in MODES:
            yield f"{at}: {field.get('mode')!r} is no mode"
    for twice in {one for one in names if names.count(one) > 1}:
        yield f"{kind}.{name}.schema: {twice} is there twice"
    column = (body.get("time_partitioning") or {}).get("field")
    if column is not None and column not in names:
        yield f"{kind}.{name}.time_partitioning.field: {column!r} is no column"
