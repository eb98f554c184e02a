-- A session keeps the status of its sign-in.  One from before a correction
-- would go on as that of a returned application when the corrected one has
-- been approved or rejected: the decision ends it.  A first decision has none
-- to end, since nobody can sign in before it, and an application that is
-- returned once more is what such a session says.
--
-- Not those of who signs in between the decision and their end.

ALTER TABLE registration.session_end
    ADD COLUMN begun_before timestamptz;

COMMENT ON COLUMN registration.session_end.begun_before IS
    'the sessions that end; NULL: all';


CREATE FUNCTION registration.end_earlier_sessions() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO registration.session_end (account_id, begun_before)
    SELECT a.account_id, NEW.at
      FROM registration.application a
     WHERE a.id = NEW.application_id;

    RETURN NULL;
END
$$;

CREATE TRIGGER decided_again
    AFTER INSERT ON registration.state_change
    FOR EACH ROW WHEN (NEW.to_status IN ('approved', 'rejected')
                       AND NEW.version > 2)
    EXECUTE FUNCTION registration.end_earlier_sessions();


-- As registration.session_end_next(), with the time before which a session
-- that ends began, in milliseconds.

CREATE FUNCTION registration.session_end_due(done bigint)
RETURNS TABLE (id bigint, account_id bigint, begun_before bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF done IS NOT NULL THEN
        PERFORM registration.session_ended(done);
    END IF;

    RETURN QUERY
    SELECT e.id, e.account_id,
           floor(extract(epoch FROM e.begun_before) * 1000)::bigint
      FROM registration.session_end e
     WHERE e.due <= now()
  ORDER BY e.id
     LIMIT 1;
END
$$;


-- Workers that run while this is applied know of no such time.

CREATE OR REPLACE FUNCTION registration.session_end_next(done bigint)
RETURNS TABLE (id bigint, account_id bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF done IS NOT NULL THEN
        PERFORM registration.session_ended(done);
    END IF;

    RETURN QUERY
    SELECT e.id, e.account_id
      FROM registration.session_end e
     WHERE e.due <= now()
       AND e.begun_before IS NULL
  ORDER BY e.id
     LIMIT 1;
END
$$;


REVOKE ALL ON FUNCTION registration.end_earlier_sessions FROM PUBLIC;
REVOKE ALL ON FUNCTION registration.session_end_due FROM PUBLIC;

GRANT EXECUTE ON FUNCTION registration.session_end_due TO registration_module;
