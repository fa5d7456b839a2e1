import { appendFileSync } from 'node:fs';
import { beforeEach } from 'vitest';
import { beginLine, CONSOLE, endLine } from '../report/runs/running-tests.ts';

/**
 * A setup file of vitest's, in a machine: the kernel's log has which tests run, so that a panic or a hang can be laid at
 * their door. What is said there has left the machine before the test begins.
 */
const console = process.env[CONSOLE];
let count = 0;

if (console) {
  beforeEach(({ task, onTestFinished }) => {
    const id = `${process.pid}.${count++}`;
    say(console, beginLine(id, `${task.file.name} > ${task.fullTestName}`));
    onTestFinished(() => say(console, endLine(id)));
  });
}

function say(file: string, line: string): void {
  try {
    // The kernel's log takes a record with each write; <5> is a notice.
    appendFileSync(file, `<5>${line}`);
  } catch {
    // A line less in the log fails no test.
  }
}
