import { token } from './api.js';

// All watches of this page, over one connection. A watch that ends says why; 0 is that the connection was lost.
export class Watches {
  #socket = null;
  #open = new Map();
  #next = 1;
  #wait = 500;
  #onConnection;

  constructor(onConnection) {
    this.#onConnection = onConnection;
    this.#connect();
  }

  open(path, accept, handlers) {
    const id = this.#next++;
    this.#open.set(id, { path, accept, handlers });
    if (this.#socket?.readyState === WebSocket.OPEN) this.#ask(id);
    return () => {
      if (this.#open.delete(id) && this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ close: id }));
    };
  }

  #ask(id) {
    const { path, accept } = this.#open.get(id);
    this.#socket.send(JSON.stringify({ open: id, path, accept }));
  }

  #connect() {
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/watch`, ['ahoi.watch', `ahoi.token.${token}`]);
    this.#socket = socket;
    socket.onopen = () => {
      this.#wait = 500;
      this.#onConnection(true);
      for (const id of this.#open.keys()) this.#ask(id);
    };
    socket.onmessage = message => {
      const { watch, event, begun, end } = JSON.parse(message.data);
      const entry = this.#open.get(watch);
      if (!entry) return;
      if (event) entry.handlers.event(event);
      else if (begun) entry.handlers.begun?.();
      else if (end) {
        this.#open.delete(watch);
        entry.handlers.end(end);
      }
    };
    socket.onclose = () => {
      this.#onConnection(false);
      const lost = [...this.#open.values()];
      this.#open.clear();
      for (const { handlers } of lost) handlers.end({ code: 0, message: 'The connection was lost.' });
      setTimeout(() => this.#connect(), this.#wait);
      this.#wait = Math.min(this.#wait * 1.7, 8000);
    };
  }
}
