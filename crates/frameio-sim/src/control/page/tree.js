// The tree, node by node: what is open is asked for again whenever something may have changed.

import { $, ask, bytes, element, number, reconcile, write } from './dom.js';
import * as details from './details.js';

const FEW = 100;
const STEP = 400;
// The server's bounds.
const MOST = 2000;
const AT_ONCE = 100;

// Accounts, workspaces and projects open by themselves where there are few.
const OPENS = { account: 2, workspace: 3, project: 3 };

const top = $('#tree .scroll > ul');
// How many children are asked for, by the ids of the open nodes; the accounts have none.
let open = new Map([['', FEW]]);
let lists = new Map([['', top]]);
let version;
let busy = false;
// Whether it is asked to begin anew while it is busy.
let stale = false;

function make(item) {
  const folds = item.children !== undefined;
  const name = element('span', { class: 'name' });
  const line = [
    element('span', { class: 'icon', 'data-kind': item.kind, role: 'img', ariaLabel: item.kind.replace('_', ' ') }),
    name, element('span', { class: 'note' }), element('span', { class: 'status' }),
  ];
  const expanded = folds ? 'false' : null;
  const button = element('button', { type: 'button', class: 'line', 'aria-expanded': expanded }, ...line);
  const made = element('li', {}, button);
  button.addEventListener('click', () =>
    (folds ? toggle(item.id, made) : details.showAsset(item.id, $('.name', made).textContent)));
  return made;
}

function update(child, item) {
  const line = child.firstElementChild;
  write($('.name', line), item.name || '(no name)');
  line.title = `${item.name}\n${item.id}`;
  const notes = [
    item.kind === 'version_stack' ? `${item.children} versions` : item.children && number(item.children),
    item.size !== undefined && item.size !== null && bytes(item.size),
    item.restricted && 'restricted',
  ];
  write($('.note', line), notes.filter(Boolean).join(' · '));
  const status = $('.status', line);
  write(status, (item.status ?? '').replace('_', ' '));
  if (item.status) status.dataset.status = item.status;
}

function toggle(id, child) {
  if (open.delete(id)) {
    lists.get(id)?.remove();
    lists.delete(id);
  } else {
    expand(id, child);
  }
  $('button', child).setAttribute('aria-expanded', String(open.has(id)));
  refresh();
}

function expand(id, child) {
  open.set(id, FEW);
  const list = element('ul');
  lists.set(id, list);
  child.append(list);
  $('button', child).setAttribute('aria-expanded', 'true');
}

function fill(node) {
  const list = lists.get(node.of);
  if (!list) return false;
  const isKnown = list.dataset.filled === 'true';
  let opened = false;
  const items = node.items.map((item) => ({ ...item, more: 0 }));
  if (node.total > items.length) items.push({ id: `${node.of} more`, more: node.total - items.length });
  reconcile(list, items, (item) => item.id, (item) => {
    if (item.more) return more(node.of);
    const child = make(item);
    if (isKnown) child.classList.add('new');
    if (items.length <= (OPENS[item.kind] ?? 0)) {
      expand(item.id, child);
      opened = true;
    }
    return child;
  }, (child, item) => (item.more ? tellMore(child, node, item.more) : update(child, item)));
  list.dataset.filled = 'true';
  return opened;
}

function more(id) {
  const button = element('button', { type: 'button', class: 'more' });
  button.addEventListener('click', () => {
    open.set(id, Math.min(MOST, (open.get(id) ?? FEW) + STEP));
    refresh();
  });
  return element('li', {}, button);
}

function tellMore(child, node, left) {
  const button = child.firstElementChild;
  button.disabled = node.items.length >= MOST;
  write(button, button.disabled ? `${number(left)} more, which are too many to show` : `Show more of ${number(left)}`);
}

// Asks for all open nodes, those with the same bound together.
async function nodes() {
  const bounds = new Map();
  for (const [id, most] of open) bounds.set(most, [...(bounds.get(most) ?? []), id]);
  const found = [];
  for (const [most, ids] of bounds) {
    for (let first = 0; first < ids.length; first += AT_ONCE) {
      const asked = ids.slice(first, first + AT_ONCE).map((id) => ['of', id]);
      const query = new URLSearchParams([...asked, ['most', most]]);
      found.push(...(await ask(`tree?${query}`)).nodes);
    }
  }
  return found;
}

async function refresh() {
  if (busy) {
    stale = true;
    return;
  }
  busy = true;
  try {
    // Ends: there are three kinds that open by themselves, each below the other.
    for (let again = true; again || stale; ) {
      stale = false;
      const found = await nodes();
      again = found.map(fill).some(Boolean);
      for (const [id, list] of lists) if (!list.isConnected) { open.delete(id); lists.delete(id); }
    }
  } catch {
    version = undefined;
  } finally {
    busy = false;
  }
}

export function show(live) {
  if (live.whole) {
    open = new Map([['', FEW]]);
    lists = new Map([['', top]]);
    top.replaceChildren();
    delete top.dataset.filled;
  }
  if (!live.whole && live.tree === version) return;
  version = live.tree;
  refresh();
}
