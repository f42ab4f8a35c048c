import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { InputError, readInputFile } from '@intermodel/errors';
import type { ArchitectureFacts } from '../architecture.ts';
import type { ConfigKind } from './family.ts';

/** Most bytes of a description; those of large language models have some ten thousands. */
const configBytes = 1_000_000;

/** What a description beside a checkpoint says. */
export interface ModelConfig {
  /** Its kind. */
  readonly kind: ConfigKind;
  /** Files that it was read from. */
  readonly files: readonly string[];
  /** What weights do not tell. */
  readonly facts: ArchitectureFacts;
  /** Preprocessing, as `models[].input` of a study has it; undefined where it says nothing of it. */
  readonly input: Readonly<Record<string, unknown>> | undefined;
  /** Width of the network; undefined where it is not said. */
  readonly width: number | undefined;
  /** Whether its MLPs have a gate, since they have the activation of one. @default that is not said */
  readonly isGated?: boolean;
}

/** A JSON object of a file, whose values are checked when they are asked for. */
class ConfigObject {
  readonly file: string;
  private readonly values: Readonly<Record<string, unknown>>;
  private readonly name: string;

  constructor(file: string, values: Readonly<Record<string, unknown>>, name = '') {
    this.file = file;
    this.values = values;
    this.name = name;
  }

  has(key: string): boolean {
    return this.values[key] !== undefined && this.values[key] !== null;
  }

  object(key: string): ConfigObject | undefined {
    const value = this.values[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'object' || Array.isArray(value)) throw this.wrong(key, 'a group of keys');
    return new ConfigObject(this.file, value as Readonly<Record<string, unknown>>, this.nameOf(key));
  }

  text(key: string): string | undefined {
    const value = this.values[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') throw this.wrong(key, 'a text');
    return value;
  }

  number(key: string, smallest = 0): number | undefined {
    const value = this.values[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'number' || !Number.isFinite(value) || value < smallest)
      throw this.wrong(key, `a number of at least ${String(smallest)}`);
    return value;
  }

  whole(key: string): number | undefined {
    const value = this.number(key, 1);
    if (value !== undefined && !Number.isInteger(value)) throw this.wrong(key, 'a whole number');
    return value;
  }

  flag(key: string): boolean | undefined {
    const value = this.values[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'boolean') throw this.wrong(key, 'true or false');
    return value;
  }

  numbers(key: string, count: number): readonly number[] | undefined {
    const value: unknown = this.values[key];
    if (value === undefined || value === null) return undefined;
    const isFitting =
      Array.isArray(value) &&
      value.length === count &&
      value.every((one) => typeof one === 'number' && Number.isFinite(one));
    if (!isFitting) throw this.wrong(key, `a list of ${String(count)} numbers`);
    return value as readonly number[];
  }

  wrong(key: string, expected: string): InputError {
    const value = JSON.stringify(this.values[key]) as string | undefined;
    return new InputError('CHECKPOINT_CONFIG', `${(value ?? 'nothing').slice(0, 60)} cannot be used`, {
      file: this.file,
      column: this.nameOf(key),
      expected,
      hint: 'Correct it, or move the file elsewhere: it says how the checkpoint beside it is to be read.',
    });
  }

  private nameOf(key: string): string {
    return this.name === '' ? key : `${this.name}.${key}`;
  }
}

/** Names of the files beside a checkpoint that may say how it is read. */
const configNames = ['config.json', 'preprocessor_config.json', 'open_clip_config.json'] as const;

/** Files beside a checkpoint that may say how it is read: what is made of it may change with them. */
export function configsBeside(checkpoint: string): readonly string[] {
  return configNames.map((name) => path.join(path.dirname(checkpoint), name)).filter((file) => existsSync(file));
}

/** What lies beside a checkpoint. */
export interface ReadConfigs {
  /** Descriptions. */
  readonly found: readonly ModelConfig[];
  /** Why one could not be read: an error for whoever goes by it. */
  readonly problem: InputError | undefined;
}

/**
 * Reads what lies beside a checkpoint: `config.json` of timm and Hugging Face with `preprocessor_config.json`,
 * `open_clip_config.json`. One that is bent (`CHECKPOINT_CONFIG`) is no concern of families that do not go by it.
 */
export function readConfigs(checkpoint: string): ReadConfigs {
  const found: ModelConfig[] = [];
  try {
    const folder = path.dirname(checkpoint);
    const read = (name: (typeof configNames)[number]) => readJson(path.join(folder, name));
    const openClip = read('open_clip_config.json');
    if (openClip !== undefined) found.push(ofOpenClip(openClip));
    const config = read('config.json');
    if (config?.has('pretrained_cfg') === true || config?.has('crop_pct') === true) found.push(ofTimm(config));
    else if (config?.has('model_type') === true) found.push(ofHuggingFace(config, read('preprocessor_config.json')));
    return { found, problem: undefined };
  } catch (error) {
    if (error instanceof InputError) return { found, problem: error };
    throw error;
  }
}

function readJson(file: string): ConfigObject | undefined {
  if (!existsSync(file)) return undefined;
  const place = {
    file,
    hint: 'Correct the file, or move it elsewhere: it says how the checkpoint beside it is to be read.',
  };
  const { size } = statSync(file);
  if (size > configBytes)
    throw new InputError('CHECKPOINT_CONFIG', `has ${String(size)} bytes`, {
      ...place,
      expected: `at most ${String(configBytes)} bytes`,
    });
  let value: unknown;
  try {
    value = JSON.parse(readInputFile(file).toString('utf8'));
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError('CHECKPOINT_CONFIG', 'is not JSON', { ...place, cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InputError('CHECKPOINT_CONFIG', 'is no group of keys', { ...place, expected: 'a JSON object' });
  return new ConfigObject(file, value as Readonly<Record<string, unknown>>);
}

const filters: Readonly<Record<string, string>> = {
  bilinear: 'bilinear',
  bicubic: 'bicubic',
  lanczos: 'lanczos3',
  nearest: 'nearest',
};

function filterOf(config: ConfigObject, key: string): string | undefined {
  const name = config.text(key);
  // timm draws one for training.
  if (name === undefined || name === 'random') return undefined;
  const filter = filters[name];
  if (filter === undefined) throw config.wrong(key, `one of ${Object.keys(filters).join(', ')}`);
  return filter;
}

/** Mean and standard deviation on top of bytes from 0 to 1. */
function values(mean: readonly number[] | undefined, std: readonly number[] | undefined): Record<string, unknown> {
  return { preset: 'imagenet', ...(mean === undefined ? {} : { mean }), ...(std === undefined ? {} : { std }) };
}

function ofTimm(config: ConfigObject): ModelConfig {
  const pretrained = config.object('pretrained_cfg') ?? config;
  const args = config.object('model_args');
  const size = pretrained.numbers('input_size', 3) ?? [3, 224, 224];
  const [, height = 224, width = 224] = size;
  const crop = pretrained.number('crop_pct', 0.01) ?? 0.875;
  const mode = pretrained.text('crop_mode') ?? 'center';
  if (mode !== 'center' && mode !== 'squash') throw pretrained.wrong('crop_mode', 'center or squash');
  // timm scales to a whole number of pixels, rounded down, of which the centre is kept.
  const side = Math.floor(Math.min(width, height) / crop);
  const isSquashed = mode === 'squash' && crop === 1;
  const filter = filterOf(pretrained, 'interpolation') ?? 'bilinear';
  const heads = args?.whole('num_heads');
  return {
    kind: 'timm',
    files: [config.file],
    facts: heads === undefined ? {} : { heads },
    input: {
      ...values(pretrained.numbers('mean', 3), pretrained.numbers('std', 3)),
      width,
      height,
      ...(isSquashed ? { resize: 'exact' } : { resize: 'shortest-side', shortestSide: side }),
      filter,
    },
    width: undefined,
  };
}

const activations: Readonly<Record<string, string>> = {
  gelu: 'gelu',
  gelu_pytorch_tanh: 'gelu-tanh',
  gelu_new: 'gelu-tanh',
  gelu_fast: 'gelu-tanh',
  quick_gelu: 'quick-gelu',
};

/** Activation of MLPs of three layers alone, whose gate has it. */
const gateActivation = 'silu';

function ofHuggingFace(config: ConfigObject, preprocessor: ConfigObject | undefined): ModelConfig {
  // Of a model of images and texts, the part for images.
  const vision = config.object('vision_config') ?? config;
  const heads = vision.whole('num_attention_heads');
  const act = vision.text('hidden_act');
  const activation = act === undefined ? undefined : activations[act];
  const isGated = act === gateActivation;
  if (act !== undefined && activation === undefined && heads !== undefined && !isGated)
    throw vision.wrong('hidden_act', `one of ${[...Object.keys(activations), gateActivation].join(', ')}`);
  const epsilon = vision.number('layer_norm_eps');
  const rotaryBase = (vision.object('rope_parameters') ?? vision).number('rope_theta');
  return {
    kind: 'hugging-face',
    files: [config.file, ...(preprocessor === undefined ? [] : [preprocessor.file])],
    // Without heads it is no transformer, and has none of these.
    facts:
      heads === undefined
        ? vision.flag('downsample_in_bottleneck') === true
          ? { stride: '1x1' }
          : {}
        : {
            heads,
            ...(activation === undefined ? {} : { activation }),
            ...(epsilon === undefined ? {} : { epsilon }),
            ...(rotaryBase === undefined ? {} : { rotaryBase }),
          },
    input: preprocessor === undefined ? undefined : ofPreprocessor(preprocessor),
    width: heads === undefined ? undefined : vision.whole('hidden_size'),
    ...(isGated && heads !== undefined ? { isGated } : {}),
  };
}

/** Filters by the numbers that Pillow has for them. */
const resampled: Readonly<Record<number, string>> = { 0: 'nearest', 1: 'lanczos3', 2: 'bilinear', 3: 'bicubic' };

function sidesOf(config: ConfigObject, key: string): { width: number; height: number; shortest: boolean } | undefined {
  if (!config.has(key)) return undefined;
  let side: number | undefined;
  try {
    side = config.whole(key);
  } catch {
    side = undefined;
  }
  if (side !== undefined) return { width: side, height: side, shortest: true };
  const sides = config.object(key);
  const shortest = sides?.whole('shortest_edge');
  if (shortest !== undefined) return { width: shortest, height: shortest, shortest: true };
  const width = sides?.whole('width');
  const height = sides?.whole('height');
  if (width === undefined || height === undefined) throw config.wrong(key, 'shortest_edge, or height and width');
  return { width, height, shortest: false };
}

function ofPreprocessor(config: ConfigObject): Record<string, unknown> {
  const resample = config.number('resample') ?? 2;
  const filter = resampled[resample];
  if (filter === undefined) throw config.wrong('resample', '0 (nearest), 1 (Lanczos), 2 (bilinear) or 3 (bicubic)');
  const size = sidesOf(config, 'size') ?? { width: 224, height: 224, shortest: false };
  const crop = config.flag('do_center_crop') === true ? (sidesOf(config, 'crop_size') ?? size) : undefined;
  const scale = config.number('rescale_factor');
  const isNormalised = config.flag('do_normalize') !== false;
  const common = {
    ...(isNormalised
      ? values(config.numbers('image_mean', 3), config.numbers('image_std', 3))
      : { preset: 'zero-one' }),
    ...(scale === undefined ? {} : { scale }),
    filter,
  };
  if (!size.shortest && crop === undefined)
    return { ...common, width: size.width, height: size.height, resize: 'exact' };
  const target = crop ?? size;
  return {
    ...common,
    width: target.width,
    height: target.height,
    resize: 'shortest-side',
    shortestSide: Math.min(size.width, size.height),
  };
}

function ofOpenClip(config: ConfigObject): ModelConfig {
  const model = config.object('model_cfg') ?? config;
  const vision = model.object('vision_cfg');
  const size = vision?.whole('image_size') ?? 224;
  const preprocess = config.object('preprocess_cfg');
  const mode = preprocess?.text('resize_mode') ?? 'shortest';
  if (preprocess !== undefined && mode !== 'shortest' && mode !== 'squash')
    throw preprocess.wrong('resize_mode', 'shortest or squash');
  const filter = (preprocess === undefined ? undefined : filterOf(preprocess, 'interpolation')) ?? 'bicubic';
  const width = vision?.has('timm_model_name') === true ? undefined : vision?.whole('width');
  const headWidth = vision?.whole('head_width') ?? 64;
  const mean = preprocess?.numbers('mean', 3) ?? [0.48145466, 0.4578275, 0.40821073];
  const std = preprocess?.numbers('std', 3) ?? [0.26862954, 0.26130258, 0.27577711];
  return {
    kind: 'open-clip',
    files: [config.file],
    facts:
      width === undefined
        ? {}
        : {
            heads: Math.max(1, Math.floor(width / headWidth)),
            activation: model.flag('quick_gelu') === true ? 'quick-gelu' : 'gelu',
          },
    input: {
      ...values(mean, std),
      width: size,
      height: size,
      ...(mode === 'squash' ? { resize: 'exact' } : { resize: 'shortest-side', shortestSide: size }),
      filter,
    },
    width,
  };
}
