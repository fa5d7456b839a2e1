// Adds up vitest's JSON reports and prints the line that CI reads last. Skips fail it unless they are listed here.
import { readFileSync } from 'node:fs';

/** Suite and test, as vitest joins them: what a machine may lack, and says that it lacks. */
const ALLOWED_SKIPS = [];

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
