import { quote, shellLine } from '../report/script/shell-words.ts';

/** How the machine's root comes into the guest. User-Mode Linux alone has hostfs. */
export type Share = 'virtiofs' | '9p' | 'hostfs';

/** How the guest comes to this machine's root. */
export interface GuestRoot {
  share: Share;
  /** Paths in the initramfs of the modules to load first, in order. */
  modules: readonly string[];
}

/** What the guest does once it has that. */
export interface GuestTask {
  /** The kernel's folder of modules on this machine, and its release. */
  moduleFolder?: string | undefined;
  release: string;
  /** The one folder that is written through to this machine. */
  results: string;
  /** The program and its arguments. */
  command: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** A file in the results folder for what the program prints to its standard output; without it, it is relayed. */
  stdout?: string | undefined;
  /** What the kernel reports fails the run, so that it is given the time to report devices that are held. */
  failOnWarning?: boolean | undefined;
  /** The program has a terminal of such a size, to be typed at; without it, it reads nothing. */
  terminal?: { rows: number; columns: number } | undefined;
}

/** Written to the console when the guest waits for its {@link guestOrders}. What it has done so far is the same for every task. */
export const WAITS = 'hairpin: waits';
/** Written to the console when the guest's own root is up, before the command is started. */
export const BOOTED = 'hairpin: booted';
/** Said on the console of what keeps the guest from coming so far. */
export const UNABLE = 'hairpin: unable: ';
/** Put on the kernel's log where it cannot look for leaks. */
export const KMEMLEAK_OFF = 'hairpin: kmemleak is off, so it finds no leak: turn it on with --append kmemleak=on';
/** Said on the console behind the command: what the kernel was tainted with before it, and is then. */
export const TAINTED = 'hairpin: tainted ';
/** The file of the results folder that has the command's exit code. */
export const EXIT_FILE = '.exit-code';
/** The file of the results folder that has the {@link startScript}. It has the environment in it: the guest takes it away. */
export const START_FILE = '.start';
/** The tag of the folder that is written through, in 9p, which shares a folder a device. */
export const RESULTS_TAG = 'results';
export const ROOT_TAG = 'root';

const MOUNT_OPTIONS: Record<Share, string> = {
  virtiofs: '-t virtiofs',
  hostfs: '-t hostfs -o /',
  // cache=loose: nobody else writes to what is shared while the guest runs. msize: the default of 8 KiB is slow.
  '9p': '-t 9p -o trans=virtio,version=9p2000.L,cache=loose,msize=512000,ro',
};

/**
 * User-Mode Linux that an ordinary user has started runs in that user's user namespace. There root's files belong to nobody, so
 * a program with the setuid bit, such as mount, would run as nobody.
 */
const OVERLAY_OPTIONS: Record<Share, string> = { virtiofs: '', hostfs: 'nosuid,', '9p': '' };

/**
 * kmemleak tells of leaks in a file alone. An object is in it when two scans have found nothing that points to it, and it is
 * older than 5 s (`update_checksum`, `MSECS_MIN_AGE`). What is in it before the command is the boot's: `clear` takes away
 * only what such scans have found (`kmemleak_clear`).
 */
const FIND_LEAKS = `k=/sys/kernel/debug/kmemleak
find_leaks() { echo scan > $k && $b sleep 5 && echo scan > $k; } 2>/dev/null
[ -e $k ] || $b mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null
[ -e $k ] && find_leaks && echo clear > $k`;

/** It refuses with EPERM where it is off, as CONFIG_DEBUG_KMEMLEAK_DEFAULT_OFF has it: its file is there, and empty. */
const TELL_LEAKS = `if [ -e $k ]; then
  find_leaks || echo '<4>${KMEMLEAK_OFF}' > /dev/kmsg
  while IFS= read -r line; do echo "<4>$line" > /dev/kmsg; done < $k
fi`;

/**
 * The kernel reports a deleted device that somebody still holds after 10 s (`netdev_wait_allrefs_any`). It looks every 250 ms, and
 * reads the limit each time. The limit is shortened when the tests are over: during them, a device may go late on a busy machine.
 */
const TELL_HELD_DEVICES = `echo 1 > /proc/sys/net/core/netdev_unregister_timeout_secs && $b sleep 4`;

/**
 * The first process, in the initramfs: everything that needs to be there for this machine's own programs to run. Up to
 * {@link WAITS} it knows nothing of its task, so that a snapshot of that moment serves any.
 */
export function initScript({ share, modules }: GuestRoot): string {
  return `#!/bin/busybox sh
export PATH=/bin
/bin/busybox --install -s /bin
unable() {
  echo "${UNABLE}$*" > /dev/console
  poweroff -f
}
mkdir -p /proc /sys /dev /lower /rw /new
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
${modules.map((path) => `insmod ${quote(path)} || unable 'a module does not load:' ${quote(path)}`).join('\n')}
exec 3<> /dev/ttyS1
stty raw -echo <&3
echo '${WAITS}' > /dev/console
read -r now <&3
IFS= read -r results <&3
exec 3<&-
# A guest that goes on from a snapshot has the time of that.
[ -z "$now" ] || date -s "@$now" > /dev/null
results=$(printf '%b/' "$results")
# A device that is plugged in is there a moment later, on a busy machine many seconds; each of them for itself.
mount_plugged() {
  tries=0
  until mount "$@" 2>/dev/null; do
    tries=$((tries + 1))
    [ $tries -lt 600 ] || return 1
    sleep 0.1
  done
}
mount_plugged ${MOUNT_OPTIONS[share]} ${ROOT_TAG} /lower || unable 'the root of the machine cannot be mounted by ${share}'
mount -t tmpfs -o size=90% rw /rw
mkdir /rw/upper /rw/work
mount -t overlay -o ${OVERLAY_OPTIONS[share]}lowerdir=/lower,upperdir=/rw/upper,workdir=/rw/work overlay /new || unable 'no overlay: CONFIG_OVERLAY_FS'
mkdir -p "/new$results"
${
  share !== '9p'
    ? // From inside: busybox takes a source with a colon for NFS, and what stands before a '#' for a helper's name.
      '(cd "/lower$results" && mount --bind . "/new$results")'
    : `mount_plugged -t 9p -o trans=virtio,version=9p2000.L,msize=512000 ${RESULTS_TAG} "/new$results"`
} || unable 'the results folder cannot be mounted'
mount -t tmpfs -o mode=755 run /new/run
mkdir -p /new/run/hairpin
cp /bin/busybox /new/run/hairpin/
mv "/new$results${START_FILE}" /new/run/hairpin/start || unable 'the results folder has no script to start'
for each in proc sys dev; do mount --move /$each /new/$each; done
exec switch_root /new /run/hairpin/busybox sh /run/hairpin/start
`;
}

/**
 * What the guest reads from its second serial line while it waits: the time, and the results folder, as `printf %b` has it.
 *
 * @param seconds since 1970; undefined for a guest whose clock is right
 */
export function guestOrders(results: string, seconds: number | undefined): string {
  const path = results.replace(/[\\\n]/g, (letter) => `\\0${letter.charCodeAt(0).toString(8)}`);
  return `${seconds?.toFixed(0) ?? ''}\n${path}\n`;
}

/** The second, in the machine's root under the overlay: what a booted system has, then the command. */
export function startScript(task: GuestTask): string {
  const { moduleFolder, release, results, command, cwd, env, stdout, terminal, failOnWarning } = task;
  const modules = `/lib/modules/${release}`;
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${quote(value)}`);
  return `b=/run/hairpin/busybox
$b mkdir -p /dev/pts /dev/shm /run/lock
$b mount -t devpts -o ptmxmode=666 pts /dev/pts
$b mount -t tmpfs -o mode=1777 shm /dev/shm
$b mount -t cgroup2 cgroup /sys/fs/cgroup 2>/dev/null
$b ln -sf /proc/self/fd /dev/fd
${
  moduleFolder
    ? `$b mkdir -p /lib/modules
[ -e ${quote(modules)} ] || $b ln -s ${quote(moduleFolder)} ${quote(modules)}
# The machine may have no modprobe of its own; the kernel calls this one for a kind of link that it does not know yet.
$b ln -s busybox /run/hairpin/modprobe
echo /run/hairpin/modprobe > /proc/sys/kernel/modprobe`
    : ''
}
$b hostname guest
$b ip link set lo up
${
  terminal
    ? `$b stty -F /dev/ttyS1 sane rows ${terminal.rows} cols ${terminal.columns}`
    : `# Output as it is: the line's discipline would put a carriage return before each line's end.
$b stty raw -F /dev/ttyS1`
}
ulimit -n 65536
${exports.join('\n')}
cd ${quote(cwd)} || { echo ${quote(`${UNABLE}there is no folder ${cwd} in it`)} > /dev/console; exec $b poweroff -f; }
echo '${BOOTED}' > /dev/console
${FIND_LEAKS}
tainted=$($b cat /proc/sys/kernel/tainted)
printk=$($b cat /proc/sys/kernel/printk)
${
  terminal
    ? `$b setsid -c ${shellLine(...command)} <> /dev/ttyS1 >&0 2>&1`
    : `${shellLine(...command)} < /dev/null > ${stdout ? quote(`${results}/${stdout}`) : '/dev/ttyS1'} 2> /dev/ttyS1`
}
echo $? > ${quote(`${results}/${EXIT_FILE}`)}
# A spec may have kept the kernel's lines from the console (dmesg -n 1).
echo "$printk" > /proc/sys/kernel/printk
${failOnWarning ? TELL_HELD_DEVICES : ''}
${TELL_LEAKS}
echo "${TAINTED}$tainted $($b cat /proc/sys/kernel/tainted)" > /dev/console
exec $b poweroff -f
`;
}
