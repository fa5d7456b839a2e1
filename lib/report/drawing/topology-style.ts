/**
 * The drawing's colours, in both schemes. Inlined in a page it follows that page's `color-scheme`, on its own (`:root`)
 * the reader's. Every selector begins with the drawing's class, since an inlined SVG's styles are the whole page's.
 * What cannot read CSS variables has the attributes: outlines in the text's colour.
 */
export const TOPOLOGY_STYLE = `
.hairpin-topology{
--ink:light-dark(#1f2328,#e6edf3);--muted:light-dark(#59636e,#9198a1);--line:light-dark(#8c959f,#6e7681);
--paper:light-dark(#ffffff,#0d1117);--host:light-dark(#f6f8fa,#151b23);--switch:light-dark(#ddf4ff,#0c2440);
--router:light-dark(#fff8c5,#2e2306);--host-line:light-dark(#d1d9e0,#3d444d);--switch-line:light-dark(#54aeff,#1f6feb);
--router-line:light-dark(#d4a72c,#9e6a03);--path:light-dark(#1a7f37,#3fb950);--fault:light-dark(#cf222e,#f85149);
color:var(--ink);font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.hairpin-topology:not(:root){max-width:100%;height:auto}
.hairpin-topology:root{color-scheme:light dark;background:var(--paper)}
.hairpin-topology text{fill:var(--ink);white-space:pre}
.hairpin-topology .title{font-size:13px;font-weight:600}
.hairpin-topology .name{font-weight:600}
.hairpin-topology .muted{fill:var(--muted)}
.hairpin-topology .fault-text{fill:var(--fault)}
.hairpin-topology .icon{stroke:var(--muted);stroke-width:1.4;fill:none;stroke-linecap:round;stroke-linejoin:round}
.hairpin-topology .namespace>rect{fill:var(--host);stroke:var(--host-line)}
.hairpin-topology .switch>rect{fill:var(--switch);stroke:var(--switch-line)}
.hairpin-topology .router>rect{fill:var(--router);stroke:var(--router-line)}
.hairpin-topology .interface>rect{fill:var(--paper);stroke:var(--line)}
.hairpin-topology .interface.fault>rect{stroke:var(--fault);stroke-dasharray:4 3}
.hairpin-topology .edge path{fill:none;stroke:var(--line);stroke-width:1.6}
.hairpin-topology .edge.parent path{stroke-dasharray:5 4}
.hairpin-topology .edge.fault path{stroke:var(--fault);stroke-dasharray:2 5}
.hairpin-topology .edge polygon{fill:var(--path);stroke:none}
.hairpin-topology .edge.on-path path{stroke:var(--path);stroke-width:3}
.hairpin-topology .interface.on-path>rect{stroke:var(--path);stroke-width:2.5}
.hairpin-topology .interface.lost>rect{stroke:var(--fault);stroke-width:2.5}
.hairpin-topology .cross circle{fill:var(--fault);stroke:var(--paper);stroke-width:2}
.hairpin-topology .cross path{stroke:#fff;stroke-width:2;stroke-linecap:round}
`;
