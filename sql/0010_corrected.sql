-- For one who did not receive the answer to a correction: what came of that of
-- a version, while it waits for review.  Only a correction leads to a pending
-- application of a later version than the first.

CREATE FUNCTION registration.corrected(account_id text, at_version integer)
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

    IF a.status = 'pending' AND a.version - 1 = corrected.at_version THEN
        status := a.status;
        due_date := to_char(a.due_date, 'YYYY-MM-DD');
        RETURN NEXT;
    END IF;
END
$$;


REVOKE ALL ON ALL FUNCTIONS IN SCHEMA registration FROM PUBLIC;

GRANT EXECUTE ON FUNCTION registration.corrected TO registration_module;
