import type { Accelerator } from './accelerator.ts';
import { RESULTS_TAG, ROOT_TAG, type Share } from './guest-scripts.ts';

/** What QEMU is given beside the kernel. The descriptors are numbers in QEMU. */
export interface QemuMachine {
  accelerator: Accelerator;
  share: Share;
  image: string;
  /** Of the initramfs. */
  initramfs: number;
  /** Of a socket that virtiofsd answers. */
  virtiofsd?: number | undefined;
  /** Of a socket that gets what the guest writes to its second serial line, and sends what the guest reads there. */
  output: number;
  /** Of QEMU's monitor. */
  monitor: number;
  /** Of the file in memory that is the guest's memory. */
  memoryFile: number;
  results: string;
  /** Mebibytes. */
  memory: number;
  cpus: number;
  /** Behind the kernel's other arguments. */
  append?: string | undefined;
  /** The socket at which a debugger is waited for before the kernel begins. */
  debug?: string | undefined;
  /** {@link shareDevices} are plugged in later, so that a snapshot can be taken before. */
  plugsIn?: boolean | undefined;
  /** It goes on from a snapshot: the monitor tells it from which file. */
  resumes?: boolean | undefined;
}

/**
 * Of the kernel: a panic ends QEMU (`-no-reboot`), an oops is one, and lines as far as notices are printed, since each
 * letter of the console leaves the guest; of programs' own lines none is left out (`printk.devkmsg`). `earlyprintk`: a kernel that hangs before it has a console is heard, too.
 * `tsc=reliable`: without hardware the clocks' watchdog finds it unsteady.
 */
const KERNEL_ARGUMENTS =
  'console=ttyS0 earlyprintk=ttyS0,115200 loglevel=6 printk.devkmsg=on panic=-1 oops=panic tsc=reliable';

export function qemuArguments(machine: QemuMachine): string[] {
  const { accelerator, share, image, initramfs, output, monitor, memory, cpus, append, debug, plugsIn, resumes } =
    machine;
  // An address of vmlinux is that of the kernel only if the kernel has not moved itself.
  const words = [KERNEL_ARGUMENTS, ...(debug === undefined ? [] : ['nokaslr']), ...(append ? [append] : [])];
  return [
    ...['-M', 'q35', '-accel', accelerator === 'tcg' ? 'tcg,thread=multi,tb-size=512' : 'kvm'],
    ...['-cpu', accelerator === 'tcg' ? 'max' : 'host', '-smp', String(cpus), '-m', `${memory}M`],
    // virtiofsd reads and writes the guest's own memory.
    '-object',
    `memory-backend-file,id=memory,size=${memory}M,share=on,mem-path=/proc/self/fd/${machine.memoryFile}`,
    ...['-numa', 'node,memdev=memory'],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ...['-kernel', image, '-initrd', `/proc/self/fd/${initramfs}`],
    ...['-append', words.join(' ')],
    ...['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
    ...['-chardev', `socket,id=output,fd=${output}`, '-serial', 'chardev:output'],
    ...['-chardev', `socket,id=monitor,fd=${monitor}`, '-mon', 'chardev=monitor,mode=control'],
    ...shareEnds(machine),
    ...(plugsIn ? plugs() : shareDevices(share).flatMap((device) => ['-device', JSON.stringify(device)])),
    ...(resumes ? ['-incoming', 'defer'] : []),
    ...(debug === undefined ? [] : debugging(debug)),
  ];
}

/** The devices that the root comes in by, for `-device` or for the monitor's `device_add`. */
export function shareDevices(share: Share): Record<string, string | number>[] {
  if (share === 'virtiofs')
    return [{ driver: 'vhost-user-fs-pci', chardev: ROOT_TAG, tag: ROOT_TAG, 'queue-size': 1024 }];
  return [ROOT_TAG, RESULTS_TAG].map((tag) => ({ driver: 'virtio-9p-pci', fsdev: tag, mount_tag: tag }));
}

/** Where a device of {@link shareDevices} is plugged in. */
export function plugOf(number: number): string {
  return `plug${number}`;
}

/** Two slots, and a number that changes with each start, by which the kernel sees that it goes on from a snapshot. */
function plugs(): string[] {
  return [
    ...[0, 1].flatMap((number) => ['-device', `pcie-root-port,id=${plugOf(number)},slot=${number}`]),
    ...['-device', 'vmgenid,guid=auto'],
  ];
}

/** What is at the other end of {@link shareDevices}. */
function shareEnds({ share, virtiofsd, results }: QemuMachine): string[] {
  return share === 'virtiofs'
    ? ['-chardev', `socket,id=${ROOT_TAG},fd=${virtiofsd}`]
    : [...plan9('/', ROOT_TAG, ',readonly=on'), ...plan9(results, RESULTS_TAG)];
}

function debugging(socket: string): string[] {
  return [
    ...['-chardev', `socket,id=gdb,path=${socket.replaceAll(',', ',,')},server=on,wait=off`],
    ...['-gdb', 'chardev:gdb', '-S'],
  ];
}

function plan9(path: string, tag: string, more = ''): string[] {
  const escaped = path.replaceAll(',', ',,');
  return ['-fsdev', `local,id=${tag},path=${escaped},security_model=none,multidevs=remap${more}`];
}
