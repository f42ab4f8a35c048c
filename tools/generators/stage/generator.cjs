const path = require('node:path');
const { formatFiles, generateFiles, joinPathFragments, names } = require('@nx/devkit');

const table = 'tools/house/import-table.mjs';

/** Stamps libs/NAME with one working operator, its spec, type test, bench and README, and enters it into the import table. */
module.exports = async function stageGenerator(tree, { name, operator }) {
  const root = joinPathFragments('libs', name);
  if (tree.exists(root)) throw new Error(`libs/${name} exists already; choose another name`);
  const { fileName, className } = names(operator);
  generateFiles(tree, path.join(__dirname, 'files'), root, { name, operator, fileName, className, template: '' });

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
      `Next: npm install, then nx run-many -t build,test,lint,typecheck -p ${name}, and npm test -- -p house-tests to see the new exports listed.`,
    );
  };
};
