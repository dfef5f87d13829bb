import { follow } from './api.js';
import { el } from './text.js';

const KEPT = 400000; // Characters; what is older is in the pod.

// What the containers of some pods write, followed as it comes.
export class LogView {
  #pods;
  #pod;
  #container = null;
  #previous = false;
  #abort = null;
  #stopped = false;

  constructor(pods) {
    this.#pods = pods;
    this.#pod = pods[0];
    this.podChoice = el('select', { 'aria-label': 'Pod', onchange: () => { this.#pod = this.#pods.find(p => p.uid === this.podChoice.value) ?? this.#pod; this.#container = null; this.#begin(); } });
    this.containerChoice = el('select', { 'aria-label': 'Container', onchange: () => { this.#container = this.containerChoice.value; this.#begin(); } });
    this.previousButton = el('button', { type: 'button', class: 'small-button', 'aria-pressed': 'false', onclick: () => { this.#previous = !this.#previous; this.previousButton.setAttribute('aria-pressed', String(this.#previous)); this.#begin(); } }, 'Previous run');
    this.note = el('span', { class: 'note', role: 'status' });
    this.text = el('pre', { class: 'log', role: 'log', 'aria-live': 'off', tabindex: '0', 'aria-label': 'Log' });
    this.element = el('div', { class: 'log-view' }, el('div', { class: 'row' }, this.podChoice, this.containerChoice, this.previousButton, this.note), this.text);
    this.#choices();
    this.#begin();
  }

  // The pods as they are now: new ones can be chosen.
  offer(pods) {
    if (pods.length === 0) return;
    const before = this.#pods.map(p => p.uid).join();
    this.#pods = pods;
    this.#pod = pods.find(p => p.uid === this.#pod.uid) ?? this.#pod;
    if (pods.map(p => p.uid).join() !== before) this.#choices();
  }

  stop() {
    this.#stopped = true;
    this.#abort?.abort();
  }

  #choices() {
    this.podChoice.replaceChildren(...this.#pods.map(p => el('option', { value: p.uid, selected: p.uid === this.#pod.uid }, p.name)));
    this.podChoice.hidden = this.#pods.length < 2;
    const spec = this.#pod.raw.spec ?? {};
    const names = [...spec.containers ?? [], ...spec.initContainers ?? []].map(c => c.name);
    this.#container = names.includes(this.#container) ? this.#container : names[0];
    this.containerChoice.replaceChildren(...names.map(n => el('option', { value: n, selected: n === this.#container }, n)));
    this.containerChoice.hidden = names.length < 2;
  }

  async #begin() {
    this.#abort?.abort();
    const abort = this.#abort = new AbortController();
    this.#choices();
    this.text.replaceChildren();
    let size = 0;
    const append = piece => {
      const atEnd = this.text.scrollTop + this.text.clientHeight >= this.text.scrollHeight - 24;
      this.text.append(piece);
      size += piece.length;
      while (size > KEPT && this.text.firstChild) {
        size -= this.text.firstChild.textContent.length;
        this.text.firstChild.remove();
      }
      if (atEnd) this.text.scrollTop = this.text.scrollHeight;
    };
    while (!abort.signal.aborted && !this.#stopped) {
      this.#say(this.#previous ? 'Reading' : 'Following');
      try {
        await follow(`${this.#pod.path}/log?container=${encodeURIComponent(this.#container)}&tailLines=1000${this.#previous ? '&previous=true' : '&follow=true'}`, abort.signal, append);
        this.#say(size === 0 ? 'It has written nothing.' : this.#previous ? 'The previous run' : 'It has ended.');
        return;
      } catch (failure) {
        if (abort.signal.aborted) return;
        if (size > 0) {
          this.#say('The log broke off.', true);
          return;
        }
        this.#say(failure.message, true);
        if (this.#previous) return;
      }
      // It has not started yet, or the API server is away for a while.
      await new Promise(done => { const timer = setTimeout(done, 2000); abort.signal.addEventListener('abort', () => { clearTimeout(timer); done(); }); });
    }
  }

  #say(text, bad = false) {
    this.note.textContent = text;
    this.note.classList.toggle('bad', bad);
  }
}
