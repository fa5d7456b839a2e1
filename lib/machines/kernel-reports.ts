import { type RunningTests, trackTests } from '../report/runs/running-tests.ts';
import { linesOf, messageOf, OOPS, PANIC } from './console.ts';
import { KMEMLEAK_OFF, TAINTED } from './guest-scripts.ts';

/** Something that a kernel reports of itself on its console. */
export interface KernelReport {
  kind: (typeof SIGNS)[number]['kind'] | 'taint';
  /** The line that says what it is: `WARNING: CPU: 0 PID: 116 at mm/page_alloc.c:5634 __alloc_pages+0x2a9/0x330`. */
  line: string;
  /** All of it, as the console has it: of a warning from `cut here` to `end trace`. */
  lines: string[];
  /** The tests that had begun and not ended when it came. */
  tests: RunningTests;
  /** The kernel reports such a thing when its cause is long over, so that none of these tests need be it. */
  late: boolean;
  /** How many like it there are; the others differ in processor, process or time alone. */
  times: number;
}

/** What a report consists of, behind the line that says what it is. */
type Extent = 'line' | 'indented' | 'trace';

interface Sign {
  kind: string;
  sign: RegExp;
  extent: Extent;
  late?: boolean;
}

/**
 * The kernel's words, by the function that prints them. The first that fits counts. They are looked for at a line's
 * beginning: `Spectre V2 : WARNING: …` is no report.
 */
const SIGNS = [
  { kind: 'panic', sign: PANIC, extent: 'trace' },
  { kind: 'oops', sign: OOPS, extent: 'trace' },
  // watchdog_timer_fn(), watchdog_overflow_callback(), print_other_cpu_stall(): of what a processor still does.
  // The gaps have a limit, for a program may print a line that never ends.
  {
    kind: 'stall',
    sign: /^(?:(?:NMI )?watchdog: (?:BUG: soft lockup|Watchdog detected hard LOCKUP)|(?:rcu: )?INFO: rcu.{0,80}stall).*/,
    extent: 'trace',
  },
  // check_hung_task() after 120 s, wq_watchdog_timer_fn() after 30 s.
  {
    kind: 'stall',
    sign: /^(?:INFO: task .{0,80} blocked for more than|BUG: workqueue lockup).*/,
    extent: 'trace',
    late: true,
  },
  // print_error_description(), kmsan_print_report(), print_report() of kcsan, kfence_report_error().
  { kind: 'KASAN', sign: /^BUG: KASAN: .*/, extent: 'trace' },
  { kind: 'KMSAN', sign: /^BUG: KMSAN: .*/, extent: 'trace' },
  { kind: 'KCSAN', sign: /^BUG: KCSAN: .*/, extent: 'trace' },
  { kind: 'KFENCE', sign: /^BUG: KFENCE: .*/, extent: 'trace' },
  // ubsan_prologue().
  { kind: 'UBSAN', sign: /^UBSAN: .*/, extent: 'trace' },
  // print_circular_bug_header(), print_deadlock_bug(), print_usage_bug(), lockdep_rcu_suspicious() … Until Linux 4.13 their
  // headings were in brackets.
  {
    kind: 'lockdep',
    sign: /^(?:\[ )?(?:(?:WARNING|INFO|BUG): (?:possible (?:circular|recursive|irq)|inconsistent lock|suspicious RCU|bad unlock balance|held lock freed|lock held when|Nested lock|.{1,20}-safe ->|trying to register non-static key|Invalid wait context|MAX_LOCK|MAX_STACK_TRACE)).*/,
    extent: 'trace',
  },
  // print_unreferenced(), as the guest puts it on the log, and kmemleak_scan().
  { kind: 'kmemleak', sign: /^unreferenced object 0x.*/, extent: 'indented', late: true },
  { kind: 'kmemleak', sign: /^kmemleak: \d+ new suspected memory leaks.*/, extent: 'line', late: true },
  { kind: 'no kmemleak', sign: new RegExp(`^${KMEMLEAK_OFF}`), extent: 'line', late: true },
  // netdev_wait_allrefs_any(): a device that was deleted 10 s ago, and that somebody holds.
  { kind: 'device leak', sign: /^unregister_netdevice: waiting for .*/, extent: 'line', late: true },
  // out_of_memory().
  { kind: 'memory', sign: /^(?:Memory cgroup )?[Oo]ut of memory: .*/, extent: 'line' },
  // __warn(); __might_sleep(), __schedule_bug(), bad_page() …
  { kind: 'warning', sign: /^WARNING: .*/, extent: 'trace' },
  { kind: 'bug', sign: /^BUG: .*/, extent: 'trace' },
] as const satisfies readonly Sign[];

const CUT_HERE = /^-+\[ cut here \]-+$/;
const RULE = /^={20,}$/;
/** A warning's message stands between `cut here` and what says that it is one (`__warn_printk`). */
const LONGEST_HEADING = 20;
const LONGEST = 200;

interface OpenReport {
  report: KernelReport;
  extent: Extent;
  end: RegExp;
}

/** All that a console has of them, in their order; alike ones once. */
export function findReports(console: string): KernelReport[] {
  const tests = trackTests();
  const reports = new Map<string, KernelReport>();
  let heading: string[] = [];
  let open: OpenReport | undefined;
  for (const line of linesOf(console)) {
    // A name may look like a report.
    if (line === '' || tests.read(line)) continue;
    const text = messageOf(line);
    const found = signIn(text);
    if (found && !(found.kind === 'oops' && open?.report.kind === 'oops')) {
      const { extent, ...what } = found;
      const report = { ...what, lines: [...heading, line], tests: tests.now(), times: 1 };
      open = { report, extent, end: endOf(found.kind, messageOf(heading[0] ?? '')) };
      heading = [];
      const key = `${report.kind} ${report.line.replaceAll(WHO, '')}`;
      const known = reports.get(key);
      if (known) known.times++;
      else reports.set(key, report);
    } else if (open && belongs(open, text)) {
      open.report.lines.push(line);
      if (open.end.test(text)) open = undefined;
    } else {
      open = undefined;
      heading = headed(heading, line, text);
    }
  }
  const all = [...reports.values()];
  const taint = all.every(({ kind }) => kind === 'memory') ? silentTaint(console) : undefined;
  return taint ? [...all, taint] : all;
}

/** What taints a kernel and goes with a report (Documentation/admin-guide/tainted-kernels.rst). */
const TAINTS = { B: 1 << 5, D: 1 << 7, W: 1 << 9, L: 1 << 14 };

/** The kernel has reported something since the command began, and the console has not got it. */
function silentTaint(console: string): KernelReport | undefined {
  const told = linesOf(console).find((line) => line.startsWith(TAINTED));
  const [before = 0, after = 0] = told?.slice(TAINTED.length).split(' ').map(Number) ?? [];
  const letters = Object.entries(TAINTS).flatMap(([letter, bit]) => (after & ~before & bit ? letter : []));
  if (told === undefined || letters.length === 0) return undefined;
  const line = `the kernel is tainted (${letters.join(', ')}), but its console shows no report`;
  return { kind: 'taint', line, lines: [told], tests: { running: [], last: undefined }, late: true, times: 1 };
}

function signIn(text: string): (Pick<KernelReport, 'kind' | 'line' | 'late'> & { extent: Extent }) | undefined {
  for (const { kind, sign, extent, ...more } of SIGNS) {
    const [line] = sign.exec(text) ?? [];
    if (line !== undefined) return { kind, line, extent, late: 'late' in more };
  }
  return undefined;
}

function belongs({ report, extent, end }: OpenReport, text: string): boolean {
  if (extent === 'line' || report.lines.length >= LONGEST) return false;
  if (extent === 'indented') return text.startsWith(' ');
  return end.test(text) || !(CUT_HERE.test(text) || RULE.test(text));
}

/** KASAN prints a ruled line before and after its report, and so did UBSAN until Linux 6.7. Others end with their first trace. */
function endOf(kind: KernelReport['kind'], opening: string): RegExp {
  if (CUT_HERE.test(opening)) return /^---\[ end trace/;
  return RULE.test(opening) && kind !== 'lockdep' ? RULE : /^ *<\/TASK>/;
}

/** What stands before the line that says what a report is, as far as it has come. */
function headed(heading: string[], line: string, text: string): string[] {
  if (CUT_HERE.test(text) || RULE.test(text)) return [line];
  return heading.length > 0 && heading.length < LONGEST_HEADING ? [...heading, line] : [];
}

/** Since Linux 6.19 a warning names its processor and process last (`__warn`): `, CPU#0: ip/116`. */
const WHO = /, CPU#\d+: .*$|(?<=CPU: |PID: |CPU#|stuck for |more than )\d+|:\d+(?=\]$| blocked for)/g;
