// A returned application: what of it is open, what has been corrected so far,
// and how each correction was judged.
//
// Corrections are kept in the service's draft, so that a closed browser or a
// session that ended loses nothing.  The draft also judges them, together with
// all that stays; the last word has PUT /correction.

import { computed, reactive, ref, shallowRef, watch } from 'vue';

import { del, get, put } from '../common/api.js';
import { form, loadForm, loadRegions } from '../common/form.js';
import { hasText, language, pick, t } from '../common/i18n.js';
import { forget, recall, remember } from '../common/memory.js';
import { forgetSession } from '../common/session.js';
import { blank, controlId, optional, tidy } from '../register/fields.js';
import { useReading } from '../register/reading.js';

const order = ['residence', 'applicant_type', 'document_type', 'name',
  'id_number', 'valid_from', 'valid_until', 'long_term', 'region', 'address',
  'postcode', 'landline', 'contact_name', 'mobile', 'email', 'industry',
  'office'];

const validity = ['valid_from', 'valid_until', 'long_term'];
const onDocument = ['name', 'id_number', ...validity];

const saveAgain = 4000; // ms until what could not be saved is tried again

// which draft is this correction's
const memory = 'correction';

export function useCorrection() {
  const values = reactive(blank());
  const marks = reactive({});
  const reasons = reactive({});         // by field: why it was opened
  const documents = reactive({});       // by kind: the new pictures
  const earlier = reactive({});         // by kind: those of the application
  const uploading = reactive({});
  const more = reactive(new Set());     // opened by a correction
  const whole = shallowRef(null);       // what GET /correction said
  const saved = ref(true);

  // what a new picture says fills what is empty, and is offered elsewhere
  const reading = useReading({ values, edit, leave, documents });

  const before = blank();
  // fields that the person has left, or submitted: empty ones are wrong now
  const left = new Set();
  // what the service has not got yet
  const lost = new Set();

  let mine = '';
  let chain = Promise.resolve();
  let timer;

  const documentType = computed(() => form.value?.document_types
    .find((one) => one.id === values.document_type));

  const changed = (field) => tidy(field, values[field]) !== before[field];

  // A field is open as the reviewer said, or as a correction brings it along.

  const openFields = computed(() => {
    const open = new Set([...Object.keys(reasons), ...more]);

    if (changed('applicant_type')) {
      open.add('document_type');
    }

    if (changed('document_type')) {
      onDocument.forEach((field) => open.add(field));
    }

    if (changed('residence')) {
      open.add('region');
    }

    if (open.has('valid_until') || open.has('long_term')) {
      open.add('valid_until').add('long_term');
    }

    // of the places of one residence, and the documents of one type of
    // applicant, none may be right

    if (open.has('region')) {
      open.add('residence');
    }

    if (open.has('document_type')) {
      open.add('applicant_type');
    }

    return order.filter((field) => open.has(field));
  });

  const openKinds = computed(() => {
    const type = documentType.value;
    const another = changed('document_type');

    return [...type?.required ?? [], ...type?.optional ?? []]
      .filter((kind) => another || `documents.${kind}` in reasons
        || more.has(`documents.${kind}`))
      .map((id) => ({
        ...form.value.kinds.find((one) => one.id === id),
        required: type.required.includes(id),
        earlier: another ? null : earlier[id] ?? null,
      }));
  });

  async function load() {
    const [session, correction] = await Promise.all([
      get('session'), get('correction', { cache: 'no-store' }),
      loadForm(), loadRegions(),
    ]);

    whole.value = correction;
    mine = `${session.number}.${correction.version}`;

    take(correction.values);
    Object.assign(before, { ...values });
    correction.items.forEach(({ field, reason }) => {
      reasons[field] = [reasons[field], reason].filter(Boolean).join('\n');
    });
    correction.documents.forEach((one) => { earlier[one.kind] = one; });

    await restore();
  }

  function take(given) {
    for (const [field, value] of Object.entries(given)) {
      if (field in values) {
        values[field] = value;
      }
    }
  }

  // The draft holds this correction's values, or those of something else,
  // which a correction ends.

  async function restore() {
    if (recall(memory) === mine) {
      const draft = await get('draft', { cache: 'no-store' });

      take(Object.fromEntries(Object.entries(draft.values)
        .filter(([field]) => order.includes(field))));
      draft.documents.forEach(uploaded);
    } else {
      await del('draft');
    }

    // judged as a whole, so that each field is judged beside the others

    await judge(order);
    remember(memory, mine);
  }

  // Judges these as they stand, and saves them with all that was not saved.

  function judge(fields) {
    chain = chain.then(() => send(fields));
    return chain;
  }

  async function send(fields) {
    fields.forEach((field) => lost.add(field));
    clearTimeout(timer);

    const body = Object.fromEntries([...lost]
      .map((field) => [field, tidy(field, values[field])]));

    if (values.long_term) {
      body.valid_until = '';
    }

    try {
      const { fields: states } = await put('draft', body);

      lost.clear();
      saved.value = true;

      for (const [field, verdict] of Object.entries(states)) {
        if (tidy(field, values[field]) === body[field]) {
          mark(field, verdict);
        }
      }
    } catch (error) {
      saved.value = false;
      lost.forEach((field) => delete marks[field]);
      timer = setTimeout(judge, 1000 * (error.retryAfter ?? 0) || saveAgain, []);
    }
  }

  // What is as the reviewer found it, is not right by being well-formed.

  function mark(field, verdict) {
    if (verdict.state === 'invalid' && tidy(field, values[field]) === ''
        && !left.has(field)) {
      marks[field] = { state: 'untouched' };

    } else if (verdict.state === 'invalid') {
      marks[field] = { state: 'invalid', message: better(field, verdict) };

    } else {
      marks[field] = {
        state: changed(field) && !(optional.includes(field) && !values[field])
          ? 'valid' : 'untouched',
      };
    }
  }

  // The service has one text a code; some fields deserve one that says more.

  function better(field, { code, message }) {
    const key = `register.${field}.${code}`;

    return hasText(key) ? t(key) : message;
  }

  function edit(field) {
    marks[field] = { state: 'untouched' };
    follow(field);
  }

  // All that is open, as if the person had left it.

  function judgeAll() {
    openFields.value.forEach((field) => left.add(field));
    return judge(openFields.value);
  }

  function leave(field) {
    left.add(field);
    values[field] = tidy(field, values[field]);
    judge(dependents(field));
  }

  function set(field, value) {
    values[field] = value;
    edit(field);
    leave(field);
  }

  function dependents(field) {
    return {
      residence: ['residence', 'region'],
      applicant_type: ['applicant_type', 'document_type'],
      document_type: ['document_type', ...onDocument],
      id_number: ['id_number', ...validity],
      valid_from: validity,
      valid_until: validity,
      long_term: validity,
    }[field] ?? [field];
  }

  function follow(field) {
    if (field === 'applicant_type') {
      const types = form.value.document_types
        .filter((one) => one.applicant_type === values.applicant_type);

      if (!types.some((one) => one.id === values.document_type)) {
        set('document_type', types[0].id);
      }
    }

    if (field === 'residence' && values.region !== '') {
      const inside = values.region.slice(0, 2)
        === form.value.province.slice(0, 2);

      if (inside !== (values.residence === 'in_province')) {
        values.region = '';
        marks.region = { state: 'untouched' };
      }
    }

    if (field === 'document_type') {
      followType();
    }
  }

  // Another document has another number and validity: those of the earlier
  // one go, and come back with it, unless somebody has written others.

  function followType() {
    const another = changed('document_type');
    const empty = blank();

    for (const field of ['id_number', ...validity]) {
      if (values[field] === (another ? before : empty)[field]) {
        values[field] = (another ? empty : before)[field];
      }
    }

    if (documentType.value?.long_term === false) {
      values.long_term = false;
    }
  }

  function label(field) {
    if (field.startsWith('documents.')) {
      return kindLabel(field.slice('documents.'.length));
    }

    if (field === 'id_number' && documentType.value) {
      return pick(documentType.value.number);
    }

    if (field === 'name') {
      return t(values.applicant_type === 'natural_person'
        ? 'register.name_person' : 'register.name_organisation');
    }

    return pick(form.value.labels[field]) || field;
  }

  function kindLabel(id) {
    return id === 'licence' && documentType.value
      ? pick(documentType.value.name)
      : pick(form.value.kinds.find((one) => one.id === id)?.name);
  }

  const hint = (field) => pick(form.value.hints[field]);

  // Faults

  // The message is the field's own, so that it changes its language with it.

  const fault = (field, message) => ({
    field,
    id: controlId(field),
    get label() { return label(field); },
    get message() { return marks[field]?.message ?? message; },
  });

  watch(language, () => judge(Object.keys(marks)
    .filter((field) => field in values && marks[field].state === 'invalid')));

  function faults() {
    return [...kindFaults(), ...openFields.value
      .filter((field) => marks[field]?.state === 'invalid')
      .map((field) => fault(field, marks[field].message)), ...codeFault()];
  }

  function kindFaults() {
    return openKinds.value.flatMap((kind) => {
      const field = `documents.${kind.id}`;

      if (uploading[kind.id]) {
        return [fault(field, t('register.upload.busy'))];
      }

      if (kind.required && !documents[kind.id] && !kind.earlier) {
        marks[field] = {
          state: 'invalid', message: t('correction.picture_missing'),
        };
      }

      return marks[field]?.state === 'invalid'
        ? [fault(field, marks[field].message)] : [];
    });
  }

  function codeFault() {
    if (!changed('email') || values.email_code !== '') {
      return [];
    }

    marks.email_code = {
      state: 'invalid', message: t('correction.code_missing'),
    };

    return [fault('email_code', marks.email_code.message)];
  }

  // What the reviewer opened and nobody has touched yet.

  function untouched() {
    return Object.keys(reasons).filter((field) => {
      if (field.startsWith('documents.')) {
        return openKinds.value.some((kind) => `documents.${kind.id}` === field)
          && !documents[field.slice('documents.'.length)];
      }

      return validity.includes(field)
        ? !validity.some(changed) : !changed(field);
    }).map(label);
  }

  async function mayWrite() {
    await judge(['email']);

    if (marks.email?.state === 'invalid') {
      document.getElementById(controlId('email'))?.focus();
      return false;
    }

    return true;
  }

  function uploaded(one) {
    documents[one.kind] = one;
    delete marks[`documents.${one.kind}`];
    reading.start(one);
  }

  async function removeDocument(kind) {
    await del(`documents/${documents[kind].id}`).catch((error) => {
      if (error.status !== 404) {
        throw error;
      }
    });

    delete documents[kind];
    reading.forget(kind);
  }

  // As it was before anything was corrected; a new draft may hold as many
  // uploads as the one before.

  async function reset() {
    await chain;
    await del('draft');
    Object.keys(documents).forEach((kind) => delete documents[kind]);
    reading.clear();

    Object.assign(values, before);
    more.clear();
    left.clear();
    Object.keys(marks).forEach((field) => delete marks[field]);
    await judge(order);
  }

  function body() {
    const given = { version: whole.value.version };

    for (const field of openFields.value) {
      const value = tidy(field, values[field]);

      if (!(field === 'valid_until' && values.long_term)
          && !(field === 'long_term' && !value)
          && !(value === '' && !changed(field))) {
        given[field] = value;
      }
    }

    if (changed('email')) {
      given.email_code = tidy('email_code', values.email_code);
    }

    const pictures = openKinds.value.filter((kind) => documents[kind.id])
      .map((kind) => [kind.id, documents[kind.id].id]);

    if (pictures.length > 0) {
      given.documents = Object.fromEntries(pictures);
    }

    return given;
  }

  // Gives what the service answered; a refusal opens the fields it names.

  async function submit() {
    try {
      await chain;
      clearTimeout(timer);

      const answer = await put('correction', body());

      forget(memory);
      forgetSession();
      await del('draft').catch(() => {});
      return answer;
    } catch (error) {
      for (const one of error.errors ?? []) {
        marks[one.field] = {
          state: 'invalid', message: better(one.field, one),
        };

        if (one.code !== 'not_open' && one.field !== 'email_code') {
          more.add(one.field);
        }
      }

      throw error;
    }
  }

  return reactive({
    values, before, marks, reasons, documents, uploading, whole, saved,
    documentType, openFields, openKinds, reading,
    load, edit, leave, set, judgeAll, label, kindLabel, hint, faults, untouched,
    changed, mayWrite, uploaded, removeDocument, reset, submit,
  });
}
