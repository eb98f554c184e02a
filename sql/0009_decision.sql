-- What a decision and its preparation still need.

-- What seals a decision's reasons, and how things stand.  Not audited: it
-- shows nothing of the applicant.

CREATE FUNCTION registration.application_key(reviewer text, epoch integer,
                                             of_number text)
RETURNS TABLE (outcome text, id text, document_type text, status text,
               version integer, claimed_by text, claimed_until text,
               data_key bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF registration.reviewer_role(application_key.reviewer,
                                  application_key.epoch) IS NULL
    THEN
        outcome := 'signed_out';
        RETURN NEXT;
        RETURN;
    END IF;

    RETURN QUERY
    SELECT 'ok', a.id::text, a.document_type, a.status::text, a.version,
           CASE WHEN a.claimed_until > now() THEN a.claimed_by END,
           CASE WHEN a.claimed_until > now()
                THEN registration.iso8601(a.claimed_until) END,
           a.data_key::bytea
      FROM registration.application a
     WHERE a.number = application_key.of_number;

    IF NOT FOUND THEN
        outcome := 'unknown';
        RETURN NEXT;
    END IF;
END
$$;


-- Other accounts' applications with the same number of a document, the latest
-- first; the row with outcome "ok" and no number comes always.

CREATE FUNCTION registration.same_id_number(reviewer text, epoch integer,
                                            of_number text)
RETURNS TABLE (outcome text, number text, status text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF registration.reviewer_role(same_id_number.reviewer,
                                  same_id_number.epoch) IS NULL
    THEN
        outcome := 'signed_out';
        RETURN NEXT;
        RETURN;
    END IF;

    outcome := 'ok';
    RETURN NEXT;

    RETURN QUERY
    SELECT 'ok', o.number, o.status::text
      FROM registration.application a
      JOIN registration.application o
           ON o.id_number_hash = a.id_number_hash
          AND o.account_id <> a.account_id
     WHERE a.number = same_id_number.of_number
  ORDER BY o.submitted_at DESC
     LIMIT 20;
END
$$;


REVOKE ALL ON ALL FUNCTIONS IN SCHEMA registration FROM PUBLIC;

GRANT EXECUTE ON FUNCTION
    registration.application_key,
    registration.same_id_number
TO registration_module;
