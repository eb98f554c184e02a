-- A draft makes one application, however often it is submitted.  One who uses
-- its cookie for somebody else has to learn that this is none: whether an
-- application is of the account with this name, or this address.
--
-- Volatile: it stands beside registration.submit() in one statement, and is to
-- see what that has written.

CREATE FUNCTION registration.submitted_as(number text, username_hash bytea,
                                          email_hash bytea)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN EXISTS (
        SELECT FROM registration.application a
          JOIN registration.account o ON o.id = a.account_id
         WHERE a.number = submitted_as.number
           AND (o.username_hash = submitted_as.username_hash
                OR o.email_hash = submitted_as.email_hash));
END
$$;


REVOKE ALL ON FUNCTION registration.submitted_as FROM PUBLIC;

GRANT EXECUTE ON FUNCTION registration.submitted_as TO registration_module;
