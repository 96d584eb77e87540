import type { BacktestSweep, SweepPoint } from '../sweep/sweep';
import { renderSvg } from './svg';

const WIDTH = 900;
const HEIGHT = 460;

/** A sweep as SVG: counts on the left axis, shares on the right one. */
export function sweepSvg({ platform, path, points }: BacktestSweep): string {
  const numbers = points.every(({ value }) => typeof value === 'number');
  const x = (value: number | string): number | string => (numbers ? Number(value) : String(value));
  const data = (of: (point: SweepPoint) => number | null) => points.map((point) => [x(point.value), of(point)]);
  const line = (name: string, axis: 0 | 1, symbol: string, of: (point: SweepPoint) => number | null) => ({
    name,
    type: 'line' as const,
    yAxisIndex: axis,
    symbol,
    symbolSize: 9,
    ...(axis === 1 && { lineStyle: { type: 'dashed' as const } }),
    data: data(of),
  });
  const scored = points.some(({ recall }) => recall !== null);
  const series = [
    {
      name: 'alarms',
      type: 'bar' as const,
      barMaxWidth: 26,
      itemStyle: { opacity: 0.4 },
      data: data(({ alarms }) => alarms),
    },
    line('pages', 0, 'diamond', ({ pages }) => pages),
    line('retrainings', 0, 'triangle', ({ retrains }) => retrains),
    ...(scored
      ? [
          line('precision', 1, 'rect', ({ precision }) => precision?.value ?? null),
          line('recall', 1, 'circle', ({ recall }) => recall?.value ?? null),
        ]
      : []),
  ];
  const common = { name: path, nameLocation: 'middle' as const, nameGap: 32 };
  return renderSvg(
    {
      title: { text: `${platform}: what a threshold does`, left: 'center', top: 8 },
      legend: { top: 40, data: series.map(({ name }) => name) },
      grid: { left: 70, right: scored ? 70 : 30, top: 90, bottom: 60 },
      xAxis: numbers ? { type: 'value', scale: true, ...common } : { type: 'category', ...common },
      yAxis: [
        { type: 'value', name: 'count', nameLocation: 'middle', nameGap: 45, minInterval: 1, min: 0 },
        ...(scored
          ? [
              {
                type: 'value' as const,
                name: 'precision, recall',
                nameLocation: 'middle' as const,
                nameGap: 45,
                min: 0,
                max: 1,
              },
            ]
          : []),
      ],
      series,
    },
    WIDTH,
    HEIGHT,
  );
}
