/** The page's only style sheet. */
import { themes } from './palette.ts';

function variables(theme: Readonly<Record<string, string>>): string {
  return Object.entries(theme)
    .map(([name, value]) => `--${name}:${value};`)
    .join('');
}

// On paper the light theme saves ink, whatever the screen shows.
export const style = `
:root{color-scheme:light;${variables(themes.light)}}
@media screen and (prefers-color-scheme:dark){:root{color-scheme:dark;${variables(themes.dark)}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;padding:1.5rem clamp(1rem,3vw,2rem) 3rem;max-width:75rem;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.35rem;line-height:1.3;margin:0 0 .25rem}
h2{font-size:1.05rem;line-height:1.3;margin:0 0 .25rem}
p{margin:.25rem 0}
.quiet,.notes,footer{color:var(--quiet)}
section,figure{margin:2rem 0 0}
.totals{display:grid;grid-template-columns:repeat(2,1fr);gap:.75rem;margin:1.25rem 0 1rem}
.totals div:first-child{grid-column:span 2}
@media (min-width:48rem){.totals{grid-template-columns:repeat(4,1fr)}}
.totals div{padding:.6rem .8rem;border:1px solid var(--line);border-radius:.5rem;background:var(--band)}
dt{color:var(--quiet);font-size:.85rem}
dd{margin:0;font-size:1.15rem;font-weight:600;white-space:nowrap;font-variant-numeric:tabular-nums}
dd small{display:block;white-space:normal;overflow-wrap:normal;font-size:.8rem;font-weight:400;color:var(--quiet)}
.patterns{position:absolute}
.wide svg,.narrow svg{display:block;width:100%;height:auto}
.chart text{unicode-bidi:isolate}
.narrow{display:none}
.halves{display:grid;gap:0 2.5rem}
.halves .chart{max-width:36rem}
@media screen and (min-width:62rem){.halves{grid-template-columns:1fr 1fr}}
@media screen and (max-width:34rem){.wide{display:none}.narrow{display:block}}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;margin:.5rem 0;padding:0;font-size:.9rem}
.legend li{display:flex;align-items:center;gap:.4rem;min-width:0}
.swatch{flex:none;width:1rem;height:1rem}
summary{cursor:pointer;color:var(--quiet);font-size:.9rem}
.scroll{overflow:auto;max-height:80vh;border:1px solid var(--line);border-radius:.5rem;margin-top:.5rem}
.scroll:focus-visible,summary:focus-visible{outline:2px solid var(--c1);outline-offset:2px}
table{border-collapse:separate;border-spacing:0;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums;overflow-wrap:normal}
th,td{padding:.35rem .7rem;border-bottom:1px solid var(--line);white-space:nowrap;text-align:right;vertical-align:top}
th[scope^=row],th.name{text-align:left}
th[scope^=row]{font-weight:400;white-space:normal;overflow-wrap:anywhere;min-width:7rem;max-width:24rem}
.scroll .first{position:sticky;left:0;z-index:1;min-width:min(15rem,36vw);background:var(--paper)}
thead th,.scroll thead .first{position:sticky;top:0;background:var(--band);font-weight:600}
.scroll thead .first{z-index:2}
.scroll .measure[scope^=row]{min-width:5rem}
@media screen and (min-width:34rem){.scroll .measure[scope^=row]{white-space:nowrap}}
@media screen and (max-width:34rem){thead th{white-space:normal}}
tfoot td,tfoot th[scope^=row],.scroll tfoot .first{position:sticky;bottom:0;font-weight:600;border-top:1px solid var(--line);border-bottom:0;background:var(--band)}
.scroll tfoot .first{z-index:2}
tbody:last-child tr:last-child>*,tbody:has(+tfoot) tr:last-child>*{border-bottom:0}
.budgets,.notes{padding-left:1.2rem;margin:.5rem 0}
.over{color:var(--alert);font-weight:600}
footer{margin-top:2rem;font-size:.85rem}
@media print{.halves{grid-template-columns:1fr 1fr}body{max-width:none;padding:0;font-size:11px}.scroll{overflow:visible;max-height:none;border:0}table{font-size:7pt}.scroll th,.scroll td{min-width:0!important;padding:.15rem .25rem}thead th{white-space:normal}thead th,.scroll tr>*{position:static!important}figure,.totals,tr{break-inside:avoid}details:not([open]){display:none}}
`.trim();
