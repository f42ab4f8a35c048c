import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { InputError } from '@intermodel/errors';
import { pickle, pickledTensor, torchZipBytes, torchZipOf, zipBytes, type PicklePiece } from '@intermodel/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../checkpoint.ts';
import { containerOf } from './container-of.ts';
import { openCheckpoint } from './open-checkpoint.ts';
import { walkTensors } from './walk-tensors.ts';

let folder = '';
const at = (name: string) => path.join(folder, name);
const golden = path.resolve(import.meta.dirname, '../../golden/containers');

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'hostile-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const write = (bytes: Uint8Array | string, name = 'checkpoint.pth') => {
  writeFileSync(at(name), bytes);
  return at(name);
};
const open = (bytes: Uint8Array | string, name?: string) => openCheckpoint(write(bytes, name));
const refusal = (code: string, ...texts: readonly string[]) =>
  expect.objectContaining({
    name: 'InputError',
    code,
    message: expect.stringMatching(new RegExp(texts.join('[\\s\\S]*'), 'u')) as string,
  }) as Error;
const floats = (...values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer);
const one = new Map([['0', floats(1, 2, 3)]]);
const stateOf = (...pieces: readonly PicklePiece[]) =>
  pickle.dictionary(pieces.map((piece, index) => [`w${String(index)}`, piece]));

describe('pickles that would run something', () => {
  const marker = () => at('was-run');
  const shell = () => pickle.call(pickle.global('posix', 'system'), pickle.text(`touch ${marker()}`));

  it.each<[string, () => Uint8Array]>([
    ['a pickle', () => pickle.whole(shell())],
    [
      'an entry of a state_dict',
      () =>
        torchZipOf(
          pickle.dictionary([
            ['w', pickledTensor('0', [3])],
            ['x', shell()],
          ]),
          one,
        ),
    ],
    ['a key', () => pickle.whole(pickle.dictionary([[shell(), pickle.none]]))],
    ['a value that is dropped', () => pickle.whole(Buffer.concat([shell(), pickle.raw('0'), pickle.none]))],
    ['an object with a state', () => pickle.whole(pickle.build(shell(), pickle.dictionary([['a', pickle.none]])))],
    ['an old object', () => pickle.whole(pickle.raw(`(S'touch ${marker()}'\niposix\nsystem\n`))],
    [
      'an argument of what is allowed',
      () =>
        pickle.whole(
          pickle.call(
            pickle.global('collections', 'OrderedDict'),
            pickle.list(pickle.tuple(pickle.text('a'), shell())),
          ),
        ),
    ],
  ])('%s: it is listed, and nothing is run', async (_, bytes) => {
    const checkpoint = await open(bytes());
    expect(checkpoint.placeholders).toEqual(['posix.system']);
    for (const [, tensor] of walkTensors(checkpoint.root)) tensor.read();
    expect(existsSync(marker())).toBe(false);
  });

  it('keeps arguments and state of what it does not run', async () => {
    const { root } = await open(pickle.whole(pickle.build(shell(), pickle.number(5))));
    expect(root).toEqual({
      kind: 'placeholder',
      global: 'posix.system',
      parts: [
        { kind: 'plain', value: `touch ${marker()}` },
        { kind: 'plain', value: 5 },
      ],
    });
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'takes "%s" for a name like others',
    async (name) => {
      const call = (...args: readonly PicklePiece[]) => pickle.call(pickle.global(name, name), ...args);
      const { placeholders } = await open(
        pickle.whole(pickle.list(call(), call(pickle.none), pickle.global(name, name))),
      );
      expect(placeholders).toEqual([`${name}.${name}`]);
      await expect(open(pickle.whole(pickle.raw(`F${name}\n`)))).rejects.toThrow(
        refusal('CHECKPOINT_PICKLE', 'for a number'),
      );
      const { root } = await open(pickle.whole(pickle.dictionary([[name, pickle.none]])));
      expect(root.kind === 'dictionary' && [...root.entries.keys()]).toEqual([name]);
    },
  );

  it('lists names that nothing calls', async () => {
    const { root, placeholders } = await open(pickle.whole(pickle.list(pickle.global('builtins', 'eval'))));
    expect(placeholders).toEqual(['builtins.eval']);
    expect(root).toMatchObject({ items: [{ kind: 'placeholder', global: 'builtins.eval' }] });
  });

  it.each(['\x82\x01', '\x83\x01\x00', '\x84\x01\x00\x00\x00', 'Pid\n', '\x97', '\x98', '\xff'])(
    'refuses the operation %j',
    async (operation) => {
      await expect(open(pickle.whole(pickle.raw(operation)))).rejects.toThrow(
        refusal('CHECKPOINT_PICKLE', 'operation 0x', 'byte 2', 'what to do'),
      );
    },
  );
});

describe('pickles that mean nothing', () => {
  it.each<[string, string, string]>([
    ['takes a value that is not there', '0', 'CHECKPOINT_PICKLE'],
    ['takes a value that is not there', 'N(a', 'CHECKPOINT_PICKLE'],
    ['ends a list that it has not begun', 't', 'CHECKPOINT_PICKLE'],
    ['uses value 7, which it has not remembered', 'h\x07', 'CHECKPOINT_PICKLE'],
    ['has a key without a value', '}(Nu', 'CHECKPOINT_PICKLE'],
    ['sets an entry of what is no dictionary', 'NNNs', 'CHECKPOINT_PICKLE'],
    ['appends to what is no list', 'NNa', 'CHECKPOINT_PICKLE'],
    ['calls what is neither', 'N)R', 'CHECKPOINT_PICKLE'],
    ['no list of arguments', 'cos\nsystem\nNR', 'CHECKPOINT_PICKLE'],
    ['no storage of torch', 'K\x01Q', 'CHECKPOINT_PICKLE'],
    ['for a number', 'Iabc\n', 'CHECKPOINT_PICKLE'],
    ['more than 64 bytes in a whole number', '\x8a\x41' + 'a'.repeat(65), 'CHECKPOINT_LIMIT'],
    ['more than 64 bytes in a whole number', '\x8b\xff\xff\xff\x7f', 'CHECKPOINT_LIMIT'],
    ['more than 4096 bytes in a line', `c${'a'.repeat(5000)}\n\n`, 'CHECKPOINT_LIMIT'],
    ['reaches to byte', 'B\xff\xff\xff\x7f', 'CHECKPOINT_TRUNCATED'],
    ['reaches to byte', '\x8e\xff\xff\xff\xff\xff\xff\xff\x7f', 'CHECKPOINT_TRUNCATED'],
    ['reaches to byte', 'X\xff\xff\xff\xffabc', 'CHECKPOINT_TRUNCATED'],
    ['ends without a value', '', 'CHECKPOINT_PICKLE'],
    ['is of protocol 9', '\x80\x09', 'CHECKPOINT_PICKLE'],
  ])('%s', async (text, operations, code) => {
    await expect(open(pickle.whole(pickle.raw(operations)))).rejects.toThrow(
      refusal(code, text.replace(/[()]/gu, '.')),
    );
  });

  it('has the same key twice', async () => {
    const twice = pickle.dictionary([
      ['layer', pickle.none],
      ['layer', pickle.none],
    ]);
    await expect(open(pickle.whole(twice))).rejects.toThrow(refusal('CHECKPOINT_DUPLICATE_KEY', '"layer" twice'));
  });

  it('tells a number from the text of it', async () => {
    const both = pickle.dictionary([
      ['0', pickle.none],
      [pickle.number(0), pickle.truth(true)],
    ]);
    const { root } = await open(pickle.whole(both));
    expect(root.kind === 'dictionary' && [...root.entries.keys()]).toEqual(['0', '0 (plain)']);
  });

  it('has more than 5 million operations', async () => {
    await expect(open(pickle.whole(pickle.raw('N0'.repeat(2_500_001))))).rejects.toThrow(
      refusal('CHECKPOINT_LIMIT', '5000000 operations'),
    );
  });

  it('nests 200,000 lists, and dictionaries', async () => {
    const deep = pickle.raw(`${']'.repeat(200_000)}${'a'.repeat(199_999)}`);
    expect([...walkTensors((await open(pickle.whole(deep))).root)]).toEqual([]);
    const dictionaries = pickle.raw(`${'}U\x01k'.repeat(199_999)}}${'s'.repeat(199_999)}`);
    expect([...walkTensors((await open(pickle.whole(dictionaries))).root)]).toEqual([]);
  });

  it('holds itself', async () => {
    const circle = pickle.raw('}q\x00U\x01ah\x00sU\x01b]q\x01h\x01as');
    const { root } = await open(pickle.whole(circle));
    expect(root.kind === 'dictionary' && root.entries.get('a')).toBe(root);
    expect([...walkTensors(root)]).toEqual([]);
  });

  it.each<[string, string]>([
    ['dictionaries', `ccollections\nOrderedDict\nq\x01h\x00\x85q\x02`],
    ['attributes', `cargparse\nNamespace\nq\x01)q\x02`],
  ])('copies large %s again and again', async (what, head) => {
    const large = `}q\x00(${Array.from({ length: 20_000 }, (_, index) => `U\x05${String(10_000 + index)}N`).join('')}u`;
    const again = what === 'dictionaries' ? '0h\x01h\x02R' : '0h\x01h\x02Rh\x00b';
    await expect(open(pickle.whole(pickle.raw(`${large}0${head}0h\x00${again.repeat(1000)}`)))).rejects.toThrow(
      refusal('CHECKPOINT_LIMIT', 'looked at to make others'),
    );
  });

  it('names a class by long texts', async () => {
    const long = pickle.text('a'.repeat(5000));
    await expect(open(pickle.whole(Buffer.concat([long, long, pickle.raw('\x93')])))).rejects.toThrow(
      refusal('CHECKPOINT_LIMIT', '4096 bytes in the name'),
    );
  });

  it('repeats one list in ever longer ones', async () => {
    const laughs = Array.from(
      { length: 40 },
      (_, level) => `]q${String.fromCharCode(level + 1)}h${String.fromCharCode(level)}ah${String.fromCharCode(level)}a`,
    );
    const { root } = await open(pickle.whole(pickle.raw(`]q\x00${laughs.join('')}`)));
    expect(() => [...walkTensors(root)]).toThrow(refusal('CHECKPOINT_LIMIT', 'paths to its values'));
  });
});

describe('archives that are not what they seem', () => {
  const data = { name: 'archive/data.pkl', content: pickle.whole(pickle.none) };

  it.each<[string, Uint8Array, string, string]>([
    [
      'a name that leads out',
      zipBytes([data, { name: '../../etc/passwd', content: floats(1) }]),
      'CHECKPOINT_ZIP',
      'leads out',
    ],
    ['an absolute name', zipBytes([data, { name: '/etc/passwd', content: floats(1) }]), 'CHECKPOINT_ZIP', 'leads out'],
    ['a name of Windows', zipBytes([data, { name: 'c:\\data', content: floats(1) }]), 'CHECKPOINT_ZIP', 'leads out'],
    ['an entry twice', zipBytes([data, data]), 'CHECKPOINT_ZIP', 'twice'],
    [
      'entries that share bytes',
      zipBytes([data, { name: 'archive/x', content: pickle.whole(pickle.none), declaredPlace: 0 }]),
      'CHECKPOINT_ZIP',
      'share bytes',
    ],
    ['a size beyond the file', zipBytes([{ ...data, declaredBytes: 2 ** 31 }]), 'CHECKPOINT_TRUNCATED', 'ends early'],
    [
      'a pickle that unpacks to more than is said',
      zipBytes([{ ...data, content: new Uint8Array(9000), deflated: true, declaredBytes: 5000 }]),
      'CHECKPOINT_ZIP',
      'does not unpack',
    ],
    [
      'a pickle that unpacks to less',
      zipBytes([{ ...data, deflated: true, declaredBytes: 5000 }]),
      'CHECKPOINT_ZIP',
      'does not unpack',
    ],
    [
      'a bomb',
      zipBytes([data, { name: 'archive/data/0', content: new Uint8Array(70 * 2 ** 20), deflated: true }]),
      'CHECKPOINT_LIMIT',
      'would unpack',
    ],
    [
      'nothing of any use',
      zipBytes([{ name: 'thesis.docx', content: floats(1) }]),
      'CHECKPOINT_UNKNOWN',
      'thesis.docx',
    ],
    ['nothing', zipBytes([]), 'CHECKPOINT_UNKNOWN', 'empty'],
  ])('%s', async (_, bytes, code, text) => {
    await expect(open(bytes)).rejects.toThrow(refusal(code, 'checkpoint.pth', text));
  });

  it('has more entries than any checkpoint', async () => {
    const end = Buffer.from(zipBytes([]));
    const record = Buffer.alloc(56);
    record.write('PK\x06\x06', 'latin1');
    record.writeBigUInt64LE(44n, 4);
    record.writeBigUInt64LE(200_000n, 24);
    record.writeBigUInt64LE(200_000n, 32);
    const locator = Buffer.alloc(20);
    locator.write('PK\x06\x07', 'latin1');
    end.writeUInt16LE(0xffff, 8);
    end.writeUInt16LE(0xffff, 10);
    const head = Buffer.concat([record, locator, end]);
    head.writeBigUInt64LE(BigInt(4), 56 + 8);
    await expect(open(Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), head]))).rejects.toThrow(
      refusal('CHECKPOINT_LIMIT', '200000 entries'),
    );
  });
});

describe('tensors that cannot be', () => {
  it.each<[string, PicklePiece, string, string]>([
    ['beyond its storage', stateOf(pickledTensor('0', [3], { offset: 1 })), 'CHECKPOINT_TENSOR', 'w0.*needs? 16 bytes'],
    [
      'of a size that overflows',
      stateOf(pickledTensor('0', [2 ** 40, 2 ** 40], { values: 3 })),
      'CHECKPOINT_TENSOR',
      'w0.*make no tensor',
    ],
    ['of a negative size', stateOf(pickledTensor('0', [-3], { values: 3 })), 'CHECKPOINT_TENSOR', 'make no tensor'],
    [
      'of a negative offset',
      stateOf(pickledTensor('0', [1], { offset: -1, values: 3 })),
      'CHECKPOINT_TENSOR',
      'make no tensor',
    ],
    [
      'of many axes',
      stateOf(pickledTensor('0', new Array<number>(65).fill(1), { values: 3 })),
      'CHECKPOINT_TENSOR',
      '64 axes',
    ],
    ['of a storage that is not there', stateOf(pickledTensor('1', [3])), 'CHECKPOINT_STORAGE', 'data/1'],
    ['of a storage of another size', stateOf(pickledTensor('0', [4])), 'CHECKPOINT_STORAGE', '12 bytes for 4 values'],
    [
      'of one storage with two types',
      stateOf(pickledTensor('0', [3]), pickledTensor('0', [3], { storage: 'IntStorage' })),
      'CHECKPOINT_STORAGE',
      'FloatStorage.*IntStorage',
    ],
    [
      'of one storage with two sizes',
      stateOf(pickledTensor('0', [3]), pickledTensor('0', [2])),
      'CHECKPOINT_STORAGE',
      '3 values.*2 of',
    ],
    [
      'of a storage of no number of values',
      stateOf(pickledTensor('0', [1], { values: -1 })),
      'CHECKPOINT_PICKLE',
      '-1 values',
    ],
    ['of a storage that is none', stateOf(pickledTensor('0', [3], { storage: 'nn' })), 'CHECKPOINT_PICKLE', 'torch.nn'],
    [
      'quantised',
      stateOf(pickledTensor('0', [12], { storage: 'QInt8Storage' })),
      'CHECKPOINT_TENSOR_KIND',
      'w0.*quantised',
    ],
    [
      'sparse',
      stateOf(pickle.call(pickle.global('torch._utils', '_rebuild_sparse_tensor'), pickle.none)),
      'CHECKPOINT_TENSOR_KIND',
      'w0.*sparse',
    ],
    [
      'made of nothing',
      stateOf(pickle.call(pickle.global('torch._utils', '_rebuild_tensor_v2'), pickle.none)),
      'CHECKPOINT_PICKLE',
      'something else than storage',
    ],
  ])('%s', async (_, value, code, text) => {
    await expect(open(torchZipOf(value, one))).rejects.toThrow(refusal(code, text));
  });

  it('repeats a value beyond all use', async () => {
    const id = pickle.tuple(
      pickle.text('storage'),
      pickle.global('torch', 'FloatStorage'),
      pickle.text('0'),
      pickle.text('cpu'),
      pickle.number(3),
    );
    const none = pickle.number(0);
    const many = pickle.number(100_000);
    const value = pickle.call(
      pickle.global('torch._utils', '_rebuild_tensor_v2'),
      pickle.persistent(id),
      none,
      pickle.tuple(many, many),
      pickle.tuple(none, none),
    );
    await expect(open(torchZipOf(value, one))).rejects.toThrow(refusal('CHECKPOINT_LIMIT', 'repeats 12 bytes'));
  });
});

describe('safetensors that break their form', () => {
  const file = (header: unknown, data: Uint8Array = floats(1, 2)) => {
    const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    return Buffer.concat([length, text, data]);
  };
  const w = (start: number, end: number, shape = [2], dtype = 'F32') => ({ dtype, shape, data_offsets: [start, end] });

  it.each<[string, Uint8Array, string, string]>([
    ['a header that is no JSON', file('{"w":'), 'CHECKPOINT_SAFETENSORS', 'no JSON'],
    [
      'a name twice',
      file(`{"w":${JSON.stringify(w(0, 8))},"\\u0077":${JSON.stringify(w(0, 8))}}`),
      'CHECKPOINT_DUPLICATE_KEY',
      '"w"',
    ],
    [
      'a hole',
      file({ a: w(0, 4, [1]), b: w(5, 9, [1]) }, new Uint8Array(9)),
      'CHECKPOINT_SAFETENSORS',
      'begins at byte 5',
    ],
    ['shared bytes', file({ a: w(0, 8), b: w(4, 8, [1]) }), 'CHECKPOINT_SAFETENSORS', 'begins at byte 4'],
    ['bytes of nobody', file({ a: w(0, 4, [1]) }), 'CHECKPOINT_SAFETENSORS', 'end at byte 4'],
    ['a size that is not that of the shape', file({ a: w(0, 8, [3]) }), 'CHECKPOINT_SAFETENSORS', '12 bytes'],
    ['a shape that overflows', file({ a: w(0, 8, [2 ** 52, 2 ** 52]) }), 'CHECKPOINT_SAFETENSORS', 'has shape'],
    ['a negative size', file({ a: w(0, 8, [-2]) }), 'CHECKPOINT_SAFETENSORS', 'no dtype, shape'],
    ['no places', file({ a: { dtype: 'F32', shape: [2] } }), 'CHECKPOINT_SAFETENSORS', 'data_offsets'],
    ['a quantised type', file({ a: w(0, 8, [8], 'F8_E4M3') }), 'CHECKPOINT_TENSOR_KIND', 'F8_E4M3'],
    [
      'metadata that is no text',
      file({ __metadata__: { a: 1 } }, new Uint8Array()),
      'CHECKPOINT_SAFETENSORS',
      '__metadata__',
    ],
    ['a tensor beyond the end', file({ a: w(0, 16, [4]) }), 'CHECKPOINT_TRUNCATED', 'tensor "a"'],
    ['a header beyond the end', file({ a: w(0, 8) }).subarray(0, 30), 'CHECKPOINT_TRUNCATED', 'the header'],
  ])('%s', async (_, bytes, code, text) => {
    await expect(open(bytes, 'model.safetensors')).rejects.toThrow(refusal(code, text));
  });

  it('keeps names that are properties of objects', async () => {
    const { root } = await open(file(`{"__proto__":${JSON.stringify(w(0, 8))}}`));
    expect(root.kind === 'dictionary' && [...root.entries.keys()]).toEqual(['__proto__']);
  });
});

describe('files that are no checkpoints', () => {
  it.each<[string, Uint8Array | string, string, string]>([
    ['empty', '', 'CHECKPOINT_EMPTY', 'no bytes'],
    ['a web page', '\n<!DOCTYPE html><html><title>Sign in</title></html>', 'CHECKPOINT_HTML', 'web page'],
    ['another web page', '<HTML><head><title>404 Not Found', 'CHECKPOINT_HTML', 'web page'],
    [
      'an error of a bucket',
      '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
      'CHECKPOINT_HTML',
      'web page',
    ],
    [
      'a pointer of LFS',
      'version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 102\n',
      'CHECKPOINT_LFS_POINTER',
      'git lfs pull',
    ],
    ['gzip', gzipSync('weights'), 'CHECKPOINT_ARCHIVE', 'gunzip'],
    ['7-Zip', Buffer.from('377abcaf271c0004', 'hex'), 'CHECKPOINT_ARCHIVE', '7z x'],
    ['RAR', 'Rar!\x1a\x07\x01\x00', 'CHECKPOINT_ARCHIVE', 'unrar'],
    [
      'tar',
      Buffer.concat([Buffer.from('model.pth'.padEnd(257, '\0')), Buffer.from('ustar\0'), Buffer.alloc(300)]),
      'CHECKPOINT_ARCHIVE',
      'tar -xf',
    ],
    [
      'tar of torch',
      Buffer.concat([Buffer.from('sys_info'.padEnd(257, '\0')), Buffer.from('ustar\0'), Buffer.alloc(300)]),
      'CHECKPOINT_TORCH_TAR',
      'state_dict',
    ],
    ['HDF5', Buffer.from('894844460d0a1a0a', 'hex'), 'CHECKPOINT_UNKNOWN', 'HDF5'],
    ['ONNX', Buffer.from('080712077079746f726368', 'hex'), 'CHECKPOINT_UNKNOWN', 'begins as an ONNX file'],
    ['text', 'epoch,loss\n1,0.5\n', 'CHECKPOINT_UNKNOWN', 'no checkpoint'],
    ['JSON', '{"model": "resnet50"}', 'CHECKPOINT_UNKNOWN', 'no checkpoint'],
    ['three bytes', 'abc', 'CHECKPOINT_UNKNOWN', 'no checkpoint'],
  ])('%s', async (_, bytes, code, text) => {
    const file = write(bytes, 'model.pth');
    await expect(openCheckpoint(file)).rejects.toThrow(refusal(code, 'model.pth', text));
    expect(containerOf(file)).toBeUndefined();
  });

  it('a pickled module', async () => {
    await expect(openCheckpoint(path.join(golden, 'module.pth'))).rejects.toThrow(
      refusal('CHECKPOINT_MODULE', 'torch.nn.modules.linear.Linear', 'state_dict'),
    );
  });

  it('a pickled module in a dictionary, with how to get at its weights', async () => {
    const state = pickle.dictionary([
      ['_parameters', pickle.dictionary([['weight', pickledTensor('0', [2])]])],
      ['_modules', pickle.dictionary([])],
    ]);
    const object = (type: Buffer) =>
      pickle.call(pickle.global('copyreg', '_reconstructor'), type, pickle.global('builtins', 'object'), pickle.none);
    const type = pickle.global('models', 'Net');
    const storages = new Map([['0', new Uint8Array(8)]]);
    const file = write(
      torchZipOf(pickle.dictionary([['model', pickle.build(object(type), state)]]), storages),
      'model.pth',
    );
    await expect(openCheckpoint(file)).rejects.toThrow(
      refusal(
        'CHECKPOINT_MODULE',
        'models.Net',
        String.raw`torch.load\(FILE, weights_only=False\)\["model"\]\.state_dict\(\)`,
      ),
    );
    // The older form keeps the source of a class beside it.
    const named = pickle.persistent(pickle.tuple(pickle.text('module'), type, pickle.text('net.py'), pickle.text('…')));
    const older = write(torchZipOf(pickle.build(object(named), state), storages), 'older.pth');
    await expect(openCheckpoint(older)).rejects.toThrow(
      refusal('CHECKPOINT_MODULE', 'models.Net', String.raw`torch.load\(FILE, weights_only=False\)\.state_dict\(\)`),
    );
  });

  it('a file that is not there', async () => {
    await expect(openCheckpoint(at('nowhere.pth'))).rejects.toThrow(refusal('FILE_MISSING', 'nowhere'));
    expect(() => containerOf(at('nowhere.pth'))).toThrow(refusal('FILE_MISSING', 'nowhere'));
  });

  it.each<[string, readonly string[], string, string]>([
    ['of Orbax', ['_METADATA', 'manifest.ocdbt'], 'CHECKPOINT_ORBAX', 'Orbax'],
    ['of a distributed checkpoint', ['.metadata', '__0_0.distcp'], 'CHECKPOINT_DISTRIBUTED', 'dcp_to_torch'],
    ['with a checkpoint', ['config.json', 'model.safetensors'], 'CHECKPOINT_FOLDER', 'model.safetensors'],
    ['of TensorFlow', ['saved_model.pb'], 'CHECKPOINT_FOLDER', 'variables/variables'],
    ['of other things', ['notes.txt'], 'CHECKPOINT_FOLDER', 'Name the file'],
  ])('a folder %s', async (name, files, code, text) => {
    mkdirSync(at(name));
    for (const file of files) writeFileSync(path.join(at(name), file), '');
    await expect(openCheckpoint(at(name))).rejects.toThrow(refusal(code, text));
  });

  it('a part of a distributed checkpoint', async () => {
    mkdirSync(at('dcp'));
    for (const name of ['.metadata', '__0_0.distcp'])
      writeFileSync(
        path.join(at('dcp'), name),
        pickle.whole(pickle.call(pickle.global('torch.distributed.checkpoint.metadata', 'Metadata'))),
      );
    for (const name of ['.metadata', '__0_0.distcp'])
      await expect(openCheckpoint(path.join(at('dcp'), name))).rejects.toThrow(refusal('CHECKPOINT_DISTRIBUTED', name));
  });
});

describe('sets', () => {
  const index = (map: Record<string, string>) => JSON.stringify({ weight_map: map });

  it.each<[string, string, string, string]>([
    ['a file outside', index({ w: '../secret.safetensors' }), 'CHECKPOINT_SHARDS', 'in the folder of the index'],
    ['an absolute file', index({ w: '/etc/passwd' }), 'CHECKPOINT_SHARDS', 'in the folder of the index'],
    ['a missing file', index({ w: 'nowhere.safetensors' }), 'CHECKPOINT_SHARDS', 'nowhere.safetensors'],
    ['no map', '{"weight_map": 3}', 'CHECKPOINT_SHARDS', 'no "weight_map"'],
    ['nothing', '{"weight_map": {}}', 'CHECKPOINT_SHARDS', '0 files'],
    ['a broken text', '{"weight_map": {', 'CHECKPOINT_SHARDS', 'no JSON'],
    ['a name twice', '{"weight_map": {"w": "a.st", "w": "b.st"}}', 'CHECKPOINT_DUPLICATE_KEY', '"w"'],
  ])('%s', async (_, text, code, message) => {
    await expect(open(text, 'model.safetensors.index.json')).rejects.toThrow(refusal(code, message));
  });

  it('names itself', async () => {
    const file = write(index({ w: 'circle.safetensors.index.json' }), 'circle.safetensors.index.json');
    expect(containerOf(file)).toBe('torch-zip');
    await expect(openCheckpoint(file)).rejects.toThrow(refusal('CHECKPOINT_UNKNOWN', 'circle'));
  });

  it('names all files that are missing beside a numbered one', async () => {
    const bytes = torchZipBytes({ w: { shape: [1], values: Float32Array.of(1) } });
    await expect(open(bytes, 'set-00002-of-00003.bin')).rejects.toThrow(
      refusal('CHECKPOINT_SHARDS', 'set-00001-of-00003.bin, set-00003-of-00003.bin'),
    );
  });

  it('is joined without an index, if no tensor is in two files', async () => {
    const bytes = torchZipBytes({ w: { shape: [1], values: Float32Array.of(1) } });
    write(torchZipBytes({ v: { shape: [1], values: Float32Array.of(2) } }), 'pair-00001-of-00002.bin');
    const { root, files } = await open(bytes, 'pair-00002-of-00002.bin');
    expect([root.kind === 'dictionary' && [...root.entries.keys()], files.length]).toEqual([['v', 'w'], 2]);
    expect(containerOf(at('pair-00002-of-00002.bin'))).toBe('torch-zip');
    write(bytes, 'pair-00001-of-00002.bin');
    await expect(openCheckpoint(at('pair-00002-of-00002.bin'))).rejects.toThrow(
      refusal('CHECKPOINT_SHARDS', 'two files'),
    );
  });
});

/** All that a checkpoint tells, so that two can be compared. */
function contentOf({ container, root, placeholders }: Checkpoint): string {
  const tensors = [...walkTensors(root)].map(([names, { type, shape, read }]) => [
    names,
    type,
    shape,
    Buffer.from(read()).toString('hex'),
  ]);
  return JSON.stringify([container, tensors, placeholders]);
}

const small = [
  'array.npy',
  'arrays-2.pkl',
  'arrays-4.pkl',
  'byol.pkl',
  'detectron.pkl',
  'flax.msgpack',
  'arrays-compressed.npz',
  'model.safetensors',
  'torch-tensor.pt',
  'torch-deflated.pth',
  'tensorflow-deflated.zip',
  'torch-legacy.pth.tar',
];

describe('files that were cut or bent', () => {
  it.each(small)('%s, cut at every byte, gives the same tensors or an error that says why', async (name) => {
    const bytes = readFileSync(path.join(golden, name));
    const whole = contentOf(await openCheckpoint(path.join(golden, name)));
    // Every byte of the head and of the end; in between, where the same things come again, some.
    for (let end = 0; end < bytes.length; end += end < 700 || end > bytes.length - 300 ? 1 : 11) {
      const file = write(bytes.subarray(0, end), 'cut');
      try {
        expect(contentOf(await openCheckpoint(file)), `cut at ${String(end)}`).toBe(whole);
      } catch (error) {
        expect(error, `cut at ${String(end)}`).toBeInstanceOf(InputError);
        expect((error as InputError).details, `cut at ${String(end)}`).toMatchObject({
          file,
          hint: expect.any(String) as string,
        });
      }
    }
  });

  it.each(small)('%s, bent anywhere, gives tensors or an error that says why', async (name) => {
    const bytes = readFileSync(path.join(golden, name));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }),
        async (changes) => {
          const bent = Uint8Array.from(bytes);
          for (const [place, byte] of changes) bent[place] = byte;
          try {
            contentOf(await open(bent, 'bent'));
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
