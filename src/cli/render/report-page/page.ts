/**
 * A usage report as one HTML page that needs nothing else: no network, no script. Its charts are drawn beforehand.
 */
import { fewerGroups } from '../../../core/record/report/fewer-groups.ts';
import {
  comparisonOf,
  type ReportColumn,
  reportTitle,
  shownColumns,
} from '../../../core/record/report/report-columns.ts';
import type { ReportBudget, UsageGroup, UsageReport } from '../../../core/record/report/usage-report.ts';
import { formatCount, formatDuration, formatUsd } from '../../../core/text/format.ts';
import { chartFigures } from './charts.ts';
import { escapeHtml, nameHtml } from './html.ts';
import { patternsSvg } from './palette.ts';
import { style } from './style.ts';

/** Ends with a line break. */
export function reportPage(report: UsageReport): string {
  const title = escapeHtml(reportTitle(report));
  const notes = [...report.warnings, ...report.notes].map((note) => `<li>${escapeHtml(note)}</li>`);
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${title}</title>`,
    `<style>\n${style}\n</style>`,
    '</head>',
    '<body>',
    patternsSvg(),
    '<header>',
    `<h1>${title}</h1>`,
    `<p class="quiet">${escapeHtml(coverage(report))}</p>`,
    '</header>',
    '<main>',
    totals(report),
    ...(notes.length > 0
      ? ['<section>', '<h2>Notes</h2>', `<ul class="notes">${notes.join('\n')}</ul>`, '</section>']
      : []),
    ...budgetList(report.budgets ?? []),
    chartFigures(report),
    comparedSection(report) ?? groupSection(report),
    '</main>',
    `<footer>Made by orch, ${escapeHtml(report.generated_at)}.</footer>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function coverage({ files, timezone }: UsageReport): string {
  // Its folder may be named after a person, and the page may be sent on.
  const first = files[0]?.split(/[\\/]/).at(-1);
  const from = files.length === 1 ? first : `${formatCount(files.length)} files`;
  return `From ${files.length === 0 ? 'no file' : from}. Days are those of ${timezone}.`;
}

/** The exact value goes with the text, for programs that read the page. */
function data(value: number | null, text: string): string {
  return value === null ? escapeHtml(text) : `<data value="${value}">${escapeHtml(text)}</data>`;
}

function totals({ total }: UsageReport): string {
  const share = (value: number | null) => (value === null ? '-' : `${(value * 100).toFixed(1)} %`);
  const time = (value: number | null) => (value === null ? '-' : formatDuration(value));
  const { cost_usd: cost, baseline_cost_usd: baseline, unknown_cost: unknown } = total;
  const { cost_estimated_usd: estimated } = total;
  const small = (text: string) => `<small>${escapeHtml(text)}</small>`;
  const facts: [name: string, html: string][] = [
    [
      'Cost',
      data(cost, formatUsd(cost)) +
        (estimated === 0 ? '' : small(`${formatUsd(estimated)} of it estimated`)) +
        (unknown > 0 ? small(`${cost === null ? '' : 'and '}${attemptsOf(unknown)} of unknown cost`) : '') +
        (baseline === null ? '' : small(`baseline ${formatUsd(baseline)} (estimate)`)),
    ],
    ['Calls', data(total.calls, formatCount(total.calls)) + small(attemptsOf(total.attempts))],
    ['Errors', data(total.error_rate, share(total.error_rate)) + small('of attempts')],
    ['By fallback', data(total.fallback_rate, share(total.fallback_rate)) + small('of calls')],
    [
      'Input tokens',
      data(total.input_tokens, formatCount(total.input_tokens)) +
        small(`${formatCount(total.cached_input_tokens)} cached`),
    ],
    [
      'Output tokens',
      data(total.output_tokens, formatCount(total.output_tokens)) +
        small(`${formatCount(total.reasoning_tokens)} reasoning`),
    ],
    [
      'Latency p50',
      data(total.latency_p50_ms, time(total.latency_p50_ms)) + small(`p95 ${time(total.latency_p95_ms)}`),
    ],
  ];
  const cells = facts.map(([name, html]) => `<div><dt>${name}</dt><dd>${html}</dd></div>`);
  return `<dl class="totals">\n${cells.join('\n')}\n</dl>`;
}

function attemptsOf(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'attempt' : 'attempts'}`;
}

function budgetList(budgets: readonly ReportBudget[]): string[] {
  if (budgets.length === 0) return [];
  const rows = budgets.map(({ window, project, limit_usd, spent_usd }) => {
    const whose = project === null ? 'All projects' : `Project ${nameHtml(project)}`;
    const spent =
      spent_usd === null
        ? ''
        : `, ${formatUsd(spent_usd)} spent ${window === 'day' ? 'today' : `this ${window}`}`;
    const over =
      spent_usd !== null && spent_usd > limit_usd ? ' <span class="over">over the budget</span>' : '';
    return `<li>${whose}: ${formatUsd(limit_usd)} per ${window}${spent}${over}</li>`;
  });
  return ['<section>', '<h2>Budgets</h2>', `<ul class="budgets">${rows.join('')}</ul>`, '</section>'];
}

function groupSection(report: UsageReport): string {
  const columns = moneyFirst(shownColumns(report));
  const row = (group: UsageGroup) =>
    `<tr>${columns.map((column, at) => cell(column, group, at === 0)).join('')}</tr>`;
  const { groups, notes } = fewerGroups(report);
  const total = row(report.total);
  return tableSection('All numbers', {
    heads: columns.map(({ title, align }, at) => head(title, align === 'left', at === 0)),
    bodies: [groups.length > 0 ? groups.map(row) : [total]],
    foot: groups.length > 0 ? [total] : [],
    notes,
  });
}

/** A narrow screen shows only the first columns at once. */
function moneyFirst(columns: readonly ReportColumn[]): ReportColumn[] {
  const rank = ({ key, align }: ReportColumn) =>
    align === 'left' ? 0 : key === 'cost_usd' || key === 'cost_share' ? 1 : 2;
  return [...columns].sort((a, b) => rank(a) - rank(b));
}

function cell({ align, value, format }: ReportColumn, group: UsageGroup, isFirst: boolean): string {
  const exact = value(group);
  const text = format(group);
  if (align === 'left') return rowHead(text, isFirst);
  return `<td>${typeof exact === 'number' ? data(exact, text) : escapeHtml(text)}</td>`;
}

function rowHead(name: string, isFirst: boolean, rows = 1): string {
  const scope = rows > 1 ? `scope="rowgroup" rowspan="${rows}"` : 'scope="row"';
  return `<th ${scope}${isFirst ? ' class="first"' : ''}>${nameHtml(name)}</th>`;
}

function head(title: string, isName: boolean, isFirst: boolean): string {
  const names = [...(isName ? ['name'] : []), ...(isFirst ? ['first'] : [])];
  return `<th scope="col"${names.length > 0 ? ` class="${names.join(' ')}"` : ''}>${nameHtml(title)}</th>`;
}

/** What is compared, side by side. */
function comparedSection(report: UsageReport): string | undefined {
  const comparison = comparisonOf(report);
  if (!comparison) return undefined;
  const { keyTitles, values, parts, notes } = comparison;
  return tableSection('Side by side', {
    heads: [
      ...[...keyTitles, 'Measure'].map((title, at) => head(title, true, at === 0)),
      ...values.map((title) => head(title, false, false)),
    ],
    bodies: parts.map(({ keys, measures }) =>
      measures.map(({ title, cells }, at) => {
        const names = at > 0 ? [] : keys.map((key, place) => rowHead(key, place === 0, measures.length));
        const measure = `<th scope="row" class="measure${keys.length === 0 ? ' first' : ''}">${nameHtml(title)}</th>`;
        return `<tr>${names.join('')}${measure}${cells.map((text) => `<td>${escapeHtml(text)}</td>`).join('')}</tr>`;
      }),
    ),
    foot: [],
    notes,
  });
}

interface Table {
  heads: string[];
  /** Rows of each part. */
  bodies: string[][];
  foot: string[];
  notes: string[];
}

function tableSection(title: string, { heads, bodies, foot, notes }: Table): string {
  return [
    '<section>',
    `<h2 id="table">${title}</h2>`,
    // It scrolls by keyboard, too, for which it must take the focus.
    '<div class="scroll" tabindex="0" role="region" aria-labelledby="table">',
    '<table>',
    `<thead><tr>${heads.join('')}</tr></thead>`,
    ...bodies.map((rows) => `<tbody>\n${rows.join('\n')}\n</tbody>`),
    ...(foot.length > 0 ? [`<tfoot>${foot.join('')}</tfoot>`] : []),
    '</table>',
    '</div>',
    ...notes.map((note) => `<p class="quiet">${escapeHtml(note)}</p>`),
    '</section>',
  ].join('\n');
}
