import { TOPOLOGY_STYLE } from '../topology-style.ts';

/** The page's looks, in both colour schemes; those of all its drawings come first. */
export const STYLE = `${TOPOLOGY_STYLE}
:root{color-scheme:light dark;
--bg:light-dark(#ffffff,#0d1117);--side:light-dark(#f6f8fa,#010409);--raised:light-dark(#f6f8fa,#151b23);
--text:light-dark(#1f2328,#e6edf3);--soft:light-dark(#59636e,#9198a1);--rule:light-dark(#d1d9e0,#3d444d);
--accent:light-dark(#0969da,#4493f8);--tint:light-dark(#ddf4ff,#12283f);
--green:light-dark(#1a7f37,#3fb950);--amber:light-dark(#8a5c00,#d29922);--red:light-dark(#cf222e,#ff7b72);--red-tint:light-dark(#ffebe9,#2d1214);
--mono:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
*{box-sizing:border-box}
[hidden]{display:none!important}
body{margin:0;color:var(--text);background:var(--bg);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;
display:grid;grid-template:auto minmax(0,1fr)/minmax(17rem,20rem) minmax(0,1fr);height:100vh;height:100dvh}
h1,h2,h3,h4,h5,p,ul,ol,dl,dd,fieldset{margin:0;padding:0}
ul,ol{list-style:none}
code,pre,kbd{font-family:var(--mono);font-size:.92em}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
#detail:focus-visible,h2:focus-visible{outline:none}
.for-readers{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip-link{position:absolute;inset-block-start:-4rem;background:var(--bg);padding:.5rem 1rem;z-index:2}
.skip-link:focus{inset-block-start:0}
.muted,.facts,.time,.path,small{color:var(--soft)}
small{font-size:.87em;font-weight:400}

header{grid-column:1/-1;display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;align-items:baseline;padding:.7rem 1.2rem;
border-bottom:1px solid var(--rule)}
h1{font-size:1.05rem}
.count{font-weight:600;margin-inline-end:.5rem}
.count.failed,.state.failed{color:var(--red)}.count.passed,.state.passed{color:var(--green)}
.count.flaky,.flaky{color:var(--amber)}
.count.skipped,.state.skipped{color:var(--soft)}
.state{font-weight:700;flex:none;display:inline-block;inline-size:1.1em}

/* Positioned, or what is absolute in them would make the page as long as they are. */
main,.files{position:relative;overflow-y:auto;min-height:0}
nav{background:var(--side);border-inline-end:1px solid var(--rule);min-height:0;display:grid;grid-template-rows:auto minmax(0,1fr)}
.filters{padding:.8rem 1rem .5rem;display:grid;gap:.4rem;border-bottom:1px solid var(--rule)}
.filters>label,legend{font-size:.87em;color:var(--soft);padding:0}
input[type=search]{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--soft);border-radius:6px;
padding:.3rem .6rem;inline-size:100%}
fieldset{border:0;display:flex;min-inline-size:0}
legend{margin-block-end:.1rem}
fieldset label{cursor:pointer}
fieldset input{position:absolute;opacity:0}
fieldset label span{display:block;padding:.1rem .5rem;border:1px solid var(--rule);margin-inline-start:-1px;background:var(--bg)}
fieldset label:first-of-type span{border-start-start-radius:6px;border-end-start-radius:6px}
fieldset label:last-of-type span{border-start-end-radius:6px;border-end-end-radius:6px}
fieldset input:checked+span{background:var(--tint);border-color:var(--accent);position:relative}
fieldset input:focus-visible+span{outline:2px solid var(--accent);outline-offset:2px}
fieldset span{white-space:nowrap}
fieldset b{font-weight:400;color:var(--soft)}
.status{font-size:.87em;color:var(--soft)}
.files{padding:.3rem .5rem 2rem}
.file{content-visibility:auto;contain-intrinsic-size:auto 10rem}
.file h2{font-size:.85rem;font-weight:600;margin:.9rem .5rem .2rem;overflow-wrap:anywhere;display:flex;gap:.6rem;
justify-content:space-between}
.file h2 em{font-style:normal;font-weight:400;color:var(--red);white-space:nowrap}
.file a{display:flex;gap:.45rem;padding:.22rem .5rem;border-radius:6px;color:inherit;text-decoration:none;line-height:1.35}
.file a:hover{background:var(--raised)}
.file a[aria-current]{background:var(--tint);box-shadow:inset 3px 0 var(--accent)}
.file .name{flex:1;overflow-wrap:anywhere;min-inline-size:0}
.time{white-space:nowrap;font-size:.87em;font-variant-numeric:tabular-nums}

main{padding:1.2rem 1.6rem 4rem;container-type:inline-size}
article,.attempt{display:grid;grid-template-columns:minmax(0,1fr);gap:1.4rem}
article{max-inline-size:88rem}
.attempts{display:flex;flex-wrap:wrap;gap:.4rem}
button[aria-pressed=true]{background:var(--tint);border-color:var(--accent)}
article>.path,article>h2,article>.facts{margin-block-end:-1.2rem;overflow-wrap:anywhere}
article>.facts{margin-block-end:0}
article h2{font-size:1.35rem;line-height:1.3}
h3{font-size:1rem;margin-block-end:.5rem}
h4{font-size:.92rem}
pre{margin:0;padding:.8rem 1rem;background:var(--raised);border:1px solid var(--rule);border-radius:6px;overflow-x:auto;
line-height:1.45}
.error pre{border-inline-start:4px solid var(--red)}
pre+pre{margin-block-start:.5rem}
/* A drawing made of characters must not be broken; prose, and names of files, may. */
.wraps{white-space:pre-wrap;overflow-wrap:anywhere}
.expected{color:var(--green)}.received{color:var(--red)}.place{color:var(--soft)}
.evidence ul{display:flex;flex-wrap:wrap;gap:.3rem 1.6rem}
.evidence a{font-family:var(--mono);font-size:.92em}
main a{color:var(--accent)}
.drawing{overflow:auto;max-block-size:max(18rem,70vh);border:1px solid var(--rule);border-radius:6px;padding:.6rem;background:var(--bg)}
.drawing svg{display:block;margin:auto;min-inline-size:var(--least)}
.drawing.whole svg{min-inline-size:0;max-block-size:calc(max(18rem,70vh) - 1.2rem - 2px)}
.picture button{margin-block-start:.5rem;font-size:.87rem;padding:.15rem .6rem}
.timeline li{display:grid;grid-template-columns:1.1em minmax(0,2fr) minmax(6rem,1fr) 13rem;gap:.7rem;align-items:baseline;
padding-block:.25rem;border-block-end:1px solid var(--rule)}
.timeline code{overflow-wrap:anywhere}
.track{position:relative;block-size:.6rem;background:var(--raised);border-radius:3px}
.bar{position:absolute;inset-block:0;min-inline-size:4px;border-radius:3px;background:var(--green)}
.failed .bar{background:var(--red)}
.timeline .time{text-align:end}

.controls{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center}
button{font:inherit;color:inherit;cursor:pointer;background:var(--raised);border:1px solid var(--rule);border-radius:6px;
padding:.25rem .8rem}
button:hover{border-color:var(--soft)}
button[aria-disabled=true]{opacity:.5;cursor:default}
.position{color:var(--soft);margin-inline-start:.4rem;font-variant-numeric:tabular-nums}
.said{margin-block:.7rem;padding:.5rem .9rem;border-inline-start:4px solid var(--green);background:var(--raised);
border-radius:0 6px 6px 0;overflow-wrap:anywhere}
.said:has(.lost){border-color:var(--red);background:var(--red-tint)}
.stage>*{min-inline-size:0}
.stage{display:grid;grid:"network frame" auto "steps frame" 1fr/minmax(0,1fr) minmax(14rem,19rem);gap:1rem;align-items:start}
.stage>.picture{grid-area:network}.stage>.steps{grid-area:steps}.stage>.frame{grid-area:frame}
.frame{border:1px solid var(--rule);border-radius:6px;padding:.7rem 1rem;font-size:.9rem;overflow-wrap:anywhere;
max-block-size:34rem;overflow-y:auto}
.frame h5{font-size:.87rem;margin-block:.6rem .1rem;color:var(--soft)}
.frame dl{display:grid;grid-template-columns:7.6rem minmax(0,1fr);gap:0 .9rem}
.frame dd{font-family:var(--mono);font-size:.92em}
.steps{display:grid;gap:.7rem}
.steps h4{font-weight:600;margin-block-end:.3rem}
.steps ol{display:flex;flex-wrap:wrap;gap:.4rem}
.steps button{font-size:.87rem;padding:.15rem .6rem}
.steps button span{color:var(--soft)}
.steps button.lost,.steps button.lost span{color:var(--red);border-color:var(--red)}
.steps button[aria-current]{background:var(--tint);border-color:var(--accent);box-shadow:0 0 0 1px var(--accent)}
.keys{font-size:.87em}
kbd{border:1px solid var(--rule);border-radius:4px;padding:0 .35em;background:var(--raised)}

.walk .hairpin-topology .ahead{opacity:.35}
.walk .hairpin-topology .interface.current>rect{stroke:var(--accent);stroke-width:3.5;fill:var(--tint)}
.walk .hairpin-topology .interface.current.lost:not(.undecided)>rect{stroke:var(--red);fill:var(--red-tint)}
.walk .hairpin-topology .interface.lost.undecided .cross{opacity:.35}
.walk .hairpin-topology .interface.lost.undecided:not(.current)>rect{stroke:var(--path)}
.walk .hairpin-topology .edge.current path{stroke:var(--accent);stroke-width:4.5}
.walk .hairpin-topology .edge.current polygon{fill:var(--accent)}

/* Beside the frame only where the article's network, some 700 px wide, still has room: a drawing that is cut off tells less. */
@container (max-width:66rem){.stage{grid:"network network" auto "steps frame" auto/minmax(0,1fr) minmax(17rem,22rem)}}
@container (max-width:42rem){.stage{grid:"network" auto "steps" auto "frame" auto/minmax(0,1fr)}
.frame{max-block-size:none;columns:17rem;column-gap:2rem}.frame h5{break-after:avoid}.frame dl{break-inside:avoid}}
@media (max-width:52rem){
body{display:block;height:auto}
nav{border-inline-end:0;border-block-end:1px solid var(--rule);block-size:45vh}
main{padding:1rem 1rem 3rem;overflow:visible}
.drawing:not(.whole) .hairpin-topology:not(:root){max-width:none}
.timeline li{grid-template-columns:1.1em minmax(0,1fr);gap:.2rem .6rem}
.timeline .track,.timeline .time{grid-column:2}.timeline .time{text-align:start}}
@media (prefers-reduced-motion:no-preference){.hairpin-topology g{transition:opacity .15s}}
@media print{body{display:block;height:auto}nav,.controls,.keys{display:none}main{overflow:visible}.drawing{max-block-size:none}.picture button{display:none}}
@media (hover:none){.keys{display:none}}
`;
