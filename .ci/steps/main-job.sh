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
grep -q 'promote  *challenger becomes champion' first.txt
grep -q 'the chain verifies' first.txt
test -n "$(ls out/aws/*.template.json 2>/dev/null)"
test -n "$(find out/google -name cdk.tf.json)"
npm start --silent -- --json > second.json 2> second.txt
grep -q 'an earlier run stopped on 2011-07-01' second.txt
# Decay is found in spring, and the models that follow beat the first one in every month.
node - second.json <<'END'
const { months, decayedFrom } = JSON.parse(require('node:fs').readFileSync(process.argv[2], 'utf8')).models.demand;
for (const { month, metrics, firstVersion } of months) console.log(month, metrics.mae, 'first version', firstVersion.mae);
if (months.length !== 4) throw new Error(`${months.length} months instead of 4`);
if (decayedFrom !== '2011-04') throw new Error(`decayed from ${decayedFrom}, not 2011-04`);
const worse = months.filter(({ metrics, firstVersion }) => !(metrics.mae < firstVersion.mae));
if (worse.length > 0) throw new Error(`not better than the first version in ${worse.map(({ month }) => month).join(', ')}`);
END
