import { expect, type Lab, type Namespace, test } from 'hairpin';
import { addRules } from '../trace/rules/add-rules.ts';
import { failureOf } from './failure-of.ts';

// a ── p0 (sw) ─┬─ p1 ── b
//               └─ p2 ── c, which takes over b's address
function build(lab: Lab, subnet: '10.0.0' | 'fd00:9:') {
  const sw = lab.switch('sw');
  const [a, b, c] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
  const [ofA, ofB, ofC] = subnet === '10.0.0' ? ['.1/24', '.2/24', '.3/24'] : [':1/64', ':2/64', ':3/64'];
  lab.cable(a, sw, { a: { address: `${subnet}${ofA}` } });
  const cable = lab.cable(b, sw, { a: { address: `${subnet}${ofB}` } });
  lab.cable(c, sw, { a: { address: `${subnet}${ofC}` } });
  const address = `${subnet}${ofB}`;
  const takeOver = async () => {
    cable.unplug();
    c.interface().address.add(address);
    a.neighbour.flush();
    await expect(a).toReach(address.split('/')[0] as string);
  };
  return { a, b, address: address.split('/')[0] as string, takeOver };
}

test.for(['10.0.0', 'fd00:9:'] as const)(
  'b has not stayed reachable where c answers in its stead meanwhile, at %s',
  async (subnet, { lab }) => {
    const { a, b, address, takeOver } = build(lab, subnet);
    const failure = await failureOf(expect(a).toStayReachable(b, { gap: 50, while: takeOver }));
    expect(failure).toMatch(/^Received: +an outage of /m);
    expect(failure).toMatch(/ probes lost, \d+ of them answered by another host, and no end$/m);
    expect(failure).toContain(`\nAsked again:  an answer not of b: c has ${address} too\n`);
    expect(failure).toContain('\nHint: give c or b another address');
  },
);

test('the negative says the same', async ({ lab }) => {
  const { a, b, takeOver } = build(lab, '10.0.0');
  await expect(a).not.toStayReachable(b, { gap: 50, while: takeOver });
});

test('of the address whoever has it may answer', async ({ lab }) => {
  const { a, address, takeOver } = build(lab, '10.0.0');
  await expect(a).toStayReachable(address, { gap: 2000, while: takeOver });
});

// a ── r ─┬─ b
//         └─ c, to which r's packet filter sends what is for b
test.for(['icmp', 'udp'] as const)(
  'the function is not called where another answers from the start, by %s',
  async (by, { lab }) => {
    const [a, r, b, c] = [lab.namespace('a'), lab.router('r'), lab.namespace('b'), lab.namespace('c')];
    for (const ns of [a, b, c]) lab.cable(ns, r);
    let called = false;
    const call = () => {
      called = true;
    };
    await expect(a).toStayReachable(b, { by, gap: 2000, while: () => {} });
    await redirect(r);
    for (const assertion of [
      expect(a).toStayReachable(b, { while: call }),
      expect(a).not.toStayReachable(b, { while: call }),
    ]) {
      const failure = await failureOf(assertion);
      expect(failure).toContain(
        '\nReceived:  an answer not of b: c got the probe, whose target had become 10.0.2.1, so the function was not called\n',
      );
      expect(failure).toMatch(
        /\nHint: a packet filter on the way translates 10\.0\.1\.1, or has a proxy take it \(tproxy\): nft list ruleset$/,
      );
    }
    expect(called).toBe(false);
  },
);

function redirect(r: Namespace): Promise<void> {
  return addRules(r, 'ip nat pre { type nat hook prerouting priority -100; }', ['ip daddr 10.0.1.1 dnat to 10.0.2.1']);
}
