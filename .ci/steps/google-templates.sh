#!/usr/bin/env bash
# Terraform JSON for Google Cloud: synthesised twice (equal bytes), checked against the provider's schema and Google's API
# descriptions and by checkov, its workflows executed with every call failing once, and adapters run against a fake that is not ours.
# Skipped, with a line that says so, where the tools are not there.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
shared="$root/../shared"
cd "$root"

for needed in "$shared/tools/google/static_check.py" "$shared/tools/google/fake-gcp.mjs"; do
  if [ ! -e "$needed" ]; then
    echo "google-templates: SKIPPED, ${needed#"$root"/} is not there"
    exit 77
  fi
done
if ! command -v python3 > /dev/null; then
  echo "google-templates: SKIPPED, python3 is not installed"
  exit 77
fi

source .ci/google/venv.sh

work="$(mktemp -d)"
fake=""
finish() {
  [ -z "$fake" ] || kill "$fake" 2> /dev/null || true
  rm -rf "$work"
}
trap finish EXIT

[ -n "${MLP_BUNDLED:-}" ] || node .ci/bundle.mjs --assets
definitions=()
# The example bike-share is the contract's largest definition with more in it.
for file in "$shared"/contract/examples/valid-foundation.yaml examples/*/platform.yaml; do
  [ ! -e "$file" ] || definitions+=("$file")
done
npx tsx .ci/google/synth.ts "$work/one" "${definitions[@]}"
npx tsx .ci/google/synth.ts "$work/two" "${definitions[@]}" > /dev/null
diff -r "$work/one" "$work/two"
if grep -rlF -e "$root" -e "$work" --include=cdk.tf.json "$work/one"; then
  echo "google-templates: a path of this machine is in the templates above"
  exit 1
fi

status=0
while IFS= read -r template; do
  echo "${template#"$work/one/"}"
  "$python" "$shared/tools/google/static_check.py" "$template" || status=1
  "$python" .ci/google/interpolations.py "$template" || status=1
  "$python" .ci/google/semantics.py "$template" || status=1
  # Environments of one platform have the same workflows under other names.
  case "$template" in *-staging/*) ;; *) timeout 120 "$python" .ci/google/workflows.py "$template" || status=1 ;; esac
done < <(find "$work/one" -name cdk.tf.json | sort)

# What these checks are worth: faults in every resource type of the fullest template, of which nine of ten have to be found.
fullest="$(find "$work/one" -name cdk.tf.json -size +1k -exec ls -S {} + | head -n 1)"
timeout 300 "$python" .ci/google/plant.py "$fullest" "$shared/tools/google/static_check.py" || status=1

source .ci/checkov/venv.sh
"${checkov[@]}" google "$work/one" || status=1

port="$(node -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')"
LRO=now node "$shared/tools/google/fake-gcp.mjs" "$port" > /dev/null &
fake=$!
for _ in $(seq 50); do
  curl -sf "http://127.0.0.1:$port/__state" > /dev/null && break
  sleep 0.1
done
npx tsx .ci/google/adapters.ts "$port" || status=1
exit "$status"
