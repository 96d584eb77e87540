#!/usr/bin/env bash
# `npm start` in a folder of its own, as a newcomer runs it: from a clean state, then once more, which resumes.
set -euo pipefail
here=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git archive HEAD | tar -x -C "$work"
ln -s "$here/node_modules" "$work/node_modules"
# The bundles of the handlers, which `npm start` makes where they are missing.
cd "$work"
npm start --silent | tee first.txt
grep -Eq '2011-04 +decayed' first.txt
grep -q 'the chain verifies' first.txt
test -n "$(ls out/aws/*.template.json 2>/dev/null)"
test -n "$(find out/google -name cdk.tf.json)"
npm start --silent | tee second.txt
grep -q 'an earlier run is complete' second.txt
