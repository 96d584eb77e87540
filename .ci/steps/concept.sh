#!/usr/bin/env bash
# The whole life of a platform on `bike-share`, on every target, compared record by record: test/concept. On AWS the template's
# own state machines, schedules, rules and alarms, on the bundled handlers, with Athena's SQL run by embedded Trino. Skipped, with
# a line that says so, where the engine is not there; `npm test` has the local engine's part.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
cd "$root"

if [ ! -e "$root/../shared/tools/sql/trino/pom.xml" ]; then
  echo "concept: SKIPPED, ../shared/tools/sql/trino/pom.xml is not there"
  exit 0
fi
for program in java mvn; do
  if ! command -v "$program" > /dev/null; then
    echo "concept: SKIPPED, $program is not installed"
    exit 0
  fi
done

MLP_TRINO_CLASSPATH="$(bash .ci/sql/trino.sh)"
export MLP_TRINO_CLASSPATH
npx --no-install jest test/concept
