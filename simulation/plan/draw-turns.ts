import {
  accounts,
  closeAccount,
  credentials,
  deleteCustomer,
  grant,
  resend,
  syncByHand,
} from './customer-turns.ts';
import { dispute, lapse, refund, settle } from './payment-turns.ts';
import {
  cancelLater,
  cancelNow,
  changePlan,
  pauseAndResume,
  pauseCollection,
  resubscribe,
  subscribeMore,
  trial,
  unknownStatus,
} from './subscription-turns.ts';
import type { Turn } from './turn.ts';

/** One thing that a customer does or that happens to one, with what follows from it. */
export const drawTurn: Turn = (draw, scene) => draw.weighed(TURNS)(draw, scene);

const TURNS: readonly (readonly [number, Turn])[] = [
  [8, cancelNow],
  [6, cancelLater],
  [6, resubscribe],
  [5, subscribeMore],
  [7, lapse],
  [4, settle],
  [9, changePlan],
  [4, pauseAndResume],
  [4, pauseCollection],
  [3, trial],
  [4, dispute],
  [4, refund],
  [10, accounts],
  [3, closeAccount],
  [3, deleteCustomer],
  [6, credentials],
  [4, grant],
  [2, syncByHand],
  [1, unknownStatus],
  [2, resend],
];
