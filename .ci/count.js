// Adds up vitest's JSON reports and prints what failed, where a log that shows only its end still has it, and the line that
// CI reads last. Skips fail it unless they are listed here.
import { readFileSync } from 'node:fs';

/** What no run here can show, by suite and test as vitest joins them. */
const ALLOWED_SKIPS = [
  // It runs where a kernel has no such kind of link, so never on one that has; each kernel lacks others.
  /where there is no .*, making one names the option that it needs/,
  // Linux 6.7 has it, Debian 12's kernel is 6.1: hairpin test --kernel 6.12 -- specs/lab/netkit.spec.ts
  /^needs CONFIG_NETKIT /,
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
// What is skipped in one run, for want of root or of a kind of link, is no skip where another run has it.
const passed = new Set(tests.filter(({ status }) => status === 'passed').map(({ fullName }) => fullName));
const skipped = tests.filter(({ status, fullName }) => !['passed', 'failed'].includes(status) && !passed.has(fullName));
const names = [...new Set(skipped.map(({ fullName }) => fullName))];
const unexpected = names.filter((name) => !ALLOWED_SKIPS.some((allowed) => allowed.test(name)));
for (const { fullName, failureMessages = [] } of tests.filter(({ status }) => status === 'failed')) {
  const lines = failureMessages.flatMap((message) => message.split('\n').slice(0, 25));
  console.log(['failed:', fullName, ...lines].join('\n  '));
}
for (const name of unexpected) console.log(`skipped, and not on the list: ${name}`);
console.log(`${count('passed')} passed, ${count('failed')} failed, ${names.length} skipped`);
process.exitCode = count('failed') > 0 || unexpected.length > 0 || tests.length === 0 ? 1 : 0;
