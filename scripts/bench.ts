import { benchCoalescing } from './bench/coalescing.ts';
import { benchGateway } from './bench/gateway.ts';
import { benchImports } from './bench/imports.ts';
import { benchSweep } from './bench/sweep.ts';

/** Every figure that the README quotes, measured in one run on one machine. */
await benchImports();
await benchGateway();
await benchCoalescing();
await benchSweep([1_000, 10_000, 100_000]);
