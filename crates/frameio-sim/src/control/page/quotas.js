// Buckets of the quotas. Between two polls the page fills them as the simulator does.

import { $, element, number, reconcile, write } from './dom.js';

// Time for which a full bucket remains visible, in milliseconds.
const LINGER = 8000;

const list = $('#quotas ul');
const none = $('#quotas .none');
const shown = new Map();

const key = (bucket) => [bucket.operation, bucket.user, bucket.account_id].join('\n');

function make(bucket) {
  const scope = bucket.account ? `${bucket.user} · ${bucket.account}` : bucket.user;
  return element('li', {},
    element('code', { textContent: bucket.operation }),
    element('span', { class: 'left' },
      element('b'), ` / ${number(bucket.limit)} in ${bucket.window_ms / 1000} s`),
    element('span', { class: 'who', textContent: scope }),
    element('div', {
      class: 'bar', role: 'meter', ariaLabel: `Remaining calls of ${bucket.operation}`,
      ariaValueMin: '0', ariaValueMax: String(bucket.limit),
    }, element('i')));
}

// Remaining calls now, computed from the state at `bucket.at`.
function remaining(bucket, now) {
  const fullIn = Math.max(0, bucket.full_in_ms - (now - bucket.at));
  const share = Math.max(0, 1 - fullIn / bucket.window_ms);
  return { share, calls: Math.floor(share * bucket.limit + 1e-9) };
}

function draw(item, bucket) {
  const { share, calls } = remaining(bucket, performance.now());
  const bar = $('.bar', item);
  write($('.left b', item), number(calls));
  bar.ariaValueNow = String(calls);
  bar.dataset.tone = calls === 0 ? 'bad' : share < 0.4 ? 'warn' : 'good';
  $('i', bar).style.transform = `scaleX(${share})`;
}

function render() {
  const now = performance.now();
  for (const [name, bucket] of shown) {
    if (now - bucket.at > bucket.full_in_ms + LINGER) shown.delete(name);
  }
  // Full buckets come last.
  const isFull = ([, bucket]) => now - bucket.at > bucket.full_in_ms;
  const sorted = [...shown.entries()].sort((a, b) => isFull(a) - isFull(b));
  reconcile(list, sorted, ([name]) => name, ([, bucket]) => make(bucket),
    (item, [, bucket]) => draw(item, bucket));
  none.hidden = shown.size > 0;
}

export function show(live) {
  const at = performance.now();
  if (live.whole) shown.clear();
  const used = new Map(live.quotas.buckets.map((bucket) => [key(bucket), bucket]));
  for (const [name, bucket] of shown) {
    // The simulator omits full buckets.
    if (!used.has(name) && bucket.full_in_ms > 0) Object.assign(bucket, { full_in_ms: 0, at });
  }
  for (const [name, bucket] of used) shown.set(name, { ...bucket, at });
  write(none, live.quotas.enforced ? 'All quotas are full.' : 'Quotas are disabled.');
  render();
}

setInterval(render, 100);
