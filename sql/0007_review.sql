-- What reviewers do.
--
-- Every function begins with who asks: the name and the epoch of the session.
-- epoch NULL is for a name that nginx authenticated (there is no session), and
-- is good for reviewers without a password only.  Whoever is unknown,
-- disabled or of another epoch gets one row with the outcome "signed_out".

CREATE FUNCTION registration.reviewer_role(reviewer text, epoch integer)
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT r.role
              FROM registration.reviewer r
             WHERE r.name = reviewer_role.reviewer
               AND NOT r.disabled
               AND CASE WHEN reviewer_role.epoch IS NULL
                        THEN r.password_hash IS NULL
                        ELSE r.epoch = reviewer_role.epoch
                   END);
END
$$;


CREATE FUNCTION registration.base64(value bytea) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT translate(encode(value, 'base64'), E'\n', '')
$$;


CREATE FUNCTION registration.audit_review(reviewer text, action text,
                                          number text,
                                          details jsonb DEFAULT '{}')
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO registration.audit (actor_kind, actor, action, number,
                                    details)
    VALUES ('reviewer', audit_review.reviewer, audit_review.action,
            audit_review.number, audit_review.details);
END
$$;


-- Sign-in

CREATE FUNCTION registration.reviewer(name text)
RETURNS TABLE (password_hash text, role text, totp bytea, epoch integer,
               disabled boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT r.password_hash, r.role, r.totp::bytea, r.epoch, r.disabled
      FROM registration.reviewer r
     WHERE r.name = reviewer.name;
END
$$;


-- totp_step is the step of the code that was given, 0 when none was asked
-- for.  "replayed" also when a code should have been asked for.

CREATE FUNCTION registration.reviewer_signed_in(name text, epoch integer,
                                                totp_step bigint)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF registration.reviewer_role(reviewer_signed_in.name,
                                  reviewer_signed_in.epoch) IS NULL
    THEN
        RETURN 'signed_out';
    END IF;

    UPDATE registration.reviewer AS r
       SET totp_step = greatest(r.totp_step, reviewer_signed_in.totp_step)
     WHERE r.name = reviewer_signed_in.name
       AND (r.totp IS NULL
            OR reviewer_signed_in.epoch IS NULL
            OR r.totp_step < reviewer_signed_in.totp_step);

    IF NOT FOUND THEN
        RETURN 'replayed';
    END IF;

    PERFORM registration.audit_review(reviewer_signed_in.name, 'sign_in',
                                      NULL);
    RETURN 'ok';
END
$$;


-- Whether there is such a reviewer; others are not audited, or anyone could
-- write into the audit what he likes.

CREATE FUNCTION registration.reviewer_failed(name text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM registration.reviewer r
                    WHERE r.name = reviewer_failed.name)
    THEN
        RETURN false;
    END IF;

    PERFORM registration.audit_review(reviewer_failed.name, 'sign_in_failed',
                                      NULL);
    RETURN true;
END
$$;


-- The queue: by due date and number, those after (after_due, after_number).
-- A filter that is NULL does not filter.  of_type is an applicant type or a
-- document type; hashes find what has any of them.
--
-- The statement is made of the filters that are given, so that each has a
-- plan of its own; each status is read from its part of an index and the
-- parts are merged, so that a page costs the same wherever it lies.

CREATE FUNCTION registration.queue(
    reviewer        text,
    epoch           integer,
    of_status       text,
    of_office       text,
    of_type         text,
    is_overdue      boolean,
    name_hash       bytea,
    id_number_hash  bytea,
    mobile_hash     bytea,
    email_hash      bytea,
    of_number       text,
    after_due       date,
    after_number    text,
    max             integer,
    today           date
)
RETURNS TABLE (outcome text, id text, number text, status text,
               version integer, applicant_type text, document_type text,
               region text, office text, submitted_at text, due_date text,
               due_provisional boolean, overdue boolean, claimed_by text,
               data_key bytea, sealed bytea)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    filter    text := '';
    found_by  text;
    by_hash   text := 'SELECT id FROM registration.application WHERE ';
    statuses  text[] := ARRAY['pending', 'approved', 'returned', 'rejected'];
BEGIN
    IF registration.reviewer_role(queue.reviewer, queue.epoch) IS NULL THEN
        outcome := 'signed_out';
        RETURN NEXT;
        RETURN;
    END IF;

    IF queue.of_status IS NOT NULL THEN
        statuses := ARRAY[queue.of_status];
    END IF;

    IF queue.is_overdue THEN
        statuses := (SELECT array_agg(s) FROM unnest(statuses) s
                      WHERE s = 'pending');
        filter := filter || ' AND a.due_date < $10';

    ELSIF NOT queue.is_overdue THEN
        filter := filter || ' AND a.due_date >= CASE s.status'
                  ' WHEN ''pending'' THEN $10 ELSE ''-infinity'' END';
    END IF;

    IF queue.of_office IS NOT NULL THEN
        filter := filter || ' AND a.office = $2';
    END IF;

    IF queue.of_type IN ('natural_person', 'enterprise', 'non_enterprise')
    THEN
        filter := filter || ' AND a.applicant_type = $3';

    ELSIF queue.of_type IS NOT NULL THEN
        filter := filter || ' AND a.document_type = $3';
    END IF;

    IF queue.of_number IS NOT NULL THEN
        filter := filter || ' AND a.number = $4';
    END IF;

    IF queue.after_due IS NOT NULL THEN
        filter := filter || ' AND (a.due_date, a.number) > ($5, $6)';
    END IF;

    found_by := concat_ws(' UNION ',
        CASE WHEN queue.name_hash IS NOT NULL
             THEN by_hash || 'name_hash = $7' END,
        CASE WHEN queue.id_number_hash IS NOT NULL
             THEN by_hash || 'id_number_hash = $8' END,
        CASE WHEN queue.mobile_hash IS NOT NULL
             THEN by_hash || 'mobile_hash = $9' END,
        CASE WHEN queue.email_hash IS NOT NULL
             THEN by_hash || 'email_hash = $11' END);

    IF found_by <> '' THEN
        filter := filter || ' AND a.id = ANY (ARRAY(' || found_by || '))';
    END IF;

    RETURN QUERY EXECUTE
        'SELECT ''ok'', a.id::text, a.number, a.status::text, a.version,'
        ' a.applicant_type, a.document_type, a.region, a.office,'
        ' registration.iso8601(a.submitted_at),'
        ' to_char(a.due_date, ''YYYY-MM-DD''), a.due_provisional,'
        ' a.status = ''pending'' AND a.due_date < $10,'
        ' CASE WHEN a.claimed_until > now() THEN a.claimed_by END,'
        ' a.data_key::bytea, a.sealed::bytea'
        ' FROM unnest($1) s (status) CROSS JOIN LATERAL ('
        ' SELECT * FROM registration.application a'
        ' WHERE a.status = s.status' || filter ||
        ' ORDER BY a.due_date, a.number LIMIT $12) a'
        ' ORDER BY a.due_date, a.number LIMIT $12'
    USING statuses, queue.of_office, queue.of_type, queue.of_number,
          queue.after_due, queue.after_number, queue.name_hash,
          queue.id_number_hash, queue.mobile_hash, queue.today,
          queue.email_hash, queue.max;
END
$$;


CREATE FUNCTION registration.queue_counts(reviewer text, epoch integer,
                                          today date)
RETURNS TABLE (outcome text, status text, n bigint, overdue bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF registration.reviewer_role(queue_counts.reviewer, queue_counts.epoch)
       IS NULL
    THEN
        outcome := 'signed_out';
        RETURN NEXT;
        RETURN;
    END IF;

    RETURN QUERY
    SELECT 'ok', s.status, coalesce(sum(c.n), 0)::bigint,
           coalesce(sum(c.n) FILTER (WHERE c.due_date < queue_counts.today),
                    0)::bigint
      FROM unnest(ARRAY['pending', 'approved', 'returned', 'rejected'])
           WITH ORDINALITY AS s (status, place)
 LEFT JOIN registration.status_count c ON c.status = s.status
  GROUP BY s.status, s.place
  ORDER BY s.place;
END
$$;


-- The whole application; that it was seen is audited.  All bytea inside jsonb
-- are in Base64.
--
-- documents: [{"id", "kind", "width", "height", "bytes", "data_key",
-- "filename", "created_at", "replaced_at"}]; a file name is sealed under its
-- document's key.
-- changes: [{"version", "from", "to", "at", "actor_kind", "actor",
-- "content"}], the oldest first.
-- revisions: [{"version", "replaced_at", "data", "documents", "sealed"}], the
-- oldest first: how it was up to that version.

CREATE FUNCTION registration.review(reviewer text, epoch integer,
                                    of_number text)
RETURNS TABLE (outcome text, id text, number text, status text,
               version integer, account_id text, residence text,
               applicant_type text, document_type text, region text,
               industry text, office text, notice_version text,
               submitted_at text, due_date text, due_provisional boolean,
               claimed_by text, claimed_until text, open_fields text[],
               data_key bytea, sealed bytea, documents jsonb, changes jsonb,
               revisions jsonb)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    a  registration.application;
BEGIN
    IF registration.reviewer_role(review.reviewer, review.epoch) IS NULL THEN
        outcome := 'signed_out';
        RETURN NEXT;
        RETURN;
    END IF;

    SELECT * INTO a
      FROM registration.application
     WHERE number = review.of_number;

    IF NOT FOUND THEN
        outcome := 'unknown';
        RETURN NEXT;
        RETURN;
    END IF;

    PERFORM registration.audit_review(review.reviewer, 'view', a.number);

    RETURN QUERY
    SELECT 'ok', a.id::text, a.number, a.status::text, a.version,
           a.account_id::text, a.residence, a.applicant_type,
           a.document_type, a.region, a.industry, a.office, a.notice_version,
           registration.iso8601(a.submitted_at),
           to_char(a.due_date, 'YYYY-MM-DD'), a.due_provisional,
           CASE WHEN a.claimed_until > now() THEN a.claimed_by END,
           CASE WHEN a.claimed_until > now()
                THEN registration.iso8601(a.claimed_until) END,
           a.open_fields, a.data_key::bytea, a.sealed::bytea,
           registration.documents_of(a.id, true),
           (SELECT jsonb_agg(jsonb_build_object(
                       'version', c.version, 'from', c.from_status,
                       'to', c.to_status, 'at', registration.iso8601(c.at),
                       'actor_kind', c.actor_kind, 'actor', c.actor,
                       'content', registration.base64(c.content))
                   ORDER BY c.version)
              FROM registration.state_change c
             WHERE c.application_id = a.id),
           coalesce((SELECT jsonb_agg(jsonb_build_object(
                       'version', v.version,
                       'replaced_at', registration.iso8601(v.replaced_at),
                       'data', v.data, 'documents', v.documents,
                       'sealed', registration.base64(v.sealed))
                   ORDER BY v.version)
              FROM registration.revision v
             WHERE v.application_id = a.id), '[]');
END
$$;


-- The documents of an application, those that were replaced too or not.

CREATE FUNCTION registration.documents_of(application_id text,
                                          replaced boolean)
RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object(
                       'id', d.id, 'kind', d.kind, 'width', d.width,
                       'height', d.height, 'bytes', d.bytes,
                       'data_key', registration.base64(d.data_key),
                       'filename', registration.base64(d.filename),
                       'created_at', registration.iso8601(d.created_at),
                       'replaced_at', registration.iso8601(d.replaced_at))
                   ORDER BY d.kind, d.replaced_at NULLS LAST, d.id), '[]')
              FROM registration.document d
             WHERE d.application_id = documents_of.application_id
               AND (documents_of.replaced OR d.replaced_at IS NULL));
END
$$;


-- A claim is a lease: renewed by claiming again, gone when it runs out.

CREATE FUNCTION registration.claim(reviewer text, epoch integer, number text,
                                   take_over boolean, seconds integer)
RETURNS TABLE (outcome text, claimed_by text, claimed_until text,
               status text, version integer)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    a      registration.application;
    until  timestamptz := now() + make_interval(secs => claim.seconds);
BEGIN
    IF registration.reviewer_role(claim.reviewer, claim.epoch) IS NULL THEN
        outcome := 'signed_out';
        RETURN NEXT;
        RETURN;
    END IF;

    SELECT * INTO a
      FROM registration.application
     WHERE number = claim.number
       FOR NO KEY UPDATE;

    IF NOT FOUND THEN
        outcome := 'unknown';
        RETURN NEXT;
        RETURN;
    END IF;

    status := a.status;
    version := a.version;

    IF a.status <> 'pending' THEN
        outcome := 'closed';
        RETURN NEXT;
        RETURN;
    END IF;

    IF registration.held_by_another(a, claim.reviewer) THEN

        IF claim.take_over IS NOT TRUE THEN
            outcome := 'held';
            claimed_by := a.claimed_by;
            claimed_until := registration.iso8601(a.claimed_until);
            RETURN NEXT;
            RETURN;
        END IF;

        PERFORM registration.audit_review(claim.reviewer, 'take_over',
                    a.number, jsonb_build_object('from', a.claimed_by));
    END IF;

    UPDATE registration.application AS t
       SET claimed_by = claim.reviewer, claimed_until = until
     WHERE t.id = a.id;

    outcome := 'ok';
    claimed_by := claim.reviewer;
    claimed_until := registration.iso8601(until);
    RETURN NEXT;
END
$$;


CREATE FUNCTION registration.held_by_another(a registration.application,
                                             reviewer text)
RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT coalesce(a.claimed_by <> reviewer
                    AND a.claimed_until > clock_timestamp(), false)
$$;


-- "ok" also when there was nothing to let go; "held" when it is another's.

CREATE FUNCTION registration.unclaim(reviewer text, epoch integer,
                                     number text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    a  registration.application;
BEGIN
    IF registration.reviewer_role(unclaim.reviewer, unclaim.epoch) IS NULL
    THEN
        RETURN 'signed_out';
    END IF;

    SELECT * INTO a
      FROM registration.application
     WHERE number = unclaim.number
       FOR NO KEY UPDATE;

    IF NOT FOUND THEN
        RETURN 'unknown';
    END IF;

    IF registration.held_by_another(a, unclaim.reviewer) THEN
        RETURN 'held';
    END IF;

    UPDATE registration.application AS t
       SET claimed_by = NULL, claimed_until = NULL
     WHERE t.id = a.id
       AND t.claimed_by IS NOT NULL;

    RETURN 'ok';
END
$$;


-- The change of state writes its audit row and its mail (triggers of
-- state_change).  fields: what a return opens; due NULL keeps the due date.

CREATE FUNCTION registration.decide(
    reviewer     text,
    epoch        integer,
    number       text,
    at_version   integer,
    to_status    text,
    content      bytea,
    fields       text[],
    due          date,
    provisional  boolean
)
RETURNS TABLE (outcome text, status text, version integer)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    a     registration.application;
    done  record;
BEGIN
    IF registration.reviewer_role(decide.reviewer, decide.epoch) IS NULL THEN
        RETURN QUERY SELECT 'signed_out', NULL::text, NULL::integer;
        RETURN;
    END IF;

    IF (decide.to_status = 'returned')
       <> (cardinality(coalesce(decide.fields, '{}')) > 0)
    THEN
        RAISE EXCEPTION 'a return opens fields, and nothing else does'
              USING ERRCODE = 'check_violation';
    END IF;

    SELECT * INTO a
      FROM registration.application
     WHERE number = decide.number
       FOR UPDATE;

    IF decide.to_status = 'pending' THEN
        RETURN QUERY SELECT 'refused', a.status::text, a.version;
        RETURN;
    END IF;

    IF a.version = decide.at_version
       AND registration.held_by_another(a, decide.reviewer)
    THEN
        RETURN QUERY SELECT 'held', a.status::text, a.version;
        RETURN;
    END IF;

    SELECT * INTO done
      FROM registration.transition(decide.number, decide.at_version,
                                   decide.to_status, 'reviewer',
                                   decide.reviewer, decide.content,
                                   decide.due, decide.provisional);

    IF done.outcome = 'ok' THEN
        UPDATE registration.application AS t
           SET open_fields = coalesce(decide.fields, '{}'),
               claimed_by = NULL,
               claimed_until = NULL
         WHERE t.id = a.id;
    END IF;

    RETURN QUERY SELECT done.outcome, done.status, done.version;
END
$$;


CREATE FUNCTION registration.reviewer_document(reviewer text, epoch integer,
                                               document_id text)
RETURNS TABLE (outcome text, number text, kind text, width integer,
               height integer, bytes integer, data_key bytea)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF registration.reviewer_role(reviewer_document.reviewer,
                                  reviewer_document.epoch) IS NULL
    THEN
        outcome := 'signed_out';
        RETURN NEXT;
        RETURN;
    END IF;

    SELECT 'ok', a.number, d.kind, d.width, d.height, d.bytes,
           d.data_key::bytea
      INTO outcome, number, kind, width, height, bytes, data_key
      FROM registration.document d
      JOIN registration.application a ON a.id = d.application_id
     WHERE d.id = reviewer_document.document_id;

    IF NOT FOUND THEN
        outcome := 'unknown';
        RETURN NEXT;
        RETURN;
    END IF;

    PERFORM registration.audit_review(reviewer_document.reviewer,
                'view_document', number,
                jsonb_build_object('document', reviewer_document.document_id,
                                   'kind', kind));
    RETURN NEXT;
END
$$;


-- The audit, the latest first.  A supervisor sees all of it; a reviewer all of
-- one application, or what is his own: by another is "refused".

CREATE FUNCTION registration.audit_list(reviewer text, epoch integer,
                                        of_number text, by_reviewer text,
                                        before_id bigint, max integer)
RETURNS TABLE (outcome text, id bigint, at text, actor_kind text, actor text,
               action text, number text, details text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    role    text := registration.reviewer_role(audit_list.reviewer,
                                               audit_list.epoch);
    who     text := audit_list.by_reviewer;
    filter  text := '';
BEGIN
    IF role IS NULL THEN
        outcome := 'signed_out';
        RETURN NEXT;
        RETURN;
    END IF;

    IF role <> 'supervisor' AND audit_list.of_number IS NULL THEN
        who := coalesce(who, audit_list.reviewer);

        IF who <> audit_list.reviewer THEN
            outcome := 'refused';
            RETURN NEXT;
            RETURN;
        END IF;
    END IF;

    IF audit_list.of_number IS NOT NULL THEN
        filter := filter || ' AND t.number = $1';
    END IF;

    IF who IS NOT NULL THEN
        filter := filter || ' AND t.actor_kind <> ''applicant'''
                  ' AND t.actor = $2';
    END IF;

    RETURN QUERY EXECUTE
        'SELECT ''ok'', t.id, registration.iso8601(t.at),'
        ' t.actor_kind::text, t.actor, t.action, t.number, t.details::text'
        ' FROM registration.audit t'
        ' WHERE t.id < coalesce($3, 9223372036854775807)' || filter ||
        ' ORDER BY t.id DESC LIMIT $4'
    USING audit_list.of_number, who, audit_list.before_id, audit_list.max;
END
$$;


REVOKE ALL ON ALL FUNCTIONS IN SCHEMA registration FROM PUBLIC;

GRANT EXECUTE ON FUNCTION
    registration.reviewer,
    registration.reviewer_signed_in,
    registration.reviewer_failed,
    registration.queue,
    registration.queue_counts,
    registration.review,
    registration.claim,
    registration.unclaim,
    registration.decide,
    registration.reviewer_document,
    registration.audit_list
TO registration_module;
