import { readdirSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** An operator that a library exports, and who calls it. */
export interface FoundOperator {
  /** Library that exports it. */
  readonly library: string;
  /** Its name. */
  readonly name: string;
  /** Files that name it other than to import or export it, from the root, sorted. */
  readonly callers: readonly string[];
}

/** Names of the types that a function returns which makes an operator. */
const operatorTypes = ['OperatorFunction', 'MonoTypeOperatorFunction'];

/**
 * Finds the operators among the exports of libraries: functions that return an RxJS operator.
 *
 * @param root folder that the other paths are taken from
 * @param entries public entry of each library
 * @param callers files that are searched for callers
 */
export function findOperators(
  root: string,
  entries: Readonly<Record<string, string>>,
  callers: readonly string[],
): FoundOperator[] {
  const program = ts.createProgram(
    [...Object.values(entries), ...callers].map((file) => path.join(root, file)),
    {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      customConditions: ['@intermodel/source'],
      allowImportingTsExtensions: true,
      noEmit: true,
      strict: true,
      skipLibCheck: true,
      types: ['node'],
    },
  );
  const checker = program.getTypeChecker();
  const own = (symbol: ts.Symbol) =>
    (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
  const source = (file: string) => {
    const found = program.getSourceFile(path.join(root, file));
    if (found === undefined) throw new Error(`${file} is not there`);
    return found;
  };

  const callersOf = new Map<ts.Symbol, string[]>();
  for (const [library, entry] of Object.entries(entries)) {
    const module = checker.getSymbolAtLocation(source(entry));
    for (const symbol of module === undefined ? [] : checker.getExportsOfModule(module).map(own))
      if (makesOperator(checker, symbol) && declaredIn(root, symbol, library)) callersOf.set(symbol, []);
  }
  for (const file of callers) {
    const visit = (node: ts.Node): void => {
      if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
      if (ts.isIdentifier(node) && !isDeclaredName(node)) {
        const symbol = checker.getSymbolAtLocation(node);
        const files = symbol === undefined ? undefined : callersOf.get(own(symbol));
        if (files !== undefined && !files.includes(file)) files.push(file);
      }
      ts.forEachChild(node, visit);
    };
    visit(source(file));
  }
  return [...callersOf]
    .map(([symbol, files]) => ({ library: libraryOf(root, symbol), name: symbol.name, callers: files.sort() }))
    .sort((a, b) => (`${a.library} ${a.name}` < `${b.library} ${b.name}` ? -1 : 1));
}

/** Whether a function gives an operator back. */
function makesOperator(checker: ts.TypeChecker, symbol: ts.Symbol): boolean {
  const [declaration] = symbol.declarations ?? [];
  if (declaration === undefined || (symbol.flags & ts.SymbolFlags.Value) === 0) return false;
  return checker
    .getTypeOfSymbolAtLocation(symbol, declaration)
    .getCallSignatures()
    .some((signature) => operatorTypes.includes(signature.getReturnType().getSymbol()?.name ?? ''));
}

/** Library whose source declares what a symbol stands for. */
function libraryOf(root: string, symbol: ts.Symbol): string {
  const file = symbol.declarations?.[0]?.getSourceFile().fileName ?? '';
  return path.relative(path.join(root, 'libs'), file).split(path.sep)[0] ?? '';
}

/** What a library takes from another one and exports again counts for that one. */
function declaredIn(root: string, symbol: ts.Symbol, library: string): boolean {
  return libraryOf(root, symbol) === library;
}

/** Whether an identifier is the name under which something is declared. */
function isDeclaredName(node: ts.Identifier): boolean {
  return ts.isFunctionDeclaration(node.parent) && node.parent.name === node;
}

/** TypeScript sources below a folder, from the root, but for specs, type tests and benches. */
export function productSources(root: string, folder: string): string[] {
  return (readdirSync(path.join(root, folder), { recursive: true }) as string[])
    .filter((file) => file.endsWith('.ts') && !/\.(?:spec|bench|test-d)\.ts$/u.test(file))
    .map((file) => path.posix.join(folder, ...file.split(path.sep)))
    .sort();
}
