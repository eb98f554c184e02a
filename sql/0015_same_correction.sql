-- One who did not receive the answer to a correction may send it again; what
-- another window sent for the same version is another correction, and must not
-- be told that it was taken.

ALTER TABLE registration.application ADD COLUMN correction registration.hash;

COMMENT ON COLUMN registration.application.correction IS
    'keyed hash of the correction that made the present version, if one did';


-- As registration.correct(), which it calls, with that hash in front.

CREATE FUNCTION registration.correct_once(
    correction       bytea,
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
BEGIN
    SELECT c.outcome, c.status, c.due_date INTO outcome, status, due_date
      FROM registration.correct(account_id, at_version, application_id,
               name_hash, id_number_hash, mobile_hash, email_hash, residence,
               applicant_type, document_type, region, industry, office,
               sealed, documents, dropped_kinds, due, due_provisional) c;

    IF outcome = 'ok' THEN
        UPDATE registration.application AS t
           SET correction = correct_once.correction
         WHERE t.id = correct_once.application_id;
    END IF;

    RETURN NEXT;
END
$$;


-- As in 0010, of that correction and no other.

DROP FUNCTION registration.corrected;

CREATE FUNCTION registration.corrected(account_id text, at_version integer,
                                       correction bytea)
RETURNS TABLE (status text, due_date text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    a  registration.application;
BEGIN
    SELECT * INTO a
      FROM registration.application
     WHERE account_id = corrected.account_id::bigint
  ORDER BY submitted_at DESC
     LIMIT 1;

    IF a.status = 'pending' AND a.version - 1 = corrected.at_version
       AND a.correction = corrected.correction
    THEN
        status := a.status;
        due_date := to_char(a.due_date, 'YYYY-MM-DD');
        RETURN NEXT;
    END IF;
END
$$;


REVOKE ALL ON FUNCTION registration.correct_once FROM PUBLIC;
REVOKE ALL ON FUNCTION registration.corrected FROM PUBLIC;

GRANT EXECUTE ON FUNCTION registration.correct_once TO registration_module;
GRANT EXECUTE ON FUNCTION registration.corrected TO registration_module;
