#!/usr/bin/env bash
# The SQL of every dialect: parsed by an independent parser, and executed on DuckDB, on Trino (Athena's engine) and on ZetaSQL
# (BigQuery's), with equal results on the same tables. Exit 1 on a difference; skipped, with a line that says so, where the
# engines are not there.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
tools="$root/../shared/tools/sql"
cd "$root"

for needed in "$tools/trino/pom.xml" "$tools/zetasql_exec.py"; do
  if [ ! -e "$needed" ]; then
    echo "sql-dialects: SKIPPED, ${needed#"$root"/} is not there"
    exit 77
  fi
done
for program in java mvn python3; do
  if ! command -v "$program" > /dev/null; then
    echo "sql-dialects: SKIPPED, $program is not installed"
    exit 77
  fi
done

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
source .ci/python-env.sh
python_env sql .ci/sql/requirements.txt

classpath="$(bash .ci/sql/trino.sh)"
npx tsx .ci/sql/run.ts write "$work"
"$python" .ci/sql/parse.py "$work/statements.json"
# Both print a line a statement, and exit 1 when one fails; the comparison says which, and whether it may.
java -Xmx700m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$classpath" RunQueries "$work/trino.sql" > "$work/trino.out" 2> "$work/trino.err" &
trino=$!
ZETASQL_CACHE="${python%/bin/python}/zetasql.cwasm" "$python" "$tools/zetasql_exec.py" "$work/zetasql.json" > "$work/zetasql.out" 2> "$work/zetasql.err" || true
wait "$trino" || true
if ! npx tsx .ci/sql/run.ts compare "$work"; then
  tail -n 5 "$work/trino.err" "$work/zetasql.err"
  exit 1
fi
