import type { Call, Fault } from '../support/fault-proxy.ts';
import { draw } from './seed.ts';

const NONE: Fault = { kind: 'none' };

export const calm = (): Fault => NONE;

const SPOILED_SHARE = 0.12;
const DELAY_MILLISECONDS_MAX = 150;

/** Each costs its caller's whole time-out in real seconds, so only one write of each kind meets it. */
const SILENT = ['PutItem', 'SendMessageBatch', 'SetRepositoryPolicy'];

/**
 * The first answer of each operation is lost and its second request never arrives, so that every one of
 * them meets both; the third of some writes is answered by silence; afterwards a share is spoiled in one
 * way or another.
 */
export const spoiled =
  (who: string) =>
  ({ service, operation, index }: Call): Fault => {
    if (index === 0) return { kind: 'lose' };
    if (index === 1) return { kind: 'reset' };
    if (index === 2 && SILENT.includes(operation)) return { kind: 'silence' };
    const drawn = draw('fault', who, service, operation, index) / SPOILED_SHARE;
    if (drawn >= 1) return NONE;
    if (drawn < 1 / 3) return { kind: 'reset' };
    // A poller that is answered late holds messages that nobody counts as being worked on.
    if (drawn < 2 / 3 || service === 'poller') return { kind: 'lose' };
    const share = draw('delay', who, service, operation, index);
    return { kind: 'delay', milliseconds: Math.ceil(share * DELAY_MILLISECONDS_MAX) };
  };

/** Longer than an AWS client waits for an answer: it lands after its caller has given up and tried again. */
const LATE_MILLISECONDS = 3_300;
const LATE_READS_SHARE = 0.2;

/** DynamoDB takes every write too late, and answers some reads too late. */
export const late =
  (who: string) =>
  ({ service, operation, index }: Call): Fault => {
    if (service !== 'dynamodb') return NONE;
    const isLate =
      operation === 'PutItem' ||
      operation === 'UpdateItem' ||
      draw('late', who, operation, index) < LATE_READS_SHARE;
    return isLate ? { kind: 'delay', milliseconds: LATE_MILLISECONDS } : NONE;
  };

/** Nobody is there. */
export const down = ({ service }: Call): Fault =>
  service === 'dynamodb' ? { kind: 'reset' } : NONE;
