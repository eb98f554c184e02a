-- A new password is judged against the account's own data, which only its
-- application has; so the module reads that once it knows the code to be
-- right, and before it hashes the password.

-- The account of registration.reset_password(), as it is; no row where that
-- would find none.  id is NULL where nothing is left to open.

CREATE FUNCTION registration.reset_account(
    username_hash       bytea,
    account_email_hash  bytea,
    email_hash          bytea
)
RETURNS TABLE (disabled boolean, id text, data_key bytea, sealed bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    owner  registration.account;
BEGIN
    owner := registration.account_named(reset_account.username_hash,
                                        reset_account.account_email_hash);

    IF owner.email_hash IS DISTINCT FROM reset_account.email_hash THEN
        RETURN;
    END IF;

    disabled := owner.disabled;

    SELECT a.id, a.data_key, a.sealed INTO id, data_key, sealed
      FROM registration.application a
     WHERE a.account_id = owner.id
       AND a.data_key IS NOT NULL
  ORDER BY a.submitted_at DESC
     LIMIT 1;

    RETURN NEXT;
END
$$;


REVOKE ALL ON FUNCTION registration.reset_account FROM PUBLIC;

GRANT EXECUTE ON FUNCTION registration.reset_account TO registration_module;
