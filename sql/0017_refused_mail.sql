-- A mail that its server refuses for good (5xx, RFC 5321, 4.2.1) is given up at
-- once, and why is kept.  Only an administrator has it sent again.

ALTER TABLE registration.outbox
    ADD COLUMN reply integer CHECK (reply BETWEEN 500 AND 599);

COMMENT ON COLUMN registration.outbox.reply IS
    'of the mail server that refused it; NULL for any other reason';


-- reply as in the table.  Whether it was not given up, nor sent, before.

CREATE FUNCTION registration.outbox_given_up(id bigint, reply integer)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    failed  registration.outbox;
BEGIN
    UPDATE registration.outbox AS o
       SET next_try = 'infinity',
           reply = outbox_given_up.reply
     WHERE o.id = outbox_given_up.id
       AND o.sent_at IS NULL
       AND o.next_try < 'infinity'
    RETURNING o.* INTO failed;

    IF failed.id IS NULL THEN
        RETURN false;
    END IF;

    INSERT INTO registration.audit (actor_kind, actor, action, number, details)
    SELECT 'administrator', 'system', 'mail_failed', a.number,
           jsonb_strip_nulls(jsonb_build_object('kind', failed.kind,
                                                'version', failed.version,
                                                'tries', failed.tries,
                                                'reply', failed.reply))
      FROM registration.application a
     WHERE a.id = failed.application_id;

    RETURN true;
END
$$;


-- As in 0006.

CREATE OR REPLACE FUNCTION registration.outbox_failed(id bigint,
                                                      seconds integer)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF seconds IS NULL THEN
        RETURN registration.outbox_given_up(outbox_failed.id, NULL);
    END IF;

    UPDATE registration.outbox AS o
       SET next_try = now() + make_interval(secs => outbox_failed.seconds)
     WHERE o.id = outbox_failed.id
       AND o.sent_at IS NULL
       AND o.next_try < 'infinity';

    RETURN FOUND;
END
$$;


-- As in 0011, with how many mails were given up.

DROP FUNCTION registration.metrics;

CREATE FUNCTION registration.metrics()
RETURNS TABLE (pending bigint, approved bigint, returned bigint,
               rejected bigint, overdue bigint, overdue_days bigint,
               outbox_waiting bigint, outbox_seconds bigint,
               outbox_failed bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    today  date := (now() AT TIME ZONE interval '8 hours')::date;
BEGIN
    SELECT coalesce(sum(c.n) FILTER (WHERE c.status = 'pending'), 0),
           coalesce(sum(c.n) FILTER (WHERE c.status = 'approved'), 0),
           coalesce(sum(c.n) FILTER (WHERE c.status = 'returned'), 0),
           coalesce(sum(c.n) FILTER (WHERE c.status = 'rejected'), 0),
           coalesce(sum(c.n) FILTER (WHERE c.status = 'pending'
                                       AND c.due_date < today), 0),
           coalesce(today - min(c.due_date) FILTER (WHERE c.status = 'pending'
                                                      AND c.due_date < today),
                    0)
      INTO pending, approved, returned, rejected, overdue, overdue_days
      FROM registration.status_count c
     WHERE c.n > 0;

    SELECT w.waiting, w.oldest_seconds INTO outbox_waiting, outbox_seconds
      FROM registration.outbox_waiting() w;

    SELECT count(*) INTO outbox_failed
      FROM registration.outbox o
     WHERE o.sent_at IS NULL
       AND o.next_try = 'infinity';

    RETURN NEXT;
END
$$;


REVOKE ALL ON FUNCTION registration.outbox_given_up FROM PUBLIC;
REVOKE ALL ON FUNCTION registration.metrics FROM PUBLIC;

GRANT EXECUTE ON FUNCTION registration.outbox_given_up TO registration_module;
GRANT EXECUTE ON FUNCTION registration.metrics TO registration_module;
