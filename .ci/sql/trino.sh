#!/usr/bin/env bash
# Embedded Trino, compiled once: the helpers of the tools and those of this repository, with all that they need, below .venv/trino.
# Prints the class path. Made again when what it is made of changes.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
tools="$root/../shared/tools/sql/trino"
cache="$root/.venv/trino"
own="$root/.ci/concept/TrinoServer.java"
mkdir -p "$cache"
exec 9> "$cache/lock"
flock 9
stamp="$(cat "$tools/pom.xml" "$tools"/src/main/java/*.java "$own" | sha256sum | cut -d' ' -f1)"
if [ "$(cat "$cache/stamp" 2> /dev/null || true)" != "$stamp" ]; then
  rm -rf "$cache/build"
  cp -r "$tools" "$cache/build"
  chmod -R u+w "$cache/build"
  cp "$own" "$cache/build/src/main/java/"
  (cd "$cache/build" && mvn -q -B compile dependency:build-classpath -Dmdep.outputFile=classpath.txt) >&2
  echo "$stamp" > "$cache/stamp"
fi
echo "$cache/build/target/classes:$(cat "$cache/build/classpath.txt")"
