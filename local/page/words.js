const date = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
});
const time = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  hour: '2-digit',
  minute: '2-digit',
});
const weekday = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', weekday: 'long' });

const instant = (at) => new Date(at * 1000);

/** Times come from the system's clock, which can be ahead of this machine's. All are UTC. */
export const dateText = (at) => date.format(instant(at));
export const timeText = (at) => `${dateText(at)}, ${time.format(instant(at))}`;
/** For what happened lately. */
export const shortTimeText = (at) => timeText(at).replace(/ \d{4},/, ',');
export const nowText = (at) => `${weekday.format(instant(at))}, ${timeText(at)} UTC`;

const UNITS = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
];

/** `in 3 days`: the largest unit that fits at least twice, or once. */
export const durationText = (seconds) => {
  const [size, unit] = UNITS.find(([each]) => seconds >= each) ?? [1, 'second'];
  const count = Math.round(seconds / size);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
};

export const moneyText = (cents) => `$${(cents / 100).toFixed(2)}`;

export const PAYMENTS = {
  ok: 'card works',
  fails: 'card fails',
  delayed: 'delayed method',
  delayed_then_fails: 'delayed, then fails',
  none: 'no payment method',
};

/** How good a status is for the customer. */
export const STATUS_KIND = {
  active: 'good',
  trialing: 'good',
  past_due: 'warn',
  unpaid: 'bad',
  canceled: 'off',
  incomplete: 'warn',
  incomplete_expired: 'off',
  paused: 'off',
};

export const statusText = (status) => status.replaceAll('_', ' ');

export const MISHAPS = {
  none: 'delivered',
  lose: 'lost',
  delay: 'late',
  double: 'twice',
  reorder: 'in reverse',
  never_generate: 'never generated',
};
