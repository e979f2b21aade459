// Reads and scopes of AsyncLocalStorage by hand: Node.js has no tool of its own but a clock.
'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');

const storage = new AsyncLocalStorage(), key = {};
let sum = 0;

function read() {
  const context = storage.getStore();
  if (context === undefined) return 0;
  const value = context.get(key);
  return value === undefined ? 0 : value;
}

function scope(body) {
  const context = new Map(storage.getStore());
  context.set(key, 0x1234567);
  return storage.run(context, body);
}

function body() {
  sum++;
}

// The best of many rounds, of which the first ones are compiled while they run.
function measure(what, step) {
  let best = Infinity;
  for (let round = 0; round < 30; round++) {
    const times = 20000, began = process.hrtime.bigint();
    for (let i = 0; i < times; i++) step();
    best = Math.min(best, Number(process.hrtime.bigint() - began) / times);
  }
  console.log(what, best);
}

scope(() => measure('read', () => { sum = (sum + read()) | 0; }));
measure('scope', () => scope(body));
