import { expect, test } from 'hairpin';

// nic0, in the network that vitest was started from, by somebody who is not root there
//
// Not a spec of its own: pool.spec.ts runs it in a vitest of its own.
test('without root there the NIC is out of reach', ({ lab }) => {
  // EACCES already for a look at it, EPERM for entering it.
  expect(() => lab.uplink('nic0')).toThrow(
    /^lab\.uplink\('nic0'\): entering the network that this run was started from: (EPERM|EACCES) .*\n {2}usual cause: a real NIC needs root there: run as root\. /,
  );
});
