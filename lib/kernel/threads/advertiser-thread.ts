/** The thread of an {@link Advertiser}: it sends now and then, and whenever it is asked. */

import { workerData } from 'node:worker_threads';
import { MSG_DONTWAIT, MSG_NOSIGNAL, POLLIN } from '../constants.ts';
import { poll, recvfrom, sendto } from '../libc.ts';
import { type AdvertiserOrder, OVER_AT } from './advertiser.ts';

/** How late it may hear that it is over, in milliseconds. */
const GLANCE = 20;

const { socket, message, to, interval, control } = workerData as AdvertiserOrder;
const over = new Int32Array(control);
const question = Buffer.alloc(2048);
/** `struct pollfd` */
const descriptor = Buffer.alloc(8);
descriptor.writeInt32LE(socket, 0);
descriptor.writeInt16LE(POLLIN, 4);

for (let due = performance.now() + interval; Atomics.load(over, OVER_AT) === 0; ) {
  const wait = Math.max(0, Math.min(GLANCE, due - performance.now()));
  const isAsked = poll(descriptor, 1, Math.ceil(wait)) > 0;
  // All who have asked by now are answered by one.
  while (recvfrom(socket, question, question.length, MSG_DONTWAIT, null, null) >= 0);
  if (!isAsked && performance.now() < due) continue;
  sendto(socket, message, message.length, MSG_NOSIGNAL | MSG_DONTWAIT, to, to.length);
  if (performance.now() >= due) due = performance.now() + interval;
}
