-- A new password ends the account's sessions, whatever becomes of the request
-- that sets it: its client may go away before it comes to Redis, or Redis may.
--
-- So the row that asks for their end is written with the password.  The
-- request takes it away when it has ended them itself; what it leaves is found
-- when it has had time enough.

ALTER TABLE registration.session_end
    ADD COLUMN due timestamptz NOT NULL DEFAULT now();

COMMENT ON COLUMN registration.session_end.due IS
    'when it is given to the module, if it is still there';


-- As registration.reset_password(), which it calls; no row when that changed
-- nothing.  end_id is for registration.session_ended().

CREATE FUNCTION registration.reset_password_and_end(
    username_hash       bytea,
    account_email_hash  bytea,
    email_hash          bytea,
    password_hash       text
)
RETURNS TABLE (account_id text, end_id text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    account  text;
BEGIN
    account := registration.reset_password(
                   reset_password_and_end.username_hash,
                   reset_password_and_end.account_email_hash,
                   reset_password_and_end.email_hash,
                   reset_password_and_end.password_hash);

    IF account IS NULL THEN
        RETURN;
    END IF;

    RETURN QUERY
    INSERT INTO registration.session_end AS e (account_id, due)
    VALUES (account::bigint, now() + interval '10 seconds')
    RETURNING account, e.id::text;
END
$$;


CREATE FUNCTION registration.session_ended(id bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    DELETE FROM registration.session_end AS e
     WHERE e.id = session_ended.id;

    RETURN FOUND;
END
$$;


-- As in 0020, but for those that are not due.

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
  ORDER BY e.id
     LIMIT 1;
END
$$;


REVOKE ALL ON FUNCTION registration.reset_password_and_end FROM PUBLIC;
REVOKE ALL ON FUNCTION registration.session_ended FROM PUBLIC;

-- registration.reset_password() keeps its grant, for workers that run while
-- this is applied.

GRANT EXECUTE ON FUNCTION registration.reset_password_and_end
   TO registration_module;
GRANT EXECUTE ON FUNCTION registration.session_ended TO registration_module;
