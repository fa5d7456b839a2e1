/** The thread of a {@link Pacer}: it sends a probe at each tick, whatever the event loop of the process does. */

import { workerData } from 'node:worker_threads';
import { checksum } from '../../wire/checksum.ts';
import { MSG_DONTWAIT, MSG_NOSIGNAL } from '../constants.ts';
import { lastErrno, recvfrom, schedSetscheduler, sendto } from '../libc.ts';
import { SOCKADDR_MAX } from '../sockets/socket-address.ts';
import { NUMBER_LENGTH, OUTCOME, type PacerOrder, PHASE, PHASE_AT, SENT_AT } from './pacer.ts';

// linux/sched.h
const SCHED_FIFO = 1;
const OWN_THREAD = 0;
/** `struct sched_param`: real time's lowest. */
const LEAST_PRIORITY = Buffer.from(Int32Array.of(1).buffer);

const ICMP_HEADER = 8;
const CLOCK_OFFSET = Number(process.hrtime.bigint()) / 1e6 - performance.now();
/** A read costs as much as a third of a probe. */
const TICKS_BETWEEN_READS = 16;

const { socket, to, request, icmp, echo, heard, interval, patience, shared } = workerData as PacerOrder;
const [control, times, outcomes] = [
  new Int32Array(shared.control),
  new Float64Array(shared.times),
  new Int16Array(shared.outcomes),
];
const message = Buffer.from(request);
const numberAt = message.length - NUMBER_LENGTH;
const mark = message.subarray(icmp ? ICMP_HEADER : 0, numberAt);
/** What hairpin sends back by UDP. A stranger that sends everything back leaves the mark as it is. */
const invertedMark = Buffer.from(mark.map((byte) => byte ^ 0xff));
/** Which probes the target has heard. */
const hasHeard = heard === undefined ? undefined : new Uint8Array(times.length);
const received = Buffer.alloc(2048);
const address = Buffer.alloc(SOCKADDR_MAX);
const addressLength = new Uint32Array(1);

// It sleeps nearly all the time. Where it may not have this (EPERM), a busy machine leaves larger holes, which are told of.
schedSetscheduler(OWN_THREAD, SCHED_FIFO, LEAST_PRIORITY);

for (let due = now(); phase() === PHASE.sending && count() < times.length; due = Math.max(due + interval, now())) {
  wait(due - now());
  if (phase() !== PHASE.sending) break;
  send(count());
  Atomics.add(control, SENT_AT, 1);
  // The socket has room for some 250 answers. Only the far end must send them back at once.
  if (echo !== undefined || count() % TICKS_BETWEEN_READS === 0) receive();
}
while (phase() !== PHASE.over) {
  receive();
  wait(interval);
}

function send(number: number): void {
  message.writeUInt32BE(number, numberAt);
  if (icmp) {
    message.writeUInt16BE(number & 0xffff, 6);
    message.writeUInt16BE(0, 2);
    // Of ICMPv6 the kernel makes it (RFC 3542 section 3.1).
    if (icmp === 4) message.writeUInt16BE(checksum(message), 2);
  }
  times[number] = now();
  const result = sendto(socket, message, message.length, MSG_NOSIGNAL | MSG_DONTWAIT, to, to.length);
  if (result < 0) outcomes[number] = -lastErrno();
}

function receive(): void {
  if (echo !== undefined) sendBack(echo);
  const answers: { number: number; outcome: number }[] = [];
  for (let length = take(socket); length >= 0; length = take(socket)) {
    const number = numberOf(length, echo === undefined ? mark : invertedMark);
    if (number !== undefined) answers.push({ number, outcome: isLate(number) ? OUTCOME.late : OUTCOME.answered });
    const foreign = echo === undefined ? undefined : numberOf(length, mark);
    if (foreign !== undefined && outcomes[foreign] === OUTCOME.lost) outcomes[foreign] = OUTCOME.foreign;
  }
  // Read after the answers: the target heard an answered probe before its answer came.
  if (heard !== undefined) hear(heard);
  for (const { number, outcome } of answers) outcomes[number] = hasHeard?.[number] === 0 ? OUTCOME.foreign : outcome;
}

function sendBack(echo: number): void {
  for (let length = take(echo); length >= 0; length = take(echo)) {
    if (numberOf(length, mark) === undefined) continue;
    received.set(invertedMark, length - NUMBER_LENGTH - mark.length);
    sendto(echo, received, length, MSG_NOSIGNAL | MSG_DONTWAIT, address, addressLength[0] ?? 0);
  }
}

function hear(heard: number): void {
  for (let length = take(heard); length >= 0; length = take(heard)) {
    const number = numberOf(length, mark);
    if (number !== undefined && hasHeard) hasHeard[number] = 1;
  }
}

/** The number of the probe that was just received; undefined if it was not a probe. A probe ends with the mark and its number. */
function numberOf(length: number, wanted: Buffer): number | undefined {
  const at = length - NUMBER_LENGTH;
  if (at < wanted.length || !received.subarray(at - wanted.length, at).equals(wanted)) return undefined;
  const number = received.readUInt32BE(at);
  return number < count() + 1 ? number : undefined;
}

/** What waits for a neighbour's MAC address comes in the end (`arp_queue`), though nobody was to be reached meanwhile. */
function isLate(number: number): boolean {
  return now() - (times[number] ?? 0) > patience + TICKS_BETWEEN_READS * interval;
}

/** The length of the next datagram that is there; negative for none. */
function take(fd: number): number {
  addressLength[0] = SOCKADDR_MAX;
  return recvfrom(fd, received, received.length, MSG_DONTWAIT, address, addressLength);
}

function wait(milliseconds: number): void {
  if (milliseconds > 0) Atomics.wait(control, PHASE_AT, phase(), milliseconds);
}

function phase(): number {
  return Atomics.load(control, PHASE_AT);
}

function count(): number {
  return Atomics.load(control, SENT_AT);
}

/** As the clock of the other thread has it: BigInts at each tick would cost more than the probe. */
function now(): number {
  return performance.now() + CLOCK_OFFSET;
}
