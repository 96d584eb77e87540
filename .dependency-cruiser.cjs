const zones = require('./.import-zones.cjs');

const at = (zone) => `^src/${zone}/`;
const literal = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

const forbidden = Object.entries(zones).flatMap(([zone, { may, types = [], libraries }]) => [
  {
    name: `${zone} → ${[...may, ...types].join(', ') || 'nothing of ours'}`,
    comment: `${zone} may import: ${may.join(', ') || 'nothing of ours'}${types.length > 0 ? `; types only: ${types.join(', ')}` : ''}`,
    severity: 'error',
    from: { path: at(zone) },
    to: { path: '^src/', pathNot: [zone, ...may, ...types].map(at) },
  },
  ...(types.length > 0
    ? [
        {
          name: `${zone}: types only of ${types.join(', ')}`,
          severity: 'error',
          from: { path: at(zone) },
          to: { path: types.map(at), dependencyTypesNot: ['type-only'] },
        },
      ]
    : []),
  {
    name: `${zone}: libraries ${libraries.join(', ') || 'none'}`,
    severity: 'error',
    from: { path: at(zone) },
    to: {
      dependencyTypes: [
        'npm',
        'npm-dev',
        'npm-peer',
        'npm-optional',
        'npm-no-pkg',
        'npm-unknown',
        'unknown',
        'undetermined',
      ],
      ...(libraries.length > 0 && { pathNot: libraries.map((one) => `^(node_modules/)?${literal(one)}(/|$|-)`) }),
    },
  },
]);

module.exports = {
  forbidden: [
    ...forbidden,
    {
      name: 'no circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['require', 'node', 'default', 'types'] },
  },
};
