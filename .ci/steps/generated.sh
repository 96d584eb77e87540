#!/usr/bin/env bash
# The files that projen generates are those in the repository.
set -euo pipefail
PROJEN_DISABLE_POST=1 npx tsx .projenrc.ts
if ! git diff --quiet -- . ; then
  git --no-pager diff --stat
  echo "run 'npx projen' and commit what it generates"
  exit 1
fi
