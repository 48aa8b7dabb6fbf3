// Content tree, loaded node by node. Open nodes are loaded again when the content may have changed.

import { $, bytes, element, fetchJson, number, reconcile, write } from './dom.js';
import * as details from './details.js';

const FIRST_CHILDREN = 100;
const MORE_CHILDREN = 400;
// Limits of the server: children of a node, and nodes in a request.
const MAX_CHILDREN = 2000;
const MAX_NODES = 100;

// Accounts, workspaces and projects open initially, up to these numbers.
const AUTO_OPEN = { account: 2, workspace: 3, project: 3 };

const top = $('#tree .scroll > ul');
// Number of children to load, by the ids of the open nodes. The list of accounts has an empty id.
let open = new Map([['', FIRST_CHILDREN]]);
let lists = new Map([['', top]]);
let version;
let busy = false;
// Whether another refresh was requested during the current one.
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
  open.set(id, FIRST_CHILDREN);
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
    if (items.length <= (AUTO_OPEN[item.kind] ?? 0)) {
      expand(item.id, child);
      opened = true;
    }
    return child;
  }, (child, item) => (item.more ? updateMore(child, node, item.more) : update(child, item)));
  list.dataset.filled = 'true';
  return opened;
}

function more(id) {
  const button = element('button', { type: 'button', class: 'more' });
  button.addEventListener('click', () => {
    open.set(id, Math.min(MAX_CHILDREN, (open.get(id) ?? FIRST_CHILDREN) + MORE_CHILDREN));
    refresh();
  });
  return element('li', {}, button);
}

function updateMore(child, node, hidden) {
  const button = child.firstElementChild;
  button.disabled = node.items.length >= MAX_CHILDREN;
  write(button, button.disabled ? `${number(hidden)} more, too many to show` : `Show more of ${number(hidden)}`);
}

// Loads all open nodes; nodes with the same limit share requests.
async function nodes() {
  const byLimit = new Map();
  for (const [id, limit] of open) byLimit.set(limit, [...(byLimit.get(limit) ?? []), id]);
  const found = [];
  for (const [limit, ids] of byLimit) {
    for (let first = 0; first < ids.length; first += MAX_NODES) {
      const parents = ids.slice(first, first + MAX_NODES).map((id) => ['of', id]);
      const query = new URLSearchParams([...parents, ['limit', limit]]);
      found.push(...(await fetchJson(`tree?${query}`)).nodes);
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
    // Terminates, because only three nested levels open automatically.
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
    open = new Map([['', FIRST_CHILDREN]]);
    lists = new Map([['', top]]);
    top.replaceChildren();
    delete top.dataset.filled;
  }
  if (!live.whole && live.tree === version) return;
  version = live.tree;
  refresh();
}
