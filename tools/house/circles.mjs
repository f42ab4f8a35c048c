/**
 * No file may import itself by way of others, be it for a type: `npm run lint` looks for such circles with
 * dependency-cruiser.
 */
export default {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Move what both sides need into a file of its own that imports neither.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    // Types too, which are gone in what the compiler makes.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules|generated)/' },
    enhancedResolveOptions: { conditionNames: ['@intermodel/source', 'import'], exportsFields: ['exports'] },
  },
};
