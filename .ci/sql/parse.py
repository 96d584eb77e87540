"""Parses statements with sqlglot, each in its engine's dialect, and reports what it does not understand.

usage: parse.py STATEMENTS.json, a list of {"dialect", "name", "sql"}; exit 1 when a statement does not parse, is not one
single query, or holds a function that sqlglot does not know in that dialect and that is not on the list below.
"""

import json
import sys

import sqlglot
from sqlglot import exp

# Functions that the engines' documentation has and sqlglot (30.30) does not name; the engines execute them in this step.
KNOWN = {
    "duckdb": {"ISFINITE", "EPOCH_MS", "TO_MILLISECONDS", "HISTOGRAM", "MAP_VALUES", "MAP_ENTRIES", "LIST_TRANSFORM",
               "LIST_SLICE", "LIST_SORT", "LIST_CONTAINS", "LIST_FILTER", "LIST_SUM", "TO_JSON", "LEN"},
    "athena": {"HISTOGRAM", "TRANSFORM", "SLICE", "MAP_ENTRIES", "MAP_VALUES", "ELEMENT_AT", "REDUCE", "FILTER",
               "IS_FINITE", "IS_INFINITE", "JSON_FORMAT", "SEQUENCE", "WIDTH_BUCKET", "CARDINALITY", "NAN", "INFINITY",
               "FROM_ISO8601_TIMESTAMP", "TRY", "ARRAY_SORT", "TRUNCATE"},
    "bigquery": {"RANGE_BUCKET", "UNIX_MILLIS"},
}

failed = 0
with open(sys.argv[1], encoding="utf-8") as file:
    statements = json.load(file)
for statement in statements:
    dialect, name, sql = statement["dialect"], statement["name"], statement["sql"]
    try:
        trees = sqlglot.parse(sql, read=dialect)
    except sqlglot.errors.SqlglotError as error:
        print(f"{dialect} {name}: does not parse: {str(error)[:300]}")
        failed = 1
        continue
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        print(f"{dialect} {name}: expected one query, got {[type(tree).__name__ for tree in trees]}")
        failed = 1
        continue
    unknown = {call.name.upper() for call in trees[0].find_all(exp.Anonymous)} - KNOWN[dialect]
    if unknown:
        print(f"{dialect} {name}: unknown functions {sorted(unknown)}")
        failed = 1
print(f"parsed {len(statements)} statements of {len({s['dialect'] for s in statements})} dialects with sqlglot {sqlglot.__version__}")
sys.exit(failed)
