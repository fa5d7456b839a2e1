import { createLab, describe, diagnosisOf, expect, type Lab, test } from 'hairpin';
import { needs, withoutPrograms } from '../needs.ts';

const SERVICE = '10.0.9.9:80';
const AT_SERVICE = { by: 'tcp', port: 80 } as const;

/** By trying. */
async function hasIpvs(): Promise<boolean> {
  if (withoutPrograms('ipvsadm')) return true;
  await using lab = createLab();
  const { exitCode } = await lab.namespace('lb').exec('ipvsadm', ['-A', '-t', SERVICE], { reject: false });
  return exitCode === 0;
}

// a ── lb ── sw ── s1, s2     IPVS of lb shares 10.0.9.9:80 out among s1 and s2
async function build(lab: Lab, scheduler = 'rr') {
  const sw = lab.switch('sw');
  const [lb, s1, s2] = [lab.router('lb'), lab.namespace('s1'), lab.namespace('s2')];
  for (const each of [lb, s1, s2]) lab.cable(each, sw);
  const a = lab.namespace('a');
  lab.cable(a, lb);
  await lb.exec('ip', ['address', 'add', '10.0.9.9/32', 'dev', 'lo']);
  await lb.exec('ipvsadm', ['-A', '-t', SERVICE, '-s', scheduler]);
  const put = (server: typeof s1, weight: number, option: '-a' | '-e' = '-a', way: '-m' | '-g' = '-m') => {
    const address = server.interface().address.first(4)?.address as string;
    return lb.exec('ipvsadm', [option, '-t', SERVICE, '-r', address, way, '-w', `${weight}`]);
  };
  return { a, lb, s1, s2, put };
}

describe.skipIf(!(await hasIpvs()))('needs CONFIG_IP_VS', () => {
  needs('ipvsadm', 'busybox');

  test('a server that gets one connection in sixty is asked, too', async ({ lab }) => {
    const { a, s1, s2, put } = await build(lab, 'wrr');
    await put(s1, 1);
    await put(s2, 59);
    await expect(a).not.toReach('10.0.9.9', AT_SERVICE);
    await s1.daemon('busybox', ['nc', '-ll', '-p', '80', '-e', 'cat'], { ready: { port: 80 } });
    for (let round = 0; round < 4; round++)
      await expect(expect(a).not.toReach('10.0.9.9', AT_SERVICE)).rejects.toThrow(/^Received: +an answer/m);
  });

  // s1 gets a connection when each of the 40 others has two.
  test('a server that gets what overflows from others is asked, too', async ({ lab }) => {
    const { a, lb, s1 } = await build(lab, 'ovf');
    const address = s1.interface().address.first(4)?.address as string;
    const others = Array.from({ length: 40 }, (_, at) => `10.0.0.${100 + at}`);
    const lines = [address, ...others].map((each) => `-a -t ${SERVICE} -r ${each}:80 -m -w 1\n`);
    await lb.exec('ipvsadm', ['--restore'], { input: lines.join('') });
    await s1.daemon('busybox', ['nc', '-ll', '-p', '80', '-e', 'cat'], { ready: { port: 80 } });
    await expect(expect(a).not.toReach('10.0.9.9', AT_SERVICE)).rejects.toThrow(/^Received: +an answer/m);
  });

  test('a server that hardly ever gets a connection leaves a doubt', async ({ lab }) => {
    const { a, s1, s2, put } = await build(lab, 'wrr');
    await put(s1, 1);
    await put(s2, 5000);
    await expect(expect(a).not.toReach('10.0.9.9', AT_SERVICE)).rejects.toThrow(
      /^Received: +inconclusive: .*IPVS of lb gives some server less than one connection in 1000/m,
    );
    await put(s2, 0, '-e');
    await expect(a).not.toReach('10.0.9.9', AT_SERVICE);
  });

  test('a service without a server says so', async ({ lab }) => {
    const { a, lb, s1, put } = await build(lab);
    const wanted = { ...AT_SERVICE, droppedBy: 'socket.no-server', at: lb } as const;
    await expect(a).not.toReach('10.0.9.9', wanted);
    await put(s1, 1);
    await expect(a).not.toReach('10.0.9.9', { ...AT_SERVICE, droppedBy: 'socket.none', at: s1 });
    await put(s1, 0, '-e');
    await expect(a).not.toReach('10.0.9.9', wanted);
  });

  // The servers get the packet as it is, and do not have its address. They would answer by themselves, so lb needs no way back.
  test('what IPVS gave to a server was not lost for want of a way back', async ({ lab }) => {
    const { a, lb, s1, put } = await build(lab);
    await put(s1, 1, '-a', '-g');
    await lb.exec('ip', ['route', 'delete', '10.0.1.0/24', 'dev', 'eth1']);
    const error = await expect(a)
      .toReach('10.0.9.9', AT_SERVICE)
      .catch((thrown: unknown) => thrown);
    expect(diagnosisOf(error)).toMatchObject({ code: 'unknown', outcome: 'lost' });
  });
});
