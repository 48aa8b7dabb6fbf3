// Elements, texts and requests. Data from the simulator becomes text, never markup.

const TIMEOUT = 10_000;

export const $ = (selector, root = document) => root.querySelector(selector);

// Creates an element with properties; `class` and `data-…` are attributes.
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name === 'class' || name.includes('-')) made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.filter((child) => child !== undefined && child !== null));
  return made;
}

// Writes only changed text, which keeps selections and does not restart screen readers.
export function write(node, text) {
  const value = String(text);
  if (node.textContent !== value) node.textContent = value;
}

// Makes the children of `list` match `items` and their order, and reuses existing children.
export function reconcile(list, items, key, make, update) {
  const known = new Map([...list.children].map((child) => [child.dataset.key, child]));
  let place = list.firstElementChild;
  for (const item of items) {
    const id = key(item);
    let child = known.get(id);
    known.delete(id);
    if (!child) {
      child = make(item);
      child.dataset.key = id;
    }
    update(child, item);
    if (child === place) place = place.nextElementSibling;
    else list.insertBefore(child, place);
  }
  for (const child of known.values()) child.remove();
}

export async function fetchJson(path, options = {}) {
  const signal = AbortSignal.timeout(TIMEOUT);
  const response = await fetch(path, { cache: 'no-store', signal, ...options });
  if (response.status === 204) return null;
  const body = await response.json();
  if (response.ok) return body;
  throw new Error(body.errors?.map((error) => error.detail).join('; ') || response.statusText);
}

export const number = (value) => value.toLocaleString('en');

// Time of day in UTC, like all times of the page.
export const clockTime = (time) => new Date(time).toISOString().slice(11, 19);

export function duration(micros) {
  if (micros < 1000) return `${micros} µs`;
  if (micros < 100_000) return `${(micros / 1000).toFixed(1)} ms`;
  if (micros < 1_000_000) return `${Math.round(micros / 1000)} ms`;
  return `${(micros / 1_000_000).toFixed(1)} s`;
}

export function bytes(size) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit && size < 10 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

export const tone = (status) =>
  status === null || status >= 500 ? 'bad' : status >= 400 ? 'warn' : 'good';
