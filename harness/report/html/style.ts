// How the report looks: light and dark, on paper and on a phone. What a colour says, a sign or a word says too.
export const STYLE = `
:root { color-scheme: light dark; --bg: #fff; --soft: #f4f5f7; --line: #d5d8de; --text: #16181d; --dim: #545b68; --bad: #b3141d; --bad-bg: #fdecec;
  --good: #13693a; --good-bg: #e9f6ee; --fault: #8a4b00; --fault-bg: #fff3df; --link: #0b57b8; --mark: #ffe08a; --mark-text: #16181d; }
@media (prefers-color-scheme: dark) { :root { --bg: #14161a; --soft: #1d2026; --line: #3a3f4a; --text: #e8eaee; --dim: #a7aebb; --bad: #ff8f8f; --bad-bg: #3a1b1e;
  --good: #7fd6a0; --good-bg: #17301f; --fault: #ffc069; --fault-bg: #37280f; --link: #8ab8ff; --mark: #6d5300; --mark-text: #fff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--text); font: 14px/1.45 system-ui, sans-serif; }
main, body > header, body > footer { max-width: 1240px; margin: 0 auto; padding: 0 20px; }
body > header { display: flex; flex-wrap: wrap; gap: 4px 18px; align-items: baseline; padding-top: 8px; color: var(--dim); }
body > header strong { color: var(--text); }
h1, h2, h3 { line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h1 { font-size: 14px; font-weight: 600; color: var(--text); }
h2 { font-size: 20px; }
h3 { font-size: 12px; letter-spacing: .04em; text-transform: uppercase; color: var(--dim); margin: 0 0 3px; }
section > h3 { margin-top: 18px; }
a { color: var(--link); }
code, pre, .mono, td.v { font-family: ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; font-size: 12.5px; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--soft); padding: 8px 10px; border-radius: 6px; max-height: 420px; overflow: auto; }
article { border-top: 2px solid var(--line); padding: 10px 0 26px; }
.of { color: var(--dim); margin: 0 0 4px; }
.badge { display: inline-block; font-weight: 700; padding: 0 8px; border-radius: 5px; border: 1px solid currentColor; font-size: 13px; }
.fail, .wrong { color: var(--bad); } .pass { color: var(--good); } .unknown, .fault { color: var(--fault); } .skipped { color: var(--dim); }
.doubt { margin: 4px 0; } .replay { display: flex; gap: 8px; align-items: center; margin: 8px 0; }
.replay code { flex: 1; background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: 5px 9px; overflow-wrap: anywhere; }
button, select, input { font: inherit; color: inherit; background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: 3px 9px; }
button:focus-visible, select:focus-visible, input:focus-visible, [tabindex]:focus-visible, a:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 1px; }
button { cursor: pointer; }
.two { display: grid; grid-template-columns: 1fr 1fr; gap: 10px; margin: 8px 0; }
.card { border: 1px solid var(--line); border-left-width: 5px; border-radius: 6px; padding: 6px 10px; overflow-wrap: anywhere; min-width: 0; }
.card p { margin: 0; } .card.good { border-left-color: var(--good); background: var(--good-bg); } .card.bad { border-left-color: var(--bad); background: var(--bad-bg); border-left-style: double; }
.card.faulty { border-left-color: var(--fault); background: var(--fault-bg); border-left-style: dashed; }
.clip { max-height: 132px; overflow: auto; } .clip.high { max-height: 230px; } .card + .card { margin-top: 6px; } .two > .card + .card { margin-top: 0; }
ul { margin: 0; padding-left: 18px; } li { overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: 3px 8px; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { color: var(--dim); font-weight: 600; } th.n { text-align: right; } td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; } caption { text-align: left; color: var(--dim); padding-bottom: 3px; }
.scroll { overflow: auto; max-height: 520px; } .scroll.low { max-height: 200px; }
tr.role-wrong td { background: var(--bad-bg); font-weight: 600; } tr.role-fault td { background: var(--fault-bg); } tr.now td { outline: 2px solid var(--link); outline-offset: -2px; }
.two pre { max-height: 300px; } pre mark, .diff { background: var(--mark); color: var(--mark-text); text-decoration: underline; font-weight: 700; }
details > summary { cursor: pointer; color: var(--link); padding: 4px 0; }
.tools { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; margin: 6px 0; } .tools label { display: inline-flex; gap: 4px; align-items: center; color: var(--dim); }
.stage { border: 1px solid var(--line); border-radius: 6px; overflow: hidden; position: relative; } canvas { display: block; width: 100%; }
svg { max-width: 100%; height: auto; } svg text { fill: var(--text); font: 11px system-ui, sans-serif; }
.curve { fill: none; stroke: var(--bad); stroke-width: 2; } .base { stroke: var(--good); stroke-width: 1.5; stroke-dasharray: 5 4; } .axis { stroke: var(--line); } .dot { fill: var(--bad); }
.curves { display: flex; flex-wrap: wrap; gap: 14px; } .curves figure { margin: 0; } figcaption { color: var(--dim); }
.never { color: var(--bad); font-weight: 700; } .dim { color: var(--dim); }
.js-only { display: none; } .js .js-only { display: revert; } .js div.tools.js-only { display: flex; } .js .no-js { display: none; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 720px) { .two { grid-template-columns: 1fr; } .replay { flex-wrap: wrap; } th, td { overflow-wrap: break-word; padding: 3px 5px; }
  td.mono, td.v, th[scope="row"] { overflow-wrap: anywhere; min-width: 9em; } section, .scroll { overflow-x: auto; } }
@media print { section[aria-labelledby^='timeline-'], .js-only, .js .js-only, .js div.tools.js-only { display: none; } .clip, .scroll, pre { max-height: none; overflow: visible; } article { break-before: page; } body { font-size: 11px; } .card { break-inside: avoid; } }
`;
