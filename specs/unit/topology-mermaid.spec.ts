import { expect, test } from 'vitest';
import { topologyOf } from '../../lib/report/drawing/topology.ts';
import { topologyMermaid } from '../../lib/report/drawing/topology-mermaid.ts';
import { StateBuilder } from './lab-states.ts';

test('is a flowchart of subgraphs', () => {
  const { state } = new StateBuilder()
    .namespace('end')
    .namespace('sw', 'switch')
    .namespace('ns1')
    .cable('end/up0', 'sw/p"0', { addresses: ['10.0.0.1/24'] })
    .macvlan('ns1/m1', 'end/up0')
    .namespace('lonely', 'router');
  expect(topologyMermaid(topologyOf(state))).toBe(`flowchart LR
  subgraph n0["end"]
    d0["<b>up0</b> veth<br/>10.0.0.1/24"]
  end
  class n0 host
  subgraph n1["sw (switch)"]
    d1["<b>p#quot;0</b> veth"]
  end
  class n1 switch
  subgraph n2["ns1"]
    d2["<b>m1</b> macvlan vepa<br/>10.0.0.101/24<br/>fd00::65/64"]
  end
  class n2 host
  subgraph n3["lonely (router)"]
    e3[" "]:::none
  end
  class n3 router
  d1 --- d0
  d0 -.- d2
  classDef host fill:transparent,stroke:#8b949e
  classDef router fill:#d2992233,stroke:#8b949e
  classDef switch fill:#388bfd33,stroke:#8b949e
  classDef fault stroke:#f85149,stroke-dasharray:4
  classDef none fill:transparent,stroke:none
`);
});

test('marks what is down', () => {
  const { state } = new StateBuilder().namespace('a').namespace('b').cable('a/eth0', 'b/eth0', { up: false });
  expect(topologyMermaid(topologyOf(state))).toContain('<br/>down"]:::fault');
  expect(topologyMermaid(topologyOf(state))).toContain('d0 ---|down| d1');
});
