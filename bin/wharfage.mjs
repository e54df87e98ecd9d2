#!/usr/bin/env node
// Node 20 cannot run TypeScript and Node 24 can: with tsx the same file runs on both.
import { register } from 'tsx/esm/api';

register();
const { main } = await import('./wharfage.ts');
process.exitCode = await main(process.argv.slice(2));
