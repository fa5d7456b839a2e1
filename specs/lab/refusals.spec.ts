import { expect, test } from 'hairpin';

/** The kernel would let 50 pass at once, and six to one host. */
const MANY = 300;

// a ── b, where nobody listens
test.for([4, 6] as const)('every refusal is sent, however many there are: IPv%d', async (family, { lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  // Its IPv6 address can be asked for only when its group has been joined (addrconf_dad_work).
  await lab.settled();
  const target = family === 4 ? '10.0.0.2' : 'fd00::2';
  await a.exec('bash', ['-c', `for ((n = 0; n < ${MANY}; n++)); do echo > /dev/udp/${target}/9; done`]);
  const counter = family === 4 ? 'IcmpOutDestUnreachs' : 'Icmp6OutDestUnreachs';
  const { stdout } = await b.exec('nstat', ['--json', '-asz', counter]);
  expect(JSON.parse(stdout)).toEqual({ kernel: { [counter]: MANY } });
});
