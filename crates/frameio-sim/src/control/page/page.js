// The page asks what is new, and shows it.

import { $, ask, clockTime, element, number, tone, write } from './dom.js';
import * as controls from './controls.js';
import * as quotas from './quotas.js';
import * as requests from './requests.js';
import * as tree from './tree.js';

const PAUSE = 500;
const PAUSE_UNSEEN = 5000;
// Of the requests per second, in milliseconds.
const SPAN = 3000;

const state = $('#state');
let cursor = '';
let timer;
let asking = false;
let again = false;
// What the clock showed at which moment of the browser's.
let clock;
let counts = [];
let deliveries = '';

async function poll() {
  clearTimeout(timer);
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  try {
    const live = await ask(`live?${new URLSearchParams({ since: cursor })}`);
    cursor = live.cursor;
    clock = { now: Date.parse(live.now), at: performance.now() };
    showStats(live);
    requests.show(live);
    quotas.show(live);
    tree.show(live);
    controls.showFaults(live);
    showDeliveries(live.deliveries);
    showState('live', 'live');
  } catch {
    showState('lost', 'not answering');
  }
  asking = false;
  const pause = again ? 0 : document.hidden ? PAUSE_UNSEEN : PAUSE;
  again = false;
  timer = setTimeout(poll, pause);
}

function showState(name, text) {
  state.dataset.state = name;
  write(state, text);
}

function showStats({ whole, stats }) {
  const sum = (from, to) => Object.entries(stats.by_status)
    .filter(([status]) => status >= from && status < to)
    .reduce((total, [, count]) => total + count, 0);
  const answered = sum(0, 1000);
  const limited = stats.by_status[429] ?? 0;
  const at = performance.now();
  if (whole) counts = [];
  counts.push({ at, requests: stats.requests });
  while (counts.length > 2 && at - counts[0].at > SPAN) counts.shift();
  const seconds = (at - counts[0].at) / 1000;
  const shown = {
    requests: stats.requests,
    rate: seconds > 0 ? Math.round((stats.requests - counts[0].requests) / seconds) : 0,
    ok: sum(200, 400),
    // Each request is counted in one of these.
    refused: sum(400, 500) - limited,
    limited,
    // Connections that were reset have no status.
    failed: sum(500, 1000) + stats.requests - answered,
  };
  for (const [name, value] of Object.entries(shown)) {
    const place = $(`[data-stat=${name}]`);
    write(place, number(value));
    place.parentElement.classList.toggle('zero', value === 0);
  }
}

function delivery(sent) {
  return element('li', {},
    element('span', {
      class: 'pill', 'data-tone': sent.sent ? tone(sent.status) : 'none',
      textContent: sent.sent ? sent.status ?? 'failed' : 'not sent',
    }),
    element('code', { textContent: sent.event ?? 'action' }),
    element('time', { dateTime: sent.time, title: sent.time, textContent: clockTime(sent.time) }),
    element('span', {
      class: 'who',
      textContent: [sent.sender, sent.host, sent.attempt > 1 && `attempt ${sent.attempt}`, sent.error]
        .filter(Boolean).join(' · '),
    }));
}

function showDeliveries(sent) {
  const told = JSON.stringify(sent);
  if (told === deliveries) return;
  deliveries = told;
  $('#deliveries ol').replaceChildren(...sent.reverse().map(delivery));
  $('#deliveries .none').hidden = sent.length > 0;
}

setInterval(() => {
  if (!clock) return;
  const now = new Date(clock.now + performance.now() - clock.at).toISOString();
  const place = $('#now');
  write(place, `${now.slice(0, 10)} ${now.slice(11, 19)} UTC`);
  place.dateTime = now;
}, 200);

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) poll();
});
controls.start(poll);
poll();
