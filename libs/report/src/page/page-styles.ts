import { divergingColours, namedColours } from './palette.ts';

/** The page's one style sheet: schemes, type, layout, figures, tables, print. */
export function pageStyles(): string {
  return [schemes(), typeAndLayout, figureStyles, tableStyles, gridSteps(), narrowAndPrint].join('\n');
}

function schemes(): string {
  const values = (scheme: 'light' | 'dark'): string =>
    Object.entries(namedColours)
      .map(([name, entry]) => `--${name}:${entry[scheme]};`)
      .join('');
  return `:root{color-scheme:light;${values('light')}}
@media screen and (prefers-color-scheme:dark){:root:not([data-scheme=light]){color-scheme:dark;${values('dark')}}}
@media screen{:root[data-scheme=dark]{color-scheme:dark;${values('dark')}}}`;
}

/** Light text stands on the dark ends of the scale, and the other way round in the dark scheme. */
function gridSteps(): string {
  const ink = (step: number, scheme: 'light' | 'dark'): string =>
    contrast(divergingColours[step]?.[scheme] ?? '#888888') ? '#ffffff' : '#16171a';
  const steps = (scheme: 'light' | 'dark'): string =>
    divergingColours.map((_, step) => `--ink-${String(step)}:${ink(step, scheme)};`).join('');
  const rules = divergingColours
    .map((_, step) => `.d${String(step)}{background:var(--diverging-${String(step)});color:var(--ink-${String(step)})}`)
    .join('\n');
  return `:root{${steps('light')}}
@media screen and (prefers-color-scheme:dark){:root:not([data-scheme=light]){${steps('dark')}}}
@media screen{:root[data-scheme=dark]{${steps('dark')}}}
${rules}`;
}

/** Whether white has more contrast with a colour than near-black has (relative luminance of WCAG 2). */
function contrast(hex: string): boolean {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5) < 0.18;
}

const typeAndLayout = `
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:4rem;-webkit-text-size-adjust:100%}
body{margin:0;overflow-wrap:break-word;background:var(--paper);color:var(--ink);font:1rem/1.55 Charter,"Bitstream Charter","Iowan Old Style","Palatino Linotype",Georgia,"Liberation Serif",serif;font-variant-numeric:lining-nums}
nav,table,figcaption h3,.legend,.controls,button,select,input,summary,.tag,.figure,.scale-legend,.quiet-ui{font-family:"Inter","Helvetica Neue",system-ui,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif}
.skip{position:absolute;left:-999rem}
.skip:focus{left:1rem;top:1rem;z-index:9;background:var(--panel);padding:.5rem 1rem}
header,main,footer{max-width:74rem;margin:0 auto;padding:0 clamp(1rem,4vw,2.5rem)}
header{padding-top:1.1rem}
header .kicker{font-size:.72rem;letter-spacing:.08em;text-transform:uppercase;color:var(--quiet);margin:0 0 .4rem}
h1{font-size:clamp(1.5rem,3vw,2.1rem);line-height:1.15;font-weight:600;letter-spacing:-.012em;margin:0 0 .4rem;max-width:40em;text-wrap:balance;overflow-wrap:anywhere}
.abstract{font-size:.95rem;line-height:1.45;max-width:none;color:var(--ink);margin:0 0 .5rem}
nav{position:sticky;top:0;z-index:5;background:var(--paper);border-bottom:1px solid var(--line)}
nav .bar{max-width:74rem;margin:0 auto;padding:0 clamp(1rem,4vw,2.5rem);display:flex;gap:1rem;align-items:center;justify-content:space-between}
nav ol{display:flex;gap:.2rem 1.3rem;list-style:none;margin:0;padding:0;overflow-x:auto;white-space:nowrap;font-size:.92rem}
nav a{display:block;padding:.8rem 0;color:var(--quiet);text-decoration:none;border-bottom:2px solid transparent}
nav a:hover,nav a[aria-current]{color:var(--ink);border-bottom-color:var(--accent)}
main>section{padding-top:2.6rem}
main>#overview{padding-top:.8rem}
#overview>h2{font-size:1.25rem;margin-bottom:.5rem}
h2{font-size:1.75rem;font-weight:600;letter-spacing:-.008em;margin:0 0 .9rem;padding-bottom:.35rem;border-bottom:1px solid var(--line)}
h3{font-size:1.15rem;font-weight:600;margin:2rem 0 .6rem}
h4{font-size:1.02rem;margin:0 0 .3rem;display:flex;align-items:center;gap:.45rem;overflow-wrap:anywhere}
p{max-width:46em;margin:.5rem 0 .9rem}
a{color:var(--accent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.quiet{color:var(--quiet)}
.nowrap{display:inline-block;max-width:100%}
.unbroken{white-space:nowrap}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.findings{list-style:none;margin:0;padding:0;display:grid;grid-template-columns:minmax(0,1fr);gap:.55rem;max-width:56em}
.finding{padding:.7rem 1rem;background:var(--panel);border:1px solid var(--line);border-left:4px solid var(--line);border-radius:4px}
.finding.supported{border-left-color:var(--accent)}
.finding.unsupported{border-left-color:var(--alert);border-left-style:double}
.tag{display:inline-block;font-size:.7rem;letter-spacing:.05em;text-transform:uppercase;color:var(--quiet);margin-right:.4rem}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(19rem,100%),1fr));gap:1rem;margin:1rem 0}
.card{background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:1rem 1.1rem;overflow-wrap:anywhere}
.card .members{margin:.2rem 0 .6rem;font-weight:600}
ul.plain{list-style:none;margin:0;padding:0;font-size:.93rem}
ul.plain li{margin:.35rem 0;line-height:1.45}
ul.plain strong{display:block;font-weight:600;color:var(--quiet);font-size:.85rem}
.card .nowrap{display:inline}
footer{color:var(--quiet);font-size:.88rem;padding-top:2rem;padding-bottom:3rem;margin-top:3rem;border-top:1px solid var(--line)}
.warnings li{margin:.5rem 0;max-width:46em}
.warnings strong{color:var(--alert)}
dl.facts{display:grid;gap:0;margin:.5rem 0;max-width:56em}
dl.facts div{display:grid;grid-template-columns:minmax(9rem,16rem) 1fr;gap:1rem;padding:.4rem 0;border-bottom:1px solid var(--faint)}
dl.facts dt{color:var(--quiet)}
dl.facts dd{margin:0;overflow-wrap:anywhere}
pre{background:var(--panel);border:1px solid var(--line);border-radius:4px;padding:.8rem 1rem;overflow-x:auto;font-size:.88rem}
code.hash{font-size:.78rem;overflow-wrap:anywhere}`;

const figureStyles = `
figure{margin:1.8rem 0;padding:1.1rem 1.2rem 1rem;background:var(--panel);border:1px solid var(--line);border-radius:6px;min-width:0}
figcaption h3{margin:0;font-size:1rem;letter-spacing:-.003em}
figcaption .figure-number{color:var(--quiet);font-weight:400;margin-right:.4rem}
figcaption p{font-size:.93rem;line-height:1.45;color:var(--quiet);margin:.25rem 0 .7rem}
.trio{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(21rem,100%),1fr));gap:1.2rem;margin:1.4rem 0}
.trio>figure{margin:0;display:grid;grid-template-columns:minmax(0,1fr);grid-row:span 5;grid-template-rows:subgrid;gap:0}
.trio .drawing .figure{max-width:100%}
.trio .drawing{max-height:46rem;overflow:auto}
.trio .legend{grid-row:2}
.trio .drawing{grid-row:3}
.trio details{grid-row:4}
.trio .tools{grid-row:5}
.duo{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(30rem,100%),1fr));gap:1.2rem;margin:1.8rem 0}
.duo>figure{margin:0}
.beside{display:grid;grid-template-columns:minmax(0,1fr);gap:1rem 1.6rem;align-items:start}
.panel{border-top:1px solid var(--line);padding-top:.8rem;font-size:.9rem;min-width:0;overflow-wrap:anywhere}
.panel h4{font-size:1.05rem}
.panel h5{margin:.9rem 0 .2rem;font-size:.8rem;font-weight:600;color:var(--quiet)}
.panel p{margin:.15rem 0}
.panel table{overflow-wrap:normal}
.neighbours{margin:0;padding-left:1.3rem}
.controls{display:flex;flex-wrap:wrap;gap:.5rem 1.1rem;align-items:center;margin:.5rem 0 .7rem;font-size:.87rem}
.controls[hidden]{display:none}
.controls label{color:var(--quiet);display:inline-flex;gap:.4rem;align-items:center;max-width:100%}
.count{color:var(--quiet);font-variant-numeric:tabular-nums}
button,select,input{font-size:.87rem;color:var(--ink);background:var(--panel);border:1px solid var(--quiet);border-radius:4px;padding:.32rem .6rem;min-height:2rem;max-width:100%}
.controls select{min-width:0}
button{cursor:pointer}
button:hover{border-color:var(--accent);color:var(--accent)}
input[type=search]{width:14rem}
nav button{flex:none;min-height:1.9rem;padding:.2rem .7rem;font-size:.82rem}
.tools{display:flex;flex-wrap:wrap;gap:.5rem;margin-top:.7rem}
.tools button{border-color:var(--line);color:var(--quiet);font-size:.78rem;min-height:1.8rem;padding:.2rem .6rem}
.tools button:hover{border-color:var(--accent);color:var(--accent)}
.readout{font-size:.9rem;min-height:1.5em;margin:.5rem 0 0}
.lead{display:grid;grid-template-columns:minmax(0,1fr);gap:.6rem 1.4rem;align-items:start}
.lead>figure{margin:0;padding-top:.7rem;display:flex;flex-direction:column}
.lead>figure>*{min-width:0}
.lead figcaption,.lead .controls{display:contents}
.lead .controls[hidden]{display:none}
.lead figcaption p{order:2;margin:.6rem 0 .4rem}
.lead .controls>label{order:3;margin:.2rem 0}
.lead .beside{grid-template-columns:minmax(0,1fr)}
.lead .panel{border-left:0;padding:.8rem 0 0;border-top:1px solid var(--line)}
.lead details{order:4}
.lead .tools{order:5}
.in-short h3{margin:.4rem 0 .5rem}
.in-short li{margin:.5rem 0}
.in-short li>strong{display:inline;color:var(--ink);font-size:.95rem}
.plain-relation{font-size:1.05rem;margin:1rem 0 .2rem;border-top:1px solid var(--line);padding-top:.8rem}
.map-and-detail{display:grid;grid-template-columns:minmax(0,1fr);gap:0 1.2rem;align-items:start}
.detail>figure{margin:.6rem 0 0}
.map-heads{position:sticky;top:0;z-index:1;height:0}
.map-heads .figure{max-width:none;pointer-events:none}
.unit.linked{outline:2px solid var(--accent);outline-offset:4px}
.strip svg[role=img]{cursor:zoom-in}
dialog{color:var(--ink);background:var(--panel);border:1px solid var(--line);border-radius:6px;max-width:min(60rem,94vw);padding:1rem 1.2rem}
dialog::backdrop{background:#000a}
dialog .large svg{width:min(34rem,80vw);height:auto;max-height:60vh;display:block;border-radius:3px;margin:0 auto .6rem}
dialog h3{margin-top:0}
.small{font-size:.84rem}
.tall{max-height:38rem;overflow:auto}
.cursor{fill:none;stroke:var(--ink);stroke-width:2}
.verdict{margin:.2rem 0 .6rem}
.verdict strong{display:block;font-size:1.02rem}
.verdict.no strong{color:var(--alert)}
.verdict.yes strong{color:var(--accent)}
dl.numbers{margin:.4rem 0}
dl.numbers div{display:flex;justify-content:space-between;gap:.6rem;border-bottom:1px solid var(--faint);padding:.22rem 0}
dl.numbers dt{color:var(--quiet)}
dl.numbers dd{margin:0;text-align:right;font-variant-numeric:tabular-nums lining-nums}
.compare-lists{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(17rem,100%),1fr));gap:1.4rem}
.compare-lists>*{min-width:0}
.compare-lists .tall{max-height:24rem}
.claim{margin:1rem 0;padding:.9rem 1.1rem}
.claim h3{margin:0;font-size:1.02rem;line-height:1.4}
.claim .tag{white-space:nowrap}
.tag.holds{color:var(--accent)}
.tag.fails{color:var(--alert)}
.claim .source{margin:.1rem 0 .4rem;font-size:.87rem}
.claim p{margin:.4rem 0}
.claim-numbers{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr));gap:0 1.8rem;font-size:.9rem}
.claim-numbers .minibar{width:7rem;max-width:100%;margin:.15rem 0 .1rem auto}
.claim figure{margin:.6rem 0 0;padding:0;border:0}
.key-numbers{display:flex;flex-wrap:wrap;gap:.4rem 2.2rem;margin:1.2rem 0 1.6rem;padding:0}
.key-numbers div{display:flex;flex-direction:column-reverse}
.key-numbers dt{font-size:.83rem;color:var(--quiet)}
.key-numbers dd{margin:0;font-size:1.2rem;line-height:1.15;font-variant-numeric:lining-nums}
.gallery{margin:1.8rem 0;display:grid;grid-template-columns:repeat(auto-fill,minmax(min(30rem,100%),1fr));gap:0 2rem}
.gallery h3{grid-column:1/-1;overflow-wrap:anywhere}
.gallery h3 .quiet{font-size:.87rem;font-weight:400}
#needs-list table.mini{max-width:52rem}
.unit{padding:.8rem 0;border-top:1px solid var(--line)}
.unit h4{margin:0}
.unit-facts{margin:.1rem 0 .5rem;color:var(--quiet);font-size:.87rem}
.unit-maps{display:flex;flex-wrap:wrap;gap:.3rem 1.4rem;margin:0 0 .5rem}
.unit-maps div{display:flex;gap:.5rem;align-items:center}
.unit-maps svg{display:block;width:4rem;height:auto;border-radius:3px;background:var(--faint)}
.unit-maps path{fill:currentColor}
.unit-maps p{margin:0;font-size:.8rem;line-height:1.3}
.grade1{fill-opacity:.15}
.grade2{fill-opacity:.35}
.grade3{fill-opacity:.6}
.grade4{fill-opacity:.9}
.strip{display:grid;grid-template-columns:repeat(auto-fill,minmax(5.6rem,1fr));gap:.5rem;list-style:none;margin:0;padding:0}
.strip li{max-width:8.4rem}
#variance .figure{width:100%;max-width:26rem}
#concept-map .figure,#loadings .figure{max-width:none}
.strip svg{display:block;border-radius:3px;width:100%;height:auto;background:var(--faint)}
.strip .named{font-size:.82rem;max-width:9rem;overflow-wrap:anywhere}
.dim{fill:#000;fill-opacity:.56}
.outline{fill:none;stroke:#ffe14d;stroke-width:1.6;vector-effect:non-scaling-stroke}
[hidden]{display:none!important}
.scroll{overflow-x:auto;max-width:100%;position:relative}
.figure{display:block;max-width:none;height:auto;font-size:12px;background:transparent}
.figure text{white-space:pre}
.figure.plot{overflow:visible;font-size:11px}
.drawing .figure{max-width:100%}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;list-style:none;margin:.2rem 0 .6rem;padding:0;font-size:.87rem}
.legend li{display:flex;align-items:center;gap:.4rem;max-width:100%;overflow-wrap:anywhere}
.swatch{flex:none;vertical-align:-2px}
.point{cursor:default;outline:none}
.point:hover text,.point:focus text,.point.shown text{opacity:1;font-weight:700}
.point:hover .mark,.point:focus .mark,.point.shown .mark{stroke:var(--ink);stroke-width:2}
.point.near .mark{stroke:var(--quiet);stroke-width:2}
.point:focus-visible .reach{stroke:var(--accent);stroke-width:2}
.scale-legend{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem;font-size:.85rem;margin:.2rem 0 .7rem}
.scale-legend .steps{display:inline-flex;border:1px solid var(--line)}
.step{display:inline-block;width:1.35rem;height:1rem;line-height:1rem;font-size:.6rem;text-align:center}
.scale-legend .note{margin-left:.8rem;display:inline-flex;gap:.4rem;align-items:center}`;

const tableStyles = `
table{border-collapse:collapse;font-size:.87rem;line-height:1.35;font-variant-numeric:tabular-nums lining-nums}
caption{text-align:left;font-size:.85rem;color:var(--quiet);padding:.4rem 0}
th,td{padding:.32rem .8rem .32rem 0;text-align:left;border-bottom:1px solid var(--faint);vertical-align:baseline;max-width:20rem;overflow:clip;overflow-clip-margin:4px;text-overflow:ellipsis}
thead th{font-weight:600;border-bottom:1px solid var(--quiet);vertical-align:bottom}
tbody th{font-weight:500}
.scroll:has(>table[data-interactive]){max-height:46rem;overflow:auto}
table[data-interactive] thead th{position:sticky;top:0;z-index:1;background:var(--paper);box-shadow:0 1px 0 var(--quiet)}
figure table[data-interactive] thead th{background:var(--panel)}
.number{text-align:right}
tbody tr:hover{background:var(--faint)}
details.data{margin-top:.7rem;font-size:.93rem}
details.data summary,summary{cursor:pointer;color:var(--accent);font-size:.87rem;padding:.25rem 0;width:fit-content}
details.data .scroll{max-height:26rem;overflow:auto}
details.curve .drawing{max-height:none}
table.grid{border-collapse:separate;border-spacing:1px;font-size:.76rem}
table.grid th,table.grid td{border:0;padding:0}
table.grid tbody tr:hover{background:none}
table.grid tbody th{font-weight:400;vertical-align:middle;padding-right:.7rem;white-space:nowrap;position:sticky;left:0;background:var(--panel);z-index:1}
table.grid tbody tr.task th{padding-top:.55rem;font-weight:600;color:var(--quiet);background:none;position:static}
table.grid tr.task span{position:sticky;left:0}
table.grid thead th{padding:.1rem .15rem;text-align:center;border:0}
table.grid thead th.family{font-size:.78rem;border-bottom:1px solid var(--line)}
table.grid thead .property{font-weight:500}
table.grid td{min-width:2.9rem;height:1.55rem;text-align:center;vertical-align:middle}
table.grid .edge{border-left:5px solid var(--panel)}
table.grid td.weak,.step.weak{background-image:linear-gradient(color-mix(in srgb,var(--panel) 66%,transparent) 0 0);color:var(--ink)}
table.grid td.empty{color:var(--quiet)}
table.grid td button{all:unset;box-sizing:border-box;display:block;width:100%;line-height:1.55rem;cursor:pointer;text-align:center}
table.grid td button:focus-visible{outline:3px solid var(--accent);outline-offset:-1px}
table.grid td:hover{outline:2px solid var(--quiet);outline-offset:-2px}
table.grid td.chosen{outline:3px solid var(--ink);outline-offset:-2px}
thead th button{all:unset;cursor:pointer;font:inherit;text-align:inherit}
thead th button:hover{color:var(--accent)}
thead th button:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
th[aria-sort=ascending] button::after{content:" \\2191"}
th[aria-sort=descending] button::after{content:" \\2193"}
table.mini{font-size:.84rem;width:100%}
table.mini th{max-width:14rem}
.panel table.mini th,.card table.mini th{max-width:8rem}
table.mini th,table.mini td{padding:.2rem .5rem .2rem 0}
table.mini thead th{color:var(--quiet);font-weight:500;border-bottom:1px solid var(--line)}
.card table{overflow-wrap:normal}
.card table.mini .number .quiet{display:block}
table.mini .left{text-align:left;padding-left:.5rem}
td.bar{width:38%;min-width:4rem;vertical-align:middle}
.minibar,.twobars{display:block;width:100%;height:.5rem;border-radius:1px}
.supported{outline:2px solid var(--ink);outline-offset:-2px;font-weight:700}
.finding.supported{outline:none;font-weight:inherit}`;

const narrowAndPrint = `
@media (min-width:64rem){.compare-lists{grid-template-columns:1.5fr 1fr 1fr}.beside{grid-template-columns:minmax(0,1fr) 19rem}.lead{grid-template-columns:minmax(0,1fr) 20rem}}
@media (min-width:78rem){.map-and-detail{grid-template-columns:minmax(0,1fr) 19rem}.map-and-detail>figure{padding:.9rem .8rem}.map-and-detail table.grid{font-size:.7rem}.map-and-detail table.grid td{min-width:2.02rem}.map-and-detail table.grid .edge{border-left-width:3px}.map-and-detail .property span{writing-mode:vertical-rl;transform:rotate(180deg)}.map-and-detail table.grid tbody th{padding-right:.4rem}.detail{position:sticky;top:3.5rem;margin-top:1.8rem;max-height:calc(100vh - 4rem);overflow:auto}.detail>figure{padding:.8rem}.detail .beside{grid-template-columns:minmax(0,1fr)}.detail .panel{border-left:0;padding:.6rem 0 0;border-top:1px solid var(--line)}.panel{border-top:0;border-left:1px solid var(--line);padding:0 0 0 1.4rem}}
@media (max-width:40rem){
figure{padding:.9rem .8rem;margin-left:-.4rem;margin-right:-.4rem}
.drawing .figure{max-width:none}
dl.facts div{grid-template-columns:1fr;gap:0}
.card table.mini th,.panel table.mini th{max-width:6.5rem}
.card{padding:.8rem}
.claim{padding:.8rem}
nav ol{gap:0 .9rem;flex-wrap:wrap;font-size:.84rem}
nav a{padding:.35rem 0}
table.grid.one thead{display:none}
table.grid.one td{min-width:4rem}
table.grid.one tbody th{white-space:normal;max-width:14rem}
h2 button{all:unset;cursor:pointer;display:block;width:100%}
h2 button::after{content:" \\2212";float:right;color:var(--quiet)}
section[data-folded] h2 button::after{content:" +"}
h2 button:focus-visible{outline:2px solid var(--accent)}
main>section{padding-top:1rem}
}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
@media screen{section[data-folded]>:not(h2){display:none!important}}
@media print{
:root{color-scheme:light;font-size:11px}
body{background:#fff;font-size:10pt}
.trio{grid-template-columns:repeat(3,minmax(0,1fr))}
.duo{grid-template-columns:repeat(2,minmax(0,1fr))}
#compare,#comparison{display:none}
table.grid{font-size:.66rem}
table.grid td{min-width:0;padding:0 .1rem}
table.grid td button{line-height:1.3rem}
table.grid .edge{border-left-width:2px}
th,td{padding-right:.5rem}
nav,.controls,.skip,.tools,.readout,#model-panel,details:not([open]),button:not(td button,th button){display:none!important}
figure,.card,.finding,.unit{break-inside:avoid;border-color:#bbb}
h2,h3,h4{break-after:avoid}
.scroll,.scroll:has(>table[data-interactive]),.trio .drawing,details.data .scroll,.tall,.compare-lists .tall{overflow:visible;max-height:none}
.drawing .figure,#concept-map .figure,#loadings .figure{max-width:100%}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}`;
