// Names for what the service calls by code, from the form and the texts.

import { form, regions } from '../common/form.js';
import { formatDate, hasText, language, pick, t } from '../common/i18n.js';
import { pathOf } from '../common/regions.js';

export const statuses = ['pending', 'returned', 'approved', 'rejected'];

export function statusName(status) {
  return t(`console.status.${status}`);
}

function named(list, id) {
  return pick(list?.find((one) => one.id === id)?.name) || '';
}

export function applicantType(id) {
  return named(form.value?.applicant_types, id);
}

export function documentType(id) {
  return form.value?.document_types.find((one) => one.id === id);
}

export function documentTypeName(id) {
  return named(form.value?.document_types, id);
}

export function kindName(kind) {
  return named(form.value?.kinds, kind);
}

export function officeName(id) {
  return named(form.value?.cities.flatMap((city) => city.offices), id);
}

// "documents.licence" is a picture.

export function fieldName(field, documentTypeId) {
  if (field.startsWith('documents.')) {
    return kindName(field.slice('documents.'.length));
  }

  if (field === 'id_number') {
    return pick(documentType(documentTypeId)?.number)
      || pick(form.value?.labels[field]);
  }

  return pick(form.value?.labels[field])
    || (hasText(`console.read.${field}`)
      ? t(`console.read.${field}`)
      : t('console.other_field'));
}

export function regionName(code, parts = 3) {
  return pathOf(regions.value, code).slice(-parts)
    .map((one) => one.name).join(' ');
}

export function valueName(field, value) {
  if (value === null || value === undefined || value === '') {
    return '';
  }

  switch (field) {
    case 'residence': return t(`console.residence.${value}`);
    case 'applicant_type': return applicantType(value);
    case 'document_type': return documentTypeName(value);
    case 'industry': return named(form.value?.industries, value);
    case 'office': return officeName(value);
    case 'region': return regionName(value);
    case 'long_term': return t(value === true ? 'console.endless' : 'console.not_endless');
    case 'sex': return t(`console.sex.${value}`);
    default: return String(value);
  }
}

// Days from today, as the offices have it, until a date.

export function daysUntil(date) {
  const today = new Intl.DateTimeFormat('en-CA', {
    timeZone: 'Asia/Shanghai', year: 'numeric', month: '2-digit', day: '2-digit',
  }).format(new Date());

  return Math.round((Date.parse(date) - Date.parse(today)) / 86400000);
}

export function dueWords(row) {
  if (row.status !== 'pending') {
    return '';
  }

  const days = daysUntil(row.due_date);

  if (days < 0) {
    return t('console.due.over', { n: -days });
  }

  return days === 0 ? t('console.due.today') : t('console.due.left', { n: days });
}

export function urgency(row) {
  if (row.status !== 'pending') {
    return 'none';
  }

  const days = daysUntil(row.due_date);

  if (row.overdue || days < 0) {
    return 'over';
  }

  return days <= 1 ? 'soon' : 'none';
}

const formats = {};

function formatted(key, options, instant) {
  formats[key + language.value]
    ??= new Intl.DateTimeFormat(language.value, options);

  return formats[key + language.value].format(new Date(instant));
}

export function shortInstant(instant) {
  return formatted('instant', {
    month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit',
    hour12: false,
  }, instant);
}

export function fullInstant(instant) {
  return formatted('full', {
    year: 'numeric', month: 'numeric', day: 'numeric', hour: '2-digit',
    minute: '2-digit', second: '2-digit', hour12: false,
  }, instant);
}

export function clock(instant) {
  return formatted('clock', {
    hour: '2-digit', minute: '2-digit', hour12: false,
  }, instant);
}

export function shortDate(date) {
  return formatted('date', { month: 'numeric', day: 'numeric' },
    `${date}T00:00:00`);
}

export { formatDate };
