-- What the module may do: these functions, and nothing else.
--
-- Each runs with the owner's rights and a search_path of its own.  plpgsql,
-- because it keeps its plans for the connection's life: a function in SQL that
-- cannot be inlined is planned at every call.

-- The check digit of a string of digits: ISO 7064, MOD 11,10.

CREATE FUNCTION registration.check_digit(digits text) RETURNS integer
LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
    product  integer := 10;
    sum      integer;
    digit    text;
BEGIN
    FOREACH digit IN ARRAY string_to_array(digits, NULL) LOOP
        sum := (product + digit::integer) % 10;
        product := (CASE sum WHEN 0 THEN 10 ELSE sum END * 2) % 11;
    END LOOP;

    RETURN (11 - product) % 10;
END
$$;


-- The day in China (UTC+8, no daylight saving), a running number of six
-- digits, the check digit: 20261123 000042 1.

CREATE FUNCTION registration.next_number() RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    digits  text;
BEGIN
    digits := to_char(now() AT TIME ZONE interval '8 hours', 'YYYYMMDD')
              || lpad(nextval('registration.application_number')::text, 6,
                      '0');

    RETURN digits || registration.check_digit(digits);
END
$$;


CREATE FUNCTION registration.iso8601(instant timestamptz) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT to_char(instant AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
$$;


-- A new account with its application, or what the draft gave before.
-- outcome is "ok", "username_taken", "email_taken" or "both_taken".
--
-- documents: [{"id", "kind", "width", "height", "bytes", "data_key",
-- "filename"}], the last two in Base64, the file name sealed under the
-- document's data key.

CREATE FUNCTION registration.submit(
    draft            bytea,
    application_id   text,
    username_hash    bytea,
    email_hash       bytea,
    name_hash        bytea,
    id_number_hash   bytea,
    mobile_hash      bytea,
    password_hash    text,
    residence        text,
    applicant_type   text,
    document_type    text,
    region           text,
    industry         text,
    office           text,
    notice_version   text,
    data_key         bytea,
    sealed           bytea,
    documents        jsonb,
    due              date,
    due_provisional  boolean
)
RETURNS TABLE (outcome text, number text, status text, submitted_at text,
               due_date text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    account        bigint;
    username_used  boolean;
    email_used     boolean;
BEGIN
    -- Two submissions of one draft run one after the other, also when they
    -- name different accounts; equal halves of other hashes merely wait.

    PERFORM pg_advisory_xact_lock(('x' || encode(substring(submit.draft FOR 8),
                                                 'hex'))::bit(64)::bigint);

    RETURN QUERY
    SELECT 'ok', a.number, a.status::text,
           registration.iso8601(a.submitted_at),
           to_char(a.due_date, 'YYYY-MM-DD')
      FROM registration.application a
     WHERE a.draft = submit.draft;

    IF FOUND THEN
        RETURN;
    END IF;

    INSERT INTO registration.account (username_hash, email_hash,
                                      password_hash)
    VALUES (submit.username_hash, submit.email_hash, submit.password_hash)
        ON CONFLICT DO NOTHING
    RETURNING id INTO account;

    IF account IS NULL THEN
        username_used := NOT registration.username_available(
                                                        submit.username_hash);
        email_used := registration.email_known(submit.email_hash);

        RETURN QUERY
        SELECT CASE WHEN username_used AND email_used THEN 'both_taken'
                    WHEN username_used THEN 'username_taken'
                    ELSE 'email_taken'
               END,
               NULL::text, NULL::text, NULL::text, NULL::text;
        RETURN;
    END IF;

    RETURN QUERY
    INSERT INTO registration.application AS a
           (id, account_id, number, draft, status, version, residence,
            applicant_type, document_type, region, industry, office,
            notice_version, due_date, due_provisional, name_hash,
            id_number_hash, mobile_hash, email_hash, data_key, sealed)
    VALUES (submit.application_id, account, registration.next_number(),
            submit.draft, 'pending', 1, submit.residence,
            submit.applicant_type, submit.document_type, submit.region,
            submit.industry, submit.office, submit.notice_version,
            submit.due, submit.due_provisional, submit.name_hash,
            submit.id_number_hash, submit.mobile_hash, submit.email_hash,
            submit.data_key, submit.sealed)
    RETURNING 'ok', a.number, a.status::text,
              registration.iso8601(a.submitted_at),
           to_char(a.due_date, 'YYYY-MM-DD');

    INSERT INTO registration.state_change
           (application_id, version, to_status, actor_kind, actor)
    VALUES (submit.application_id, 1, 'pending', 'applicant', account::text);

    INSERT INTO registration.document
           (id, application_id, kind, width, height, bytes, data_key,
            filename)
    SELECT d.id, submit.application_id, d.kind, d.width, d.height, d.bytes,
           decode(d.data_key, 'base64'), decode(d.filename, 'base64')
      FROM jsonb_to_recordset(submit.documents)
           AS d (id text, kind text, width integer, height integer,
                 bytes integer, data_key text, filename text);
END
$$;


-- The account that a username or an address names, with its latest
-- application.  reason is what the reviewer sealed with the last change of
-- state (state_change.content), in Base64, while that is "returned" or
-- "rejected".

CREATE FUNCTION registration.sign_in(username_hash bytea, email_hash bytea)
RETURNS TABLE (account_id text, password_hash text, disabled boolean,
               number text, status text, version integer, submitted_at text,
               due_date text, due_provisional boolean, reason text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    owner  registration.account;
    last   registration.application;
BEGIN
    owner := registration.account_named(sign_in.username_hash,
                                        sign_in.email_hash);

    IF owner.id IS NULL THEN
        RETURN;
    END IF;

    SELECT * INTO last
      FROM registration.application a
     WHERE a.account_id = owner.id
  ORDER BY a.submitted_at DESC
     LIMIT 1;

    account_id := owner.id;
    password_hash := owner.password_hash;
    disabled := owner.disabled;
    number := last.number;
    status := last.status;
    version := last.version;
    submitted_at := registration.iso8601(last.submitted_at);
    due_date := to_char(last.due_date, 'YYYY-MM-DD');
    due_provisional := last.due_provisional;

    IF last.status IN ('returned', 'rejected') THEN
        SELECT translate(encode(c.content, 'base64'), E'\n', '') INTO reason
          FROM registration.state_change c
         WHERE c.application_id = last.id
           AND c.version = last.version;
    END IF;

    RETURN NEXT;
END
$$;


-- Usernames hold no "@", so that at most one account has either.

CREATE FUNCTION registration.account_named(username_hash bytea,
                                           email_hash bytea)
RETURNS registration.account
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    owner  registration.account;
BEGIN
    SELECT * INTO owner
      FROM registration.account a
     WHERE a.username_hash = account_named.username_hash;

    IF NOT FOUND THEN
        SELECT * INTO owner
          FROM registration.account a
         WHERE a.email_hash = account_named.email_hash;
    END IF;

    RETURN owner;
END
$$;


CREATE FUNCTION registration.username_available(username_hash bytea)
RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN NOT EXISTS (
        SELECT FROM registration.account a
         WHERE a.username_hash = username_available.username_hash);
END
$$;


CREATE FUNCTION registration.email_known(email_hash bytea) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN EXISTS (
        SELECT FROM registration.account a
         WHERE a.email_hash = email_known.email_hash);
END
$$;


-- Gives the id of the account that has this name (or address) and this
-- address, with its password changed; NULL when there is none, or it is
-- disabled.

CREATE FUNCTION registration.reset_password(
    username_hash       bytea,
    account_email_hash  bytea,
    email_hash          bytea,
    password_hash       text
)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    account  bigint;
BEGIN
    account := (registration.account_named(reset_password.username_hash,
                                           reset_password.account_email_hash)
               ).id;

    UPDATE registration.account AS a
       SET password_hash = reset_password.password_hash
     WHERE a.id = account
       AND a.email_hash = reset_password.email_hash
       AND NOT a.disabled;

    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    INSERT INTO registration.audit (actor_kind, actor, action, number)
    VALUES ('applicant', account::text, 'reset_password',
            (SELECT a.number
               FROM registration.application a
              WHERE a.account_id = account
           ORDER BY a.submitted_at DESC
              LIMIT 1));

    RETURN account;
END
$$;


-- A picture that stands in an application of this account now.

CREATE FUNCTION registration.document(account_id text, document_id text)
RETURNS TABLE (kind text, width integer, height integer, bytes integer,
               data_key bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT d.kind, d.width, d.height, d.bytes, d.data_key::bytea
      FROM registration.document d
      JOIN registration.application a ON a.id = d.application_id
     WHERE d.id = document.document_id
       AND d.replaced_at IS NULL
       AND a.account_id = document.account_id::bigint;
END
$$;


-- Those of the ids that belong to an application, replaced ones too: their
-- files are not to be swept.

CREATE FUNCTION registration.documents_known(ids text[]) RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT d.id::text
      FROM registration.document d
     WHERE d.id = ANY (documents_known.ids);
END
$$;


CREATE FUNCTION registration.schema_version() RETURNS integer
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT max(m.version) FROM registration.migration m);
END
$$;


-- The role belongs to the whole server: another database may have made it.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles
                    WHERE rolname = 'registration_module')
    THEN
        CREATE ROLE registration_module NOLOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN
        NULL;
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'the role registration_module is missing, and % may '
                        'not create it', current_user
              USING ERRCODE = 'insufficient_privilege',
                    HINT = 'As a superuser: '
                           'CREATE ROLE registration_module NOLOGIN; '
                           'then migrate again.';
END
$$;

REVOKE ALL ON SCHEMA registration FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA registration FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA registration FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA registration FROM PUBLIC;

GRANT USAGE ON SCHEMA registration TO registration_module;

GRANT EXECUTE ON FUNCTION
    registration.submit,
    registration.sign_in,
    registration.username_available,
    registration.email_known,
    registration.reset_password,
    registration.document,
    registration.documents_known,
    registration.schema_version
TO registration_module;
