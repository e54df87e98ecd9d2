import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const PARTS = [
  'test/{core,usecases,http,cases,docs,adapters,budgets,bin,lib,security,simulation,support}/**/*.test.ts',
  'test/local/{aws,stripe,lambda,view}/**/*.test.ts',
];

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        // Nothing here touches what a process has only once, so files share their imports.
        test: {
          name: 'parts',
          include: PARTS,
          isolate: false,
          maxWorkers: Math.max(2, availableParallelism()),
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        // The local system sets the environment and moves the process's clock.
        test: {
          name: 'whole',
          include: ['test/**/*.test.ts'],
          // The probes of a real AWS account start many programs: they are in the wider lane.
          exclude: [...PARTS, 'test/interop/**', 'test/scripts/probe-*.test.ts'],
          sequence: { groupOrder: 0 },
        },
      },
    ],
    // Many tests wait for answers on loopback and for real time-outs: more of them than cores run well.
    maxWorkers: Math.max(4, availableParallelism()),
    // Secrets are searched for in whatever any test makes the product print, throw, store or send.
    setupFiles: ['test/support/canary-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    coverage: {
      provider: 'v8',
      include: ['{functions,lib,bin,local,simulation}/**/*.ts'],
      reporter: ['text-summary', 'json-summary', 'html'],
      thresholds: {
        'functions/core/**': { statements: 100, branches: 100, functions: 100, lines: 100 },
        'functions/usecases/**': { statements: 100, branches: 100, functions: 100, lines: 100 },
      },
    },
  },
});
