-- What applicants gain: a language, the reason at sign-in, the correction.

-- As in 0003, with the language of the mails.

DROP FUNCTION registration.submit;

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
    due_provisional  boolean,
    language         text     DEFAULT 'zh-CN'
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
            id_number_hash, mobile_hash, email_hash, data_key, sealed,
            language)
    VALUES (submit.application_id, account, registration.next_number(),
            submit.draft, 'pending', 1, submit.residence,
            submit.applicant_type, submit.document_type, submit.region,
            submit.industry, submit.office, submit.notice_version,
            submit.due, submit.due_provisional, submit.name_hash,
            submit.id_number_hash, submit.mobile_hash, submit.email_hash,
            submit.data_key, submit.sealed, submit.language)
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


-- As in 0003, with what opens the reason at the end.

DROP FUNCTION registration.sign_in;

-- The account that a username or an address names, with its latest
-- application.  reason is what the reviewer sealed with the last change of
-- state (state_change.content), in Base64, while that is "returned" or
-- "rejected".

CREATE FUNCTION registration.sign_in(username_hash bytea, email_hash bytea)
RETURNS TABLE (account_id text, password_hash text, disabled boolean,
               number text, status text, version integer, submitted_at text,
               due_date text, due_provisional boolean, reason text,
               application_id text, data_key bytea)
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
    application_id := last.id;
    data_key := last.data_key;

    IF last.status IN ('returned', 'rejected') THEN
        SELECT translate(encode(c.content, 'base64'), E'\n', '') INTO reason
          FROM registration.state_change c
         WHERE c.application_id = last.id
           AND c.version = last.version;
    END IF;

    RETURN NEXT;
END
$$;


-- What the account's latest application has to be corrected in; no row when it
-- is not returned.  content is what the reviewer sealed with the return.
-- documents as of registration.review(), the present ones only.

CREATE FUNCTION registration.correction(account_id text)
RETURNS TABLE (id text, number text, status text, version integer,
               residence text, applicant_type text, document_type text,
               region text, industry text, office text, notice_version text,
               submitted_at text, due_date text, open_fields text[],
               data_key bytea, sealed bytea, content bytea, documents jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    a  registration.application;
BEGIN
    SELECT * INTO a
      FROM registration.application
     WHERE account_id = correction.account_id::bigint
  ORDER BY submitted_at DESC
     LIMIT 1;

    IF a.status IS DISTINCT FROM 'returned' THEN
        RETURN;
    END IF;

    RETURN QUERY
    SELECT a.id::text, a.number, a.status::text, a.version, a.residence,
           a.applicant_type, a.document_type, a.region, a.industry, a.office,
           a.notice_version, registration.iso8601(a.submitted_at),
           to_char(a.due_date, 'YYYY-MM-DD'), a.open_fields,
           a.data_key::bytea, a.sealed::bytea,
           (SELECT c.content::bytea
              FROM registration.state_change c
             WHERE c.application_id = a.id
               AND c.version = a.version),
           registration.documents_of(a.id, false);
END
$$;


-- A corrected application is pending again.  What it was becomes a revision.
-- Its data key stays (what was sealed before must open, too): sealed is made
-- under it.  documents as of registration.submit(), each replacing the one of
-- its kind; dropped_kinds go without another.  That only opened fields change
-- is the module's to see to: here all are sealed.
--
-- outcome is "ok", "stale" (another version), "refused" (not returned, not
-- this account's, or destroyed) or "email_taken"; status and due_date are the
-- present ones.

CREATE FUNCTION registration.correct(
    account_id       text,
    at_version       integer,
    application_id   text,
    name_hash        bytea,
    id_number_hash   bytea,
    mobile_hash      bytea,
    email_hash       bytea,
    residence        text,
    applicant_type   text,
    document_type    text,
    region           text,
    industry         text,
    office           text,
    sealed           bytea,
    documents        jsonb,
    dropped_kinds    text[],
    due              date,
    due_provisional  boolean
)
RETURNS TABLE (outcome text, status text, due_date text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    a  registration.application;
BEGIN
    SELECT t.* INTO a
      FROM registration.application t
      JOIN registration.account owner ON owner.id = t.account_id
     WHERE t.id = correct.application_id
       AND t.account_id = correct.account_id::bigint
       AND NOT owner.disabled
       FOR UPDATE OF t;

    IF a.version <> correct.at_version THEN
        outcome := 'stale';

    ELSIF a.status IS DISTINCT FROM 'returned' OR a.data_key IS NULL THEN
        outcome := 'refused';

    ELSIF NOT registration.change_email(a.account_id, correct.email_hash) THEN
        outcome := 'email_taken';
    END IF;

    IF outcome IS NOT NULL THEN
        status := a.status;
        due_date := to_char(a.due_date, 'YYYY-MM-DD');
        RETURN NEXT;
        RETURN;
    END IF;

    PERFORM registration.keep_revision(a);
    PERFORM registration.replace_documents(a.id, correct.documents,
                                           correct.dropped_kinds);

    UPDATE registration.application AS t
       SET residence = correct.residence,
           applicant_type = correct.applicant_type,
           document_type = correct.document_type,
           region = correct.region,
           industry = correct.industry,
           office = correct.office,
           name_hash = correct.name_hash,
           id_number_hash = correct.id_number_hash,
           mobile_hash = correct.mobile_hash,
           email_hash = correct.email_hash,
           sealed = correct.sealed,
           open_fields = '{}'
     WHERE t.id = a.id;

    RETURN QUERY
    SELECT t.outcome, t.status, to_char(correct.due, 'YYYY-MM-DD')
      FROM registration.transition(a.number, a.version, 'pending',
               'applicant', a.account_id::text, NULL, correct.due,
               correct.due_provisional) t;
END
$$;


CREATE FUNCTION registration.change_email(account bigint, email_hash bytea)
RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    UPDATE registration.account AS o
       SET email_hash = change_email.email_hash
     WHERE o.id = change_email.account
       AND o.email_hash <> change_email.email_hash;

    RETURN true;
EXCEPTION
    WHEN unique_violation THEN
        RETURN false;
END
$$;


CREATE FUNCTION registration.keep_revision(a registration.application)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO registration.revision (application_id, version, data,
                                       documents, sealed)
    VALUES (a.id, a.version,
            jsonb_build_object('residence', a.residence,
                               'applicant_type', a.applicant_type,
                               'document_type', a.document_type,
                               'region', a.region,
                               'industry', a.industry,
                               'office', a.office,
                               'open_fields', a.open_fields),
            (SELECT coalesce(jsonb_object_agg(d.kind, d.id), '{}')
               FROM registration.document d
              WHERE d.application_id = a.id
                AND d.replaced_at IS NULL),
            a.sealed);
END
$$;


CREATE FUNCTION registration.replace_documents(application_id text,
                                               documents jsonb,
                                               dropped_kinds text[])
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    UPDATE registration.document AS d
       SET replaced_at = now()
     WHERE d.application_id = replace_documents.application_id
       AND d.replaced_at IS NULL
       AND (d.kind = ANY (replace_documents.dropped_kinds)
            OR d.kind IN (SELECT n->>'kind'
                            FROM jsonb_array_elements(
                                     replace_documents.documents) n));

    INSERT INTO registration.document
           (id, application_id, kind, width, height, bytes, data_key,
            filename)
    SELECT d.id, replace_documents.application_id, d.kind, d.width, d.height,
           d.bytes, decode(d.data_key, 'base64'),
           decode(d.filename, 'base64')
      FROM jsonb_to_recordset(replace_documents.documents)
           AS d (id text, kind text, width integer, height integer,
                 bytes integer, data_key text, filename text);
END
$$;


REVOKE ALL ON ALL FUNCTIONS IN SCHEMA registration FROM PUBLIC;

GRANT EXECUTE ON FUNCTION
    registration.submit,
    registration.sign_in,
    registration.correction,
    registration.correct
TO registration_module;
