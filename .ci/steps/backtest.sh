#!/usr/bin/env bash
# Backtests on whole recorded data sets. Employment, three years in which nothing happens: fails on a page or on a retraining
# that drift has caused. Rainfall, whose features are rotated by one column from one row on: fails when that is not alarmed.
set -euo pipefail
data=$(cd "$(dirname "$0")/../.." && pwd)/../shared/data
if [ ! -d "$data" ]; then
  echo "backtest: the whole data sets are not here ($data); npm test runs the small ones"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mlp() { npx --no-install tsx src/cli/main.ts "$@"; }

employment() {
  mlp backtest examples/employment/platform.yaml \
    --history "$data/employment-ma-analysis.parquet" "$data/employment-ma-analysis-target.parquet" \
    --reference "$data/employment-ma-reference.parquet" --spread year --max-pages 0 --json >"$work/employment.json"
}
# Both cores: one of them is slow enough.
employment &
running=$!

from=$(npx --no-install tsx test/local/backtest/support/make-rainfall.ts "$work" "$data/rainfall.csv.gz")
mlp backtest test/fixtures/backtest/rainfall.yaml --history "$work/rainfall-predictions.csv" --from "$from" \
  --incidents "$work/rainfall-incidents.csv" --min-recall 1 --plot "$work/rainfall.svg" >"$work/rainfall.txt"
grep -E '^  (precision|recall|else|found|no incident)' "$work/rainfall.txt"
grep -q '^  recall *1 (1 of 1' "$work/rainfall.txt"

wait "$running"
node -e '
  const model = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8")).models["employed"];
  const decided = (windows) => windows.filter(({ verdict }) => verdict !== "insufficientData").length;
  const [drift, quality] = [decided(model.windows.drift), decided(model.windows.quality)];
  const accuracy = model.months.map(({ metrics }) => metrics.accuracy);
  const { page, ticket } = model.told;
  const retrains = Object.values(model.retrains).reduce((sum, one) => sum + one, 0);
  console.log(
    `employment: ${model.rows.predictions} predictions, ${drift} drift and ${quality} quality windows decided, ` +
      `accuracy ${Math.min(...accuracy).toFixed(3)} to ${Math.max(...accuracy).toFixed(3)} by month: ` +
      `${page} pages, ${ticket} tickets, ${retrains} retrainings, ${model.retrains.drift ?? 0} by drift`,
  );
  if (page > 0 || (model.retrains.drift ?? 0) > 0 || drift < 150 || quality < 150) process.exit(1);
' "$work/employment.json"
