import path from 'node:path';
import { InputError } from '@intermodel/errors';
import { stringify } from 'yaml';
import type { WorkOrder } from '../engine.ts';
import type { WaveElements } from '../jobs/cut-elements.ts';

/** Where pods find program and files. */
export interface KubernetesOptions {
  /** Image that has the program. */
  readonly image: string;
  /** Claims of volumes with the folders under which they are mounted, `CLAIM=FOLDER`: study, store and files of jobs. */
  readonly volumes: readonly string[];
  /** Pods of a job that run at once, at least 1. */
  readonly parallelism: number;
}

/** How often an element is tried again, by itself. */
const retriesOfElement = 3;
/** Seconds that a worker has to leave what is under way. */
const secondsToStop = 60;
/** Characters of the name of a job: its pods add their number to it. */
const nameLength = 50;

/** Name of the job of a wave, as Kubernetes allows names. */
export function kubernetesName(study: string, wave: string): string {
  const name = study
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, '-')
    .slice(0, nameLength - wave.length - 1)
    .replaceAll(/^[\d-]+|-+$/gu, '');
  return name === '' ? wave : `${name}-${wave}`;
}

/**
 * Manifest of an Indexed Job, YAML: each index runs a script that takes the line of its tasks.
 *
 * @throws InputError `KUBERNETES_VOLUME`.
 */
export function kubernetesJob(
  { name, gpuWaves }: Pick<WorkOrder, 'name' | 'gpuWaves'>,
  { wave, elements }: WaveElements,
  script: string,
  { image, volumes, parallelism }: KubernetesOptions,
): string {
  const bytes = elements.flat().map(({ memoryBytes }) => memoryBytes);
  const memory = bytes.includes(undefined)
    ? undefined
    : `${String(Math.ceil(Math.max(...bytes.map((each) => each ?? 0)) / 2 ** 20))}Mi`;
  const resources = {
    ...(memory === undefined ? {} : { requests: { memory } }),
    ...(gpuWaves.includes(wave) ? { limits: { 'nvidia.com/gpu': 1 } } : {}),
  };
  const mounts = volumes.map(mountOf);
  const covered = mounts.some(({ mountPath }) => isWithin(script, mountPath));
  if (!covered)
    throw new InputError('KUBERNETES_VOLUME', `no volume has the folder of jobs in it: ${path.dirname(script)}`, {
      expected: 'volumes that hold study, store and folder of jobs, under the same paths as here',
      hint: 'Give `files.volumes: CLAIM=FOLDER` for each of them.',
    });
  return stringify({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: kubernetesName(name, wave), labels: { app: 'intermodel' } },
    spec: {
      completionMode: 'Indexed',
      completions: elements.length,
      parallelism: Math.min(parallelism, elements.length),
      backoffLimitPerIndex: retriesOfElement,
      // One that fails as often as it may does not end the others.
      maxFailedIndexes: elements.length,
      template: {
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: secondsToStop,
          containers: [
            {
              name: 'worker',
              image,
              // Kubernetes takes $(…) for a variable, and $$ for $.
              command: ['sh', script.replaceAll('$', '$$$$')],
              ...(Object.keys(resources).length === 0 ? {} : { resources }),
              volumeMounts: mounts.map(({ mountPath }, index) => ({ name: `volume-${String(index)}`, mountPath })),
            },
          ],
          volumes: mounts.map(({ claimName }, index) => ({
            name: `volume-${String(index)}`,
            persistentVolumeClaim: { claimName },
          })),
        },
      },
    },
  });
}

function mountOf(text: string): { readonly claimName: string; readonly mountPath: string } {
  const [, claimName = '', mountPath = ''] = /^([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)=(\/[^:]*)$/u.exec(text) ?? [];
  if (claimName !== '') return { claimName, mountPath };
  throw new InputError('KUBERNETES_VOLUME', `"${text}" is no volume`, {
    expected: 'name of a claim and the absolute path of a folder, without colons: CLAIM=FOLDER',
    hint: 'Correct `files.volumes`.',
  });
}

function isWithin(file: string, folder: string): boolean {
  return file.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
