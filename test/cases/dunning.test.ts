import { DUNNING, TRIAL } from './dunning.ts';
import { FIRST_PAYMENT } from './first-payment.ts';
import { runCases } from './run-cases.ts';

runCases([...FIRST_PAYMENT, ...TRIAL, ...DUNNING]);
