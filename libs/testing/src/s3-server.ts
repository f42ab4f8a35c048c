import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePorts } from './free-ports.ts';

/** An S3-compatible server of one's own: the object gateway of Ceph over one daemon that keeps all in memory. */
export interface S3Server {
  /** Address of the service. */
  readonly endpoint: string;
  /** Environment by which programs reach it, and nothing of the user's own. */
  readonly env: Readonly<Record<string, string>>;
  /** Another user, who may use no bucket of the first. */
  readonly stranger: Readonly<Record<string, string>>;
  /** Ends the gateway at once, as a loss of its machine would; what is stored stays. */
  halt(): Promise<void>;
  /** Starts the gateway again. */
  resume(): Promise<void>;
  /** Ends all, and removes its folder. */
  stop(): Promise<void>;
}

const programs = ['ceph-mon', 'ceph-osd', 'radosgw', 'radosgw-admin', 'monmaptool', 'ceph'];
const startMilliseconds = 60_000;
const run = promisify(execFile);

/** Why no server can be started here; undefined: one can. */
export function whyNoS3Server(): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const missing = programs.filter((name) => !folders.some((folder) => existsSync(path.join(folder, name))));
  return missing.length === 0
    ? undefined
    : `no ${missing.join(', ')}: install Debian's radosgw, ceph-mon and ceph-osd to run these tests`;
}

/** Starts a server on this machine, which ends with this process at the latest. */
export async function startS3Server(): Promise<S3Server> {
  const folder = mkdtempSync(path.join(tmpdir(), 's3-'));
  const [monitorPort, port] = (await freePorts(2)) as [number, number];
  const [cluster, disk] = [randomUUID(), randomUUID()];
  const config = path.join(folder, 'ceph.conf');
  writeFileSync(config, configText(folder, cluster, monitorPort));
  for (const name of ['mon', 'osd']) mkdirSync(path.join(folder, name));
  const environment = { ...process.env, CEPH_CONF: config };
  const call = async (name: string, ...argv: string[]) =>
    run(name, argv, { env: environment, timeout: startMilliseconds });
  const daemons: ChildProcess[] = [];
  const daemon = (name: string, ...argv: string[]) => {
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', name, '-c', config, '-f', ...argv], {
      env: environment,
      stdio: 'ignore',
    });
    daemons.push(child);
    return child;
  };
  const stop = async () => {
    await Promise.all(daemons.map(kill));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const map = path.join(folder, 'monmap');
    await call(
      'monmaptool',
      '--create',
      '--fsid',
      cluster,
      '--addv',
      'a',
      `[v2:127.0.0.1:${String(monitorPort)}]`,
      map,
    );
    await call('ceph-mon', '-c', config, '--mkfs', '-i', 'a', '--monmap', map);
    daemon('ceph-mon', '-i', 'a');
    await call('ceph', '-c', config, 'osd', 'new', disk, '0');
    await call('ceph-osd', '-c', config, '-i', '0', '--mkfs', '--osd-uuid', disk);
    daemon('ceph-osd', '-i', '0');
    const users = { user: userOf(), stranger: userOf() };
    for (const [name, { id, secret }] of Object.entries(users))
      await call(
        'radosgw-admin',
        ...['-c', config, 'user', 'create', '--uid', name, '--display-name', name],
        ...['--access-key', id, '--secret-key', secret],
      );
    const endpoint = `http://127.0.0.1:${String(port)}`;
    const gateway = async () => {
      const frontend = `beast endpoint=127.0.0.1:${String(port)} tcp_nodelay=1`;
      const child = daemon('radosgw', '-n', 'client.rgw', '--rgw-frontends', frontend);
      await answers(endpoint, child);
      return child;
    };
    let running = await gateway();
    const environmentOf = ({ id, secret }: ReturnType<typeof userOf>) => ({
      ...{ AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_ENDPOINT_URL_S3: endpoint },
      ...{ AWS_CONFIG_FILE: path.join(folder, 'none'), AWS_SHARED_CREDENTIALS_FILE: path.join(folder, 'none') },
      AWS_EC2_METADATA_DISABLED: 'true',
    });
    return {
      endpoint,
      env: environmentOf(users.user),
      stranger: environmentOf(users.stranger),
      halt: () => kill(running),
      resume: async () => {
        running = await gateway();
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function userOf(): { readonly id: string; readonly secret: string } {
  return { id: `KEY${randomUUID().slice(0, 8)}`, secret: `SECRET${randomUUID().replaceAll('-', '')}` };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function answers(endpoint: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + startMilliseconds;
  while (
    !(await fetch(endpoint).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`radosgw does not answer at ${endpoint}`);
    await delay(50);
  }
}

function configText(folder: string, cluster: string, port: number): string {
  const none = ['cluster', 'service', 'client'].map((side) => `auth ${side} required = none`);
  const plain = ['cluster', 'service', 'client', 'mon client'].map((side) => `ms ${side} mode = crc`);
  return [
    '[global]',
    ...[`fsid = ${cluster}`, `mon host = v2:127.0.0.1:${String(port)}`, 'mon initial members = a'],
    ...[...none, ...plain, 'ms bind ipv6 = false', 'public addr = 127.0.0.1', 'cluster addr = 127.0.0.1'],
    ...['run dir', 'crash dir'].map((name) => `${name} = ${folder}`),
    ...[`admin socket = ${folder}/$name.$pid.asok`, `keyring = ${folder}/keyring`, `pid file = ${folder}/$name.pid`],
    ...[`log file = ${folder}/$name.log`, `mon cluster log file = ${folder}/cluster.log`],
    ...[`mon data = ${folder}/mon`, `osd data = ${folder}/osd`, 'osd objectstore = memstore'],
    ...['memstore device bytes = 8589934592', 'osd crush chooseleaf type = 0', 'osd class load list = *'],
    ...['osd class default list = *', 'osd pool default size = 1', 'osd pool default min size = 1'],
    ...['osd pool default pg num = 1', 'osd pool default pgp num = 1', 'osd pool default pg autoscale mode = off'],
    ...['mon allow pool size one = true', 'mon data avail crit = 1', 'mon data avail warn = 1'],
    ...['mon osd full ratio = .99', 'mon osd nearfull ratio = .98', 'mon osd backfillfull ratio = .98'],
    ...['rgw run sync thread = false', 'rgw enable ops log = false', 'rgw enable usage log = false'],
    '',
  ].join('\n');
}
