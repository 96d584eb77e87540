#!/usr/bin/env bash
# The whole life of a platform on `bike-share`, on every target, compared record by record: test/concept. On AWS the template's
# own state machines, schedules, rules and alarms, on the bundled handlers, with Athena's SQL run by embedded Trino. On Google
# Cloud the workflows, schedules, alert policies and pushes of the Terraform JSON, on workflows-emulator, with DuckDB for
# BigQuery. A target whose engine is not there is skipped, with a line that says so; `npm test` has the local engine's part.
set -euo pipefail
# Google's client asks a gcloud that is installed for the project, a second each time, unless it is told.
export GOOGLE_CLOUD_PROJECT="${GOOGLE_CLOUD_PROJECT:-ci}"
root="$(cd "$(dirname "$0")/../.." && pwd)"
cd "$root"

has_all=1
if [ ! -e "$root/../shared/tools/sql/trino/pom.xml" ]; then
  echo "concept on AWS: SKIPPED, ../shared/tools/sql/trino/pom.xml is not there"
  has_all=
fi
for program in java mvn; do
  if ! command -v "$program" > /dev/null; then
    echo "concept on AWS: SKIPPED, $program is not installed"
    has_all=
  fi
done
if [ -n "$has_all" ]; then
  MLP_TRINO_CLASSPATH="$(bash .ci/sql/trino.sh)"
  export MLP_TRINO_CLASSPATH
fi

if ! command -v python3 > /dev/null; then
  echo "concept on Google Cloud: SKIPPED, python3 is not installed"
else
  source .ci/google/venv.sh
  export MLP_WORKFLOWS_PYTHON="$python"
fi

if [ -z "${MLP_TRINO_CLASSPATH:-}${MLP_WORKFLOWS_PYTHON:-}" ]; then
  exit 77
fi
npx --no-install jest test/concept
