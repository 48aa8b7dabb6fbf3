// Controls of the page: clock, faults and reset.

import { $, element, fetchJson, reconcile, write } from './dom.js';

const alert = $('#alert');
const faults = $('#faults');
const faultError = $('#fault-error');
const reset = $('#reset');

const post = (path, body = {}) => fetchJson(path, { method: 'POST', body: JSON.stringify(body) });

// Runs an action, shows its error, and updates the page.
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
    attempt(poll, faultError, () => fetchJson('faults', { method: 'DELETE' })));

  // A reset removes all content: the first click asks for confirmation.
  let confirmation;
  const cancel = () => {
    clearTimeout(confirmation);
    confirmation = undefined;
    write(reset, 'Reset');
  };
  reset.addEventListener('click', () => {
    if (confirmation === undefined) {
      write(reset, 'Reset everything?');
      confirmation = setTimeout(cancel, 4000);
    } else {
      cancel();
      attempt(poll, alert, () => post('reset'));
    }
  });
  reset.addEventListener('blur', cancel);
}

export function showFaults(live) {
  const numbered = live.faults.map((text, index) => ({ text, index }));
  reconcile($('ul', faults), numbered, ({ index }) => String(index),
    () => element('li', {}, element('code')), (child, { text }) => write(child.firstChild, text));
  $('#clear-faults').disabled = live.faults.length === 0;
  $('.none', faults).hidden = live.faults.length > 0;
}
