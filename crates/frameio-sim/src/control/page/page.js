// Polls the simulator and updates the page.

import { $, clockTime, element, fetchJson, number, tone, write } from './dom.js';
import * as controls from './controls.js';
import * as quotas from './quotas.js';
import * as requests from './requests.js';
import * as tree from './tree.js';

const INTERVAL = 500;
const HIDDEN_INTERVAL = 5000;
// Period over which the requests per second are averaged, in milliseconds.
const RATE_PERIOD = 3000;

const state = $('#state');
let cursor = '';
let timer;
let polling = false;
let again = false;
// Time of the simulator's clock, and of the browser's when it was read.
let clock;
let counts = [];
let deliveries = '';

async function poll() {
  clearTimeout(timer);
  if (polling) {
    again = true;
    return;
  }
  polling = true;
  try {
    const live = await fetchJson(`live?${new URLSearchParams({ since: cursor })}`);
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
    showState('lost', 'not responding');
  }
  polling = false;
  const interval = again ? 0 : document.hidden ? HIDDEN_INTERVAL : INTERVAL;
  again = false;
  timer = setTimeout(poll, interval);
}

function showState(name, text) {
  state.dataset.state = name;
  write(state, text);
}

function showStats({ whole, stats }) {
  const sum = (from, to) => Object.entries(stats.by_status)
    .filter(([status]) => status >= from && status < to)
    .reduce((total, [, count]) => total + count, 0);
  const withStatus = sum(0, 1000);
  const limited = stats.by_status[429] ?? 0;
  const at = performance.now();
  if (whole) counts = [];
  counts.push({ at, requests: stats.requests });
  while (counts.length > 2 && at - counts[0].at > RATE_PERIOD) counts.shift();
  const seconds = (at - counts[0].at) / 1000;
  const shown = {
    requests: stats.requests,
    rate: seconds > 0 ? Math.round((stats.requests - counts[0].requests) / seconds) : 0,
    ok: sum(200, 400),
    // Each request is counted in one of these four.
    refused: sum(400, 500) - limited,
    limited,
    // Requests whose connection was reset have no status.
    failed: sum(500, 1000) + stats.requests - withStatus,
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
  const text = JSON.stringify(sent);
  if (text === deliveries) return;
  deliveries = text;
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
