import { wallTime } from '../../kernel/taps/tap-clock.ts';
import type { CapturedFrame, Interface, Lab } from '../../lab/index.ts';
import { Capture } from '../../trace/capture.ts';
import type { Recognize } from '../../trace/probe-path.ts';
import { type CaptureInterface, type CapturePacket, encodePcapng } from '../../wire/pcapng.ts';

/** Which frames belong to the question that failed, and how it was written. */
export interface MarkedQuestion {
  title: string;
  recognize: Recognize;
}

/**
 * Everything that the taps of a lab have seen as a pcapng file: an interface a device, named `ns1/m1`, times in
 * nanoseconds, comments on the frames of the question that failed.
 */
export function labCapture(lab: Lab, question?: MarkedQuestion): Buffer {
  const capture = Capture.of(lab);
  const frames = capture.frames();
  const devices = lab.namespaces.flatMap(({ interfaces }) => interfaces);
  // A device that is gone by now still has its frames.
  const all = [...new Set([...devices, ...frames.map(({ at }) => at)])];
  const numbers = new Map(all.map((device, index) => [device, index]));
  return encodePcapng({
    interfaces: all.map(captureInterface),
    packets: frames.map((frame) => {
      const role = question?.recognize(frame.bytes);
      return {
        ...capturePacket(frame, numbers.get(frame.at) ?? 0),
        ...(role ? { comment: `${role} of ${question?.title}` } : {}),
      };
    }),
  });
}

export function captureInterface(device: Interface): CaptureInterface {
  return { name: String(device), description: device.kind };
}

/** A frame as a packet of a capture, with the number of its device there. */
export function capturePacket(
  { direction, nanoseconds, bytes, originalLength }: CapturedFrame,
  number: number,
): CapturePacket {
  return { interface: number, nanoseconds: wallTime(nanoseconds), bytes, originalLength, direction };
}
