-- Each row of the audit trail is chained to the one before it:
--
--     hash = SHA-256(hash of the row before || text of this row)
--
-- The first row follows 32 zero bytes.  The text of a row is its id, at,
-- actor_kind, actor, action, number and details, in UTF-8, each written
-- LENGTH:VALUE, with the length in octets, and NULL written as "-,".  at is
-- UTC with six decimals, 2026-11-24T00:38:26.000001Z; details is what jsonb
-- prints.  So the text of one row is never that of another.
--
-- Whoever may write every table can compute a new chain.  That is found by
-- comparing with a head noted elsewhere: registration.audit_head().

ALTER TABLE registration.audit
    ALTER COLUMN id DROP IDENTITY,
    ADD COLUMN hash registration.hash;


-- The last row.  Locked by everyone who adds one, until the end of the
-- transaction: rows become visible in the order of the chain.  Its id and
-- hash also tell when rows are missing at the end.

CREATE TABLE registration.audit_last (
    one   boolean            PRIMARY KEY DEFAULT true CHECK (one),
    id    bigint             NOT NULL,
    hash  registration.hash  NOT NULL
);

INSERT INTO registration.audit_last (id, hash)
VALUES (0, decode(repeat('00', 32), 'hex'));


CREATE FUNCTION registration.netstring(value text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(octet_length(convert_to(value, 'UTF8')) || ':' || value,
                    '-') || ','
$$;

CREATE FUNCTION registration.audit_text(a registration.audit) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN registration.netstring(a.id::text)
           || registration.netstring(to_char(a.at AT TIME ZONE 'UTC',
                                        'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
           || registration.netstring(a.actor_kind)
           || registration.netstring(a.actor)
           || registration.netstring(a.action)
           || registration.netstring(a.number)
           || registration.netstring(a.details::text);
END
$$;

CREATE FUNCTION registration.audit_hash(previous bytea, a registration.audit)
RETURNS bytea
LANGUAGE sql STABLE AS $$
    SELECT sha256(previous || convert_to(registration.audit_text(a), 'UTF8'))
$$;


-- The rows that are there already.

ALTER TABLE registration.audit DISABLE TRIGGER append_only;

DO $$
DECLARE
    this  registration.audit;
    last  registration.hash := decode(repeat('00', 32), 'hex');
BEGIN
    FOR this IN SELECT * FROM registration.audit ORDER BY id LOOP
        last := registration.audit_hash(last, this);

        UPDATE registration.audit a SET hash = last WHERE a.id = this.id;
        UPDATE registration.audit_last SET id = this.id, hash = last;
    END LOOP;
END
$$;

ALTER TABLE registration.audit ENABLE TRIGGER append_only;
ALTER TABLE registration.audit ALTER COLUMN hash SET NOT NULL;


CREATE FUNCTION registration.audit_chain() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last  registration.audit_last;
BEGIN
    SELECT * INTO STRICT last FROM registration.audit_last FOR UPDATE;

    NEW.id := last.id + 1;
    NEW.hash := registration.audit_hash(last.hash, NEW);

    UPDATE registration.audit_last SET id = NEW.id, hash = NEW.hash;

    RETURN NEW;
END
$$;

CREATE TRIGGER chain
    BEFORE INSERT ON registration.audit
    FOR EACH ROW EXECUTE FUNCTION registration.audit_chain();


CREATE FUNCTION registration.refuse_loss() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'registration.audit_last is the end of the audit trail'
          USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER stays
    BEFORE INSERT OR DELETE OR TRUNCATE ON registration.audit_last
    EXECUTE FUNCTION registration.refuse_loss();


-- The id of the first row that is not what it was, or that follows one that
-- is missing; NULL when all is well.  One statement: one moment.

CREATE FUNCTION registration.audit_check() RETURNS bigint
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(
        (SELECT c.id
           FROM (SELECT a.id, a.hash,
                        registration.audit_hash(
                            coalesce(lag(a.hash) OVER w,
                                     decode(repeat('00', 32), 'hex')), a)
                        AS right_hash
                   FROM registration.audit a
                 WINDOW w AS (ORDER BY a.id)) c
          WHERE c.hash <> c.right_hash
       ORDER BY c.id
          LIMIT 1),
        (SELECT coalesce(a.id, 0) + 1
           FROM registration.audit_last l
      LEFT JOIN (SELECT id, hash
                   FROM registration.audit
               ORDER BY id DESC
                  LIMIT 1) a ON true
          WHERE (coalesce(a.id, 0), coalesce(a.hash::bytea, l.hash::bytea))
                <> (l.id, l.hash::bytea)))
$$;


-- What to note elsewhere: the same id must have the same hash for ever.

CREATE FUNCTION registration.audit_head()
RETURNS TABLE (id bigint, hash text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT l.id, encode(l.hash, 'hex') FROM registration.audit_last l
$$;


CREATE INDEX audit_number ON registration.audit (number, id);
CREATE INDEX audit_staff ON registration.audit (actor, id)
 WHERE actor_kind <> 'applicant';


-- What only the module can know.  All else is written by the function that
-- does it, so that the module's role can invent no decision.

CREATE FUNCTION registration.audit_write(
    actor_kind  text,
    actor       text,
    action      text,
    number      text,
    details     jsonb
)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    written  bigint;
BEGIN
    IF audit_write.actor_kind NOT IN ('applicant', 'reviewer')
       OR audit_write.action NOT IN ('sign_in', 'sign_in_failed', 'sign_out',
                                     'export')
    THEN
        RAISE EXCEPTION 'the action % of % is not the module''s to write',
                        audit_write.action, audit_write.actor_kind
              USING ERRCODE = 'insufficient_privilege';
    END IF;

    INSERT INTO registration.audit (actor_kind, actor, action, number,
                                    details)
    VALUES (audit_write.actor_kind, audit_write.actor, audit_write.action,
            audit_write.number, coalesce(audit_write.details, '{}'))
    RETURNING id INTO written;

    RETURN written;
END
$$;


REVOKE ALL ON ALL TABLES IN SCHEMA registration FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA registration FROM PUBLIC;

GRANT EXECUTE ON FUNCTION registration.audit_write TO registration_module;
