#!/usr/bin/env bash
# The AWS templates of the example definitions: CDK's own validation at synthesis (warnings are errors), twice the same bytes,
# cfn-lint without an error, and checkov without a finding that .ci/checkov/explained.json has no reason for.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
cd "$root"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

shopt -s nullglob
# The example bike-share is the contract's largest definition with more in it.
definitions=(../shared/contract/examples/valid-foundation.yaml examples/*/platform.yaml)
[ -e "${definitions[0]}" ] || definitions=(examples/*/platform.yaml)
[ "${#definitions[@]}" -gt 0 ] || { echo "aws-templates: no definition found"; exit 1; }

[ -n "${MLP_BUNDLED:-}" ] || node .ci/bundle.mjs --assets
CDK_CONTEXT_JSON='{"@aws-cdk/core:validateAgainstDefaultRules":true}' npx tsx .ci/aws/synth.ts "$work" "${definitions[@]}"

source .ci/python-env.sh
python_env aws .ci/aws/requirements.txt
mapfile -t templates < <(find "$work" -name "*.template.json" -not -path "*-again/*" | sort)
# W3005: a dependency that a reference states already; CDK writes both.
"${python%/*}/cfn-lint" --ignore-checks W3005 --non-zero-exit-code error --format parseable "${templates[@]}"
echo "cfn-lint: ${#templates[@]} templates, no error"

source .ci/checkov/venv.sh
rm -rf "$work"/*-again
"${checkov[@]}" aws "$work"
