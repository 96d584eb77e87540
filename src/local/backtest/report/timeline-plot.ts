import type { PlatformDefinition } from '../../../definition/platform';
import type { BacktestResult, ModelBacktest } from '../result';
import { type Chart, renderSvg } from './svg';

const WIDTH = 1100;
const PANEL = 190;
const TOP = 100;
const GAP = 60;
const SHADE = 'rgba(200, 60, 60, 0.15)';
const ALARM_COLOURS = { page: '#c23531', ticket: '#e69d00', info: '#9aa0a6' } as const;

type Series = NonNullable<Extract<Chart['series'], readonly unknown[]>>[number];

interface Panel {
  readonly title: string;
  readonly series: readonly Series[];
  readonly yAxis: object;
}

const ms = (seconds: number): number => seconds * 1000;

/**
 * Backtests as SVG: for each model its quality with its bounds, the share of drifted columns, and its alarms as marks;
 * incidents are shaded.
 */
export function timelineSvg(result: BacktestResult, definition?: PlatformDefinition): string {
  const panels = Object.entries(result.models).flatMap(([name, model]) => [
    ...qualityPanels(name, model, result, definition),
    driftPanel(name, model, result),
    alarmPanel(name, model, result),
  ]);
  const all = Object.values(result.models);
  const [from, to] = [Math.min(...all.map((model) => model.from)), Math.max(...all.map((model) => model.to))];
  const names = panels.flatMap(({ series }) => series.map(({ name }) => String(name)));
  return renderSvg(
    {
      title: { text: `${result.platform}: backtest`, left: 'center', top: 8 },
      legend: { top: 38, data: [...new Set(names)], type: 'plain' },
      grid: panels.map((_, place) => ({ left: 160, right: 40, top: TOP + place * (PANEL + GAP), height: PANEL })),
      xAxis: panels.map((_, gridIndex) => ({
        type: 'time' as const,
        gridIndex,
        min: ms(from),
        max: ms(to),
        name: gridIndex === panels.length - 1 ? 'time (UTC)' : '',
        nameLocation: 'middle' as const,
        nameGap: 30,
        axisLabel: { formatter: '{yyyy}-{MM}-{dd}', hideOverlap: true },
      })),
      yAxis: panels.map(({ yAxis, title }, gridIndex) => ({
        gridIndex,
        name: title,
        nameLocation: 'end' as const,
        nameTextStyle: { align: 'left' as const },
        ...yAxis,
      })),
      series: panels.flatMap(({ series }, place) =>
        series.map((one) => ({ ...one, xAxisIndex: place, yAxisIndex: place })),
      ) as Series[],
    },
    WIDTH,
    TOP + panels.length * (PANEL + GAP),
  );
}

/** Incidents of a model, shaded. */
const shaded = (name: string, model: ModelBacktest, { score }: BacktestResult, named = false) => ({
  silent: true,
  itemStyle: { color: SHADE },
  data: (score?.incidents ?? [])
    .filter((incident) => incident.model === null || incident.model === name)
    .map(({ from, to, name: called }) => [
      { xAxis: ms(Math.max(from, model.from)), ...(named && called !== null && { name: called }) },
      { xAxis: ms(Math.min(to ?? model.to, model.to)) },
    ]) as [object, object][],
});

function qualityPanels(
  name: string,
  model: ModelBacktest,
  result: BacktestResult,
  definition: PlatformDefinition | undefined,
): Panel[] {
  const bounds = definition?.models[name]?.monitoring.quality?.metrics ?? {};
  const metrics = [...new Set(model.windows.quality.flatMap(({ metrics: of }) => Object.keys(of)))];
  return metrics.map((metric) => {
    const { min, max } = bounds[metric] ?? {};
    const limits = [min, max].filter((one) => one !== undefined);
    return {
      title: `${name}: ${metric}`,
      yAxis: { type: 'value', scale: true },
      series: [
        {
          name: metric,
          type: 'line',
          showSymbol: false,
          data: model.windows.quality.flatMap((window) =>
            window.metrics[metric] === undefined ? [] : [[ms(window.at), window.metrics[metric]]],
          ),
          markLine: {
            silent: true,
            symbol: 'none',
            label: { formatter: 'bound {c}', position: 'insideEndTop' },
            data: limits.map((yAxis) => ({ yAxis })),
          },
          markArea: shaded(name, model, result, true),
        },
      ],
    };
  });
}

const driftPanel = (name: string, model: ModelBacktest, result: BacktestResult): Panel => ({
  title: `${name}: drifted columns, %`,
  yAxis: { type: 'value', min: 0, max: 100 },
  series: [
    {
      name: 'drifted columns, %',
      type: 'line',
      showSymbol: false,
      step: 'end',
      data: model.windows.drift.flatMap(({ at, driftedColumnsPercent }) =>
        driftedColumnsPercent === null ? [] : [[ms(at), driftedColumnsPercent]],
      ),
      markArea: shaded(name, model, result),
    },
  ],
});

function alarmPanel(name: string, model: ModelBacktest, result: BacktestResult): Panel {
  const ids = [...new Set(model.alarms.map(({ id }) => id))];
  const lanes = ids.length === 0 ? ['no alarm'] : ids;
  const bySeverity = (['page', 'ticket', 'info'] as const).filter((severity) =>
    model.alarms.some((alarm) => alarm.severity === severity),
  );
  const decided = model.decisions.filter(({ action }) => action === 'retrain');
  return {
    title: `${name}: alarms`,
    yAxis: { type: 'category', data: decided.length > 0 ? [...lanes, 'retrain'] : lanes },
    series: [
      ...bySeverity.map((severity, place) => ({
        name: severity,
        type: 'scatter' as const,
        symbol: 'diamond',
        symbolSize: 12,
        itemStyle: { color: ALARM_COLOURS[severity] },
        data: model.alarms.filter((alarm) => alarm.severity === severity).map(({ id, from }) => [ms(from), id]),
        ...(place === 0 && { markArea: shaded(name, model, result) }),
      })),
      ...(decided.length > 0
        ? [
            {
              name: 'retrain',
              type: 'scatter' as const,
              symbol: 'triangle',
              symbolSize: 10,
              itemStyle: { color: '#2f6fde' },
              data: decided.map(({ at }) => [ms(at), 'retrain']),
            },
          ]
        : []),
      ...(bySeverity.length === 0
        ? [{ name: 'no alarm', type: 'scatter' as const, data: [], markArea: shaded(name, model, result) }]
        : []),
    ],
  };
}
