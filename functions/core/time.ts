/** An instant in whole seconds since 1970, as Stripe sends it and DynamoDB's TTL needs it. */
export type EpochSeconds = number;

export const MINUTE = 60;
export const HOUR = 3_600;
export const DAY = 86_400;

/** 2000-01-01 and 2100-01-01: a time outside is milliseconds by mistake, or nonsense. */
const EARLIEST_AT = 946_684_800;
const LATEST_AT = 4_102_444_800;

/** A time somebody else sent, or `undefined` when it cannot be one. */
export const parseTime = (value: unknown): EpochSeconds | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= EARLIEST_AT && value < LATEST_AT
    ? value
    : undefined;

/** Half-open: the customer may pull at `startsAt` and may no longer pull at `endsAt`. */
export type AccessWindow = { readonly startsAt: EpochSeconds; readonly endsAt: EpochSeconds };

export const isOpen = ({ startsAt, endsAt }: AccessWindow, now: EpochSeconds): boolean =>
  startsAt <= now && now < endsAt;
