// Computes advice as a page does: node advise.js PAGE.html PROGRAM.json NEEDS, where NEEDS are separated by commas. Prints
// it in the form of `bench advise --format=json`, as far as the two are to agree.
'use strict';
const fs = require('fs');
const vm = require('vm');

const html = fs.readFileSync(process.argv[2], 'utf8');
const evidence = JSON.parse(/<script type="application\/json" id="evidence">(.*?)<\/script>/s.exec(html)[1]);
const script = /<script>(.*?)<\/script>/s.exec(html)[1];
const document = {querySelectorAll: () => [], getElementById: () => null};
const advise = vm.runInNewContext(`${script}\n({advise, formatAmount, formatInterval, STANDINGS, toCost})`, {document});
const needed = evidence.needs.map((need, i) => i === 0 || process.argv[4].split(',').includes(need));
const {rows, sentence} = advise.advise(evidence, JSON.parse(process.argv[3]), needed, '');
process.stdout.write(JSON.stringify({sentence, strategies: rows.map(row => ({
  strategy: row.label,
  standing: advise.STANDINGS[row.standing],
  why_not: row.why,
  fails: row.fails,
  added: row.added ? advise.formatAmount(row.added.ns) : '',
  interval: row.added ? advise.formatInterval(row.added) : '',
  added_ns: row.added ? row.added.ns : null,
  read_ns: row.read ? row.read.whole : null,
}))}));
