-- A claim is renewed by working.
--
-- Each gives back what names the application, so that it can stand where a
-- call takes that: PostgreSQL renews before the call begins, and so takes the
-- row before the audit, as every other function does.  Only a claim that is
-- still held is renewed, and only once a tenth of it has passed: the pictures
-- that are opened at one glance cost one update.

CREATE FUNCTION registration.renew_claim(reviewer text, epoch integer,
                                         number text, seconds integer)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    until  timestamptz := now() + make_interval(secs => renew_claim.seconds);
BEGIN
    IF registration.reviewer_role(renew_claim.reviewer, renew_claim.epoch)
       IS NOT NULL
    THEN
        UPDATE registration.application AS a
           SET claimed_until = until
         WHERE a.number = renew_claim.number
           AND a.status = 'pending'
           AND a.claimed_by = renew_claim.reviewer
           AND a.claimed_until > clock_timestamp()
           AND a.claimed_until < until - make_interval(
                                          secs => renew_claim.seconds / 10.0);
    END IF;

    RETURN renew_claim.number;
END
$$;


CREATE FUNCTION registration.renew_claim_of(reviewer text, epoch integer,
                                            document_id text, seconds integer)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM registration.renew_claim(renew_claim_of.reviewer,
                                     renew_claim_of.epoch, a.number,
                                     renew_claim_of.seconds)
       FROM registration.document d
       JOIN registration.application a ON a.id = d.application_id
      WHERE d.id = renew_claim_of.document_id;

    RETURN renew_claim_of.document_id;
END
$$;


REVOKE ALL ON ALL FUNCTIONS IN SCHEMA registration FROM PUBLIC;

GRANT EXECUTE ON FUNCTION
    registration.renew_claim,
    registration.renew_claim_of
TO registration_module;
