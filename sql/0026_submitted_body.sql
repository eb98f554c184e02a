-- A submission knows its body, and mails that were sent are recorded together.
--
-- The calls that this replaces stay for workers that run while it is applied,
-- as does registration.session_end_next(), since 0025 without a caller; a later
-- migration may drop them.


-- One who did not receive the answer to a submission may send it again; who
-- has changed something meanwhile, if only the password, must not be told that
-- this was taken.
--
-- The hash covers the password, so it is keyed with the draft's token as well,
-- which is stored nowhere: nobody can try passwords on it.

ALTER TABLE registration.application ADD COLUMN body registration.hash;

COMMENT ON COLUMN registration.application.body IS
    'keyed hash of what was submitted; NULL: before this was kept';


-- As in 0016, with that hash.

-- A new account with its application, or what the draft gave before.
-- outcome is "ok", "username_taken", "email_taken", "both_taken", or "other"
-- when the draft gave something else before.
--
-- documents as of registration.add_documents().

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
    language         text,
    body             bytea
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
    SELECT CASE WHEN coalesce(a.body = submit.body,
                              registration.submitted_as(a.number,
                                                        submit.username_hash,
                                                        submit.email_hash))
                THEN 'ok' ELSE 'other'
           END,
           a.number, a.status::text, registration.iso8601(a.submitted_at),
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
            language, body)
    VALUES (submit.application_id, account, registration.next_number(),
            submit.draft, 'pending', 1, submit.residence,
            submit.applicant_type, submit.document_type, submit.region,
            submit.industry, submit.office, submit.notice_version,
            submit.due, submit.due_provisional, submit.name_hash,
            submit.id_number_hash, submit.mobile_hash, submit.email_hash,
            submit.data_key, submit.sealed, submit.language, submit.body)
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


-- That of 0016: its caller asks submitted_as() himself.

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
BEGIN
    RETURN QUERY
    SELECT CASE s.outcome WHEN 'other' THEN 'ok' ELSE s.outcome END,
           s.number, s.status, s.submitted_at, s.due_date
      FROM registration.submit(submit.draft, submit.application_id,
               submit.username_hash, submit.email_hash, submit.name_hash,
               submit.id_number_hash, submit.mobile_hash,
               submit.password_hash, submit.residence, submit.applicant_type,
               submit.document_type, submit.region, submit.industry,
               submit.office, submit.notice_version, submit.data_key,
               submit.sealed, submit.documents, submit.due,
               submit.due_provisional, submit.language, NULL) s;
END
$$;


-- How many of them were not known as sent before.

CREATE FUNCTION registration.outbox_mails_sent(ids bigint[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    n  integer;
BEGIN
    UPDATE registration.outbox AS o
       SET sent_at = now()
     WHERE o.id = ANY (outbox_mails_sent.ids)
       AND o.sent_at IS NULL;

    GET DIAGNOSTICS n = ROW_COUNT;

    RETURN n;
END
$$;


REVOKE ALL ON ALL FUNCTIONS IN SCHEMA registration FROM PUBLIC;

GRANT EXECUTE ON FUNCTION registration.submit(bytea, text, bytea, bytea,
    bytea, bytea, bytea, text, text, text, text, text, text, text, text,
    bytea, bytea, jsonb, date, boolean, text, bytea)
TO registration_module;

GRANT EXECUTE ON FUNCTION registration.outbox_mails_sent
TO registration_module;
