// What goes wrong on command, for how many requests or how long, and what was counted meanwhile.
// SPDX-License-Identifier: Apache-2.0

export const KINDS = ['throttle', 'throttle-request', 'partial', 'error', 'denied', 'stall', 'cut-request', 'cut-answer', 'slow'];

/** The faults of one service; the first that applies to a request is its fate, and every `slow` delays it. */
export class Faults {
  #active = [];

  /** fault = {kind, count?, seconds?, operation?, …}: for `count` requests, `seconds` long, or until heal(). */
  add(fault) {
    if (!KINDS.includes(fault.kind)) throw new Error(`no fault '${fault.kind}'; there are ${KINDS.join(', ')}`);
    const until = fault.seconds === undefined || fault.kind === 'slow' ? Infinity : Date.now() + fault.seconds * 1000;
    this.#active.push({ ...fault, left: fault.count ?? Infinity, until });
  }

  heal() {
    this.#active = [];
  }

  #alive(fault) {
    return fault.left > 0 && Date.now() < fault.until;
  }

  /** {delay: seconds, fault: {…} or null} for one request. */
  take(operation) {
    this.#active = this.#active.filter((fault) => this.#alive(fault));
    const hits = this.#active.filter((fault) => !fault.operation || fault.operation === operation);
    const slow = hits.filter((fault) => fault.kind === 'slow');
    const fault = hits.find((each) => each.kind !== 'slow') ?? null;
    for (const each of fault ? [...slow, fault] : slow) each.left -= 1;
    return { delay: slow.reduce((sum, each) => sum + each.seconds, 0), fault };
  }
}

/** Counters of one service, read as plain JSON. */
export class Counters {
  constructor() {
    this.connections = this.requests = this.accepted = this.records = this.stored = this.bytes = 0;
    this.errors = {};
    this.operations = {};
  }

  error(code, by = 1) {
    this.errors[code] = (this.errors[code] ?? 0) + by;
  }

  request(operation, bytes) {
    this.requests += 1;
    this.bytes += bytes;
    this.operations[operation] = (this.operations[operation] ?? 0) + 1;
  }
}
