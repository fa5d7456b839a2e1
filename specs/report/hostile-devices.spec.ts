import { expect, test } from 'hairpin';
import { topologyOf } from '../../lib/report/drawing/topology.ts';
import { topologyMermaid } from '../../lib/report/drawing/topology-mermaid.ts';
import { topologySvg } from '../../lib/report/drawing/topology-svg.ts';
import { readDrawn, readLab } from '../../lib/report/lab-state.ts';
import { labScript } from '../../lib/report/script/lab-script.ts';
import { stateText } from '../../lib/report/state-text.ts';
import { needs } from '../needs.ts';
import { readByPrograms, rebuild } from './rebuild.ts';
import { outcomes, WAITING } from './rebuilt-outcomes.ts';

needs('sysctl');

const NAMES = [
  ...[
    '$(id>x)',
    '`id>x`',
    "'",
    '"',
    "a';id>x;'",
    '\\',
    '*',
    '~',
    '#',
    '&id>x',
    '|id',
    '!!',
    '-n',
    '--help',
    '=',
    '{a,b}',
  ],
  ...['<script>', '<img>', ']]>', '<!--', '"]', '`md`'],
  ...['\u001b[2J', '\u0001\u007f', '\u202eb', '\u2066x', '名前', '😀', '\u2028'],
];

// a ─ eth0, eth1 … ── eth0, eth1 … ─ b: a program has given a's interfaces names
test(
  'devices of any names are text in all that is told of them, and lab.sh rebuilds them',
  WAITING,
  async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    for (const [number, name] of NAMES.entries()) {
      // Down: before Linux 6.2 only then a device can be renamed.
      lab.cable(a, b).a.set({ up: false });
      await a.exec('ip', ['link', 'set', 'dev', `eth${number}`, 'name', name, 'up']);
    }

    expect(await outcomes(lab, [a, b])).toEqual(['answered']);

    const state = readLab(lab);
    const drawn = topologyOf(readDrawn(lab));
    const texts = [
      ...[labScript(state), ...state.namespaces.map((each) => stateText(state, each))],
      ...[topologySvg(drawn), topologyMermaid(drawn), lab.draw()],
    ];
    for (const text of texts) {
      expect(text).toContain('名前');
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028\u202a-\u202e\u2066-\u2069]/u);
    }
  },
);

// node ─ eth0: nft has a comment and a set's element that a terminal would obey
test('a ruleset is rebuilt byte for byte, and shown as text', WAITING, async ({ lab }) => {
  const node = lab.namespace('node');
  const comment = "\u001b[2J % \\ $(id) \u202e'";
  await node.exec('nft', [`add table ip t; add chain ip t c; add rule ip t c counter comment "${comment}"`]);

  const before = (await readByPrograms(lab))['node'];
  const script = labScript(readLab(lab));

  expect((await rebuild(script, ['node'])).readings['node']).toEqual(before);
  expect(JSON.stringify(before?.nftables)).toContain('$(id)');
  expect(script.replaceAll(/[\n\t]/g, '')).not.toMatch(/[\p{Cc}\u202e]/u);
});
