import { TOPOLOGY_STYLE } from '../drawing/topology-style.ts';

/** The page's looks, in both colour schemes; those of all its drawings come first. */
export const STYLE = `${TOPOLOGY_STYLE}
:root{color-scheme:light dark;
--bg:light-dark(#ffffff,#0d1117);--side:light-dark(#f6f8fa,#010409);--raised:light-dark(#f6f8fa,#151b23);
--text:light-dark(#1f2328,#e6edf3);--soft:light-dark(#59636e,#9198a1);--rule:light-dark(#d1d9e0,#3d444d);
--accent:light-dark(#0969da,#4493f8);--tint:light-dark(#ddf4ff,#12283f);
--green:light-dark(#187733,#3fb950);--amber:light-dark(#8a5c00,#d29922);--red:light-dark(#cf222e,#ff7b72);--red-tint:light-dark(#ffebe9,#2d1214);
--mono:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
*{box-sizing:border-box}
[hidden]{display:none!important}
body{margin:0;color:var(--text);background:var(--bg);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
#report{display:grid;grid-template:auto minmax(0,1fr)/minmax(17rem,20rem) minmax(0,1fr);height:100vh;height:100dvh}
h1,h2,h3,h4,h5,p,ul,ol,dl,dd,fieldset{margin:0;padding:0}
ul,ol{list-style:none}
code,pre,kbd{font-family:var(--mono);font-size:.92em}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
#detail:focus-visible,h2:focus-visible{outline:none}
.for-readers{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip-link{position:absolute;inset-block-start:-4rem;background:var(--bg);padding:.5rem 1rem;z-index:2}
.skip-link:focus{inset-block-start:0}
.muted,.facts,.time,.took,.path,.keys,small{color:var(--soft)}
small{font-size:.87em;font-weight:400}

h1,h2,h3,h4,h5,summary{overflow-wrap:break-word}
header{grid-column:1/-1;display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;align-items:baseline;padding:.7rem 1.2rem;
border-bottom:1px solid var(--rule)}
h1{font-size:1.05rem}
.count{font-weight:600;margin-inline-end:.5rem;white-space:nowrap}
.count.failed,.state.failed{color:var(--red)}.count.passed,.state.passed{color:var(--green)}
.count.flaky,.flaky,.unstable{color:var(--amber)}
.count.skipped,.state.skipped{color:var(--soft)}
.state{font-weight:700;flex:none;display:inline-block;inline-size:1.1em}

/* Positioned, or what is absolute in them would make the page as long as they are. */
main,.files{position:relative;overflow-y:auto;min-height:0}
nav{background:var(--side);border-inline-end:1px solid var(--rule);min-height:0;position:relative;overflow-y:auto;
display:grid;grid-template-rows:auto auto minmax(6rem,1fr)}
.filters{padding:.8rem 1rem 0;display:grid;gap:.4rem}
.tools{padding:.2rem 1rem .5rem;display:flex;flex-wrap:wrap;justify-content:space-between;gap:.2rem .6rem;border-bottom:1px solid var(--rule);align-items:baseline}
button.quiet{border:0;background:none;padding:0;color:var(--accent);font-size:.87em}
button.quiet:hover{text-decoration:underline}
.filters>label,legend{font-size:.87em;color:var(--soft);padding:0}
input[type=search]{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--soft);border-radius:6px;
padding:.3rem .6rem;inline-size:100%}
fieldset{border:0;display:flex;flex-wrap:wrap;gap:.3rem;min-inline-size:0}
legend{margin-block-end:.1rem}
fieldset label{cursor:pointer}
fieldset input{position:absolute;opacity:0}
fieldset label span{display:block;font-size:.87rem;padding:.1rem .5rem;border:1px solid var(--rule);border-radius:6px;background:var(--bg)}
fieldset input:checked+span{background:var(--tint);border-color:var(--accent)}
fieldset input:focus-visible+span{outline:2px solid var(--accent);outline-offset:2px}
fieldset span{white-space:nowrap}
fieldset b{font-weight:400;color:var(--soft)}
.status{font-size:.87em;color:var(--soft)}
.files{padding:.3rem .5rem 2rem}
details.file{content-visibility:auto;contain-intrinsic-size:auto 10rem}
.files summary{display:flex;gap:.5rem;align-items:baseline;padding:.25rem .5rem;border-radius:6px;cursor:pointer;list-style:none}
.files summary::-webkit-details-marker{display:none}
.files summary::before{content:"";flex:none;inline-size:.4rem;block-size:.4rem;border:solid var(--soft);border-width:0 1.5px 1.5px 0;
transform:translateY(-.15rem) rotate(45deg)}
.files details:not([open])>summary::before{transform:rotate(-45deg)}
.files summary:hover{background:var(--raised)}
.files summary :is(h2,h3){flex:1;margin:0;min-inline-size:0;font-size:.85rem;font-weight:600;overflow-wrap:anywhere;line-height:1.35}
.files summary em{font-style:normal;font-size:.85rem;color:var(--red);white-space:nowrap}
.folder{margin-block-start:.5rem}
.folder>summary :is(h2,h3){font-weight:400;color:var(--soft)}
.folder[open]>summary em{display:none}
.folder>.file{margin-inline-start:.5rem}
.file ul{margin-block-end:.4rem}
.file a{display:flex;gap:.45rem;padding:.22rem .5rem;margin-inline-start:.4rem;border-radius:6px;color:inherit;text-decoration:none;line-height:1.35}
.file a:hover{background:var(--raised)}
.file a[aria-current]{background:var(--tint);box-shadow:inset 3px 0 var(--accent)}
.file .name{flex:1;overflow-wrap:anywhere;min-inline-size:0}
.time{white-space:nowrap;font-size:.87em;font-variant-numeric:tabular-nums}

main{padding:1.2rem 1.6rem 4rem;container-type:inline-size}
article,.attempt{display:grid;grid-template-columns:minmax(0,1fr);gap:1.4rem}
article{max-inline-size:88rem}
.stability li{display:flex;flex-wrap:wrap;gap:.1rem .6rem;align-items:baseline;font-variant-numeric:tabular-nums}
.stability .kernel{overflow-wrap:anywhere}
.stability .runs{display:flex;align-items:flex-end;flex-wrap:wrap;gap:2px}
.stability i{display:inline-block;inline-size:.4rem;block-size:.8rem;border-radius:1px;background:var(--green)}
.stability i.flaky{background:var(--amber);block-size:.55rem}.stability i.failed{background:var(--red);block-size:.3rem}
.unstable{white-space:nowrap}
.stability .keys{margin-block-start:.3rem}.stability .keys i{margin-inline-start:.5rem}
.to-runs{color:var(--accent);white-space:nowrap}
.scrolls{position:relative;overflow-x:auto}
.runs-table table{border-collapse:collapse;inline-size:100%;line-height:1.35}
.runs-table :is(th,td){padding:.35rem .7rem;border-block-end:1px solid var(--rule);text-align:start;vertical-align:top;font-weight:400}
.runs-table .run,.runs-table td{text-align:center;min-inline-size:6.5rem}
.runs-table thead th{font-weight:600;vertical-align:bottom;overflow-wrap:anywhere}
.runs-table th[scope=row]{overflow-wrap:anywhere;min-inline-size:14rem}.runs-table th small{display:block}
.runs-table th[scope=rowgroup]{padding-block-start:1.2rem}.runs-table th[scope=rowgroup] small{display:inline}
.runs-table th[scope=rowgroup] button{font-size:1rem;text-align:start;font-weight:600;color:inherit}
.runs-table button::before{content:"";display:inline-block;inline-size:.4rem;block-size:.4rem;border:solid var(--soft);border-width:0 1.5px 1.5px 0;
margin-inline-end:.5rem;transform:translateY(-.15rem) rotate(-45deg)}
.runs-table button[aria-expanded=true]::before{transform:translateY(-.2rem) rotate(45deg)}
.runs-table td a{display:block;text-decoration:none;color:inherit}.runs-table td a:hover{background:var(--raised)}
.runs-table td.muted{font-size:.87em}
.attempts{display:flex;flex-wrap:wrap;gap:.4rem}
button[aria-pressed=true]{background:var(--tint);border-color:var(--accent)}
article>.path,article>h2,article>.facts{margin-block-end:-1.2rem;overflow-wrap:anywhere}
article>.facts{margin-block-end:0}
article h2{font-size:1.35rem;line-height:1.3}
h3{font-size:1rem;margin-block-end:.5rem}
h4{font-size:.92rem}
pre,.source{margin:0;padding:.8rem 1rem;background:var(--raised);border:1px solid var(--rule);border-radius:6px;overflow-x:auto;
line-height:1.45}
.error pre,.source{border-inline-start:4px solid var(--red)}
pre+pre,pre+.source{margin-block-start:.5rem}
/* A drawing made of characters must not be broken; prose, and names of files, may. */
.wraps{display:block;white-space:pre-wrap;overflow-wrap:break-word;--hang:min(var(--indent,0px),40cqi);
padding-inline-start:var(--hang);text-indent:calc(-1*var(--hang))}
.source{font-family:var(--mono);font-size:.92em}.source span{display:block;white-space:pre;inline-size:max-content;min-inline-size:100%}
.source .failing{color:var(--red);background:var(--red-tint);font-weight:600}
.expected{color:var(--green)}.received{color:var(--red)}.place{color:var(--soft)}
.evidence ul{display:flex;flex-wrap:wrap;gap:.3rem 1.6rem}
.evidence a{font-family:var(--mono);font-size:.92em}
main a{color:var(--accent)}
.drawing{overflow:auto;max-block-size:max(18rem,70vh);border:1px solid var(--rule);border-radius:6px;padding:.6rem;background:var(--bg)}
.drawing svg{display:block;margin:auto}
.drawing.whole svg{max-block-size:calc(max(18rem,70vh) - 1.2rem - 2px)}
.drawing.full .hairpin-topology:not(:root){max-inline-size:none}
.sizes{display:flex;flex-wrap:wrap;gap:.4rem;margin-block-start:.5rem}
.sizes button{font-size:.87rem;padding:.15rem .6rem}
/* A rail, with the mark of each question on it. */
.timeline li{display:grid;grid-template-columns:5.2rem 1.4rem minmax(0,1fr);gap:0 .6rem;position:relative;padding-block:.3rem}
.timeline li::before{content:"";position:absolute;inset-block:0;inset-inline-start:calc(6.5rem - 1px);border-inline-start:2px solid var(--rule)}
.timeline li:first-child::before{inset-block-start:.9rem}
.timeline li:last-child::before{inset-block-end:calc(100% - .9rem)}
.timeline li:only-child::before{display:none}
.timeline .time{text-align:end;line-height:1.7}
.timeline .state{position:relative;inline-size:1.4rem;block-size:1.4rem;border-radius:50%;border:2px solid;background:var(--bg);
display:grid;place-content:center;font-size:.75rem;line-height:1}
.asked{min-inline-size:0}
.asked code{overflow-wrap:break-word;margin-inline-end:.5rem}
.timeline .failed code{font-weight:600}
.took{font-size:.87em;white-space:nowrap}
.share{display:block;block-size:3px;min-inline-size:3px;border-radius:2px;margin-block-start:.15rem;background:var(--green)}
.failed .share{background:var(--red)}

.controls{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center}
button{font:inherit;color:inherit;cursor:pointer;background:var(--raised);border:1px solid var(--rule);border-radius:6px;
padding:.25rem .8rem}
button:hover{border-color:var(--soft)}
button[aria-disabled=true]{opacity:.5;cursor:default}
.position{color:var(--soft);margin-inline-start:.4rem;font-variant-numeric:tabular-nums}
.said{margin-block:.7rem;padding:.5rem .9rem;border-inline-start:4px solid var(--green);background:var(--raised);
border-radius:0 6px 6px 0;overflow-wrap:break-word}
.said.at-loss{border-color:var(--red);background:var(--red-tint)}
.stage>*{min-inline-size:0}
.stage{display:grid;grid:"network frame" auto "steps frame" 1fr/minmax(0,1fr) minmax(18rem,20rem);gap:1rem;align-items:start}
.stage.wide{grid:"network network" auto "steps frame" auto/minmax(0,1fr) minmax(17rem,22rem)}
.stage>.picture{grid-area:network}.stage>.steps{grid-area:steps}.stage>.frame{grid-area:frame}
.frame{border:1px solid var(--rule);border-radius:6px;padding:.7rem 1rem;font-size:.9rem;overflow-wrap:break-word;
max-block-size:34rem;overflow-y:auto}
.frame h5{font-size:.87rem;margin-block:.6rem .1rem;color:var(--soft)}
.frame dl{display:grid;grid-template-columns:7rem minmax(8.1rem,1fr);gap:0 .8rem}
.frame dd{font-family:var(--mono);font-size:.87em}
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
@container (max-width:42rem){.stage,.stage.wide{grid:"network" auto "steps" auto "frame" auto/minmax(0,1fr)}
.frame{max-block-size:none;columns:18rem;column-gap:2rem}.frame h5{break-after:avoid}.frame dl{break-inside:avoid}}
@media (max-width:52rem){
header{padding-inline:1rem}
#report{display:block;height:auto}
nav{border-inline-end:0;border-block-end:1px solid var(--rule);block-size:45vh}
main{padding:1rem 1rem 3rem;overflow:visible}
.runs-table :is(th,td){padding-inline:.3rem}.runs-table .run,.runs-table td{min-inline-size:4.5rem}.runs-table th[scope=row]{min-inline-size:8rem}
.timeline li{grid-template-columns:4.2rem 1.4rem minmax(0,1fr)}.timeline li::before{inset-inline-start:calc(5.5rem - 1px)}}
@media (prefers-reduced-motion:no-preference){.hairpin-topology g{transition:opacity .15s}}
@media print{#report{display:block;height:auto}nav,.controls,.keys,.sizes{display:none}main{overflow:visible}.drawing{max-block-size:none}}
@media (hover:none){.keys{display:none}}
`;
