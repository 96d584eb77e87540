# Sourced from the root: $python has the packages of requirements.txt. Steps that run at the same time wait for each other here.
venv="$PWD/.venv/google"
python="$venv/bin/python"
stamp="$(sha256sum .ci/google/requirements.txt | cut -d' ' -f1)"
mkdir -p "$PWD/.venv"
exec 8> "$PWD/.venv/google.lock"
flock 8
if [ "$(cat "$venv/stamp" 2> /dev/null || true)" != "$stamp" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --no-compile --disable-pip-version-check -r .ci/google/requirements.txt
  echo "$stamp" > "$venv/stamp"
fi
exec 8>&-
