// Recent requests, newest first.

import { $, clockTime, duration, element, tone } from './dom.js';
import * as details from './details.js';

const MAX_ROWS = 200;

const body = $('#requests tbody');
const none = $('#requests .none');
const filter = $('#filter');
const pause = $('#pause');
let pending = [];

// Shortens ids; the details show the complete target. No ellipsis, because a path that does not fit
// already ends with one.
const short = (target) =>
  target.replace(/([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '$1');

const isPaused = () => pause.getAttribute('aria-pressed') === 'true';

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
    element('td', { class: 'who', textContent: user ?? '–', title: user ?? 'unknown user' }),
    element('td', { class: 'took', textContent: duration(request.duration_us) }),
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
  const last = requests.slice(-MAX_ROWS).reverse();
  body.prepend(...last.map(row));
  while (body.children.length > MAX_ROWS) body.lastElementChild.remove();
  none.hidden = body.children.length > 0;
}

export function show(live) {
  if (live.whole) {
    pending = [];
    details.close();
    body.replaceChildren();
    none.hidden = false;
  }
  if (isPaused()) {
    pending = pending.concat(live.requests).slice(-MAX_ROWS);
    pause.textContent = pending.length ? `Show ${pending.length} more` : 'Paused';
  } else if (live.requests.length) {
    add(live.requests);
  }
}

filter.addEventListener('input', () => {
  for (const shown of body.children) shown.hidden = !matches(shown);
});

pause.addEventListener('click', () => {
  pause.setAttribute('aria-pressed', String(!isPaused()));
  pause.textContent = isPaused() ? 'Paused' : 'Pause';
  if (!isPaused()) {
    add(pending);
    pending = [];
  }
});
