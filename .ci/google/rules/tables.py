"""Schemas of BigQuery tables: columns that are known, types, partitions, and where rows of others' come from."""
import json
import re

from .facts import facts
from .walk import referred

TYPES = {"STRING", "BYTES", "INTEGER", "INT64", "FLOAT", "FLOAT64", "NUMERIC", "BOOLEAN", "BOOL", "TIMESTAMP", "DATE", "JSON", "RECORD"}
MODES = {"NULLABLE", "REQUIRED", "REPEATED"}
# TimePartitioning.field: "a top-level DATE, TIMESTAMP or DATETIME"; parts of hours need a time of day.
PARTITIONS = {"TIMESTAMP", "DATE", "DATETIME"}


# What files are, as they end; handlers write the ledger as lines of JSON.
FORMATS = {".json": "NEWLINE_DELIMITED_JSON", ".jsonl": "NEWLINE_DELIMITED_JSON", ".csv": "CSV", ".parquet": "PARQUET"}


def format_faults(external, template):
    for uri in external.get("source_uris") or ():
        end = re.search(r"\.\w+$", str(uri))
        bucket = referred(uri, "google_storage_bucket", template)
        of_ledger = bucket and "-ledger-" in str(bucket[1].get("name"))
        wanted = FORMATS[".json"] if of_ledger else FORMATS.get(end.group(0)) if end else None
        if wanted and external.get("source_format") != wanted:
            yield f"{external.get('source_format')!r}, and {uri} is {wanted}"


def check(kind, name, body, template):
    if kind != "google_bigquery_table":
        return
    at, external = f"{kind}.{name}", body.get("external_data_configuration")
    yield from (f"{at}.external_data_configuration.source_format: {one}" for one in format_faults(external or {}, template))
    columns = {}
    for where, text in (("schema", body.get("schema")), ("external_data_configuration.schema", (external or {}).get("schema"))):
        if text is None:
            continue
        try:
            fields = json.loads(text)
        except (ValueError, TypeError) as error:
            yield f"{at}.{where}: {error}"
            continue
        columns |= {one.get("name"): one for one in fields}
        yield from field_faults(f"{at}.{where}", fields)
        yield from known_faults(f"{at}.{where}", fields, "ledger" if external else "capture")
    if external and not external.get("autodetect") and not columns:
        yield f"{at}.external_data_configuration: has neither a schema nor finds one out"
    partitioning = body.get("time_partitioning") or {}
    column = partitioning.get("field")
    if column is not None and column not in columns:
        yield f"{at}.time_partitioning.field: {column!r} is no column"
    elif column is not None and columns[column].get("type") not in PARTITIONS - ({"DATE"} if partitioning.get("type") == "HOUR" else set()):
        yield f"{at}.time_partitioning.field: {column!r} is {columns[column].get('type')}, which is no time"
    elif column is not None and columns[column].get("mode") == "REPEATED":
        yield f"{at}.time_partitioning.field: {column!r} is repeated"


def field_faults(at, fields):
    names = [field.get("name") for field in fields]
    for field in fields:
        where = f"{at}.{field.get('name')}"
        if not re.fullmatch(r"[A-Za-z_]\w{0,299}", str(field.get("name"))):
            yield f"{where}: is no name of a column"
        if field.get("type") not in TYPES:
            yield f"{where}: {field.get('type')!r} is no type"
        if field.get("mode", "NULLABLE") not in MODES:
            yield f"{where}: {field.get('mode')!r} is no mode"
    for twice in {one for one in names if names.count(one) > 1}:
        yield f"{at}: {twice} is there twice"


def known_faults(at, fields, of):
    """Vertex AI writes captures, and handlers the ledger: a table has the columns that these write, and no others."""
    known = {one["name"]: one for one in facts()[of]}
    there = {one.get("name"): one for one in fields}
    for name in known.keys() ^ there.keys():
        yield f"{at}: {name!r} is {'not there' if name in known else f'no column of a {of}'}"
    for name in known.keys() & there.keys():
        if (there[name].get("type"), there[name].get("mode", "NULLABLE")) != (known[name]["type"], known[name]["mode"]):
            yield f"{at}.{name}: is {known[name]['type']} {known[name]['mode']}"
