// Reads from the API server, through the address this page came from.

const KEPT = 'ahoi.token';

// The token comes in the fragment, which is sent to nobody, and is kept for this tab alone.
export const token = (() => {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given) {
    sessionStorage.setItem(KEPT, given);
    history.replaceState(null, '', location.pathname);
  }
  return given ?? sessionStorage.getItem(KEPT);
})();

export class Refused extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

const send = async (path, accept, signal) => {
  let response;
  try {
    response = await fetch(path, { headers: { Authorization: `Bearer ${token}`, Accept: accept }, signal, cache: 'no-store', redirect: 'error' });
  } catch (failure) {
    if (failure.name === 'AbortError') throw failure;
    throw new Refused(0, 'The dashboard’s own process does not answer.');
  }
  if (response.ok) return response;
  let message = response.statusText;
  try {
    message = (await response.json()).message || message;
  } catch { /* It said nothing we understand; the code remains. */ }
  throw new Refused(response.status, message || `The answer was ${response.status}.`);
};

export const get = async (path, { accept = 'application/json', signal } = {}) => (await send(path, accept, signal)).json();

export const getText = async (path, { signal } = {}) => (await send(path, '*/*', signal)).text();

// Hands on the pieces of a body as they come, until it ends.
export const follow = async (path, signal, onText) => {
  const response = await send(path, '*/*', signal);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    onText(value);
  }
};
