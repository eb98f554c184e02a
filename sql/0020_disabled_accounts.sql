-- Whoever disables an account ends its sessions.  Those are in Redis, which
-- PostgreSQL cannot reach: the module asks here whose there are to end.

CREATE TABLE registration.session_end (
    id          bigint       GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id  bigint       NOT NULL REFERENCES registration.account,
    at          timestamptz  NOT NULL DEFAULT now()
);


CREATE FUNCTION registration.end_sessions() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO registration.session_end (account_id) VALUES (NEW.id);
    RETURN NULL;
END
$$;

CREATE TRIGGER disabled
    AFTER UPDATE OF disabled ON registration.account
    FOR EACH ROW WHEN (NEW.disabled AND NOT OLD.disabled)
    EXECUTE FUNCTION registration.end_sessions();

INSERT INTO registration.session_end (account_id)
SELECT a.id
  FROM registration.account a
 WHERE a.disabled;


-- Takes away the one that is done, if any, and gives the next.  Two machines
-- may be given the same: what is ended twice is ended.

CREATE FUNCTION registration.session_end_next(done bigint)
RETURNS TABLE (id bigint, account_id bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF done IS NOT NULL THEN
        DELETE FROM registration.session_end AS e
         WHERE e.id = session_end_next.done;
    END IF;

    RETURN QUERY
    SELECT e.id, e.account_id
      FROM registration.session_end e
  ORDER BY e.id
     LIMIT 1;
END
$$;


REVOKE ALL ON TABLE registration.session_end FROM PUBLIC;
REVOKE ALL ON FUNCTION registration.end_sessions FROM PUBLIC;
REVOKE ALL ON FUNCTION registration.session_end_next FROM PUBLIC;

GRANT EXECUTE ON FUNCTION registration.session_end_next
   TO registration_module;
