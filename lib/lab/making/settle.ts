import { block, now } from '../../kernel/clock.ts';
import { hasPorts, kindOf } from '../../links/registry.ts';
import type { Interface } from '../interface.ts';
import { carrierIfThere } from '../interface-state.ts';
import { hurryLinkwatch } from './linkwatch.ts';

/** Before 6.8 a worker may take a second to look at a carrier (`linkwatch_schedule_work`), in milliseconds. */
const DEADLINE = 3000;
/** A round of the link watch that began before the device came up has left it out. */
const HURRY_EVERY = 20;

/**
 * Waits until the kernel has acted on an interface's carrier, and on that of its cable's other end and of the devices
 * on top. A carrier's change takes effect in a worker (`linkwatch_do_dev`: only then does `dev_activate` give a device
 * that came up before its peer a queue that sends). From 6.8 on, asking for the link does that work at once.
 */
export function settle(...interfaces: Interface[]): void {
  const deadline = now() + DEADLINE;
  const seen = new Set<Interface>();
  const visit = (device: Interface): void => {
    if (seen.has(device) || device.deleted) return;
    seen.add(device);
    // A bridge's state is its ports' (br_port_carrier_check); without an event of theirs it stays unknown.
    if (!hasPorts(device)) waitForCarrier(device, deadline);
    if (device.peer) visit(device.peer);
    for (const child of device.children) visit(child);
  };
  for (const device of interfaces) visit(device);
}

function waitForCarrier(device: Interface, deadline: number): void {
  let hurried = 0;
  for (;;) {
    const state = carrierIfThere(device);
    if (!state) return;
    const { up, carrier, operState } = state;
    // RFC 2863's state is set by the worker that also activates the device, so it tells when that has been done.
    if ((operState === 'UP') === (up && carrier) && !followsParent(device, carrier)) return;
    // No event tells of a carrier that is on from the beginning: the state stays UNKNOWN until the carrier goes.
    if (operState === 'UNKNOWN' && up && carrier && kindOf(device)?.bornWithCarrier !== false) return;
    if (now() > deadline) {
      if (!carrier) return;
      throw new Error(
        `${device}: its operational state (${operState}) did not follow its carrier (${carrier ? 'on' : 'off'}) within ${DEADLINE} ms`,
      );
    }
    // Only kernels before 6.8 come here. The thread must not go back to the event loop: the lab's methods are synchronous.
    if (operState === 'UNKNOWN' && now() > hurried + HURRY_EVERY) {
      hurryLinkwatch();
      hurried = now();
    }
    block(0.2);
  }
}

/** What is on top of a device with a carrier gets one, too, when the link watch comes to it (`netif_stacked_transfer_operstate`). */
function followsParent(device: Interface, carrier: boolean): boolean {
  const { parent } = device;
  if (carrier || !parent || !('namespace' in parent)) return false;
  const [below, own] = [carrierIfThere(parent), carrierIfThere(device)];
  return below?.up === true && below.carrier && below.operState === 'UP' && own?.up === true;
}
