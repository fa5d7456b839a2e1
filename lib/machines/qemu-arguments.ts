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
  /** Of a socket that gets what the guest writes to its second serial line. */
  output: number;
  results: string;
  /** Mebibytes. */
  memory: number;
  cpus: number;
  /** Behind the kernel's other arguments. */
  append?: string | undefined;
  /** The socket at which a debugger is waited for before the kernel begins, and the descriptor of QEMU's monitor. */
  debug?: { socket: string; monitor: number } | undefined;
}

/**
 * Of the kernel: a panic ends QEMU (`-no-reboot`), an oops is one, and lines as far as notices are printed, since each
 * letter of the console leaves the guest; of programs' own lines none is left out (`printk.devkmsg`). `earlyprintk`: a kernel that hangs before it has a console is heard, too.
 * `tsc=reliable`: without hardware the clocks' watchdog finds it unsteady.
 */
const KERNEL_ARGUMENTS =
  'console=ttyS0 earlyprintk=ttyS0,115200 loglevel=6 printk.devkmsg=on panic=-1 oops=panic tsc=reliable';

export function qemuArguments(machine: QemuMachine): string[] {
  const { accelerator, share, image, initramfs, virtiofsd, output, results, memory, cpus, append, debug } = machine;
  // An address of vmlinux is that of the kernel only if the kernel has not moved itself.
  const words = [KERNEL_ARGUMENTS, ...(debug ? ['nokaslr'] : []), ...(append ? [append] : [])];
  const shares =
    share === 'virtiofs'
      ? [
          ...['-chardev', `socket,id=root,fd=${virtiofsd}`],
          ...['-device', `vhost-user-fs-pci,chardev=root,tag=${ROOT_TAG},queue-size=1024`],
        ]
      : [...plan9('/', ROOT_TAG, ',readonly=on'), ...plan9(results, RESULTS_TAG)];
  return [
    ...['-M', 'q35', '-accel', accelerator === 'tcg' ? 'tcg,thread=multi,tb-size=512' : 'kvm'],
    ...['-cpu', accelerator === 'tcg' ? 'max' : 'host', '-smp', String(cpus), '-m', `${memory}M`],
    // virtiofsd reads and writes the guest's own memory.
    ...['-object', `memory-backend-memfd,id=memory,size=${memory}M,share=on`, '-numa', 'node,memdev=memory'],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ...['-kernel', image, '-initrd', `/proc/self/fd/${initramfs}`],
    ...['-append', words.join(' ')],
    ...['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
    ...['-chardev', `socket,id=output,fd=${output}`, '-serial', 'chardev:output'],
    ...shares,
    ...(debug ? debugging(debug) : []),
  ];
}

function debugging({ socket, monitor }: { socket: string; monitor: number }): string[] {
  return [
    ...[
      '-chardev',
      `socket,id=gdb,path=${socket.replaceAll(',', ',,')},server=on,wait=off`,
      '-gdb',
      'chardev:gdb',
      '-S',
    ],
    ...['-chardev', `socket,id=monitor,fd=${monitor}`, '-mon', 'chardev=monitor,mode=control'],
  ];
}

function plan9(path: string, tag: string, more = ''): string[] {
  const escaped = path.replaceAll(',', ',,');
  return [
    ...['-fsdev', `local,id=${tag},path=${escaped},security_model=none,multidevs=remap${more}`],
    ...['-device', `virtio-9p-pci,fsdev=${tag},mount_tag=${tag}`],
  ];
}
