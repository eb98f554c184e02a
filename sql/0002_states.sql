-- The one state machine:
--
--     pending -> approved | returned | rejected
--     returned -> pending
--
-- Every state an application ever had is a row of state_change, and its
-- present state must be the last of them: foreign keys, not good manners, see
-- to it.  The audit row is written by a trigger, so that no change of state
-- can be without one.

CREATE TABLE registration.state_change (
    application_id    registration.token       NOT NULL
        REFERENCES registration.application,
    version           integer                  NOT NULL CHECK (version > 0),
    previous_version  integer
        GENERATED ALWAYS AS (nullif(version - 1, 0)) STORED,
    from_status       registration.status,
    to_status         registration.status      NOT NULL,
    at                timestamptz              NOT NULL DEFAULT now(),
    actor_kind        registration.actor_kind  NOT NULL,
    actor             text                     NOT NULL,
    content           registration.sealed,

    PRIMARY KEY (application_id, version),
    UNIQUE (application_id, version, to_status),

    -- It begins where the change before it ended.

    FOREIGN KEY (application_id, previous_version, from_status)
        REFERENCES registration.state_change
                   (application_id, version, to_status),

    CONSTRAINT legal CHECK (
        CASE WHEN version = 1
             THEN from_status IS NULL AND to_status = 'pending'
             ELSE from_status IS NOT NULL
                  AND (from_status, to_status) IN (('pending', 'approved'),
                                                   ('pending', 'returned'),
                                                   ('pending', 'rejected'),
                                                   ('returned', 'pending'))
        END)
);

COMMENT ON COLUMN registration.state_change.content IS
    'reason and fields to correct, sealed under the application''s data key';

CREATE TRIGGER append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON registration.state_change
    EXECUTE FUNCTION registration.refuse_change();


-- Deferred, because a new application and its first state need each other.

ALTER TABLE registration.application
    ADD CONSTRAINT state_is_last_change
        FOREIGN KEY (id, version, status)
        REFERENCES registration.state_change
                   (application_id, version, to_status)
        DEFERRABLE INITIALLY DEFERRED;


-- The foreign key alone would allow going back to an earlier state.

CREATE FUNCTION registration.application_changes() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.number, NEW.account_id)
       IS DISTINCT FROM (OLD.id, OLD.number, OLD.account_id)
    THEN
        RAISE EXCEPTION 'application % keeps its id, number and account',
                        OLD.number
              USING ERRCODE = 'check_violation';
    END IF;

    IF (NEW.status, NEW.version) IS DISTINCT FROM (OLD.status, OLD.version)
       AND NEW.version IS DISTINCT FROM OLD.version + 1
    THEN
        RAISE EXCEPTION 'application % changes its state by '
                        'registration.transition() only', OLD.number
              USING ERRCODE = 'check_violation';
    END IF;

    RETURN NEW;
END
$$;

CREATE TRIGGER changes
    BEFORE UPDATE OF id, number, account_id, status, version
    ON registration.application
    FOR EACH ROW EXECUTE FUNCTION registration.application_changes();


CREATE FUNCTION registration.audit_state_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO registration.audit (at, actor_kind, actor, action, number,
                                    details)
    SELECT NEW.at, NEW.actor_kind, NEW.actor,
           CASE WHEN NEW.version = 1 THEN 'submit'
                ELSE (jsonb_build_object('approved', 'approve',
                                         'returned', 'return',
                                         'rejected', 'reject',
                                         'pending', 'correct')
                      ->> NEW.to_status)
           END,
           a.number,
           jsonb_build_object('version', NEW.version, 'from', NEW.from_status,
                              'to', NEW.to_status)
      FROM registration.application a
     WHERE a.id = NEW.application_id;

    RETURN NULL;
END
$$;

CREATE TRIGGER audit
    AFTER INSERT ON registration.state_change
    FOR EACH ROW EXECUTE FUNCTION registration.audit_state_change();


-- The only way from state to state.  outcome is "ok", "unknown" (no such
-- number), "stale" (another was faster: status and version are the present
-- ones) or "refused" (no such way from here).  It joins the caller's
-- transaction: what else a decision or correction writes is written with it
-- or not at all.  due_date NULL keeps the present one.

CREATE FUNCTION registration.transition(
    number           text,
    from_version     integer,
    to_status        text,
    actor_kind       text,
    actor            text,
    content          bytea    DEFAULT NULL,
    due_date         date     DEFAULT NULL,
    due_provisional  boolean  DEFAULT NULL
)
RETURNS TABLE (outcome text, status text, version integer)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    old  registration.application;
BEGIN
    SELECT * INTO old
      FROM registration.application a
     WHERE a.number = transition.number
       FOR UPDATE;

    IF NOT FOUND THEN
        RETURN QUERY SELECT 'unknown', NULL::text, NULL::integer;
        RETURN;
    END IF;

    IF old.version IS DISTINCT FROM transition.from_version THEN
        RETURN QUERY SELECT 'stale', old.status::text, old.version;
        RETURN;
    END IF;

    IF (old.status, transition.to_status) NOT IN (('pending', 'approved'),
                                                  ('pending', 'returned'),
                                                  ('pending', 'rejected'),
                                                  ('returned', 'pending'))
    THEN
        RETURN QUERY SELECT 'refused', old.status::text, old.version;
        RETURN;
    END IF;

    INSERT INTO registration.state_change
           (application_id, version, from_status, to_status, actor_kind,
            actor, content)
    VALUES (old.id, old.version + 1, old.status, transition.to_status,
            transition.actor_kind, transition.actor, transition.content);

    RETURN QUERY
    UPDATE registration.application AS a
       SET status = transition.to_status,
           version = old.version + 1,
           due_date = coalesce(transition.due_date, a.due_date),
           due_provisional = coalesce(transition.due_provisional,
                                      a.due_provisional)
     WHERE a.id = old.id
    RETURNING 'ok', a.status::text, a.version;
END
$$;
