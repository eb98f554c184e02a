// One picture on its way up: prepared in the browser, sent with progress,
// tried again when the connection was lost, stopped when a person says so.

import { reactive } from 'vue';

import { ConnectionLost, explain, messageOf, Problem, upload }
  from './api.js';
import { form } from './form.js';
import { hasText, t } from './i18n.js';
import { prepare, PictureError } from './picture.js';

// seconds until the next try after a lost connection
const pauses = [2, 4, 8, 15];

// A place for one kind.  state: idle, preparing, sending, waiting (for the
// next try), failed.  done gets the document and the file that went up.

export function useUpload(kind, { path = 'documents', ready, done }) {
  const upload_ = reactive({
    state: 'idle', share: 0, message: '', seconds: 0, again: false,
  });

  let file = null;
  let how = {};
  let abort = null;
  let attempt = 0;
  let countdown;

  async function start(chosen, quarterTurns = 0) {
    cancel();
    file = chosen;
    how = { turns: quarterTurns, anew: false };
    attempt = 0;
    await run();
  }

  async function run() {
    const mine = new AbortController();

    clearInterval(countdown);
    abort = mine;
    Object.assign(upload_, {
      state: 'preparing', share: 0, message: '', again: false,
    });

    try {
      const sent = await prepare(file, form.value.limits, how);

      await ready?.();

      if (mine.signal.aborted) {
        return;
      }

      upload_.state = 'sending';

      const answer = await upload(path, dataOf(sent), {
        signal: mine.signal,
        onprogress: (share) => { upload_.share = share; },
      });

      upload_.state = 'idle';
      done(answer, sent);
    } catch (error) {
      if (mine.signal.aborted) {
        return;
      }

      if (tooManyPixels(error) && !how.anew) {
        how.anew = true;
        await run();
        return;
      }

      failed(error);
    }
  }

  function dataOf(sent) {
    const data = new FormData();

    data.append('kind', kind);
    data.append('file', sent, sent.name);

    return data;
  }

  function failed(error) {
    const pause = pauseAfter(error);

    Object.assign(upload_, {
      state: 'failed',
      message: said(error),
      again: error instanceof ConnectionLost || error.status >= 500
        || error.status === 429,
    });

    if (pause !== undefined) {
      wait(pause);
    }
  }

  function pauseAfter(error) {
    if (error instanceof ConnectionLost) {
      attempt += 1;
      return pauses[attempt - 1];
    }

    return [429, 503].includes(error.status) && error.retryAfter <= 60
      ? Math.max(error.retryAfter, 1)
      : undefined;
  }

  function wait(seconds) {
    Object.assign(upload_, { state: 'waiting', seconds });

    countdown = setInterval(() => {
      upload_.seconds -= 1;

      if (upload_.seconds <= 0) {
        run();
      }
    }, 1000);
  }

  function cancel() {
    clearInterval(countdown);
    abort?.abort();
    Object.assign(upload_, {
      state: 'idle', share: 0, message: '', again: false,
    });
  }

  addEventListener('online', () => {
    if (upload_.state === 'waiting') {
      run();
    }
  });

  return { upload: upload_, start, again: run, cancel };
}

// Only the service has counted them: its word has the picture drawn smaller.

function tooManyPixels(error) {
  return error instanceof Problem
    && error.errors.some((one) => one.code === 'too_many_pixels');
}

// What a person is told: the picture's own fault before the request's.

function said(error) {
  if (error instanceof PictureError) {
    return hasText(error.code) ? t(error.code)
      : messageOf({ code: error.code, message: t('common.page_failed') });
  }

  if (error instanceof ConnectionLost) {
    return t('common.upload_lost');
  }

  if (error instanceof Problem && error.errors.length > 0) {
    return messageOf(error.errors[0]);
  }

  return explain(error);
}
