/** Light and dark by the reader's own setting; in print the colours stay. */
export const STYLE = `
:root{--ground:#fbfbf9;--ink:#1d2328;--soft:#69727a;--line:#dfe1de;--paid:#2f7d5b;--trial:#4a8fc1;--wait:#c99a2e;--due:#c4622d;--manual:#7b6bb0;--unsure:#8a9299;--kept:#9dc3ae;--aws:#3d6f9e;--fault:#c23b3b;--news:#8d5fb0;--good:#2f7d5b;--bad:#c23b3b}
@media (prefers-color-scheme:dark){:root{--ground:#14181b;--ink:#e6e9ea;--soft:#98a2a8;--line:#2b3237;--paid:#4fae84;--trial:#6fb0dd;--wait:#dcb455;--due:#e08850;--manual:#a797db;--unsure:#7d878d;--kept:#39604d;--aws:#6a9cca;--fault:#e96a6a;--news:#b98cdb;--good:#4fae84;--bad:#e96a6a}}
*{box-sizing:border-box;print-color-adjust:exact;-webkit-print-color-adjust:exact}
body{margin:0 auto;max-width:1180px;padding:28px 32px 48px;background:var(--ground);color:var(--ink);font:14px/1.5 system-ui,"Segoe UI",sans-serif}
h1{font-size:22px;line-height:1.25;margin:0 0 4px}
h2{font-size:16px;margin:26px 0 4px;break-after:avoid}
article+article{margin-top:44px;border-top:1px solid var(--line);padding-top:30px}
p{margin:4px 0;max-width:78ch}
.soft,small{color:var(--soft)}
.verdict{font-weight:600}.verdict.fine{color:var(--good)}.verdict.failed{color:var(--bad)}
svg{display:block;width:100%;height:auto;overflow:visible}
svg text{font:11px system-ui,"Segoe UI",sans-serif;fill:var(--soft)}
svg .label{text-anchor:end;fill:var(--ink)}
svg .tick{text-anchor:middle}svg .number{text-anchor:middle;font-size:8px;fill:var(--ground);pointer-events:none}
.rail,.grid{stroke:var(--line);stroke-width:1}.grid{stroke-dasharray:2 3}
.act{fill:var(--ink)}
.event{fill:var(--soft)}.event.late{fill:var(--news)}line.late{stroke:var(--news);stroke-width:1.5;stroke-dasharray:3 2}.event.lost{fill:none;stroke:var(--bad);stroke-width:1.5}
.bar{fill:var(--unsure)}.paid{fill:var(--paid)}.trialing{fill:var(--trial)}.awaiting_payment{fill:var(--wait)}.past_due{fill:var(--due)}.manual{fill:var(--manual)}.kept{fill:var(--kept)}.bar.aws{fill:var(--aws)}
.served{fill:var(--good)}.refused{fill:var(--bad)}
.met,.missed{fill:none;stroke:var(--good);stroke-width:2;stroke-linecap:round}.missed{stroke:var(--bad);stroke-width:2.5}
.trouble{opacity:.2}.trouble.fault{fill:var(--fault)}.trouble.events{fill:var(--news)}
table{border-collapse:collapse;width:100%;font-size:12.5px;margin-top:6px}
td,th{text-align:left;vertical-align:top;padding:2px 12px 2px 0;border-bottom:1px solid var(--line)}
th{font-weight:600}td:first-child{white-space:nowrap;color:var(--soft);font-variant-numeric:tabular-nums}
.story td:first-child{width:8em}.story td:nth-child(2){width:2.4em;text-align:right;color:var(--soft)}
tr.missed td{color:var(--bad);stroke:none}
code{font:12px ui-monospace,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;margin:0 0 22px;padding:0 0 12px;list-style:none;font-size:12px;border-bottom:1px solid var(--line)}
.legend li{display:flex;align-items:center;gap:6px}.legend svg{width:22px;height:14px}
section{break-inside:avoid}
@media print{body{padding:0;font-size:11px}}
@media (max-width:700px){body{padding:16px}}
`;
