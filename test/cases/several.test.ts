import { runCases } from './run-cases.ts';
import { MONEY_BACK, SEVERAL, UNKNOWN } from './several.ts';

runCases([...SEVERAL, ...MONEY_BACK, ...UNKNOWN]);
