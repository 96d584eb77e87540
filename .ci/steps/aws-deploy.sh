#!/usr/bin/env bash
# The example platforms and the smallest one through CDK's own CLI into an AWS stand-in on this machine: bootstrap, deploy, deploy
# again, an update, destroy, each with what is there afterwards. Nothing but loopback is spoken to. Skipped, with a line that
# says so, where the stand-in is not there. `--write` writes docs/aws-stand-in.md instead of comparing it.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
tools="$root/../shared/tools/aws"
cd "$root"

if [ ! -e "$tools/start.sh" ]; then
  echo "aws-deploy: SKIPPED, ${tools#"$root"/}/start.sh is not there"
  exit 77
fi
if ! command -v python3 > /dev/null; then
  echo "aws-deploy: SKIPPED, python3 is not installed"
  exit 77
fi

source .ci/python-env.sh
python_env aws-deploy .ci/aws/stand-in-requirements.txt
[ -n "${MLP_BUNDLED:-}" ] || node .ci/bundle.mjs --assets

work="$(mktemp -d)"
stand_in=""
finish() {
  if [ -n "$stand_in" ]; then
    kill "$stand_in" 2> /dev/null || true
    wait "$stand_in" 2> /dev/null || true
  fi
  rm -rf "$work"
}
trap finish EXIT

# One port for the stand-in and one for what it forwards to.
read -r port behind < <(node -e '
  const servers = [0, 0].map((port) => require("node:net").createServer().listen(port, "127.0.0.1"));
  Promise.all(servers.map((one) => require("node:events").once(one, "listening"))).then(() => {
    console.log(servers.map((one) => one.address().port).join(" "));
    for (const one of servers) one.close();
  });
')
STATE_ROOT="$work/stand-in" PORT="$port" MOTO_PORT="$behind" PYTHON="$python" NODE_PATH="$root/node_modules" \
  bash "$tools/start.sh" > "$work/stand-in.log" 2>&1 &
stand_in=$!
for _ in $(seq 300); do
  curl -sf "http://127.0.0.1:$port/_plus/resources" > /dev/null && break
  kill -0 "$stand_in" 2> /dev/null || { tail -n 20 "$work/stand-in.log"; echo "aws-deploy: the stand-in did not start"; exit 1; }
  sleep 0.2
done

export AWS_ENDPOINT_URL="http://127.0.0.1:$port" AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_EC2_METADATA_DISABLED=true
# Templates are validated by the step aws-templates; which node the clients want next year is no news here.
export CDK_VALIDATION=false NODE_NO_WARNINGS=1
export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 AWS_CONFIG_FILE="$work/none" AWS_SHARED_CREDENTIALS_FILE="$work/none"
# The CLI asks nobody else: no notices, no telemetry, no version check; what it remembers goes away with the rest.
export CDK_HOME="$work/cdk-home" CDK_DISABLE_VERSION_CHECK=1 CDK_DISABLE_CLI_TELEMETRY=true CI=true
npx --no-install tsx .ci/aws/deploy.ts "$work" "$@"
