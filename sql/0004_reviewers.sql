-- Reviewers, and what their work adds to an application: the claim, the fields
-- opened for correction, the document as it was before a correction, and the
-- indexes and counts of the queue.


-- Changed by registrationctl only.  epoch is part of every session: raising it
-- ends them all.  Without a password the name comes from nginx, which has
-- authenticated it.

CREATE TABLE registration.reviewer (
    name           text         PRIMARY KEY
                                CHECK (name ~ '^[A-Za-z0-9._@=, -]{1,64}$'),
    password_hash  text         CHECK (password_hash LIKE '$argon2id$%'),
    role           text         NOT NULL DEFAULT 'reviewer'
                                CHECK (role IN ('reviewer', 'supervisor')),
    totp           registration.sealed,
    totp_step      bigint       NOT NULL DEFAULT 0,
    epoch          integer      NOT NULL DEFAULT 1,
    disabled       boolean      NOT NULL DEFAULT false,
    created_at     timestamptz  NOT NULL DEFAULT now()
);

COMMENT ON COLUMN registration.reviewer.totp IS
    'sealed by the key file, context "totp:" and the name';
COMMENT ON COLUMN registration.reviewer.totp_step IS
    'the time step of the last code used: none is good twice (RFC 6238, 5.2)';


CREATE FUNCTION registration.reviewer_changes() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.name <> OLD.name THEN
        RAISE EXCEPTION 'reviewer % keeps the name: the audit knows no other',
                        OLD.name
              USING ERRCODE = 'check_violation';
    END IF;

    IF (NEW.password_hash, NEW.role, NEW.totp, NEW.disabled)
       IS DISTINCT FROM
       (OLD.password_hash, OLD.role, OLD.totp, OLD.disabled)
    THEN
        NEW.epoch := OLD.epoch + 1;
    END IF;

    RETURN NEW;
END
$$;

CREATE TRIGGER changes
    BEFORE UPDATE ON registration.reviewer
    FOR EACH ROW EXECUTE FUNCTION registration.reviewer_changes();


-- A name that was in use is never another person's.

CREATE FUNCTION registration.refuse_removal() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'reviewers are disabled, not removed'
          USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER stays
    BEFORE DELETE OR TRUNCATE ON registration.reviewer
    EXECUTE FUNCTION registration.refuse_removal();


ALTER TABLE registration.application
    ADD COLUMN language       text         NOT NULL DEFAULT 'zh-CN'
                              CHECK (language IN ('zh-CN', 'en')),
    ADD COLUMN claimed_by     text         REFERENCES registration.reviewer,
    ADD COLUMN claimed_until  timestamptz,
    ADD COLUMN open_fields    text[]       NOT NULL DEFAULT '{}',
    ADD CONSTRAINT claim CHECK ((claimed_by IS NULL)
                                = (claimed_until IS NULL));

COMMENT ON COLUMN registration.application.open_fields IS
    'names of the fields a return opened for correction';


-- The application as it was until the correction that follows version; sealed
-- under the same data key.  documents: {"kind": "id"}.

CREATE TABLE registration.revision (
    application_id  registration.token   NOT NULL
                                         REFERENCES registration.application,
    version         integer              NOT NULL,
    replaced_at     timestamptz          NOT NULL DEFAULT now(),
    data            jsonb                NOT NULL,
    documents       jsonb                NOT NULL,
    sealed          registration.sealed  NOT NULL,

    PRIMARY KEY (application_id, version)
);

CREATE TRIGGER append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON registration.revision
    EXECUTE FUNCTION registration.refuse_change();


-- The queue, most urgent first, by each of its filters; and the exact search.

CREATE INDEX application_queue
    ON registration.application (status, due_date, number);
CREATE INDEX application_queue_office
    ON registration.application (status, office, due_date, number);
CREATE INDEX application_queue_applicant
    ON registration.application (status, applicant_type, due_date, number);
CREATE INDEX application_queue_document
    ON registration.application (status, document_type, due_date, number);

CREATE INDEX application_name
    ON registration.application (name_hash);
CREATE INDEX application_id_number
    ON registration.application (id_number_hash);
CREATE INDEX application_mobile
    ON registration.application (mobile_hash);
CREATE INDEX application_email
    ON registration.application (email_hash);


-- How many applications are in each status; the pending ones by due date, so
-- that those overdue are known on any day.

CREATE TABLE registration.status_count (
    status    registration.status  NOT NULL,
    due_date  date                 NOT NULL,
    n         bigint               NOT NULL,

    PRIMARY KEY (status, due_date)
) WITH (fillfactor = 50);

COMMENT ON COLUMN registration.status_count.due_date IS
    'infinity unless pending';

CREATE FUNCTION registration.count_day(status text, due_date date)
RETURNS date
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE status WHEN 'pending' THEN due_date ELSE 'infinity' END
$$;

INSERT INTO registration.status_count (status, due_date, n)
SELECT a.status, registration.count_day(a.status, a.due_date), count(*)
  FROM registration.application a
 GROUP BY 1, 2;


-- Runs at the end of the transaction, after all other locks were taken: the
-- rows counted in are everyone's, and two ways of locking would be a
-- deadlock.  By then the caller's rights are those of the module again.

CREATE FUNCTION registration.count_status() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE registration.status_count AS c
           SET n = c.n - 1
         WHERE c.status = OLD.status
           AND c.due_date = registration.count_day(OLD.status, OLD.due_date);
    END IF;

    IF TG_OP <> 'DELETE' THEN
        INSERT INTO registration.status_count AS c (status, due_date, n)
        VALUES (NEW.status,
                registration.count_day(NEW.status, NEW.due_date), 1)
            ON CONFLICT (status, due_date) DO UPDATE SET n = c.n + 1;
    END IF;

    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER count
    AFTER INSERT OR DELETE OR UPDATE OF status, due_date
    ON registration.application
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION registration.count_status();


REVOKE ALL ON ALL TABLES IN SCHEMA registration FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA registration FROM PUBLIC;
