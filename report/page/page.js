'use strict';
// Sorts tables by a click on a column's title, and filters long ones. Without it, everything else still works.
for (const table of document.querySelectorAll('table')) {
  const bodies = [...table.tBodies], heads = [...table.tHead.rows[0].cells];
  const factors = {'': 1, ns: 1, us: 1e3, ms: 1e6, s: 1e9};
  const key = (row, i) => {
    const cell = row.cells[i];
    if (cell.dataset.v !== undefined) return Number(cell.dataset.v);
    const shown = /^(-?[\d.]+(?:e[-+]?\d+)?) ?(|ns|us|ms|s)$/.exec(cell.textContent);
    if (shown) return Number(shown[1]) * factors[shown[2]];
    const interval = /^([\d.]+)\.\.[\d.]+$/.exec(cell.textContent); // in the unit of the time before it
    const unit = interval && / (ns|us|ms|s)$/.exec(row.cells[i - 1].textContent);
    return interval ? Number(interval[1]) * factors[unit ? unit[1] : ''] : cell.textContent;
  };
  // The head of rows that belong together stays where it is.
  const isHead = row => row.cells[0].scope === 'rowgroup';
  const compare = (a, b) => typeof a === 'number' && typeof b === 'number' ? a - b
    : typeof a === 'number' ? -1 : typeof b === 'number' ? 1 : a.localeCompare(b, undefined, {numeric: true});
  heads.forEach((head, i) => {
    if (head.classList.contains('w')) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const down = head.getAttribute('aria-sort') === 'ascending';
      heads.forEach(other => other.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      for (const body of bodies) {
        const rows = [...body.rows].filter(row => !isHead(row)).sort((a, b) => compare(key(a, i), key(b, i)));
        body.append(...(down ? rows.reverse() : rows));
      }
    });
  });
  if (table.dataset.search === undefined) continue;
  const input = document.createElement('input');
  input.type = 'search';
  input.placeholder = 'filter: words that a row has';
  input.setAttribute('aria-label', input.placeholder);
  table.parentNode.before(input);
  input.addEventListener('input', () => {
    const words = input.value.toLowerCase().split(/\s+/);
    for (const body of bodies) {
      const head = isHead(body.rows[0]) ? body.rows[0].textContent : '';
      for (const row of body.rows) {
        const text = (head + ' ' + row.textContent).toLowerCase();
        row.hidden = !isHead(row) && !words.every(word => text.includes(word));
      }
      body.hidden = [...body.rows].every(row => row.hidden || isHead(row));
    }
  });
}
