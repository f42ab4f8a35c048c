import nx from '@nx/eslint-plugin';
import jsdoc from 'eslint-plugin-jsdoc';
import tseslint from 'typescript-eslint';
import { importTable, ownedPackages, remedy, testingUsers } from './tools/house/import-table.mjs';

const specs = ['**/*.spec.ts', '**/src/fixtures/*.ts', '**/*-contract.ts', '**/*.test-d.ts', '**/*.bench.ts'];
const tag = (project) => `lib:${project}`;

/** Forbidden imports of one project, each with what to do instead. */
const restrictedImports = (project) => ({
  paths: Object.entries(ownedPackages)
    .filter(([, { owner }]) => owner !== project)
    .map(([name, { message }]) => ({ name, message })),
  patterns: [
    {
      group: Object.keys(importTable)
        .filter((other) => other !== project && other !== 'testing' && !importTable[project].includes(other))
        .map((other) => `@intermodel/${other}`),
      message: remedy(project),
    },
    {
      group: ['@intermodel/*/*', '!@intermodel/*/package.json'],
      message: 'Import from the public entry of a library, not from its files.',
    },
  ],
});

const onlyInSpecs = {
  group: ['@intermodel/testing'],
  message: 'testing is for specs and benches: product code must not need it.',
};

export default tseslint.config(
  {
    name: 'ignored',
    ignores: [
      '**/dist',
      '**/node_modules',
      '**/.vitest',
      '**/*.mts',
      '**/*.mjs',
      '**/*.js',
      '**/wasm/assembly',
      'tools/generators/*/files',
      'reproduction',
      'world',
      'test-artifacts',
    ],
  },
  { name: 'unused directives', linterOptions: { reportUnusedDisableDirectives: 'error' } },
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ['**/*.ts'] })),
  {
    name: 'house law',
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx, jsdoc },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: true,
          allow: [],
          depConstraints: Object.entries(importTable).map(([project, allowed]) => ({
            sourceTag: tag(project),
            onlyDependOnLibsWithTags: [...allowed, ...(testingUsers.includes(project) ? ['testing'] : [])].map(tag),
          })),
        },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      // In numeric kernels `array[i] as number` says that the index is in range; a check would cost what the kernel
      // saves.
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/prefer-readonly': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ExportDefaultDeclaration',
          message: 'No default exports: a named export keeps one name everywhere.',
        },
      ],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  ...Object.keys(importTable).map((project) => ({
    name: `imports of ${project}`,
    files: [
      project === 'house-tests'
        ? 'test/**/*.ts'
        : project === 'tools'
          ? 'tools/**/*.ts'
          : project === 'cli'
            ? 'apps/cli/**/*.ts'
            : `libs/${project}/**/*.ts`,
    ],
    ignores: specs,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          ...restrictedImports(project),
          patterns: [
            ...restrictedImports(project).patterns,
            ...(['house-tests', 'tools'].includes(project) ? [] : [onlyInSpecs]),
          ],
        },
      ],
    },
  })),
  {
    name: 'docs on every export',
    files: ['libs/**/*.ts', 'apps/**/*.ts'],
    ignores: specs,
    rules: {
      'jsdoc/require-jsdoc': [
        'error',
        {
          publicOnly: true,
          contexts: [
            'TSInterfaceDeclaration',
            'TSTypeAliasDeclaration',
            'TSInterfaceBody > TSPropertySignature',
            'VariableDeclaration',
            'MethodDefinition[accessibility!="private"][key.type!="PrivateIdentifier"][kind!="constructor"]',
          ],
          require: { ClassDeclaration: true, FunctionDeclaration: true },
        },
      ],
      'jsdoc/informative-docs': ['error', { uselessWords: ['a', 'an', 'i', 'in', 'of', 's', 'the', 'options'] }],
      'jsdoc/check-param-names': 'error',
      'jsdoc/check-tag-names': ['error', { definedTags: ['remarks'] }],
    },
  },
  {
    name: 'specs',
    files: specs,
    rules: {
      'no-restricted-imports': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    name: 'tools and tests talk to the console',
    files: ['tools/**/*.ts', 'test/**/*.ts'],
    rules: { 'no-console': 'off', '@nx/enforce-module-boundaries': 'off' },
  },
);
