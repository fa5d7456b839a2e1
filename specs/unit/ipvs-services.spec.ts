import { expect, test } from 'hairpin';
import { connectionsOfRound, isForService, parseIpvsServices } from '../../lib/kernel/tables/ipvs-services.ts';

const FAR = 'fd00:0000:0000:0000:0000:0000:0000:0002';

// As Linux 6.1 writes it.
const TEXT = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  0A000002:0050 rr persistent 300 FFFFFFFF
  -> 0A000103:0050      Masq    1      0          0         
  -> 0A000102:0050      Masq    0      0          0         
UDP  [${FAR}]:0035 wlc 
  -> [fd00:0000:0000:0001:0000:0000:0000:0002]:0035      Route   100    2          0         
  -> [fd00:0000:0000:0001:0000:0000:0000:0003]:0035      Tunnel  40     0          128         
FWM  00000001 wrr ops 
`;

test('the services of IPVS, with the weights of their servers', () => {
  expect(parseIpvsServices(TEXT)).toEqual([
    { protocol: 'TCP', place: '0A000002:0050', scheduler: 'rr', weights: [1, 0], loads: [0, 0] },
    { protocol: 'UDP', place: `[${FAR}]:0035`, scheduler: 'wlc', weights: [100, 40], loads: [2, 0.5] },
    { protocol: 'FWM', place: '00000001', scheduler: 'wrr', weights: [], loads: [] },
  ]);
  expect(parseIpvsServices('')).toEqual([]);
});

test.for<[scheduler: string, weights: number[], connections: number, loads?: number[]]>([
  ['rr', [1, 5, 1], 3],
  ['rr', [1, 0], 0],
  ['wrr', [100, 40], 7],
  ['wlc', [100, 1], 101],
  ['sh', [3], 0],
  ['rr', [], 0],
  // By a hash of ports: of two coins, one shows after 6 throws in 98 cases of 100.
  ['sh', [1, 1], 6],
  ['mh', [1, 1], 6],
  ['ovf', [1, 1], 4],
  // The second server has 5 connections, and the first gets as many before.
  ['lc', [1, 1], 7, [0, 5]],
  ['rr', [1, 1], 2, [0, 5]],
  ['wlc', [1, 0], 0, [0, 5]],
])('%s with weights %o: each server has a connection after %i', ([scheduler, weights, connections, loads = []]) => {
  expect(connectionsOfRound({ scheduler, weights, loads })).toBe(connections);
});

test('a service is found by its protocol, address and port', () => {
  const [tcp, udp, marked] = parseIpvsServices(TEXT);
  const isFor = (service: typeof tcp, protocol: string, address: string, port: number) =>
    service && isForService(service, { protocol, address, port });
  expect(isFor(tcp, 'tcp', '10.0.0.2', 80)).toBe(true);
  expect(isFor(tcp, 'udp', '10.0.0.2', 80)).toBe(false);
  expect(isFor(tcp, 'tcp', '10.0.0.2', 81)).toBe(false);
  expect(isFor(tcp, 'tcp', '10.0.0.3', 80)).toBe(false);
  expect(isFor(udp, 'udp', 'fd00::2', 53)).toBe(true);
  expect(isFor(udp, 'udp', 'fd00::3', 53)).toBe(false);
  expect(isFor(marked, 'tcp', '10.0.0.3', 443)).toBe(true);
});
