-- What was read from a picture is kept with it, for reviewers: sealed under
-- the picture's own key, so that it goes with the picture.

ALTER TABLE registration.document
  ADD COLUMN recognition registration.sealed;


-- documents: [{"id", "kind", "width", "height", "bytes", "data_key",
-- "filename", "recognition"}], the last three in Base64, file name and
-- recognition sealed under the document's data key; recognition may be
-- missing.

CREATE FUNCTION registration.add_documents(application_id text,
                                           documents jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO registration.document
           (id, application_id, kind, width, height, bytes, data_key,
            filename, recognition)
    SELECT d.id, add_documents.application_id, d.kind, d.width, d.height,
           d.bytes, decode(d.data_key, 'base64'),
           decode(d.filename, 'base64'), decode(d.recognition, 'base64')
      FROM jsonb_to_recordset(add_documents.documents)
           AS d (id text, kind text, width integer, height integer,
                 bytes integer, data_key text, filename text,
                 recognition text);
END
$$;


-- As in 0008, but for what the documents bring along.

-- A new account with its application, or what the draft gave before.
-- outcome is "ok", "username_taken", "email_taken" or "both_taken".
--
-- documents as of registration.add_documents().

CREATE OR REPLACE FUNCTION registration.submit(
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

    PERFORM registration.add_documents(submit.application_id,
                                       submit.documents);
END
$$;


CREATE OR REPLACE FUNCTION registration.replace_documents(application_id text,
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

    PERFORM registration.add_documents(replace_documents.application_id,
                                       replace_documents.documents);
END
$$;


-- As in 0007, with what was read.

CREATE OR REPLACE FUNCTION registration.documents_of(application_id text,
                                          replaced boolean)
RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object(
                       'id', d.id, 'kind', d.kind, 'width', d.width,
                       'height', d.height, 'bytes', d.bytes,
                       'data_key', registration.base64(d.data_key),
                       'filename', registration.base64(d.filename),
                       'recognition', registration.base64(d.recognition),
                       'created_at', registration.iso8601(d.created_at),
                       'replaced_at', registration.iso8601(d.replaced_at))
                   ORDER BY d.kind, d.replaced_at NULLS LAST, d.id), '[]')
              FROM registration.document d
             WHERE d.application_id = documents_of.application_id
               AND (documents_of.replaced OR d.replaced_at IS NULL));
END
$$;


REVOKE ALL ON ALL FUNCTIONS IN SCHEMA registration FROM PUBLIC;
