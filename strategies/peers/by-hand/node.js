// Reads and scopes of AsyncLocalStorage by hand: Node.js has no tool of its own but a clock.
'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');

const storage = new AsyncLocalStorage(), keys = [{}, {}];
let sum = 0;

function read(key) {
  const context = storage.getStore();
  if (context === undefined) return 0;
  const value = context.get(key);
  return value === undefined ? 0 : value;
}

function scope(first, count, body) {
  const context = new Map(storage.getStore());
  for (let number = first; number < first + count; number++) context.set(keys[number], 0x1234567 + number);
  return storage.run(context, body);
}

function body() {
  sum++;
}

// The best of many rounds, of which the first ones are compiled while they run.
function measure(what, loop) {
  let best = Infinity;
  for (let round = 0; round < 30; round++) {
    const times = 20000, began = process.hrtime.bigint();
    loop(times);
    best = Math.min(best, Number(process.hrtime.bigint() - began) / times);
  }
  console.log(what, best);
}

function reads(times) {
  const key = keys[0];
  for (let i = 0; i < times; i++) sum = (sum + read(key)) | 0;
}

function scopes(times) {
  for (let i = 0; i < times; i++) scope(0, 1, body);
}

// After an await, as code of a server is, too: at the top of a program the current resource is another, slower one.
async function main() {
  await null;
  scope(0, 1, () => measure('read', reads));
  measure('scope', scopes);
}

main();
