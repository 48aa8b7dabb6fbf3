// The buckets of the quotas. Between two polls they are filled here, as they are by time there.

import { $, element, number, reconcile, write } from './dom.js';

// How long a bucket is still shown when it is whole again.
const LINGERS = 8000;

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
      class: 'bar', role: 'meter', ariaLabel: `Calls left of ${bucket.operation}`,
      ariaValueMin: '0', ariaValueMax: String(bucket.limit),
    }, element('i')));
}

// What is left now of what was told at `bucket.at`.
function left(bucket, now) {
  const fullIn = Math.max(0, bucket.full_in_ms - (now - bucket.at));
  const share = Math.max(0, 1 - fullIn / bucket.window_ms);
  return { share, calls: Math.floor(share * bucket.limit + 1e-9) };
}

function draw(item, bucket) {
  const { share, calls } = left(bucket, performance.now());
  const bar = $('.bar', item);
  write($('.left b', item), number(calls));
  bar.ariaValueNow = String(calls);
  bar.dataset.tone = calls === 0 ? 'bad' : share < 0.4 ? 'warn' : 'good';
  $('i', bar).style.transform = `scaleX(${share})`;
}

function render() {
  const now = performance.now();
  for (const [name, bucket] of shown) {
    if (now - bucket.at > bucket.full_in_ms + LINGERS) shown.delete(name);
  }
  // Those that fill come before those that are whole again.
  const isWhole = ([, bucket]) => now - bucket.at > bucket.full_in_ms;
  const sorted = [...shown.entries()].sort((a, b) => isWhole(a) - isWhole(b));
  reconcile(list, sorted, ([name]) => name, ([, bucket]) => make(bucket),
    (item, [, bucket]) => draw(item, bucket));
  none.hidden = shown.size > 0;
}

export function show(live) {
  const at = performance.now();
  if (live.whole) shown.clear();
  const told = new Map(live.quotas.buckets.map((bucket) => [key(bucket), bucket]));
  for (const [name, bucket] of shown) {
    // Those that are not told any more are whole.
    if (!told.has(name) && bucket.full_in_ms > 0) Object.assign(bucket, { full_in_ms: 0, at });
  }
  for (const [name, bucket] of told) shown.set(name, { ...bucket, at });
  write(none, live.quotas.enforced ? 'All quotas are whole.' : 'Quotas are switched off.');
  render();
}

setInterval(render, 100);
