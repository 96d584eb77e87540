"""usage: evidently_psi.py REFERENCE.parquet WINDOW.parquet: Evidently's PSI of the same columns, from Parquet."""

import json
import resource
import sys

import pandas as pd
from evidently import DataDefinition, Dataset, Report
from evidently.metrics import ValueDrift

COLUMNS = [f"c{index}" for index in range(20)]


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


before = cpu_seconds()
definition = DataDefinition(numerical_columns=COLUMNS)
reference, window = (
    Dataset.from_pandas(pd.read_parquet(path, columns=COLUMNS), data_definition=definition) for path in sys.argv[1:3]
)
report = Report([ValueDrift(column=column, method="psi") for column in COLUMNS]).run(window, reference)
psi = [float(metric["value"]) for metric in report.dict()["metrics"]]
used = cpu_seconds() - before
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"cpuSeconds": [used], "peakMiB": peak, "psi": psi}))
