// Started by scale.ts, once for each size, since a process does not give back what it has used. Prints, in bytes, what it keeps for
// each host of open labs: JavaScript's heap with its buffers, and how much more of the process is resident.
import { createLab, type Lab } from '../lib/lab/index.ts';
import { collectGarbage } from './held.ts';
import { buildHosts } from './hosts.ts';

/** All sizes are measured with as many hosts in all, so that all are as exact. */
const IN_ALL = 600;
const size = Number(process.argv[2]);

for (let warmUp = 0; warmUp < 5; warmUp++) {
  await using lab = createLab();
  buildHosts(lab, 10);
}
const before = memory();
const labs: Lab[] = [];
while (labs.length * size < IN_ALL) {
  const lab = createLab();
  labs.push(lab);
  buildHosts(lab, size);
}
const after = memory();
const each = (bytes: number) => Math.round(bytes / (labs.length * size));
console.log(each(after.kept - before.kept), each(after.resident - before.resident));
await Promise.all(labs.map((lab) => lab.close()));

function memory() {
  collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { kept: heapUsed + external, resident: rss };
}
