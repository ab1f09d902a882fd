/** Charts as SVG, drawn without a browser. Colours are variables of the page, so they follow its theme. */
import { BarChart, type BarSeriesOption } from 'echarts/charts';
import {
  GridComponent,
  type GridComponentOption,
  MarkLineComponent,
  type MarkLineComponentOption,
} from 'echarts/components';
import { type ComposeOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { escapeHtml } from './html.ts';

export type ChartOption = ComposeOption<BarSeriesOption | GridComponentOption | MarkLineComponentOption>;

export interface ChartSize {
  width: number;
  height: number;
}

use([BarChart, GridComponent, MarkLineComponent, SVGRenderer]);

/**
 * A name as a chart may have it, in one line. The library keeps what it knows of a text in plain objects, so that a name
 * such as `__proto__` would become a property of all objects: a space without width tells it from those.
 */
export function chartName(name: string): string {
  const line = name.replace(/[\r\n]+/g, ' ');
  return line in Object.prototype ? `\u200b${line}` : line;
}

/** `titleOf`: what a pointer over a bar is told, by the numbers of its series and its place in it. */
export function chartSvg(
  option: ChartOption,
  { width, height }: ChartSize,
  { name, titleOf }: { name: string; titleOf(series: number, place: number): string },
): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ animation: false, ...option });
    return tidied(chart.renderToSVGString({ useViewBox: true }), name, titleOf);
  } finally {
    chart.dispose();
  }
}

/**
 * Without styles and marks for scripts; with a name for screen readers and titles. Texts are escaped in it, so no part
 * of one is taken for a tag.
 */
function tidied(svg: string, name: string, titleOf: (series: number, place: number) => string): string {
  return svg
    .replace(/<style >[\s\S]*?<\/style>\s*/g, '')
    .replace(/<rect [^>]*fill="none"><\/rect>\s*/, '')
    .replace(
      /^<svg [^>]*?viewBox="([^"]*)"[^>]*>/,
      `<svg viewBox="$1" role="img" aria-label="${escapeHtml(name)}">`,
    )
    .replace(
      /(<path [^>]*?) ecmeta_series_index="(\d+)" ecmeta_data_index="(\d+)"([^>]*)><\/path>/g,
      (_, before: string, series: string, place: string, after: string) =>
        `${before}${after}><title>${escapeHtml(titleOf(Number(series), Number(place)))}</title></path>`,
    )
    .replace(/ (?:ecmeta_\w+|class|pointer-events)="[^"]*"/g, '')
    .trim();
}
