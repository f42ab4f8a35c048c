/** What is used of WebAssembly, of which TypeScript knows only with the browser's types. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}
const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyApi };

/** What every module of kernels exports. */
export interface KernelExports {
  /** All that the kernels read and write. */
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
}

const compiled = new Map<string, object>();

/** A new instance of a module of kernels, with a memory of its own; a module is compiled once. */
export function instantiateKernels(base64: string): KernelExports {
  let module = compiled.get(base64);
  if (module === undefined)
    compiled.set(
      base64,
      (module = new WebAssembly.Module(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)))),
    );
  return new WebAssembly.Instance(module, { env: { abort: () => undefined } }).exports as KernelExports;
}
