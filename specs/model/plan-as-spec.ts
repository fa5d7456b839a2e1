import { inspect } from 'node:util';
import { ADDRESSES, type Plan } from './random-plan.ts';
import { resolvePlan } from './resolve-plan.ts';

/** A plan as a spec, to be pasted. */
export function asSpec(drawn: Plan): string {
  const { bridges, trunks, hosts, vlans, macvlans, entries, frames, memberships: joined, members } = resolvePlan(drawn);
  const mac = (place: string) => (place.includes(':') ? show(place) : `${place}.mac`);
  const lines = [
    ...bridges.map(({ name, options }) => `const ${name} = lab.switch('${name}', ${show(options)});`),
    ...trunks.map(({ name, a, b, options }) => `const ${name} = lab.cable(${a}, ${b}, ${show(options)});`),
    ...hosts.map(
      ({ name, at, options }) => `const ${name} = lab.cable(quiet(lab, '${name}'), ${at}, ${show(options)});`,
    ),
    ...bridges.flatMap(({ name, vlans: own }) => own.map((vlan) => `${name}.br0.vlan.add(${show(vlan)});`)),
    ...joined.map(({ cable, end, vlan }) => `${cable}.${end}.vlan.add(${show(vlan)});`),
    ...members.map(({ sw, cable, end }) => {
      const port = cable === undefined ? `${sw}.br0` : `${cable}.${end}`;
      return `${sw}.mdb.add({ group: '${ADDRESSES.multicast}', port: ${port} });`;
    }),
    ...vlans.map(
      ({ name, on, id, up }) =>
        `const ${name} = ${on}.namespace.vlan({ parent: ${on}, id: ${id}, address: false, up: ${up} });`,
    ),
    ...macvlans.map(({ name, on, mode, macaddr, nodst }) => {
      const ofSource = macaddr ? `, nodst: ${nodst}, macaddr: [${macaddr.map(mac).join(', ')}]` : '';
      return `const ${name} = quiet(lab, '${name}').macvlan({ parent: ${on}, mode: '${mode}', address: false${ofSource} });`;
    }),
    ...macvlans.flatMap(({ name, up }) => (up ? [] : `${name}.set({ up: false });`)),
    ...hosts.flatMap(({ name, up }) => (up ? [] : `${name}.a.set({ up: false });`)),
    ...entries.map((entry) => `${entry.sw}.fdb.add(${mac(entry.mac)}, ${entry.cable}.${entry.end});`),
    'using referee = new Referee(lab);',
    ...frames.flatMap(({ from, to, length, tags }, at) => [
      `const frame${at} = await referee.follow(${from}, ${mac(to)}, ${length}, ${show(tags)});`,
      `expect(frame${at}?.kernel).toEqual(frame${at}?.model);`,
    ]),
  ];
  return `test('…', async ({ lab }) => {\n${lines.map((line) => `  ${line}\n`).join('')}});\n`;
}

function show(value: unknown): string {
  return inspect(value, { depth: null, breakLength: Number.POSITIVE_INFINITY });
}
