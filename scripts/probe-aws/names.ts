import { randomBytes } from 'node:crypto';

/** On everything that a run makes; its value is the run's id. */
export const TAG_KEY = 'wharfage:probe';
export const NAME_PREFIX = 'wharfage-probe-';

/** What our adapter puts before the stage in the name of a sealed secret. */
const SEALED_PREFIX = 'wharfage/';
export const SECRET_PREFIX = `${SEALED_PREFIX}${NAME_PREFIX}`;

const RUN_ID = /^[a-f0-9]{8}$/;
const RUN_IN_NAME = /^(?:wharfage\/)?wharfage-probe-([a-f0-9]{8})(?=[-/.]|$)/;

export const newRunId = (): string => randomBytes(4).toString('hex');

export const isRunId = (text: string): boolean => RUN_ID.test(text);

export const prefixOf = (runId: string): string => `${NAME_PREFIX}${runId}`;

/** The run that a name belongs to; `undefined` for everything that is not ours. */
export const runInName = (name: string): string | undefined => RUN_IN_NAME.exec(name)?.[1];
