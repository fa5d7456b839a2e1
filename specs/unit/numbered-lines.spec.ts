import { expect, test } from 'hairpin';
import { NumberedLines } from '../../lib/wire/numbered-lines.ts';

/** Of `tcpdump -x`: Ethernet, IPv4 10.0.0.1 > 10.0.0.2, and what follows; for the answer, the ends the other way round. */
function frame(protocol: number, rest: string, answer = false): Buffer {
  const [one, two] = ['0a000001', '0a000002'];
  const body = Buffer.from(rest.replaceAll(' ', ''), 'hex');
  const length = (20 + body.length).toString(16).padStart(4, '0');
  const ends = answer ? two + one : one + two;
  const header = `4500 ${length} 0000 4000 40 ${protocol.toString(16).padStart(2, '0')} 0000 ${ends}`;
  return Buffer.concat([Buffer.from(`020000000002 020000000001 0800 ${header}`.replaceAll(' ', ''), 'hex'), body]);
}

// no network: frames as bytes
test('identifiers and ports that the kernel chose are numbered as they come; others stay', () => {
  const lines = new NumberedLines();
  const said = (...args: Parameters<typeof frame>) => lines.describe(frame(...args));
  expect(said(1, '0800 0000 1267 0001')).toBe('ICMP echo request 10.0.0.1 > 10.0.0.2 id #1 seq 1');
  expect(said(1, '0000 0000 1267 0001', true)).toBe('ICMP echo reply 10.0.0.2 > 10.0.0.1 id #1 seq 1');
  expect(said(1, '0800 0000 1268 0001')).toBe('ICMP echo request 10.0.0.1 > 10.0.0.2 id #2 seq 1');
  expect(said(17, '8000 0035 0008 0000')).toBe('UDP 10.0.0.1:#3 > 10.0.0.2:53, 0 bytes');
  expect(said(17, '0035 8000 0008 0000', true)).toBe('UDP 10.0.0.2:53 > 10.0.0.1:#3, 0 bytes');
  expect(said(17, '7fff 0035 0008 0000')).toBe('UDP 10.0.0.1:32767 > 10.0.0.2:53, 0 bytes');
  expect(said(6, 'c000 0050 00000000 00000000 5002 ffff 0000 0000')).toBe('TCP 10.0.0.1:#4 > 10.0.0.2:80 [S]');
});
