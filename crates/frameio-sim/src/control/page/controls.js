// What can be done from the page: the clock, faults, and the reset.

import { $, ask, element, reconcile, write } from './dom.js';

const alert = $('#alert');
const faults = $('#faults');
const faultError = $('#fault-error');
const reset = $('#reset');

const post = (path, body = {}) => ask(path, { method: 'POST', body: JSON.stringify(body) });

// Does something, says why it cannot be done, and asks what has become of it.
async function attempt(poll, error, action) {
  try {
    await action();
    write(error, '');
  } catch (reason) {
    write(error, reason.message);
  }
  alert.hidden = alert.textContent === '';
  poll();
}

export function start(poll) {
  for (const button of document.querySelectorAll('[data-advance]')) {
    button.addEventListener('click', () =>
      attempt(poll, alert, () => post('clock', { advance_ms: Number(button.dataset.advance) })));
  }

  $('form', faults).addEventListener('submit', (event) => {
    event.preventDefault();
    const input = $('#fault');
    attempt(poll, faultError, async () => {
      await post('faults', { fault: input.value.trim() });
      input.value = '';
    });
  });
  $('#clear-faults').addEventListener('click', () =>
    attempt(poll, faultError, () => ask('faults', { method: 'DELETE' })));

  // All is lost by it: the first click asks, the second does it.
  let asking;
  const rest = () => {
    clearTimeout(asking);
    asking = undefined;
    write(reset, 'Reset');
  };
  reset.addEventListener('click', () => {
    if (asking === undefined) {
      write(reset, 'Reset everything?');
      asking = setTimeout(rest, 4000);
    } else {
      rest();
      attempt(poll, alert, () => post('reset'));
    }
  });
  reset.addEventListener('blur', rest);
}

export function showFaults(live) {
  const numbered = live.faults.map((text, index) => ({ text, index }));
  reconcile($('ul', faults), numbered, ({ index }) => String(index),
    () => element('li', {}, element('code')), (child, { text }) => write(child.firstChild, text));
  $('#clear-faults').disabled = live.faults.length === 0;
  $('.none', faults).hidden = live.faults.length > 0;
}
