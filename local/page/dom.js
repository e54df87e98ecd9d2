/** Makes an element. `on` holds listeners, `style` goes through the object model, as our policy demands. */
export const h = (tag, props = {}, ...children) => {
  const element = document.createElement(tag);
  const { on = {}, style = {}, ...attributes } = props;
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  for (const [name, value] of Object.entries(style)) element.style.setProperty(name, value);
  for (const [name, listener] of Object.entries(on)) element.addEventListener(name, listener);
  element.append(...present(children));
  return element;
};

/** The DOM would write `null` for what is not there. */
const present = (children) =>
  children.flat().filter((child) => child !== null && child !== undefined);

const setAttribute = (element, name, value) => {
  if (value === false || value === null || value === undefined) return;
  element.setAttribute(name, value === true ? '' : String(value));
};

export const byId = (id) => {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no element #${id}`);
  return element;
};

const shown = new Map();

/**
 * Puts what `build` makes of `data` into the region, only when the data differ from what it shows. What
 * somebody is doing there stays: focus, open parts, typed text. What changed lights up for a moment.
 */
export const render = (id, data, build) => {
  const text = JSON.stringify(data);
  const before = shown.get(id);
  if (before === text) return;
  shown.set(id, text);
  const region = byId(id);
  const kept = keep(region);
  const texts = textsOf(region);
  region.replaceChildren(...present([build(data)]));
  restore(region, kept);
  if (before !== undefined) highlight(region, texts);
};

const keyed = (region) => [...region.querySelectorAll('[data-key]')];

const textsOf = (region) =>
  new Map(
    keyed(region).map((element) => [
      element.dataset.key,
      element.dataset.text ?? element.textContent,
    ]),
  );

const keep = (region) => ({
  open: new Map(
    [...region.querySelectorAll('details[data-open-key]')].map((one) => [
      one.dataset.openKey,
      one.open,
    ]),
  ),
  values: new Map(
    [...region.querySelectorAll('[data-field]')].map((one) => [one.dataset.field, one.value]),
  ),
  focus: document.activeElement?.closest('[data-focus]')?.dataset.focus,
});

const restore = (region, { open, values, focus }) => {
  for (const one of region.querySelectorAll('details[data-open-key]')) {
    if (open.has(one.dataset.openKey)) one.open = open.get(one.dataset.openKey);
  }
  for (const one of region.querySelectorAll('[data-field]')) {
    if (values.has(one.dataset.field)) one.value = values.get(one.dataset.field);
  }
  if (focus === undefined) return;
  const target = [...region.querySelectorAll('[data-focus]')].find(
    (one) => one.dataset.focus === focus,
  );
  target?.focus();
};

const highlight = (region, texts) => {
  for (const element of keyed(region)) {
    const text = element.dataset.text ?? element.textContent;
    if (texts.get(element.dataset.key) !== text) element.classList.add('changed');
  }
};

/** What an empty region says: what to do first. */
export const empty = (text) => h('p', { class: 'empty' }, text);

export const button = (label, run, props = {}) =>
  h(
    'button',
    {
      type: 'button',
      'data-focus': props.focus ?? label,
      class: props.class,
      title: props.title,
      disabled: props.disabled,
      on: { click: run },
    },
    label,
  );

export const chip = (kind, text) => h('span', { class: `chip ${kind}` }, text);
