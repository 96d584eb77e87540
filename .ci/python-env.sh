# Sourced from the root. `python_env NAME REQUIREMENTS` sets $python to an interpreter of its own, below .venv/NAME, that has the
# packages of a file; it is made again when the file changes. Steps that run at the same time wait for each other here.
# uv installs in a tenth of pip's time; where it cannot, pip does.
python_env() {
  local folder="$PWD/.venv/$1" requirements=$2 stamp
  python="$folder/bin/python"
  stamp="$(sha256sum < "$requirements")"
  mkdir -p "$PWD/.venv"
  exec 8> "$PWD/.venv/lock"
  flock 8
  if [ "$(cat "$folder/stamp" 2> /dev/null || true)" != "$stamp" ]; then
    rm -rf "$folder"
    python3 -m venv --without-pip "$folder"
    uv_install "$python" "$requirements" || pip_install "$python" "$requirements"
    echo "$stamp" > "$folder/stamp"
  fi
  exec 8>&-
}

uv_install() {
  local uv="$PWD/.venv/uv/bin/uv"
  if [ ! -x "$uv" ]; then
    rm -rf "$PWD/.venv/uv"
    python3 -m venv "$PWD/.venv/uv"
    "$PWD/.venv/uv/bin/pip" install --quiet --no-compile --disable-pip-version-check uv==0.13.9 || return 1
  fi
  "$uv" pip install --quiet --python "$1" -r "$2"
}

pip_install() {
  "$1" -m ensurepip > /dev/null
  "$1" -m pip install --quiet --no-compile --disable-pip-version-check -r "$2"
}
