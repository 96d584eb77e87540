# Sourced from the root: $checkov runs check.py. Steps that run at the same time wait for each other here.
mkdir -p "$PWD/.venv"
exec 7> "$PWD/.venv/checkov.lock"
flock 7
if [ "$(cat "$PWD/.venv/checkov/stamp" 2> /dev/null || true)" != "$(sha256sum < .ci/checkov/requirements.txt)" ]; then
  rm -rf "$PWD/.venv/checkov"
  python3 -m venv "$PWD/.venv/checkov"
  "$PWD/.venv/checkov/bin/pip" install --quiet --no-compile --disable-pip-version-check -r .ci/checkov/requirements.txt
  sha256sum < .ci/checkov/requirements.txt > "$PWD/.venv/checkov/stamp"
fi
exec 7>&-
checkov=("$PWD/.venv/checkov/bin/python" "$PWD/.ci/checkov/check.py")
