-- Every sign-in is audited, those that failed too, of applicants as of
-- reviewers.  A name that nobody has stands in no row, or anyone could write
-- into the audit what he likes: such a row has the actor "?", which no account
-- and no reviewer is called.  It is written, so that an unknown name takes as
-- long as a known one.

CREATE FUNCTION registration.sign_in_failed(account_id text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    account  bigint;
BEGIN
    SELECT a.id INTO account
      FROM registration.account a
     WHERE a.id = sign_in_failed.account_id::bigint;

    INSERT INTO registration.audit (actor_kind, actor, action, number)
    VALUES ('applicant', coalesce(account::text, '?'), 'sign_in_failed',
            (SELECT a.number
               FROM registration.application a
              WHERE a.account_id = account
           ORDER BY a.submitted_at DESC
              LIMIT 1));

    RETURN account IS NOT NULL;
END
$$;


-- As in 0007, with a row for those who are none.

CREATE OR REPLACE FUNCTION registration.reviewer_failed(name text)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    known  boolean := EXISTS (SELECT FROM registration.reviewer r
                               WHERE r.name = reviewer_failed.name);
BEGIN
    PERFORM registration.audit_review(CASE WHEN known
                                           THEN reviewer_failed.name
                                           ELSE '?' END,
                                      'sign_in_failed', NULL);
    RETURN known;
END
$$;


REVOKE ALL ON FUNCTION registration.sign_in_failed FROM PUBLIC;

GRANT EXECUTE ON FUNCTION registration.sign_in_failed TO registration_module;
