import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeFrameFields, describeFrame } from '../../lib/wire/describe-frame.ts';
import { damaged, numRuns } from './arbitraries.ts';
import { CAPTURED } from './captured-frames.ts';
import { hex } from './hex.ts';

describe('describeFrame', () => {
  test.each(Object.values(CAPTURED))('says $line', ({ line, frame }) => {
    expect(describeFrame(hex(frame))).toBe(line);
  });

  test.each([
    ['Ethernet (truncated)', ''],
    ['Ethernet (truncated)', 'ffffffffffff 020000000001 08'],
    ['ARP (truncated)', 'ffffffffffff 020000000001 0806 0001080006040001'],
    [
      'ARP operation 8, hardware 1, protocol 0x0800',
      `ffffffffffff 020000000001 0806 0001080006040008 ${'00'.repeat(20)}`,
    ],
    ['IPv4 (truncated)', 'ffffffffffff 020000000001 0800 4500'],
    ['IPv4 (malformed)', `ffffffffffff 020000000001 0800 ${'00'.repeat(20)}`],
    ['IPv6 (truncated)', 'ffffffffffff 020000000001 86dd 6000'],
    ['vlan 5 ARP (truncated)', 'ffffffffffff 020000000001 8100 0005 0806'],
    ['802.1Q (truncated)', 'ffffffffffff 020000000001 8100 00'],
    ['EtherType 0x88b5, 02:00:00:00:00:01 > 02:00:00:00:00:02, 3 bytes', '020000000002 020000000001 88b5 010203'],
    ['LLC 0xe0 0xe0, 1 byte', '020000000002 020000000001 0004 e0e0 03 01'],
    ['STP topology change', '0180c2000000 020000000001 0007 424203 0000 00 80'],
  ])('says %s', (line, frame) => {
    expect(describeFrame(hex(frame))).toBe(line);
  });

  // Written by hand from the standards: what no Linux host here sends of its own accord.
  test.each([
    [
      'LLDP sw0 port swp1',
      '0180c200000e 020000000001 88cc 0207 04 020000000001 0405 05 73777031 0602 0078 0a03 737730 0000',
    ],
    [
      'LLDP 02:00:00:00:00:01 port 10.0.0.1 (truncated)',
      '0180c200000e 020000000001 88cc 0207 04 020000000001 0406 04 01 0a000001 0a05 7377',
    ],
    [
      'RSTP root 8000.02:00:00:00:00:01, bridge 9000.02:00:00:00:00:02, port 8002, cost 2000',
      `0180c2000000 020000000001 0027 424203 0000 02 02 3c 8000 020000000001 000007d0 9000 020000000002 8002
       0100 1400 0200 0f00 00`,
    ],
    [
      'ICMPv6 router advertisement from fe80::1, prefix fd00::/64',
      `333300000001 020000000001 86dd 6000 0000 0030 3a ff fe80000000000000 0000000000000001
       ff02000000000000 0000000000000001 8600 0000 40 00 0708 00000000 00000000
       0304 40 c0 00015180 00003840 00000000 fd00000000000000 0000000000000000`,
    ],
    [
      'ICMP redirect to 10.0.0.254 from 10.0.0.3 (about 10.0.0.1 > 10.1.0.1)',
      `020000000001 020000000002 0800 4500 0038 0000 0000 40 01 0000 0a000003 0a000001 0501 0000 0a0000fe
       4500 0054 0000 4000 40 01 0000 0a000001 0a010001 0800 0000 0001 0001`,
    ],
    [
      'ICMP host unreachable from 10.0.0.101 (about 10.0.0.101 > 10.0.0.102)',
      `020000000001 020000000002 0800 45c0 0038 0000 0000 40 01 0000 0a000065 0a000065 0301 0000 00000000
       4500 0054 0000 4000 40 01 0000 0a000065 0a000066 0800 0000 0001 0001`,
    ],
    [
      'MLD query',
      `333300000001 020000000001 86dd 6000 0000 0018 3a 01 ${'fe80'.padEnd(32, '0')} ff02000000000000 0000000000000001
       8200 0000 2710 0000 ${'00'.repeat(16)}`,
    ],
    [
      'IGMP query for 224.0.0.251',
      '01005e0000fb 020000000001 0800 4500 001c 0000 0000 01 02 0000 0a000001 e00000fb 1164 0000 e00000fb',
    ],
    [
      'IPv4 10.0.0.1 > 10.0.0.2, GRE, 4 bytes',
      '020000000002 020000000001 0800 4500 0018 0000 0000 40 2f 0000 0a000001 0a000002 00000800',
    ],
    [
      'ARP announcement 10.0.0.1 is-at 02:00:00:00:00:01',
      'ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000001',
    ],
  ])('says %s, too', (line, frame) => {
    expect(describeFrame(hex(frame))).toBe(line);
  });

  test.each([
    [5, 'vlan 5', '8100 0005'],
    [100, 'vlan 100 vlan 5', '88a8 0064 8100 0005'],
    [0, 'vlan 0', '8100 e000'],
  ])('puts the tags in front (%i)', (_vlan, prefix, tags) => {
    const { frame, line } = CAPTURED.arpRequest;
    const bytes = hex(frame);
    const tagged = Buffer.concat([bytes.subarray(0, 12), hex(tags), bytes.subarray(12)]);
    expect(describeFrame(tagged)).toBe(`${prefix} ${line}`);
  });

  test('never lets a name from the wire talk to the terminal', () => {
    const name = Buffer.from('a\u001b[31mb');
    const tlvs = Buffer.concat([hex('0a07'), name.subarray(0, 7), hex('0000')]);
    expect(describeFrame(Buffer.concat([hex('0180c200000e 020000000001 88cc'), tlvs]))).toBe('LLDP a.[31mb');
  });

  test('does not count padding as payload', () => {
    const { frame, line } = CAPTURED.tcpSyn;
    expect(describeFrame(Buffer.concat([hex(frame), Buffer.alloc(46)]))).toBe(line);
  });

  test('stands frames that were cut short or damaged, in one line', () => {
    const frame = fc.constantFrom(...Object.values(CAPTURED)).chain((each) => damaged(hex(each.frame)));
    fc.assert(
      fc.property(frame, (bytes) => {
        expect(describeFrame(bytes)).toMatch(/^\P{C}+$/u);
        expect(decodeFrameFields(bytes).length).toBeGreaterThan(0);
      }),
      numRuns(3000),
    );
  });

  test('stands garbage behind each EtherType and each IP protocol', () => {
    const types = fc.constantFrom('0806', '0800', '86dd', '8100', '88a8', '88cc', '0026').map(hex);
    // A garbage IP header is hardly ever valid: give some packets one, of any protocol.
    const header = fc
      .constantFrom(1, 2, 4, 6, 17, 58, 0, 43, 44, 60, 200)
      .chain((protocol) =>
        fc.constantFrom(
          hex(`4500 05dc 0000 0000 40 ${protocol.toString(16).padStart(2, '0')} 0000 0a000001 0a000002`),
          hex(`6000 0000 05b4 ${protocol.toString(16).padStart(2, '0')} ff ${'fd'.repeat(16)} ${'fe'.repeat(16)}`),
        ),
      );
    const payload = fc.uint8Array({ maxLength: 90 });
    fc.assert(
      fc.property(types, fc.option(header, { nil: Buffer.alloc(0) }), payload, (type, ip, rest) => {
        const frame = Buffer.concat([hex('ffffffffffff 020000000001'), type, ip, rest]);
        expect(describeFrame(frame)).toMatch(/^\P{C}+$/u);
      }),
      numRuns(3000),
    );
  });

  test.each([
    ['tags', hex('ffffffffffff 020000000001 8100'), hex('8100 8100')],
    [
      'extension headers',
      hex(`ffffffffffff 020000000001 86dd 6000 0000 ffff 3c ff ${'fd'.repeat(32)}`),
      hex('3c00 000000000000'),
    ],
  ])('stands 64 KB of nothing but %s', (_what, head, repeated) => {
    const frame = Buffer.concat([head, Buffer.alloc(0xffff, repeated)]);
    expect(describeFrame(frame).length).toBeLessThan(200);
  });
});

describe('decodeFrameFields', () => {
  test('has the layers from the outside in, with their fields', () => {
    expect(decodeFrameFields(hex(CAPTURED.udp.frame))).toEqual([
      {
        layer: 'Ethernet',
        fields: [
          ['destination', '02:00:00:00:00:67'],
          ['source', '02:00:00:00:00:65'],
          ['EtherType', '0x0800'],
        ],
      },
      {
        layer: 'IPv4',
        fields: [
          ['source', '10.0.0.1'],
          ['destination', '10.0.0.2'],
          ['protocol', '17'],
          ['TTL', '64'],
          ['DSCP', '0'],
          ['identification', '14221'],
          ["don't fragment", 'yes'],
          ['more fragments', 'no'],
          ['fragment offset', '0'],
          ['length', '40 bytes'],
        ],
      },
      {
        layer: 'UDP',
        fields: [
          ['source port', '42774'],
          ['destination port', '53'],
          ['payload', '12 bytes'],
        ],
      },
    ]);
  });

  test('has the extension headers of an MLD report', () => {
    const layers = decodeFrameFields(hex(CAPTURED.mldReport.frame)).map(({ layer }) => layer);
    expect(layers).toEqual(['Ethernet', 'IPv6', 'IPv6 hop-by-hop options', 'MLD']);
  });

  test('has the options of a SYN', () => {
    const tcp = decodeFrameFields(hex(CAPTURED.tcpSyn.frame)).at(-1);
    expect(Object.fromEntries(tcp?.fields ?? [])).toMatchObject({
      flags: 'S',
      options: 'mss 1460, sackOK, timestamps 2999981409 0, wscale 10',
    });
  });
});
