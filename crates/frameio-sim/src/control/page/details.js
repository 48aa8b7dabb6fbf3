// Details of the selected request or asset.

import { $, bytes, duration, element, fetchJson, number, write } from './dom.js';

const panel = $('#details');
const title = $('#details-title');
const content = $('#details .scroll');
// Number of the last selection: responses to earlier ones are ignored.
let selection = 0;

function entry(name, value, isId) {
  if (value === undefined || value === null || value === '') return [];
  const text = element(isId ? 'code' : 'span', { textContent: String(value) });
  return [
    element('dt', { textContent: name }),
    element('dd', {}, text, isId ? copyButton(text) : null),
  ];
}

// Without permission to write to the clipboard, the text is selected instead.
function copyButton(text) {
  const button = element('button', { type: 'button', class: 'copy', textContent: 'Copy' });
  button.ariaLabel = `Copy ${text.textContent}`;
  button.addEventListener('click', async () => {
    getSelection().selectAllChildren(text);
    try {
      await navigator.clipboard.writeText(text.textContent);
      write(button, 'Copied');
    } catch {
      write(button, 'Selected');
    }
  });
  return button;
}

const list = (...entries) => element('dl', {}, ...entries.flat());
const heading = (text) => element('h3', { textContent: text });

function request(shown) {
  const target = shown.query ? `${shown.path}?${shown.query}` : shown.path;
  const body = typeof shown.body === 'string' ? shown.body : JSON.stringify(shown.body, null, 2);
  const headers = Object.entries(shown.headers).map(([name, value]) => entry(name, value));
  return [
    list(
      entry('Operation', shown.operation, true),
      entry('Path', target, true),
      entry('Status', shown.status ?? 'reset'),
      entry('User', shown.user),
      entry('User ID', shown.user_id, true),
      entry('Time', shown.time),
      entry('Duration', duration(shown.duration_us)),
      entry('Response', shown.response_length === null ? null : bytes(shown.response_length)),
    ),
    ...(headers.length ? [heading('Headers'), list(...headers)] : []),
    ...(shown.body === null ? [] : [heading('Body'), element('pre', { textContent: body })]),
  ];
}

function comment(shown) {
  const notes = [
    shown.user, shown.timecode, shown.is_completed && 'completed',
    shown.replies && `${number(shown.replies)} ${shown.replies === 1 ? 'reply' : 'replies'}`,
  ];
  return element('li', {},
    element('p', { textContent: shown.text }),
    element('p', { class: 'who', textContent: notes.filter(Boolean).join(' · ') }));
}

function place(shown) {
  const id = element('code', { textContent: shown.id });
  return element('li', {},
    element('p', {}, element('span', { class: 'who', textContent: shown.kind.replace('_', ' ') }), ` ${shown.name}`),
    element('p', { class: 'id' }, id, copyButton(id)));
}

function asset(shown) {
  const comments = shown.comments ?? [];
  return [
    list(
      entry('ID', shown.id, true),
      entry('Status', shown.status?.replace('_', ' ')),
      entry('Size', shown.size === undefined ? null : `${bytes(shown.size)} (${number(shown.size)} B)`),
      entry('Type', shown.media_type),
      entry('Created', shown.created_at),
      entry('Updated', shown.updated_at),
      entry('Creator', shown.creator),
    ),
    heading('Location'),
    element('ol', {}, ...shown.places.map(place)),
    ...(comments.length ? [heading('Comments'), element('ol', {}, ...comments.map(comment))] : []),
  ];
}

async function show(name, path, render) {
  const mine = ++selection;
  let children;
  try {
    children = render(await fetchJson(path));
  } catch (reason) {
    children = [element('p', { class: 'error', textContent: reason.message })];
  }
  if (mine !== selection) return;
  write(title, name);
  content.replaceChildren(...children);
  content.scrollTop = 0;
  panel.hidden = false;
}

export const showRequest = (id, name) => show(name, `requests/${id}`, request);
export const showAsset = (id, name) => show(name, `assets/${encodeURIComponent(id)}`, asset);

export function close() {
  selection += 1;
  panel.hidden = true;
}

$('#close-details').addEventListener('click', close);
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') close();
});
