import { expect, test } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';

// a ── b
test.for(['tcp', 'udp'] as const)(
  'where no port is left to send from, a question by %s names the settings',
  async (by, { lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    a.sysctl.set('net.ipv4.ip_local_port_range', '40000 40001');
    a.sysctl.set('net.ipv4.ip_local_reserved_ports', '40000-40001');
    const options = { by, port: 80, family: 4 } as const;
    expect(await failureOf(expect(a).toReach(b, { ...options, within: 50 }))).toContain(
      'a has no port left to send from: net.ipv4.ip_local_port_range is 40000-40001, without 40000-40001 (ip_local_reserved_ports) (EADDRINUSE)',
    );
    // It says nothing of the network, so a negative does not pass either.
    await expect(expect(a).not.toReach(b, options)).rejects.toThrow('no port left to send from');
    a.sysctl.set('net.ipv4.ip_local_reserved_ports', '40000');
    await expect(a).toReach(b, options);
  },
);
