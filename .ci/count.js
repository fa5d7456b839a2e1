// Adds up vitest's JSON reports and prints what failed, where a log that shows only its end still has it, and the line that
// CI reads last. Skips fail it unless they are listed here. Behind `--` stand the stages that failed and left no report.
import { readFileSync } from 'node:fs';

/** What no run here can show, by suite and test as vitest joins them. */
const ALLOWED_SKIPS = [
  // It runs where a kernel has no such kind of link, so never on one that has; each kernel lacks others.
  /where there is no .*, making one names the option that it needs/,
  // Linux 6.7 has it, Debian 12's kernel is 6.1: hairpin test --kernel 6.12 -- specs/lab/netkit.spec.ts
  /^needs CONFIG_NETKIT /,
  // Debian 12's kernel is 6.1: hairpin test --kernel 6.12 -- specs/lab/neigh-vlan-suppress.spec.ts specs/{model/bridge-proxy,diagnosis/neigh-suppress}.spec.ts
  /needs Linux 6\.4, for neighVlanSuppress of ports /,
  // Linux 6.3 has it, Debian 12's kernel is 6.1: hairpin test --kernel 6.12 -- specs/lab/vlan-multicast.spec.ts
  / a port joins no more groups of a VLAN than mcastMaxGroups$/,
  // Debian 12's CNI plugins, 1.1.1, have no such setting.
  /linkInContainer: the parent is the container’s own/,
];

const words = process.argv.slice(2);
const [reports, stages] = [words.slice(0, words.indexOf('--')), words.slice(words.indexOf('--') + 1)];

const unreadable = [];
const tests = reports.flatMap((report) => {
  const testResults = resultsIn(report);
  return testResults.flatMap(({ assertionResults, status, name, message }) => {
    const file = inSpecs(name);
    // A file that did not even load has no tests of its own.
    if (assertionResults.length === 0 && status === 'failed')
      return [{ file, status: 'failed', fullName: 'does not load', failureMessages: [message] }];
    return assertionResults.map((test) => ({ ...test, file }));
  });
});
const count = (...states) => tests.filter(({ status }) => states.includes(status)).length;
// What is skipped in one run, for want of root or of a kind of link, is no skip where another run has it.
const passed = new Set(tests.filter(({ status }) => status === 'passed').map(keyOf));
const skipped = new Map(
  tests
    .filter((test) => !['passed', 'failed'].includes(test.status) && !passed.has(keyOf(test)))
    .map((test) => [keyOf(test), test]),
);
const unexpected = [...skipped.values()].filter(
  ({ fullName }) => !ALLOWED_SKIPS.some((allowed) => allowed.test(fullName)),
);
for (const test of tests.filter(({ status }) => status === 'failed')) {
  const lines = (test.failureMessages ?? []).flatMap((message) => message.split('\n').slice(0, 25));
  console.log(['failed:', keyOf(test), ...lines].join('\n  '));
}
for (const stage of [...unreadable, ...stages]) console.log(`failed: ${stage}`);
for (const test of unexpected) console.log(`skipped, and not on the list: ${keyOf(test)}`);
const failures = count('failed') + unreadable.length + stages.length;
console.log(`${count('passed')} passed, ${failures} failed, ${skipped.size} skipped`);
process.exitCode = failures > 0 || unexpected.length > 0 || tests.length === 0 ? 1 : 0;

/** A vitest that crashes leaves an empty report, or half of one. */
function resultsIn(report) {
  const text = readFileSync(report, 'utf8');
  try {
    const { testResults } = JSON.parse(text);
    if (Array.isArray(testResults)) return testResults;
  } catch {}
  unreadable.push(`${report} is no whole report: vitest crashed`);
  return [];
}

/** Two files may have tests of one name. */
function keyOf({ file, fullName }) {
  return `${file} > ${fullName}`;
}

/** Each run has a checkout of its own. */
function inSpecs(path) {
  return path.slice(path.lastIndexOf('/specs/') + 1);
}
