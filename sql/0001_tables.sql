-- The tables: accounts, applications with their documents, every change of an
-- application's state, and the audit trail.
--
-- No personal value stands here in clear.  What has to be found again is a
-- keyed hash (reg_hash), what has to be read again is sealed under a data key
-- of its own record, and that key is stored wrapped (reg_seal.h).  Setting
-- data_key to NULL destroys a record in every backup, too.

CREATE SCHEMA registration;

COMMENT ON SCHEMA registration IS
    'ngx_http_registration_module; changed by registrationctl migrate only';


-- Which files of this directory were applied; registrationctl writes it.

CREATE TABLE registration.migration (
    version     integer      PRIMARY KEY CHECK (version > 0),
    name        text         NOT NULL,
    sha256      bytea        NOT NULL CHECK (octet_length(sha256) = 32),
    applied_at  timestamptz  NOT NULL DEFAULT now()
);


-- Sizes of reg_seal.h: REG_HASH, REG_WRAPPED_DATA_KEY, and more than
-- REG_RECORD_OVERHEAD.  They also keep a clear value from slipping in.

CREATE DOMAIN registration.hash AS bytea
    CHECK (octet_length(VALUE) = 32);

CREATE DOMAIN registration.wrapped_key AS bytea
    CHECK (octet_length(VALUE) = 77);

CREATE DOMAIN registration.sealed AS bytea
    CHECK (octet_length(VALUE) >= 40);

-- REG_DOCUMENT_ID_LEN characters of URL-safe Base64; applications use the
-- same form.  The id is part of the context that authenticates sealed data.

CREATE DOMAIN registration.token AS text
    CHECK (VALUE ~ '^[A-Za-z0-9_-]{22}$');

CREATE DOMAIN registration.status AS text
    CHECK (VALUE IN ('pending', 'approved', 'returned', 'rejected'));

CREATE DOMAIN registration.actor_kind AS text
    CHECK (VALUE IN ('applicant', 'reviewer', 'administrator'));


CREATE TABLE registration.account (
    id             bigint             GENERATED ALWAYS AS IDENTITY
                                      PRIMARY KEY,
    username_hash  registration.hash  NOT NULL UNIQUE,
    email_hash     registration.hash  NOT NULL UNIQUE,
    password_hash  text               NOT NULL
                                      CHECK (password_hash LIKE '$argon2id$%'),
    created_at     timestamptz        NOT NULL DEFAULT now(),
    disabled       boolean            NOT NULL DEFAULT false
);


-- The six digits inside an application's number.  They start again after a
-- million, which no day reaches; the number's date keeps numbers apart.

CREATE SEQUENCE registration.application_number
    MINVALUE 1 MAXVALUE 999999 CYCLE;

CREATE TABLE registration.application (
    id               registration.token   PRIMARY KEY,
    account_id       bigint               NOT NULL
                                          REFERENCES registration.account,
    number           text                 NOT NULL UNIQUE
                                          CHECK (number ~ '^[0-9]{15}$'),
    draft            registration.hash    NOT NULL UNIQUE,
    status           registration.status  NOT NULL,
    version          integer              NOT NULL,
    residence        text                 NOT NULL
        CHECK (residence IN ('in_province', 'out_of_province')),
    applicant_type   text                 NOT NULL
        CHECK (applicant_type IN ('natural_person', 'enterprise',
                                  'non_enterprise')),
    document_type    text                 NOT NULL,
    region           text                 NOT NULL
                                          CHECK (region ~ '^[0-9]{6}$'),
    industry         text                 NOT NULL,
    office           text                 NOT NULL,
    notice_version   text                 NOT NULL,
    submitted_at     timestamptz          NOT NULL DEFAULT now(),
    due_date         date                 NOT NULL,
    due_provisional  boolean              NOT NULL,
    name_hash        registration.hash    NOT NULL,
    id_number_hash   registration.hash    NOT NULL,
    mobile_hash      registration.hash    NOT NULL,
    email_hash       registration.hash    NOT NULL,
    data_key         registration.wrapped_key,
    sealed           registration.sealed  NOT NULL
);

COMMENT ON COLUMN registration.application.draft IS
    'keyed hash of the draft: submitting one draft twice is one application';

CREATE INDEX application_account
    ON registration.application (account_id, submitted_at DESC);


-- A picture that a correction replaces stays, with replaced_at set.

CREATE TABLE registration.document (
    id              registration.token   PRIMARY KEY,
    application_id  registration.token   NOT NULL
                                         REFERENCES registration.application,
    kind            text                 NOT NULL,
    width           integer              NOT NULL CHECK (width > 0),
    height          integer              NOT NULL CHECK (height > 0),
    bytes           integer              NOT NULL CHECK (bytes > 0),
    data_key        registration.wrapped_key,
    filename        registration.sealed,
    created_at      timestamptz          NOT NULL DEFAULT now(),
    replaced_at     timestamptz
);

CREATE INDEX document_application ON registration.document (application_id);

CREATE UNIQUE INDEX document_kind
    ON registration.document (application_id, kind)
 WHERE replaced_at IS NULL;


-- Who did what, when.  details never holds a personal value.

CREATE TABLE registration.audit (
    id          bigint                   GENERATED ALWAYS AS IDENTITY
                                         PRIMARY KEY,
    at          timestamptz              NOT NULL DEFAULT now(),
    actor_kind  registration.actor_kind  NOT NULL,
    actor       text                     NOT NULL,
    action      text                     NOT NULL,
    number      text,
    details     jsonb                    NOT NULL DEFAULT '{}'
);

COMMENT ON COLUMN registration.audit.actor IS
    'an applicant''s account id, a reviewer''s or administrator''s name';


CREATE FUNCTION registration.refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%.% is append-only', TG_TABLE_SCHEMA, TG_TABLE_NAME
          USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON registration.audit
    EXECUTE FUNCTION registration.refuse_change();
