import { capabilitiesAbsentFrom } from '../kernel/namespaces/capability-sets.ts';

/** Where everything of an engine is, inside its own mount namespace. */
export const ENGINE_FOLDER = '/run/hairpin';

/**
 * What becomes of `unshare --pid --mount --fork` before it is dockerd. Its arguments are dockerd's.
 *
 * The first line says the engine's process id as the outer world knows it, which is what /proc still shows. Whatever an
 * engine writes goes into memory that nothing but this mount namespace knows: images and sockets into the new /run,
 * /etc/docker/key.json and /opt/containerd into the upper layers. So it is gone with the engine's last process, and there
 * is nothing to forget. No modules: br_netfilter would change what the host's own bridges do.
 *
 * Before version 23 Docker gives a privileged container every capability of the kernel, and where root itself lacks one, as
 * in many a CI, runc refuses to start it. So what is out of bounds is taken out of runc's orders: by another's name, since
 * one that is there twice does no harm, and a comma too many would.
 */
export const ENGINE_SCRIPT = `
read -r pid rest </proc/self/stat
echo "$pid"
mount -t proc proc /proc
mount -t tmpfs -o mode=755 hairpin /run
mkdir ${ENGINE_FOLDER}
for folder in etc opt; do
  test -d "/$folder" || continue
  mkdir "/run/$folder" "/run/$folder-work"
  mount -t overlay -o "lowerdir=/$folder,upperdir=/run/$folder,workdir=/run/$folder-work" hairpin "/$folder"
done
test ! -d /lib/modules || mount -t tmpfs -o ro hairpin /lib/modules
echo '{}' >${ENGINE_FOLDER}/daemon.json
if test -n "$OUT_OF_BOUNDS"; then
  cat >${ENGINE_FOLDER}/runc <<EOF
#!/bin/sh
previous=
for word; do
  test "\\$previous" != --bundle || sed -i -E 's/"($OUT_OF_BOUNDS)"/"CAP_CHOWN"/g' "\\$word/config.json"
  previous=\\$word
done
exec runc "\\$@"
EOF
  chmod +x ${ENGINE_FOLDER}/runc
  echo '{"runtimes":{"bounded":{"path":"${ENGINE_FOLDER}/runc"}},"default-runtime":"bounded"}' >${ENGINE_FOLDER}/daemon.json
fi
exec dockerd "$@"
`;

/** What {@link ENGINE_SCRIPT} needs to know. */
export function engineEnvironment(): Record<string, string> {
  return { OUT_OF_BOUNDS: capabilitiesAbsentFrom('CapBnd').join('|') };
}

/** dockerd's arguments; the name is that of its containers' cgroup. */
export function engineArguments(name: string): string[] {
  const inFolder = (name: string) => `${ENGINE_FOLDER}/${name}`;
  return [
    ['--host', `unix://${inFolder('docker.sock')}`],
    ['--data-root', inFolder('data')],
    ['--exec-root', inFolder('exec')],
    ['--pidfile', inFolder('pid')],
    ['--config-file', inFolder('daemon.json')],
    // systemd's would ask the host's systemd for scopes.
    ['--exec-opt', 'native.cgroupdriver=cgroupfs'],
    ['--cgroup-parent', `/${name}`],
  ].flat();
}
