/** When the parts of an answer happen, as the wire shows it, in ms since `begin`; for one question at a time. */
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';

let began = 0;
let stages = {};

export function begin() {
  began = performance.now();
  stages = {};
}

export function reach(stage) {
  stages[stage] ??= performance.now() - began;
}

export function reached() {
  return stages;
}

/** To be called before anything is loaded that asks Claude, with `fetch`, or AWS, with `node:http`. */
export function watchStages() {
  const { fetch } = globalThis;
  globalThis.fetch = async (...args) => {
    reach('claudeAsked');
    const response = await fetch(...args);
    reach('claudeBegan');
    return response;
  };
  const { request } = http;
  http.request = (...args) => {
    reach('awsAsked');
    return request(...args).on('response', (response) => response.on('end', awsAnswered));
  };
  syncBuiltinESMExports();
}

/** The last answer before Claude is asked counts. */
function awsAnswered() {
  if (stages.claudeAsked === undefined) stages.awsAnswered = performance.now() - began;
}
