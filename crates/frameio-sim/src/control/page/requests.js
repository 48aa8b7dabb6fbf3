// The last requests, the newest first.

import { $, clockTime, element, took, tone } from './dom.js';
import * as details from './details.js';

const MOST = 200;

const body = $('#requests tbody');
const none = $('#requests .none');
const filter = $('#filter');
const hold = $('#hold');
let held = [];

// The ids are long, and seldom of interest: their beginning is shown, and all of the target among the
// details. An ellipsis here would stand next to that of a path which does not fit.
const short = (target) =>
  target.replace(/([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '$1');

const isHeld = () => hold.getAttribute('aria-pressed') === 'true';

function row(request) {
  const { method, path, query, operation, status, user } = request;
  const target = query ? `${path}?${query}` : path;
  const shown = element('tr', { class: 'new', 'data-number': request.number },
    element('td', {}, element('span', {
      class: 'pill', 'data-tone': tone(status), textContent: status ?? 'reset',
    })),
    element('td', { title: target },
      element('button', { type: 'button', class: 'what' },
        element('b', { textContent: method }), ' ',
        element('code', { textContent: operation ?? 'unknown route' })),
      element('span', { class: 'path', textContent: short(target) })),
    element('td', { class: 'who', textContent: user ?? '–', title: user ?? 'nobody who is known' }),
    element('td', { class: 'took', textContent: took(request.duration_us) }),
    element('td', { class: 'at' },
      element('time', { dateTime: request.time, title: request.time, textContent: clockTime(request.time) })));
  shown.hidden = !matches(shown);
  shown.addEventListener('click', () =>
    details.showRequest(request.number, `${method} ${operation ?? 'unknown route'}`));
  return shown;
}

function matches(shown) {
  const words = filter.value.toLowerCase().split(/\s+/);
  const text = shown.textContent.toLowerCase();
  return words.every((word) => text.includes(word));
}

function add(requests) {
  const last = requests.slice(-MOST).reverse();
  body.prepend(...last.map(row));
  while (body.children.length > MOST) body.lastElementChild.remove();
  none.hidden = body.children.length > 0;
}

export function show(live) {
  if (live.whole) {
    held = [];
    details.close();
    body.replaceChildren();
    none.hidden = false;
  }
  if (isHeld()) {
    held = held.concat(live.requests).slice(-MOST);
    hold.textContent = held.length ? `Show ${held.length} more` : 'Held';
  } else if (live.requests.length) {
    add(live.requests);
  }
}

filter.addEventListener('input', () => {
  for (const shown of body.children) shown.hidden = !matches(shown);
});

hold.addEventListener('click', () => {
  hold.setAttribute('aria-pressed', String(!isHeld()));
  hold.textContent = isHeld() ? 'Held' : 'Hold';
  if (!isHeld()) {
    add(held);
    held = [];
  }
});
