// What the wizard knows: the values, how each was judged, the pictures, the
// step.  All of it is kept in the service's draft but for passwords and codes.
//
// The service judges; this file asks it when a person has left a field or
// paused, and shows an error only for a field that the person has left.

import { computed, reactive, ref } from 'vue';

import { del, explain, get, messageOf, post, Problem, put }
  from '../common/api.js';
import { form, loadForm, loadRegions } from '../common/form.js';
import { pick, t } from '../common/i18n.js';
import { blank, controlId, optional, stepFields, stepOf, tidy, unsaved,
  withDependents } from './fields.js';
import { useReading } from './reading.js';

const pause = 1000;     // ms without a key: the person has paused
const saveAgain = 4000; // ms until what could not be saved is tried again

export function useWizard() {
  const values = reactive(blank());
  const marks = reactive({});
  const documents = reactive({});
  const uploading = reactive({});
  const step = ref(1);
  const reached = ref(1);
  const saving = ref('none');     // none, saving, saved, lost
  const submitted = ref(null);
  const trouble = ref('');        // why it could not be saved
  const restored = ref(false);    // something was there already
  const gone = ref([]);           // faults: what the draft has lost

  const dirty = new Set();        // changed, not yet told to the service
  const editing = new Set();      // changed, not yet left by the person
  const verdicts = new Map();     // errors of fields that are being edited
  const names = new Map();        // usernames: whether they were free

  let timer;
  let chain = Promise.resolve(true);
  let stepDirty = false;

  const documentType = computed(() => form.value?.document_types
    .find((one) => one.id === values.document_type));

  const kinds = computed(() => {
    const type = documentType.value;

    return type === undefined ? [] : [
      ...type.required.map((id) => ({ id, required: true })),
      ...type.optional.map((id) => ({ id, required: false })),
    ].map((one) => ({
      ...one,
      ...form.value.kinds.find((kind) => kind.id === one.id),
    }));
  });

  const reading = useReading({ values, edit, leave, documents });

  // Changes

  function edit(field) {
    marks[field] = { state: 'untouched' };
    dirty.add(field);
    editing.add(field);
    verdicts.delete(field);
    clearTimeout(timer);
    timer = setTimeout(flush, pause);
    follow(field);
  }

  function leave(field) {
    if (!editing.delete(field)) {
      return;
    }

    values[field] = tidy(field, values[field]);

    if (dirty.has(field)) {
      flush();
    } else if (verdicts.has(field)) {
      marks[field] = verdicts.get(field);
    }
  }

  // A value that a person chose, not typed.

  function set(field, value) {
    values[field] = value;
    edit(field);
    leave(field);
  }

  // What follows from a choice: the one type there is, the usual one.

  function follow(field) {
    if (field === 'applicant_type') {
      const types = form.value.document_types
        .filter((one) => one.applicant_type === values.applicant_type);

      if (!types.some((one) => one.id === values.document_type)) {
        set('document_type', types.length === 1
          || values.applicant_type === 'natural_person' ? types[0].id : '');
      }
    }

    if (field === 'residence' && values.region !== '') {
      const inside = values.region.slice(0, 2) === form.value.province.slice(0, 2);

      if (inside !== (values.residence === 'in_province')) {
        set('region', '');
      }
    }

    if (field === 'document_type' && documentType.value?.long_term === false
        && values.long_term) {
      set('long_term', false);
    }
  }

  // Judging and saving: one call at a time, so that a first call makes the
  // draft that the next belongs to.

  function flush() {
    clearTimeout(timer);
    chain = chain.then(send);
    return chain;
  }

  async function send() {
    const fields = withDependents(dirty, values);

    if (fields.length === 0 && !stepDirty) {
      return true;
    }

    const body = {};
    const held = Object.values(documents);

    for (const field of fields.filter((one) => one !== 'password_again')) {
      body[field] = tidy(field, values[field]);
    }

    if (stepDirty) {
      body.step = step.value;
    }

    dirty.clear();
    stepDirty = false;
    saving.value = 'saving';

    for (const field of fields) {
      if (!editing.has(field) && marks[field]?.state !== 'valid') {
        marks[field] = { state: 'checking' };
      }
    }

    try {
      const answer = await put('draft', body);

      await takeVerdicts(body, answer.fields);
      judgePasswordAgain(fields);
      missPictures(held, answer.documents);
      saving.value = 'saved';
      return true;
    } catch (error) {
      sendFailed(error, fields, body);
      return false;
    }
  }

  function sendFailed(error, fields, body) {
    fields.forEach((field) => {
      dirty.add(field);

      if (marks[field]?.state === 'checking') {
        marks[field] = { state: 'untouched' };
      }
    });

    stepDirty ||= body.step !== undefined;
    saving.value = 'lost';
    trouble.value = explain(error);
    clearTimeout(timer);
    timer = setTimeout(flush, 1000 * (error.retryAfter ?? 0) || saveAgain);
  }

  async function takeVerdicts(body, states) {
    for (const [field, verdict] of Object.entries(states)) {
      // what has been changed meanwhile is judged by the next call
      if (tidy(field, values[field]) === body[field]) {
        take(field, verdict);
      }
    }

    if (marks.username?.state === 'valid' && body.username !== undefined) {
      await judgeName(body.username);
    }
  }

  function take(field, verdict) {
    const empty = values[field] === '' || values[field] === false;

    if (verdict.state === 'valid') {
      verdicts.delete(field);
      marks[field] = {
        state: empty && optional.includes(field) ? 'untouched' : 'valid',
      };
      return;
    }

    const mark = wrong(field, verdict.code, verdict.message);

    if (editing.has(field)) {
      verdicts.set(field, mark);
      marks[field] = { state: 'untouched' };
    } else {
      marks[field] = mark;
    }
  }

  // The service has one text a code; some fields deserve one that says more.
  // Either changes its language with the page.

  function wrong(field, code, message) {
    return {
      state: 'invalid',
      get message() {
        const key = `register.${field}.${code}`;
        const said = t(key);

        return said === key ? messageOf({ code, message }) : said;
      },
    };
  }

  async function judgeName(username) {
    try {
      if (!names.has(username)) {
        const query = new URLSearchParams({ username });

        names.set(username, (await get(`availability?${query}`)).available);
      }
    } catch {
      return; // the submission will tell
    }

    if (names.get(username) === false
        && tidy('username', values.username) === username) {
      take('username', { code: 'taken' });
    }
  }

  function judgePasswordAgain(fields) {
    const again = values.password_again;

    if (fields.includes('password_again')
        || (again !== '' && fields.includes('password'))) {
      take('password_again', again === ''
        ? { code: 'required' }
        : again === values.password ? { state: 'valid' } : { code: 'mismatch' });
    }
  }

  // A draft that expired while the page was open has been made anew: all that
  // is still here goes into it, and the pictures are asked for again.  One that
  // was submitted, whose answer was lost, names none.

  function missPictures(held, ids) {
    const missed = held.filter((one) => documents[one.kind] === one
      && !uploading[one.kind] && ids?.includes(one.id) === false);

    if (missed.length === 0) {
      return;
    }

    gone.value = missed.map(({ kind }) => {
      delete documents[kind];
      reading.forget(kind);
      marks[`documents.${kind}`] = wrong('upload', 'gone');
      return fault(`documents.${kind}`);
    });

    Object.keys(values).filter((field) => values[field]
      && !unsaved.includes(field)).forEach((field) => dirty.add(field));
    flush();
  }

  // Judges these as if the person had left them; false when the service
  // could not be asked.

  function judge(fields) {
    for (const field of fields) {
      editing.delete(field);
      dirty.add(field);
    }

    return flush();
  }

  // The faults of some fields: [{ id, field, step, label, message }].

  function faultsOf(fields) {
    return fields.flatMap((field) => (field === 'documents'
      ? kinds.value.flatMap(documentFault)
      : faultOf(field)));
  }

  function faultOf(field) {
    return marks[field]?.state === 'invalid' ? [fault(field)] : [];
  }

  function documentFault({ id, required }) {
    const field = `documents.${id}`;

    if (uploading[id]) {
      return [fault(field, wrong('upload', 'busy'))];
    }

    if (!documents[id]) {
      marks[field] = required
        ? marks[field] ?? wrong('upload', 'missing') : undefined;
    }

    return faultOf(field);
  }

  // The message is the field's own, or its last one while it is changed.

  function fault(field, mark = marks[field]) {
    return {
      field,
      id: controlId(field),
      step: stepOf(field),
      get label() { return label(field); },
      get message() { return marks[field]?.message ?? mark.message; },
    };
  }

  // Whether what was wrong with a field is put right.

  function settled(field) {
    const [, kind] = field.split('.');

    return kind
      ? documents[kind] && !uploading[kind] && faultOf(field).length === 0
      : marks[field]?.state === 'valid'
        || (optional.includes(field) && !values[field]);
  }

  function label(field) {
    if (field.startsWith('documents.')) {
      return kindLabel(field.slice('documents.'.length));
    }

    if (field === 'id_number' && documentType.value) {
      return pick(documentType.value.number);
    }

    if (field === 'name' && values.applicant_type !== '') {
      return t(values.applicant_type === 'natural_person'
        ? 'register.name_person' : 'register.name_organisation');
    }

    if (field === 'password_again') {
      return t('register.password_again');
    }

    return pick(form.value?.labels[field]) || field;
  }

  function kindLabel(id) {
    return id === 'licence' && documentType.value
      ? pick(documentType.value.name)
      : pick(form.value.kinds.find((one) => one.id === id)?.name);
  }

  function hint(field) {
    return pick(form.value?.hints[field]);
  }

  // Whether a code may be sent to the address; where not, it is shown why.

  async function mayWrite() {
    await judge(['email']);

    if (marks.email?.state === 'invalid') {
      document.getElementById(controlId('email'))?.focus();
      return false;
    }

    return true;
  }

  // Steps

  function go(number) {
    step.value = number;
    reached.value = Math.max(reached.value, number);
    stepDirty = true;
    flush();
  }

  // Pictures

  function uploaded(one) {
    documents[one.kind] = one;
    delete marks[`documents.${one.kind}`];
    reading.start(one);
  }

  // After what is being saved, which would miss it.

  function removeDocument(kind) {
    const removed = chain.then(async () => {
      await del(`documents/${documents[kind]?.id}`).catch((error) => {
        if (error.status !== 404) {
          throw error;
        }
      });

      delete documents[kind];
      reading.forget(kind);
    });

    chain = removed.catch(() => true);
    return removed;
  }

  // Beginning, beginning again, the end

  async function restore() {
    const [draft] = await Promise.all([
      get('draft', { cache: 'no-store' }), loadForm(), loadRegions(),
    ]);

    for (const [field, value] of Object.entries(draft.values)) {
      if (field in values) {
        values[field] = value;
      }
    }

    draft.documents.forEach((one) => { documents[one.kind] = one; });
    step.value = draft.step;
    reached.value = draft.step;
    submitted.value = draft.submitted ?? submittedBefore();

    const filled = Object.keys(draft.values)
      .filter((field) => values[field] !== '' && !unsaved.includes(field));

    restored.value = filled.length > 0 || draft.documents.length > 0;

    if (submitted.value === null && filled.length > 0) {
      await judge(filled);
    }

    if (submitted.value === null) {
      draft.documents.forEach((one) => reading.start(one));
    }
  }

  // Empties one step; the service forgets its pictures, too.

  async function resetStep(number) {
    const empty = blank();

    if (number === 2) {
      for (const kind of Object.keys(documents)) {
        await removeDocument(kind);
      }
    }

    for (const field of stepFields[number].filter((one) => one in empty)) {
      values[field] = empty[field];
      dirty.add(field);
      editing.add(field);
    }

    reading.forgetFields(stepFields[number]);

    const done = await flush();

    for (const field of stepFields[number]) {
      editing.delete(field);
      verdicts.delete(field);
      marks[field] = { state: 'untouched' };
    }

    for (const kind of kinds.value) {
      delete marks[`documents.${kind.id}`];
    }

    return done;
  }

  async function startOver() {
    clearTimeout(timer);
    await chain;
    await del('draft');

    Object.assign(values, blank());
    Object.keys(marks).forEach((field) => delete marks[field]);
    Object.keys(documents).forEach((kind) => delete documents[kind]);
    rememberSubmitted(null);
    dirty.clear();
    editing.clear();
    verdicts.clear();
    reading.clear();
    step.value = 1;
    reached.value = 1;
    submitted.value = null;
    restored.value = false;
    saving.value = 'none';
  }

  // What POST /registrations takes.

  function application() {
    const body = {};

    for (const field of Object.keys(blank())) {
      const value = tidy(field, values[field]);

      if (field !== 'password_again' && value !== '' && value !== false) {
        body[field] = value;
      }
    }

    if (values.long_term) {
      delete body.valid_until;
    }

    body.documents = Object.fromEntries(kinds.value
      .filter((kind) => documents[kind.id])
      .map((kind) => [kind.id, documents[kind.id].id]));

    return body;
  }

  // Submits: { submitted } or { faults, message }.

  async function submit() {
    await flush();

    try {
      submitted.value = await post('registrations', application());
      rememberSubmitted(submitted.value);
      return { submitted: submitted.value };
    } catch (error) {
      return { faults: refusal(error), message: explain(error) };
    }
  }

  function refusal(error) {
    if (!(error instanceof Problem)) {
      return [];
    }

    return error.errors.map(({ field, code, message }) => {
      marks[field] = wrong(field, code, message);
      return fault(field);
    });
  }

  function unsavedChanges() {
    return [...dirty].some((field) => !unsaved.includes(field));
  }

  // When the page goes to the background it may never come back; when it does,
  // the draft may have expired.

  addEventListener('visibilitychange', () => {
    const hidden = document.visibilityState === 'hidden';

    if (!hidden && submitted.value === null) {
      stepDirty ||= Object.keys(documents).length > 0;
    }

    if (stepDirty || (hidden && dirty.size > 0)) {
      flush();
    }
  });

  addEventListener('online', () => {
    if (saving.value === 'lost') {
      flush();
    }
  });

  return reactive({
    values, marks, documents, uploading, step, reached, saving, submitted,
    trouble, restored, gone, documentType, kinds, reading,
    edit, leave, set, flush, judge, mayWrite, faultsOf, settled, label,
    kindLabel, hint, go, uploaded, removeDocument, restore, resetStep,
    startOver, submit, unsavedChanges,
  });
}

// A submission ends the draft.  A reload still shows the number, which names
// nobody; a new visit begins a new registration.

const memory = 'registration.submitted';

function rememberSubmitted(answer) {
  try {
    if (answer === null) {
      sessionStorage.removeItem(memory);
    } else {
      sessionStorage.setItem(memory, JSON.stringify(answer));
    }
  } catch {
    // the number is on the page, and in the mail
  }
}

function submittedBefore() {
  try {
    if (performance.getEntriesByType('navigation')[0]?.type === 'reload') {
      return JSON.parse(sessionStorage.getItem(memory));
    }

    sessionStorage.removeItem(memory);
  } catch {
    // as if there were none
  }

  return null;
}
