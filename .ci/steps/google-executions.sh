#!/usr/bin/env bash
# Workflows of a release and of the pipeline, as synthesised, executed on workflows-emulator: their handlers are the bundles,
# served over HTTP, on services of Google in memory; one execution for each step and each call that fails. Figures for
# docs/reliability.md are printed at the end. Skipped, with a line that says so, where Python is not there.
set -euo pipefail
# Google's client asks a gcloud that is installed for the project, a second each time, unless it is told.
export GOOGLE_CLOUD_PROJECT="${GOOGLE_CLOUD_PROJECT:-ci}"
cd "$(dirname "$0")/../.."

if ! command -v python3 > /dev/null; then
  echo "google-executions: SKIPPED, python3 is not installed"
  exit 77
fi
source .ci/google/venv.sh
[ -n "${MLP_BUNDLED:-}" ] || node .ci/bundle.mjs --assets
timeout 1800 npx tsx .ci/google/executions.ts "$python" "$@"
