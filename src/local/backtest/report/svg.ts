import type { EChartsOption } from 'echarts';

/** What a chart is made of; plain data. */
export type Chart = EChartsOption;

/** Names that the library numbers anew with every chart of a process. */
const NUMBERED = /zr\d+-[a-z]+-?\d+/g;

/** Draws a chart as SVG, the same bytes for the same chart. The library is large, and loaded here. */
export function renderSvg(chart: Chart, width: number, height: number): string {
  const { init } = require('echarts') as typeof import('echarts');
  const drawing = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    drawing.setOption({ animation: false, useUTC: true, backgroundColor: '#ffffff', ...chart });
    const names = new Map<string, string>();
    return drawing.renderToSVGString().replace(NUMBERED, (name) => {
      if (!names.has(name)) names.set(name, `mlp-${names.size}`);
      return names.get(name)!;
    });
  } finally {
    drawing.dispose();
  }
}
