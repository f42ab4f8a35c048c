const path = require('node:path');
const { formatFiles, generateFiles, joinPathFragments, names } = require('@nx/devkit');

const table = 'tools/house/import-table.mjs';
const examples = 'tools/examples';

/**
 * Stamps libs/NAME with one working operator, its spec, type test, bench and README, and tools/examples/NAME.ts, which
 * runs a study with it; enters the library into the import table.
 */
module.exports = async function stageGenerator(tree, { name, operator }) {
  const root = joinPathFragments('libs', name);
  if (tree.exists(root)) throw new Error(`libs/${name} exists already; choose another name`);
  if (tree.exists(joinPathFragments(examples, `${name}.ts`)))
    throw new Error(`${examples}/${name}.ts exists already; choose another name`);
  const { fileName, className } = names(operator);
  const choices = { name, operator, fileName, className, template: '' };
  generateFiles(tree, path.join(__dirname, 'files'), root, choices);
  generateFiles(tree, path.join(__dirname, 'example'), examples, choices);

  const source = tree.read(table, 'utf8');
  const entered = source.replace(
    /const stages = \[([^\]]*)\];/u,
    (_, listed) => `const stages = [${listed.trimEnd().replace(/,$/u, '')}, '${name}'];`,
  );
  if (entered === source) throw new Error(`no list of stages was found in ${table}`);
  tree.write(table, entered);
  await formatFiles(tree);
  return () => {
    console.log(
      [
        'Next:',
        '  npm install',
        `  npx nx run-many -t build,test,lint,typecheck -p ${name}`,
        `  npx tsx --conditions=@intermodel/source ${examples}/${name}.ts STUDY.yaml OUT`,
        '  cd test && npx vitest run src/libraries.spec.ts src/operators.spec.ts -u',
        'The last lists the new exports and their callers.',
      ].join('\n'),
    );
  };
};
