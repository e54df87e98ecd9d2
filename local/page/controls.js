import { byId } from './dom.js';

const NOTICE_MS = 9_000;
let hiding;

/** One sentence at the bottom of the page, for a while. */
export const notice = (text) => {
  const element = byId('notice');
  element.textContent = text;
  element.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => {
    element.hidden = true;
  }, NOTICE_MS);
};

/** Sends a change. What was refused shows as its sentence; `undefined` then. */
export const send = async (path, body) => {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    if (response.ok) return answer;
    notice(answer.error);
  } catch (error) {
    notice(`That did not reach the local system: ${error.message}`);
  }
  return undefined;
};

/** Runs `act` with the form's fields; empty ones are left out. */
export const onSubmit = (id, act) => {
  byId(id).addEventListener('submit', (event) => {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(event.target, event.submitter));
    void act(fields, event.target);
  });
};

export const copy = async (text, target) => {
  try {
    await navigator.clipboard.writeText(text);
    target.textContent = 'Copied';
  } catch {
    notice('The browser does not let the page copy: select the command and copy it yourself.');
  }
};

const NAMES = [
  'Northwind Labs',
  'Helios Robotics',
  'Juniper Health',
  'Copper Street',
  'Atlas Freight',
  'Blue Heron Bank',
  'Lumen Works',
  'Tidewater Data',
];

/** A name that nobody has yet, so that one click is enough. */
export const freshName = (customers) => {
  const taken = new Set(customers.map(({ name }) => name));
  return NAMES.find((name) => !taken.has(name)) ?? `Customer ${customers.length + 1}`;
};
