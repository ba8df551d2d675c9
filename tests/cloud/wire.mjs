// A server whose connections can be cut, stalled and counted: what the proxies and the credential endpoints stand on.
// SPDX-License-Identifier: Apache-2.0
import http from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { Counters, Faults } from './faults.mjs';

/** Reads `length` bytes of a body at most, the whole of it by default. */
export async function bodyOf(request, length = Infinity) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    parts.push(part);
    size += part.length;
    if (size >= length) break;
  }
  return Buffer.concat(parts);
}

/** An answer {status, headers, body}; `cut`: how many bytes of its body go out before the connection is cut. */
export async function send(response, answer, cut) {
  const body = Buffer.from(answer.body ?? '');
  const headers = { ...(answer.status === 204 ? {} : { 'Content-Length': body.length }), ...answer.headers };
  if (cut === undefined) {
    response.writeHead(answer.status, headers).end(body);
    return;
  }
  const most = Math.min(cut, body.length - 1); // Never the whole answer; of an empty body not even the head.
  if (most > 0) {
    response.writeHead(answer.status, headers).write(body.subarray(0, most));
    await sleep(20); // What was written is to be on its way before the cut.
  }
  response.socket?.destroy();
}

/** Handles `handle(request, response)` on a loopback port, an ephemeral one if none is given. */
export class Server {
  faults = new Faults();
  counters = new Counters();
  port = 0;
  #server;
  #sockets = new Set();
  #tls;

  constructor(handle, tls = null) {
    this.handle = handle;
    this.#tls = tls;
  }

  async up(port = this.port) {
    const listener = (request, response) => this.#serve(request, response);
    this.#server = this.#tls ? https.createServer(this.#tls, listener) : http.createServer(listener);
    // As long as the services': a client that keeps a connection is not to find it closed under its request.
    Object.assign(this.#server, { keepAliveTimeout: 60_000, headersTimeout: 70_000, requestTimeout: 0 });
    this.#server.on('connection', (socket) => {
      this.counters.connections += 1;
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => {});
    });
    this.#server.on('tlsClientError', () => this.counters.error('tls'));
    await new Promise((resolve, reject) => this.#server.once('error', reject).listen(port, '127.0.0.1', resolve));
    this.port = this.#server.address().port;
    return this;
  }

  /** Connections are refused and those that stand are cut. */
  async down() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #serve(request, response) {
    try {
      await this.handle(request, response);
    } catch (error) {
      // A client that left in the middle is no trouble of ours.
      if (!request.socket || request.socket.destroyed) return;
      console.error(error);
      await send(response, { status: 599, headers: {}, body: String(error.stack) });
    }
  }
}

/** Delays, stalls or cuts a request before it is read. True when that was its end. */
export async function trouble(request, { delay, fault }, counters) {
  if (delay) await sleep(delay * 1000);
  if (fault?.kind === 'stall') {
    counters.error('stall');
    request.resume();
    return true;
  }
  if (fault?.kind !== 'cut-request') return false;
  counters.error('cut-request');
  const { socket } = request; // Gone from the request as soon as reading ends early.
  await bodyOf(request, fault.after ?? Math.floor(Number(request.headers['content-length'] ?? 0) / 2));
  socket.destroy();
  return true;
}
