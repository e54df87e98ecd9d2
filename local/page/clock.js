import { byId } from './dom.js';
import { durationText, nowText } from './words.js';

/** What time it is here, what comes next, and how far a move has come. */
export const showClock = ({ now, moving, coming, mode }) => {
  byId('now').textContent = nowText(now);
  byId('mode').textContent = mode === 'stand_in' ? 'local' : 'local, Stripe test mode';
  const [first] = coming;
  byId('coming').textContent = comingText(mode, first, now);
  for (const each of byId('moves').querySelectorAll('button')) {
    each.disabled =
      moving !== null || mode !== 'stand_in' || (each.id === 'next' && first === undefined);
  }
  const progress = byId('progress');
  progress.hidden = moving === null;
  progress.value = moving === null ? 0 : moving.doneSeconds / (moving.toAt - moving.fromAt);
};

const comingText = (mode, first, now) => {
  if (mode !== 'stand_in') return 'Stripe’s real test mode keeps its own time.';
  return first === undefined
    ? 'Nothing is going to happen by itself.'
    : `Next, in ${durationText(Math.max(1, first.at - now))}: ${first.what}`;
};
