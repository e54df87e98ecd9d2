import { CANCEL, PAUSE, PLAN } from './changes.ts';
import { runCases } from './run-cases.ts';

runCases([...PAUSE, ...CANCEL, ...PLAN]);
