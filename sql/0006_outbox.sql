-- Mail to applicants: a row for each change of state, written with it.
--
-- A consumer leases rows, sends, and tells what came of it.  A lease that ran
-- out is given to another: a mail is sent at least once, and again only when a
-- consumer died between sending and telling.

CREATE TABLE registration.outbox (
    id              bigint              GENERATED ALWAYS AS IDENTITY
                                        PRIMARY KEY,
    application_id  registration.token  NOT NULL,
    version         integer             NOT NULL,
    kind            text                NOT NULL
        CHECK (kind IN ('submitted', 'approved', 'returned', 'rejected')),
    language        text                NOT NULL,
    created_at      timestamptz         NOT NULL DEFAULT now(),
    next_try        timestamptz         NOT NULL DEFAULT now(),
    tries           integer             NOT NULL DEFAULT 0,
    sent_at         timestamptz,

    UNIQUE (application_id, version),
    FOREIGN KEY (application_id, version)
        REFERENCES registration.state_change (application_id, version)
);

COMMENT ON COLUMN registration.outbox.next_try IS
    'also the end of a lease; infinity when it was given up';

CREATE INDEX outbox_waiting ON registration.outbox (next_try, id)
 WHERE sent_at IS NULL;
CREATE INDEX outbox_age ON registration.outbox (created_at)
 WHERE sent_at IS NULL AND next_try < 'infinity';


CREATE FUNCTION registration.post_state_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO registration.outbox (application_id, version, kind, language)
    SELECT NEW.application_id, NEW.version,
           CASE NEW.to_status WHEN 'pending' THEN 'submitted'
                              ELSE NEW.to_status END,
           a.language
      FROM registration.application a
     WHERE a.id = NEW.application_id;

    RETURN NULL;
END
$$;

CREATE TRIGGER outbox
    AFTER INSERT ON registration.state_change
    FOR EACH ROW EXECUTE FUNCTION registration.post_state_change();


-- At most max rows, the longest due first, for so many seconds.  content is
-- what the reviewer sealed with that change.  data_key is NULL when the record
-- was destroyed: there is nobody left to write to.

CREATE FUNCTION registration.outbox_lease(max integer, seconds integer)
RETURNS TABLE (id bigint, kind text, language text, application_id text,
               number text, due_date text, tries integer, data_key bytea,
               sealed bytea, content bytea)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH leased AS (
        UPDATE registration.outbox AS o
           SET next_try = now()
                          + make_interval(secs => outbox_lease.seconds),
               tries = o.tries + 1
         WHERE o.id = ANY (ARRAY(
                   SELECT w.id
                     FROM registration.outbox w
                    WHERE w.sent_at IS NULL
                      AND w.next_try <= now()
                 ORDER BY w.next_try, w.id
                    LIMIT outbox_lease.max
                      FOR UPDATE SKIP LOCKED))
        RETURNING o.*
    )
    SELECT l.id, l.kind, l.language, l.application_id::text, a.number,
           to_char(a.due_date, 'YYYY-MM-DD'), l.tries, a.data_key::bytea,
           a.sealed::bytea, c.content::bytea
      FROM leased l
      JOIN registration.application a ON a.id = l.application_id
      JOIN registration.state_change c ON c.application_id = l.application_id
                                      AND c.version = l.version
  ORDER BY l.id;
END
$$;


-- Whether it was not known as sent before.

CREATE FUNCTION registration.outbox_sent(id bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    UPDATE registration.outbox AS o
       SET sent_at = now()
     WHERE o.id = outbox_sent.id
       AND o.sent_at IS NULL;

    RETURN FOUND;
END
$$;


-- To be tried again after so many seconds; NULL gives it up, which the audit
-- tells.

CREATE FUNCTION registration.outbox_failed(id bigint, seconds integer)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    failed  registration.outbox;
BEGIN
    UPDATE registration.outbox AS o
       SET next_try = coalesce(now()
                               + make_interval(secs => outbox_failed.seconds),
                               'infinity')
     WHERE o.id = outbox_failed.id
       AND o.sent_at IS NULL
       AND o.next_try < 'infinity'
    RETURNING o.* INTO failed;

    IF failed.next_try = 'infinity' THEN
        INSERT INTO registration.audit (actor_kind, actor, action, number,
                                        details)
        SELECT 'administrator', 'system', 'mail_failed', a.number,
               jsonb_build_object('kind', failed.kind,
                                  'version', failed.version,
                                  'tries', failed.tries)
          FROM registration.application a
         WHERE a.id = failed.application_id;
    END IF;

    RETURN failed.id IS NOT NULL;
END
$$;


CREATE FUNCTION registration.outbox_waiting()
RETURNS TABLE (waiting bigint, oldest_seconds bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT count(*),
           coalesce(extract(epoch FROM now() - min(o.created_at)), 0)::bigint
      FROM registration.outbox o
     WHERE o.sent_at IS NULL
       AND o.next_try < 'infinity';
END
$$;


REVOKE ALL ON ALL TABLES IN SCHEMA registration FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA registration FROM PUBLIC;

GRANT EXECUTE ON FUNCTION
    registration.outbox_lease,
    registration.outbox_sent,
    registration.outbox_failed,
    registration.outbox_waiting
TO registration_module;
