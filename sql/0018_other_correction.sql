-- As registration.corrected() of 0015, which it replaces, but it also tells of
-- another correction of that version: the second window of one session has to
-- learn that the first was faster.

DROP FUNCTION registration.corrected;

CREATE FUNCTION registration.correction_of(account_id text,
                                           at_version integer,
                                           correction bytea)
RETURNS TABLE (same boolean, status text, due_date text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    a  registration.application;
BEGIN
    SELECT * INTO a
      FROM registration.application
     WHERE account_id = correction_of.account_id::bigint
  ORDER BY submitted_at DESC
     LIMIT 1;

    IF a.status = 'pending' AND a.version - 1 = correction_of.at_version THEN
        same := a.correction IS NOT DISTINCT FROM correction_of.correction;
        status := a.status;
        due_date := to_char(a.due_date, 'YYYY-MM-DD');
        RETURN NEXT;
    END IF;
END
$$;


REVOKE ALL ON FUNCTION registration.correction_of FROM PUBLIC;

GRANT EXECUTE ON FUNCTION registration.correction_of TO registration_module;
