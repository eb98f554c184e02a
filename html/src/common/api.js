// The service's calls: JSON in and out, problems (RFC 9457) as exceptions.

import { form } from './form.js';
import { language, pick, t } from './i18n.js';

const root = new URL(
  document.querySelector('meta[name="api"]')?.content ?? './api/',
  document.baseURI,
);

const patience = 20000; // ms for an answer without a picture in it
const tries = 3;        // of a reading that a moment's failure met

// What the service has to say: status, type (its last word), title, detail,
// errors [{ field, code, message }], retryAfter in seconds, and the rest.

export class Problem extends Error {
  constructor(status, body, retryAfter) {
    super(body.detail ?? body.title ?? `HTTP ${status}`);

    Object.assign(this, body, {
      status,
      type: String(body.type ?? '').split(/[/:#]/).pop(),
      errors: body.errors ?? [],
      retryAfter,
    });
  }
}

// No answer came: no connection, or not in time.

export class ConnectionLost extends Error {}

export function url(path) {
  return new URL(path.replace(/^\//, ''), root).href;
}

export function get(path, options) {
  return call('GET', path, undefined, { retry: true, ...options });
}

export function put(path, body, options) {
  return call('PUT', path, body, options);
}

export function post(path, body, options) {
  return call('POST', path, body, options);
}

export function del(path, options) {
  return call('DELETE', path, undefined, options);
}

// Options: signal; timeout in ms; retry: again after a moment's failure;
// keepalive: the request outlives the page.

export async function call(method, path, body, options = {}) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(method, path, body, options);
    } catch (error) {
      if (!options.retry || attempt === tries || !passing(error)) {
        throw error;
      }

      await sleep(1000 * Math.min(error.retryAfter ?? attempt, 5));
    }
  }
}

function passing(error) {
  return error instanceof ConnectionLost || error.status === 503;
}

export function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function once(method, path, body, options) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), options.timeout ?? patience);
  const stop = () => abort.abort();

  options.signal?.addEventListener('abort', stop);

  try {
    const response = await fetch(url(path), {
      method,
      headers: headers(body),
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'same-origin',
      cache: options.cache,
      keepalive: options.keepalive,
      signal: abort.signal,
    });

    return await answer(response);
  } catch (error) {
    if (error instanceof Problem || options.signal?.aborted) {
      throw error;
    }

    throw new ConnectionLost(error.message);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', stop);
  }
}

function headers(body) {
  const sent = { 'Accept-Language': language.value };

  if (body !== undefined) {
    sent['Content-Type'] = 'application/json';
  }

  return sent;
}

async function answer(response) {
  const text = await response.text();

  if (!response.ok) {
    throw problem(response.status, text, response.headers.get('Retry-After'));
  }

  return text === '' ? null : JSON.parse(text);
}

function problem(status, text, retryAfter) {
  let body = {};

  try {
    body = JSON.parse(text) ?? {};
  } catch {
    // something before the service answered: the status must do
  }

  return new Problem(status, body, seconds(retryAfter));
}

function seconds(value) {
  const number = Number.parseInt(value ?? '', 10);

  return Number.isFinite(number) && number >= 0 ? number : undefined;
}

// Sends a multipart form; onprogress gets the sent share, 0 to 1.  Only
// XMLHttpRequest tells how far a body is.

export function upload(path, data, { signal, onprogress, stall = 20000 } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let timer;

    const end = () => {
      clearTimeout(timer);
      removeEventListener('offline', cut);
    };

    const fail = (error) => {
      end();
      reject(error);
    };

    // the device says so before the request notices
    const cut = () => {
      fail(new ConnectionLost('offline'));
      request.abort();
    };

    // no byte for that long: the connection is gone, whatever it says
    const watch = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        fail(new ConnectionLost('stalled'));
        request.abort();
      }, stall);
    };

    request.open('POST', url(path));
    request.setRequestHeader('Accept-Language', language.value);

    request.upload.onprogress = (event) => {
      watch();

      if (event.lengthComputable) {
        onprogress?.(event.loaded / event.total);
      }
    };

    request.onload = () => {
      end();

      if (request.status >= 200 && request.status < 300) {
        resolve(JSON.parse(request.responseText));
      } else if (request.status === 0) {
        reject(new ConnectionLost('no answer'));
      } else {
        reject(problem(request.status, request.responseText,
          request.getResponseHeader('Retry-After')));
      }
    };

    request.onerror = () => fail(new ConnectionLost('network'));
    request.onabort = () => fail(new DOMException('aborted', 'AbortError'));
    signal?.addEventListener('abort', () => request.abort());

    addEventListener('offline', cut);
    watch();
    request.send(data);
  });
}

// "Try again later", at the end of what "in 30 seconds" is added to.

const later = /([，:][^，:]*(稍后|later)[^，:]*)?[。.]?$/;

// The service's text for one of its errors, in the language of the page.

export function messageOf({ code, message }) {
  return pick(form.value?.messages[code]) || message;
}

// What a person is told about a failure, with what to do next.

export function explain(error) {
  if (error instanceof ConnectionLost) {
    return t('common.connection_lost');
  }

  if (!(error instanceof Problem)) {
    return t('common.page_failed');
  }

  const known = messageOf({ code: error.type, message: error.detail })
    ?? error.title;

  if (error.retryAfter > 1) {
    const said = known ?? t('common.busy');

    return `${said.replace(later, '')}${t('common.wait', {
      time: duration(error.retryAfter),
    })}`;
  }

  return known ?? t('common.service_failed');
}

export function duration(total) {
  return total < 120
    ? t('common.seconds', { n: total })
    : t('common.minutes', { n: Math.ceil(total / 60) });
}
