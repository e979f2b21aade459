'use strict';
// What `bench advise` says, computed from the page's evidence: report/advice/advice.c and advice_text.c have the same
// formulas and words, and a test compares the two to the digit.
const formatNumber = value => {
  const digits = value < 0.0995 ? 4 : value < 0.9995 ? 3 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  const exact = value.toFixed(digits + 40), end = exact.length - 40;
  if (!/^50*$/.test(exact.slice(end))) return value.toFixed(digits);
  const down = exact.slice(0, end).replace(/\.$/, ''); // half-way, where C takes the even digit
  return '02468'.includes(down.at(-1)) ? down : value.toFixed(digits);
};
const formatTime = ns => {
  const units = [['ns', 1], ['us', 1e3], ['ms', 1e6], ['s', 1e9]];
  const [unit, factor] = units.find(([u, f]) => ns < 999.5 * f || u === 's');
  return `${formatNumber(ns / factor)} ${unit}`;
};
const formatAmount = ns => ns === 0 ? '0 ns' : (ns < 0 ? '-' : '') + formatTime(Math.abs(ns));
const formatInterval = cost => cost && cost.minus >= 0 ?
  `${formatAmount(cost.ns - cost.minus)}..${formatAmount(cost.ns + cost.plus)}` : '';

const toCost = part => part && {ns: part[0], minus: part[1], plus: part[2], whole: part[3]};
const readAt = (reads, depth) => {
  for (let i = 0; i < reads.length; i++) {
    const a = reads[i], b = reads[i + 1];
    if (a[0] === depth) return toCost(a.slice(1));
    if (!b || !(depth > a[0] && depth < b[0])) continue;
    const part = (depth - a[0]) / (b[0] - a[0]), between = k => a[k] + part * (b[k] - a[k]);
    const known = a[2] >= 0 && b[2] >= 0;
    return {ns: between(1), minus: known ? between(2) : -1, plus: known ? between(3) : -1, whole: between(4)};
  }
  return null;
};
const shapeOf = ({depth, scopes}) => {
  const some = scopes > 1 ? scopes : 1, nested = depth > 0 && some > depth ? depth : some, calls = depth / some;
  return {distance: calls > 1 ? (calls - 1) / 2 : 0, within: nested - 1, layer: depth / nested};
};
const wayOut = (lines, depth) => {
  const far = readAt(lines, depth), near = readAt(lines, 0);
  if (!far || !near) return null;
  const known = far.minus >= 0 && near.minus >= 0, both = (a, b) => known ? Math.sqrt(a * a + b * b) : -1;
  return {ns: far.ns - near.ns, minus: both(far.minus, near.plus), plus: both(far.plus, near.minus)};
};
const costOfRequest = (program, strategy) => {
  const sum = {ns: 0, minus: 0, plus: 0}, shape = shapeOf(program), lines = strategy.lines || strategy.reads;
  let known = true;
  for (const [count, part] of [[program.reads, readAt(lines, shape.distance)],
    [Math.min(program.scopes, 1), toCost(strategy.scope)], [Math.max(program.scopes - 1, 0), toCost(strategy.inner)],
    [shape.within, wayOut(lines, shape.layer)], [program.handoffs, toCost(strategy.handoff)]]) {
    if (count === 0) continue;
    if (!part) return null;
    known = known && part.minus >= 0;
    sum.ns += count * part.ns;
    sum.minus += count * part.minus * (count * part.minus);
    sum.plus += count * part.plus * (count * part.plus);
  }
  return {ns: sum.ns, minus: known ? Math.sqrt(sum.minus) : -1, plus: known ? Math.sqrt(sum.plus) : -1};
};
const STANDINGS = ['fits', 'not measured', 'not proved', 'fails'];
const judge = (evidence, strategy, needed, added) => {
  const judged = {standing: evidence.matrix && evidence.needs.length > 0 ? 0 : 2, decidedBy: 0};
  strategy.answers.forEach((answer, i) => {
    if (!needed[i] || answer === 0) return;
    const standing = Array.isArray(answer) ? 2 : 3;
    if (standing > judged.standing) Object.assign(judged, {standing, decidedBy: i});
  });
  if (judged.standing === 0 && !added) judged.standing = 1;
  return judged;
};
const failsOf = (evidence, strategy) => {
  const failing = evidence.needs.filter((need, i) => typeof strategy.answers[i] === 'string');
  if (failing.length > 0) return failing.join(', ');
  const proved = evidence.needs.length > 0 && !strategy.answers.some(Array.isArray);
  return proved ? 'nothing' : 'not proved';
};
const whyNot = (evidence, row) => {
  if (row.standing === 0) return '';
  if (row.standing === 1 || evidence.needs.length === 0) return STANDINGS[row.standing];
  const scenario = String(row.strategy.answers[row.decidedBy]);
  return (row.standing === 2 ? 'not proved: ' : '') + evidence.needs[row.decidedBy] + (scenario ? `: ${scenario}` : '');
};
const isLess = (a, b) => a.minus >= 0 && b.minus >= 0 && a.ns + a.plus < b.ns - b.minus;
const compareRows = (a, b) => a.standing - b.standing || !a.added - !b.added ||
  (a.added ? a.added.ns - b.added.ns : 0) || (a.label < b.label ? -1 : a.label > b.label ? 1 : 0);
const SHOWN = 3;
const listRows = (rows, count, mark) => rows.slice(0, SHOWN).map(row => mark + row.label + mark).join(', ') +
  (count > SHOWN ? ` and ${count - SHOWN} more` : '');
const sayNothing = rows => {
  const unmeasured = rows.filter(row => row.standing === 1).length;
  const unproved = rows.filter(row => row.standing === 2).length;
  if (unmeasured + unproved === 0) return `None of ${rows.length} strategies passes all that is needed.`;
  return unmeasured > 0 ?
    `Nothing can be recommended: ${unmeasured} strategies pass, but what they cost here was not measured.` :
    'Nothing can be recommended: no strategy was proved for what is needed.';
};
const sayAdvice = (rows, mark) => {
  const best = rows[0];
  if (best.standing !== 0) return sayNothing(rows);
  const interval = formatInterval(best.added);
  const ties = rows.slice(1).filter(row => row.standing === 0 && !isLess(best.added, row.added));
  const wrong = rows.filter(row => row.standing === 3 && row.added && row.added.ns < best.added.ns);
  return `Take ${mark}${best.label}${mark}: it adds ${formatAmount(best.added.ns)}` +
    `${interval ? ` (${interval})` : ''} to a request.` +
    (ties.length > 0 ? ` No significant difference: ${listRows(ties, ties.length, mark)}.` : '') +
    (wrong.length > 0 ? ` Cheaper, but not right here: ${listRows(wrong, wrong.length, mark)} (${wrong[0].why}).` : '');
};
const rank = (evidence, program, needed) => evidence.strategies.map(strategy => {
  const read = readAt(strategy.reads, shapeOf(program).distance), added = costOfRequest(program, strategy);
  const row = {strategy, label: strategy.label, read, added, ...judge(evidence, strategy, needed, added)};
  row.why = whyNot(evidence, row);
  row.fails = failsOf(evidence, strategy);
  return row;
}).sort(compareRows);
const flipOf = (evidence, program, needed, best, number) => {
  const depths = evidence.strategies.flatMap(({reads, lines}) => [reads, lines || []])
    .map(curve => curve.length > 0 ? curve.at(-1)[0] : 0);
  const from = program[number], most = number === 'depth' ? Math.max(0, ...depths) : 1e6;
  const flipAt = value => {
    const rows = rank(evidence, {...program, [number]: value}, needed);
    const old = rows.find(({label}) => label === best.label);
    return old !== rows[0] && old.standing === 0 && isLess(rows[0].added, old.added) ? rows[0] : null;
  };
  let low = from, high = from, step = 1, to = null;
  while (!to && high < most) {
    low = high;
    high = Math.min(most, from + step);
    step *= 2;
    to = flipAt(high);
  }
  while (to && high - low > 1) {
    const middle = Math.floor((low + high) / 2), there = flipAt(middle);
    to = there || to;
    if (there) high = middle;
    else low = middle;
  }
  return {to, from: high};
};
const NUMBERS = [['reads', 'reads'], ['scopes', 'scopes'], ['handoffs', 'hand-offs'], ['depth', 'calls of depth']];
const sayFlips = (evidence, program, needed, best, mark) => {
  if (best.standing !== 0) return '';
  const flips = NUMBERS.map(([number, on]) => ({...flipOf(evidence, program, needed, best, number), on}))
    .filter(({to}) => to).map(({to, from, on}) => `${mark}${to.label}${mark} from ${from} ${on} on`);
  return flips.length > 0 ? ` That changes with more: ${flips.join(', ')}.` : '';
};
const advise = (evidence, program, needed, mark) => {
  const rows = rank(evidence, program, needed);
  return {rows, sentence: sayAdvice(rows, mark) + sayFlips(evidence, program, needed, rows[0], mark)};
};

// The form above the first table: needs to tick, and the program as four numbers.
const makeForm = (evidence, section) => {
  const MARK = '\u0001', ROWS = 8, table = section.querySelector('table'), sentence = section.querySelector('p');
  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  const boxes = evidence.needs.map((need, i) => make('input', {type: 'checkbox', checked: i === 0, disabled: i === 0}));
  const program = Object.values(evidence.presets)[0], names = Object.keys(program);
  const inputs = names.map(name => make('input', {type: 'number', min: 0, max: 1000000, value: program[name]}));
  const fill = ({rows, sentence: text}, asked) => {
    sentence.replaceChildren(...text.split(MARK).map((part, i) => i % 2 ? make('code', {}, part) : part));
    table.caption.textContent = `${asked.depth} calls deep: ` + [['read', asked.reads], ['scope', asked.scopes],
      ['hand-off', asked.handoffs]].map(([what, n]) => `${n} ${what}${n === 1 ? '' : 's'}`).join(', ')
      .replace(/, ([^,]*)$/, ' and $1') + ' in a request';
    table.tBodies[0].replaceChildren(...rows.slice(0, ROWS).map(row => {
      const scope = toCost(row.strategy.scope), handoff = toCost(row.strategy.handoff), fits = row.standing === 0;
      const texts = [row.label, row.added ? formatAmount(row.added.ns) : '', formatInterval(row.added),
        ...[row.read, scope, handoff].map(cost => cost ? formatAmount(cost.whole) : ''),
        row.strategy.start > 0 ? formatAmount(row.strategy.start) : '', fits ? row.fails : row.why];
      const cells = texts.map((shown, i) => make('td',
        {className: (i === texts.length - 1 ? 't' : '') + (fits ? '' : i === texts.length - 1 ? ' b' : ' d')}, shown));
      if (row.added) cells[2].dataset.v = row.added.ns;
      return make('tr', {}, ...cells);
    }));
  };
  const update = () => {
    const asked = Object.fromEntries(names.map((name, i) => [name, Math.max(0, Number(inputs[i].value) || 0)]));
    fill(advise(evidence, asked, boxes.map(box => box.checked), MARK), asked);
  };
  const choose = preset => {
    names.forEach((key, i) => { inputs[i].value = preset[key]; });
    update();
  };
  const presets = Object.entries(evidence.presets).map(([name, preset]) =>
    make('button', {type: 'button', onclick: () => choose(preset)}, name));
  const form = make('form', {oninput: update, onsubmit: event => event.preventDefault()},
    make('p', {}, 'In a request: ',
      ...names.flatMap((name, i) => [make('label', {}, `${name} `, inputs[i]), ' ']),
      ...presets.flatMap(button => [button, ' '])),
    make('p', {}, 'It has: ', ...evidence.needs.flatMap((need, i) => [make('label', {}, boxes[i], ` ${need}`), ' '])));
  const fold = make('details', {className: 'form', open: matchMedia('(min-width:40rem)').matches},
    make('summary', {}, 'My program'), form);
  sentence.after(fold);
};
const evidenceOfPage = document.getElementById('evidence');
if (evidenceOfPage) makeForm(JSON.parse(evidenceOfPage.textContent), evidenceOfPage.closest('section'));

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
    if (i > 0 && table.classList.contains('narrow')) return;
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

// What a cell's number refers to, while the cell is pointed at or has the focus.
const showRemarks = links => {
  const remark = document.createElement('p');
  remark.id = 'remark';
  remark.hidden = true;
  remark.setAttribute('role', 'status');
  document.body.append(remark);
  for (const link of links) {
    const show = () => {
      remark.textContent = document.querySelector(link.hash).textContent;
      remark.hidden = false;
    };
    const hide = () => { remark.hidden = true; };
    for (const event of ['focus', 'mouseenter']) link.addEventListener(event, show);
    for (const event of ['blur', 'mouseleave']) link.addEventListener(event, hide);
  }
};
const links = document.querySelectorAll('td>a');
if (links.length > 0) showRemarks(links);
