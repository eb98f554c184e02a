// Which fields the wizard has, on which step, and what they bear upon.

export const stepFields = {
  1: ['residence', 'applicant_type', 'document_type', 'username', 'password',
    'password_again'],
  2: ['documents', 'name', 'id_number', 'valid_from', 'valid_until',
    'long_term', 'region'],
  3: ['address', 'postcode', 'contact_name', 'mobile', 'landline', 'email',
    'email_code', 'industry', 'office'],
  4: ['notice_version'],
};

// A change of one may make another right or wrong.

const bearsUpon = {
  residence: ['region'],
  applicant_type: ['document_type'],
  document_type: ['name', 'id_number', 'valid_from', 'valid_until'],
  id_number: ['valid_from', 'valid_until'],
  valid_from: ['valid_until'],
  long_term: ['valid_until'],
  username: ['password'],
};

// never sent to the draft, or nothing for it to keep
export const unsaved = ['password', 'password_again', 'email_code'];

export const optional = ['landline', 'long_term'];

// those of which the service takes full-width forms for ASCII
const narrow = ['username', 'id_number', 'postcode', 'mobile', 'landline',
  'email', 'email_code'];

export function blank() {
  return {
    residence: '',
    applicant_type: '',
    document_type: '',
    username: '',
    password: '',
    password_again: '',
    name: '',
    id_number: '',
    valid_from: '',
    valid_until: '',
    long_term: false,
    region: '',
    address: '',
    postcode: '',
    contact_name: '',
    mobile: '',
    landline: '',
    email: '',
    email_code: '',
    industry: '',
    office: '',
    notice_version: '',
  };
}

export function withDependents(fields, values) {
  const all = new Set(fields);

  for (const field of fields) {
    for (const other of bearsUpon[field] ?? []) {
      if (values[other] !== '') {
        all.add(other);
      }
    }
  }

  return [...all];
}

export function stepOf(field) {
  const name = field.startsWith('documents') ? 'documents' : field;

  return Number(Object.keys(stepFields)
    .find((step) => stepFields[step].includes(name)) ?? 4);
}

// The id of a field's control on the page.

export function controlId(field) {
  return `f-${field.replace('.', '-')}`;
}

// As the service will have it, as far as that is plain.

export function tidy(field, value) {
  if (typeof value !== 'string' || field.startsWith('password')) {
    return value;
  }

  const trimmed = (narrow.includes(field) ? value.normalize('NFKC') : value)
    .trim();

  return field === 'id_number' ? trimmed.toUpperCase() : trimmed;
}
