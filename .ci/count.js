// Adds up vitest's JSON reports and prints the line that CI reads last. Skips fail it unless they are listed here.
import { readFileSync } from 'node:fs';

/** Suite and test, as vitest joins them: what a machine may lack, and says that it lacks. */
const ALLOWED_SKIPS = [
  // Kinds of links: they run on another kernel, in QEMU. And what only a kernel without them can show.
  /needs (CONFIG_(IPVLAN|IPVTAP|VLAN_8021Q|DUMMY)|root of the host)/,
  /where there is no .*, making one names the option that it needs/,
  /containers on Docker's ipvlan share their parent's MAC address/,
  /needs the CNI plugins .* ipvlan in mode l2/,
  /needs systemd-networkd ipvlan, by an \[IPVLAN\] netdev/,
  // Debian 12's CNI plugins, 1.1.1, have no such setting.
  /linkInContainer: the parent is the container’s own/,
];

const tests = process.argv.slice(2).flatMap((file) => {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  return report.testResults.flatMap(({ assertionResults, status, name, message }) => {
    // A file that did not even load has no tests of its own.
    if (assertionResults.length === 0 && status === 'failed')
      return [{ status: 'failed', fullName: `${name}: ${message}` }];
    return assertionResults;
  });
});
const count = (...states) => tests.filter(({ status }) => states.includes(status)).length;
const skipped = tests.filter(({ status }) => !['passed', 'failed'].includes(status));
const unexpected = skipped.filter(({ fullName }) => !ALLOWED_SKIPS.some((allowed) => allowed.test(fullName)));
for (const { fullName } of unexpected) console.log(`skipped, and not on the list: ${fullName}`);
console.log(`${count('passed')} passed, ${count('failed')} failed, ${skipped.length} skipped`);
process.exitCode = count('failed') > 0 || unexpected.length > 0 || tests.length === 0 ? 1 : 0;
