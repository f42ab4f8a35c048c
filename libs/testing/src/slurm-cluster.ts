import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { freePorts } from './free-ports.ts';

/** What of Slurm is missing here; empty: it can be started. */
export function lackingSlurm(): string {
  const programs = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'scancel', 'scontrol'];
  const lacking = programs.filter((name) => spawnSync('sh', ['-c', `command -v ${name}`], { env }).status !== 0);
  if (lacking.length > 0) return `Debian's slurm-wlm and munge are not installed (no ${lacking.join(', ')})`;
  return process.getuid?.() === 0 ? '' : 'only root can start the daemons of Slurm';
}

const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };

/** A Slurm of two nodes on this machine. */
export interface SlurmCluster {
  /** Environment in which its commands are run. */
  readonly env: NodeJS.ProcessEnv;
  /** Processes of jobs on a node. */
  readonly workers: (node: string) => readonly number[];
  /** Kills the daemon of a node, and all that it runs, at once. */
  readonly killNode: (node: string) => void;
  /** Starts the daemon of a node again. */
  readonly startNode: (node: string) => void;
  /** Ends all that was started. */
  readonly stop: () => void;
}

/** Starts munge, the controller and two nodes in a folder; all is ended by {@link SlurmCluster.stop}. */
export async function startSlurm(folder: string): Promise<SlurmCluster> {
  const at = (name: string) => path.join(folder, name);
  for (const name of ['state', 'run', 'logs']) mkdirSync(at(name), { recursive: true });
  // Munge refuses folders that others may write to.
  chmodSync(folder, 0o755);
  writeFileSync(at('munge.key'), randomBytes(128), { mode: 0o600 });
  writeFileSync(at('munge.seed'), randomBytes(128), { mode: 0o600 });
  const conf = at('slurm.conf');
  const [controller, ...nodes] = await freePorts(3);
  writeFileSync(conf, configuration(folder, controller ?? 0, nodes));
  const own = { ...env, SLURM_CONF: conf };
  const children: ChildProcess[] = [];
  const daemon = (name: string, ...argv: string[]) => {
    const child = spawn(name, argv, { env: own, stdio: 'ignore' });
    children.push(child);
    return child;
  };
  const files = ['socket', 'pid-file', 'log-file', 'seed-file'].map(
    (kind) => `--${kind}=${at(`munge.${kind.split('-')[0] ?? ''}`)}`,
  );
  daemon('munged', '--foreground', '--force', `--key-file=${at('munge.key')}`, ...files);
  await until(
    () => existsSync(at('munge.socket')),
    () => 'munged',
  );
  daemon('slurmctld', '-D', '-f', conf);
  const daemons = new Map<string, ChildProcess>();
  const startNode = (node: string) => {
    daemons.set(node, daemon('slurmd', '-D', '-f', conf, '-N', node));
  };
  for (const node of nodeNames) startNode(node);
  const idle = () => spawnSync('sinfo', ['-h', '-N', '-o', '%T'], { env: own, encoding: 'utf8' }).stdout;
  const stop = () => {
    for (const child of children) child.kill('SIGKILL');
    for (const pid of startedWith([`SLURM_CONF=${conf}`])) kill(pid);
  };
  try {
    await until(
      () => (idle().match(/^idle$/gmu) ?? []).length === nodeNames.length,
      () => `the nodes: ${idle()}`,
    );
  } catch (error) {
    stop();
    throw error;
  }
  const workers = (node: string) => startedWith([`SLURM_CONF=${conf}`, `SLURMD_NODENAME=${node}`]);
  return {
    ...{ env: own, startNode, stop, workers },
    killNode: (node) => {
      const below = workers(node);
      const steps = below.map(parentOf).filter((pid) => pid > 1);
      daemons.get(node)?.kill('SIGKILL');
      for (const pid of [...steps, ...below]) kill(pid);
    },
  };
}

const nodeNames = ['n1', 'n2'];

function configuration(folder: string, controller: number, nodes: readonly number[]): string {
  const at = (name: string) => path.join(folder, name);
  const host = hostname().split('.')[0] ?? 'localhost';
  return [
    'ClusterName=intermodel',
    `SlurmctldHost=${host}(127.0.0.1)`,
    `SlurmctldPort=${String(controller)}`,
    'SlurmUser=root',
    'SlurmdUser=root',
    `AuthInfo=socket=${at('munge.socket')}`,
    `StateSaveLocation=${at('state')}`,
    `SlurmdSpoolDir=${at('spool')}-%n`,
    `SlurmctldPidFile=${at('run/ctld.pid')}`,
    `SlurmdPidFile=${at('run/')}%n.pid`,
    `SlurmctldLogFile=${at('logs/ctld.log')}`,
    `SlurmdLogFile=${at('logs/')}%n.log`,
    'ProctrackType=proctrack/pgid',
    'TaskPlugin=task/none',
    'SelectType=select/cons_tres',
    'SelectTypeParameters=CR_Core',
    'ReturnToService=2',
    'MpiDefault=none',
    'SwitchType=switch/none',
    'SlurmdTimeout=5',
    'MaxArraySize=21',
    'SchedulerParameters=batch_sched_delay=0,sched_min_interval=1000,sched_interval=1,bf_interval=1',
    ...nodeNames.map(
      (name, index) =>
        `NodeName=${name} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${String(nodes[index])} CPUs=1 RealMemory=2000`,
    ),
    `PartitionName=main Nodes=${nodeNames.join(',')} Default=YES State=UP`,
    '',
  ].join('\n');
}

/** Processes that were started with these variables in their environment. */
function startedWith(variables: readonly string[]): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name) && name !== String(process.pid))
    .filter((name) => {
      try {
        const has = new Set(readFileSync(`/proc/${name}/environ`, 'utf8').split('\0'));
        return variables.every((variable) => has.has(variable));
      } catch {
        return false; // It has ended.
      }
    })
    .map(Number);
}

/** The process that started one; steps of Slurm are nobody's children, but have some. */
function parentOf(pid: number): number {
  const [, parent = 0] = /\nPPid:\s+(\d+)/u.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8')) ?? [];
  return Number(parent);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Waits until something holds, for a minute or so. */
export async function until(holds: () => boolean, what: () => string): Promise<void> {
  const begun = Date.now();
  while (!holds()) {
    if (Date.now() - begun > 90_000) throw new Error(`not within a minute: ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
